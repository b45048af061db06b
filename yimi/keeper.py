"""Processes that are started again when they break, one by one; honcho shows their output and stops them together."""

from __future__ import annotations

import multiprocessing
import time
from functools import partial
from multiprocessing.synchronize import Event
from typing import Any

from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Process

LONGEST_PAUSE = 30.0
SETTLED = 60.0  # seconds after which a process that breaks again counts as breaking for the first time
MOST_FAILURES = 6  # in a row, then everything stops: a broken installation must not look like one that works
MISCONFIGURED = 2  # exit code of a process that cannot work as it is set up, and has said why


class Keeper(Manager):  # type: ignore[misc]  # honcho has no types
    """A manager whose processes are kept running. One that cannot work, or breaks again and again, still ends all."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._ending = multiprocessing.Event()
        self._process_ctor = partial(_Kept, ending=self._ending)

    def terminate(self) -> None:
        """Nothing is started again from here on."""
        self._ending.set()
        super().terminate()


class _Kept(Process):  # type: ignore[misc]
    def __init__(self, *args: Any, ending: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ending, self._ended = ending, 0

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Runs the command until its end is wanted; runs in a process of its own."""
        failures = 0
        while True:
            began = time.monotonic()
            super().run(events, ignore_signals)
            failures = 1 if time.monotonic() - began > SETTLED else failures + 1
            pause = min(2.0 ** (failures - 1), LONGEST_PAUSE)
            if self._ending.is_set() or self._ended == MISCONFIGURED or failures >= MOST_FAILURES:
                break
            self._send_message(f"意外停止（{self._ended}），{pause:.0f} 秒后重新启动；其他部分照常工作\n".encode())
            if self._ending.wait(pause):
                break
        super()._send_message({"returncode": self._ended}, type="stop")

    def _send_message(self, data: Any, type: str = "line") -> None:
        if type == "stop":  # whether this is the end, is decided by `run`
            self._ended = data["returncode"]
        else:
            super()._send_message(data, type)
