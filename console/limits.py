"""Rate limits: token buckets in this process, bounded in memory.

They keep one runaway page or script from starving a whole county; they are no security border. Many residents share
one address (carrier networks), so the bucket of an address is wide; and behind a proxy on the same machine every
resident seems to come from the loopback address, so that one is not limited.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from console.problems import Problem


@dataclass
class Bucket:
    """Token buckets by key: `burst` at once, then `rate` a second."""

    rate: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    keep: int = 20_000
    _state: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, key: str) -> float:
        """Take one token of `key`: 0.0 when there was one, else the seconds until there will be."""
        with self._lock:
            now = self.clock()
            tokens, then = self._state.pop(key, (float(self.burst), now))
            tokens = min(float(self.burst), tokens + (now - then) * self.rate)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self.rate
            self._state[key] = (tokens if wait else tokens - 1, now)
            # The key unused for longest goes first: its bucket is the likeliest to be full again.
            while len(self._state) > self.keep:
                self._state.popitem(last=False)
            return wait


@dataclass(frozen=True)
class Limits:
    """The buckets of one web process."""

    session: Bucket = field(default_factory=lambda: Bucket(rate=1, burst=60))
    address: Bucket = field(default_factory=lambda: Bucket(rate=50, burst=600))
    # Files take room: a conversation may send a handful at once, a whole village behind one address a few dozen.
    upload: Bucket = field(default_factory=lambda: Bucket(rate=0.1, burst=10))
    upload_address: Bucket = field(default_factory=lambda: Bucket(rate=0.5, burst=60))
    sign_in: Bucket = field(default_factory=lambda: Bucket(rate=0.5, burst=30))


def too_fast(wait: float) -> Problem:
    """The 429 answer, in words a resident understands."""
    seconds = max(1, math.ceil(wait))
    words = f"发得太快了，请等 {seconds} 秒再发。您前面说的话都还在。"
    return Problem(429, words, headers={"Retry-After": str(seconds)})


def limit_address(request: Request, bucket: Bucket) -> None:
    """Count one request against the caller's address. Raises `Problem` 429."""
    host = request.client.host if request.client else ""
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    if wait := bucket.take(host):
        raise too_fast(wait)


def limit_session(session: str, bucket: Bucket) -> None:
    """Count one message against a conversation. Raises `Problem` 429."""
    if wait := bucket.take(session):
        raise too_fast(wait)
