"""Work in a process of its own: decoders written in C read what strangers send, and models take seconds.

Whatever happens there (a crash, an endless loop, a gigabyte) ends that process and nothing else; the next file gets a
new one. It starts with the first file, works one file after the other, and yields the processor to everything else.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

T = TypeVar("T")
Work = Callable[[bytes, str], T | None]
Prepare = Callable[[], None]

log = logging.getLogger("listening")

# What the child answers, by the first byte. Plain bytes: a child that a file took over must not be unpickled.
READY, TEXT, BYTES, NOTHING, ERROR = b"r", b"t", b"b", b"n", b"e"
MOST = 64 * 1024 * 1024  # bytes of an answer
START_SECONDS = 60.0  # loading a model
MEMORY = 2 * 1024**3  # bytes that one file may take, beside what is loaded before it
SECONDS = 30.0  # one file; a minute of speech takes a few


class Apart(Generic[T]):
    """Does `work` (content, media type → str, bytes or None) in a child process, after `prepare` there; safe to use
    from many threads."""

    def __init__(self, work: Work[T], prepare: Prepare, seconds: float = SECONDS) -> None:
        self._work, self._prepare, self._seconds = work, prepare, seconds
        self._turn = threading.Lock()
        self._child: tuple[SpawnProcess, Connection] | None = None

    def ask(self, content: bytes, media_type: str) -> T | None:
        """What the work makes of a file; None when it makes nothing, fails, dies or takes too long."""
        with self._turn:
            began = time.monotonic()
            try:
                pipe = self._pipe()
                pipe.send((content, media_type))
                if not pipe.poll(self._seconds):
                    raise TimeoutError
                answer = pipe.recv_bytes(MOST)
            except (OSError, EOFError, TimeoutError) as error:
                log.error("%s: %s after %.1f s", media_type, type(error).__name__, time.monotonic() - began)
                self._end()
                return None
            kind, made = answer[:1], answer[1:]
            if kind == ERROR:
                log.warning(
                    "%s of %d bytes not understood: %s", media_type, len(content), made.decode(errors="replace")[:60]
                )
            else:
                log.info("%s of %d bytes: %.1f s", media_type, len(content), time.monotonic() - began)
            return self._read(kind, made)

    def _read(self, kind: bytes, made: bytes) -> T | None:
        found: object = made.decode(errors="replace") if kind == TEXT else made if kind == BYTES else None
        return cast("T | None", found)

    def warm(self) -> None:
        """Start the child before the first file, so that nobody waits for it."""
        with self._turn:
            try:
                self._pipe()
            except (OSError, EOFError, TimeoutError) as error:
                log.error("cannot be started: %s", type(error).__name__)
                self._end()

    def close(self) -> None:
        """End the child, also when it is at work."""
        if self._turn.acquire(timeout=1):
            try:
                self._end()
            finally:
                self._turn.release()
        elif self._child is not None:
            self._child[0].kill()

    def _pipe(self) -> Connection:
        """The pipe to a child that has loaded what it needs."""
        if self._child is not None and self._child[0].is_alive():
            return self._child[1]
        self._end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(self._work, self._prepare, theirs), name="listening", daemon=True
        )
        process.start()
        theirs.close()
        self._child = (process, ours)
        if not ours.poll(START_SECONDS):
            raise TimeoutError
        ours.recv_bytes(MOST)
        return ours

    def _end(self) -> None:
        if self._child is None:
            return
        process, pipe = self._child
        self._child = None
        pipe.close()
        process.kill()
        process.join(5)
        process.close()


def _limit_memory() -> None:
    """A small file that unpacks to gigabytes must not take the machine's memory: it is an error, or ends the child."""
    with suppress(OSError, ValueError):  # no /proc, or a lower limit from outside: then that one holds
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        most = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _serve(work: Work[T], prepare: Prepare, pipe: Connection) -> None:
    """The child: answers each (content, media type) until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then closes the pipe
    os.nice(10)
    prepare()
    _limit_memory()
    pipe.send_bytes(READY)
    while True:
        try:
            content, media_type = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            made = work(content, media_type)
            if isinstance(made, str):
                pipe.send_bytes(TEXT + made.encode())
            else:
                pipe.send_bytes(BYTES + made if isinstance(made, bytes) else NOTHING)
        except Exception as error:
            pipe.send_bytes(ERROR + type(error).__name__.encode())
