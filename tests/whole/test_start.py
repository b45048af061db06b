"""`yimi run`, as `make run` starts it: one command, the addresses, a clean stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.stack import free_port
from yimi.settings import ROOT

COMMAND = [str(ROOT / ".venv" / "bin" / "yimi"), "run"]


def environment(var: Path, port: int) -> dict[str, str]:
    """As on a machine where nothing is set but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "YIMI_VAR": str(var), "YIMI_PORT": str(port)}


def test_one_command_starts_everything_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    """The first start shows the password once and loads the demonstration; a second finds both; nothing is left."""
    port, var = free_port(), tmp_path / "var"
    first = start_and_stop(var, port)
    password = re.search(r"密码：([a-z0-9-]{16,})", first)
    assert password and "演示数据已载入" in first
    assert (var / "demo-accounts.txt").stat().st_mode & 0o777 == 0o600
    second = start_and_stop(var, port)
    assert "密码：" not in second
    # Two minutes of log must not hold what was said.
    assert password.group(1) not in second


def test_a_broken_part_is_started_again_and_the_others_work_on(tmp_path: Path) -> None:
    """The engine killed: whoever writes meanwhile is answered, and understood again within a minute."""
    port = free_port()
    with started(tmp_path / "var", port) as (process, lines):
        first = str(ask(port, "我想办低保")["awaiting"])
        engine = re.search(r"engine started \(pid=(\d+)\)", "".join(lines))
        assert engine, lines
        os.kill(int(engine.group(1)), signal.SIGKILL)
        assert ask(port, "我想办低保")["messages"]
        end = time.monotonic() + 60
        while ask(port, "我想办低保")["awaiting"] != first:
            assert time.monotonic() < end, "the engine did not come back"
            time.sleep(1)
        assert process.poll() is None


def start_and_stop(var: Path, port: int) -> str:
    """Starts, talks one turn, presses Ctrl-C; returns everything that was printed."""
    with started(var, port) as (process, lines):
        assert ask(port, "你好")["messages"], "".join(lines)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        lines.append(rest)
    for used in (port, port + 5, port + 6):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", used))
    return "".join(lines)


def ask(port: int, text: str) -> dict[str, Any]:
    """The answer to somebody new."""
    said = httpx.post(f"http://127.0.0.1:{port}/api/v1/chat", json={"text": text}, timeout=20, trust_env=False)
    assert said.status_code == 200, said.text
    return dict(said.json())


@contextmanager
def started(var: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`yimi run`, ready, and what it has printed so far; killed if it still runs in the end."""
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=environment(var, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    try:
        assert process.stdout
        end = time.monotonic() + 120
        for line in process.stdout:
            lines.append(line)
            if "按 Ctrl-C 停止" in line or time.monotonic() > end:
                break
        yield process, lines
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def test_a_busy_port_is_told_in_one_line(tmp_path: Path) -> None:
    """The line names the port and the cure."""
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        env = environment(tmp_path / "var", port)
        done = subprocess.run(COMMAND, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1 and str(port) in done.stderr and "YIMI_PORT" in done.stderr
