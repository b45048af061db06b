"""Processes that break are started again, one by one; what cannot work ends all."""

from __future__ import annotations

import io
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from honcho.printer import Printer

from yimi import keeper
from yimi.keeper import Keeper


class Kept:
    """A keeper in this process; its handlers of signals are not wanted here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **commands: str) -> None:
        monkeypatch.setattr(signal, "signal", lambda *_: None)  # a thread may not set handlers
        self.output = io.StringIO()
        self.manager = Keeper(Printer(self.output, colour=False))
        for name, command in commands.items():
            self.manager.add_process(name, f"exec {command}")
        self.thread = threading.Thread(target=self.manager.loop)
        self.thread.start()

    def until(self, pattern: str, times: int = 1) -> list[str]:
        """What the output holds so often within ten seconds."""
        end = time.monotonic() + 10
        while len(found := re.findall(pattern, self.output.getvalue())) < times:
            assert time.monotonic() < end, self.output.getvalue()
            time.sleep(0.02)
        return found

    def stop(self) -> None:
        self.manager.terminate()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_the_broken_one_comes_back_and_the_other_never_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, it is back after a second, and told about; an end that is wanted is quick and restarts nothing."""
    kept = Kept(monkeypatch, weak="sleep 100", strong="sleep 100")
    (pid,) = kept.until(r"weak started \(pid=(\d+)\)")
    kept.until(r"strong started")
    os.kill(int(pid), signal.SIGKILL)
    kept.until(r"weak +\| 意外停止（-9），1 秒后重新启动")
    (_, again) = kept.until(r"weak started \(pid=(\d+)\)", 2)
    assert again != pid and len(kept.until(r"strong started")) == 1
    began = time.monotonic()
    kept.stop()
    assert time.monotonic() - began < 3
    assert len(kept.until(r"weak started")) == 2


def test_what_cannot_work_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2: settings that cannot be; trying again would hide what was said."""
    kept = Kept(monkeypatch, wrong="sh -c 'echo 请改设置; exit 2'", other="sleep 100")
    kept.thread.join(10)
    assert kept.manager.returncode == 2 and len(kept.until("请改设置")) == 1


def test_what_breaks_again_and_again_ends_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installation that is broken must not look like one that works."""
    monkeypatch.setattr(keeper, "LONGEST_PAUSE", 0.05)
    kept = Kept(monkeypatch, broken="sh -c 'exit 7'", other="sleep 100")
    kept.thread.join(20)
    assert kept.manager.returncode == 7
    assert len(kept.until("broken started")) == keeper.MOST_FAILURES
