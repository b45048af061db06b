"""One sender's messages go one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock for each sender, kept only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[tuple[str, ...], tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, *who: str) -> Iterator[None]:
        """Waits until nobody else is in a turn of this sender."""
        with self._guard:
            lock, users = self._locks.get(who, (threading.Lock(), 0))
            self._locks[who] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, users = self._locks[who]
                if users == 1:
                    del self._locks[who]
                else:
                    self._locks[who] = (lock, users - 1)
