"""The whole product for tests: every process of the Procfile, for real, on free ports and in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from honcho.environ import parse_procfile

from yimi.run import environment, prepare
from yimi.settings import ROOT, Settings, load_settings

SECRET = "only-for-tests-0123456789abcdefghij"
ALL = ("redis", "actions", "engine", "web", "dispatcher")


def free_port(span: int = 7) -> int:
    """A port that is free together with the ones the engine (+5) and its actions (+6) use."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port > 60000:
            continue
        with contextlib.ExitStack() as held:
            try:
                for offset in range(span):
                    sock = held.enter_context(socket.socket())
                    sock.bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return port
    raise RuntimeError("no free ports")


class Stack:
    """Processes by name; `start`, `kill` (SIGKILL) and `stop` (SIGTERM) each of them, or all."""

    def __init__(self, var: Path, **settings: Any) -> None:
        port = free_port()
        given = {"var_dir": var, "secret_key": SECRET, "port": port, "demo": False, **settings}
        self.settings: Settings = load_settings(_env_file=None, **given)
        self.notes = prepare(self.settings)
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self.extra: dict[str, str] = {
            "DATABASE_URL": self.settings.database_url,
            "TELEGRAM_API_URL": self.settings.telegram_api_url,
            "TELEGRAM_BOT_TOKEN": self.settings.telegram_bot_token or "",
            "TELEGRAM_WORKER_BOT_TOKEN": self.settings.telegram_worker_bot_token or "",
            "WECHAT_TOKEN": self.settings.wechat_token or "",
            "WECHAT_APP_ID": self.settings.wechat_app_id or "",
            "WECHAT_APP_SECRET": self.settings.wechat_app_secret or "",
            "WECHAT_AES_KEY": self.settings.wechat_aes_key or "",
            "WECHAT_API_URL": self.settings.wechat_api_url,
            "YIMI_PUBLIC_URL": self.settings.public_url,
        }
        self.log = var / "processes.log"
        self.commands = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def start(self, *names: str) -> None:
        """Starts processes; `wait` tells when they answer."""
        for name in names:
            with self.log.open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    shlex.split(self.commands[name]),
                    cwd=ROOT,
                    env={**environment(self.settings), **self.extra},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def wait(self, seconds: float = 90) -> None:
        """Until /health is 200; AssertionError with the log when it never is."""
        began, seen = time.monotonic(), ""
        while time.monotonic() - began < seconds:
            try:
                answer = self.client.get("/health")
                if answer.status_code == 200:
                    return
                seen = answer.text
            except httpx.HTTPError as error:
                seen = repr(error)
            time.sleep(0.2)
        raise AssertionError(f"not healthy after {seconds} s: {seen}\n{self.log.read_text(errors='replace')[-6000:]}")

    def send(self, name: str, number: int) -> None:
        """A signal to one process."""
        os.kill(self.processes[name].pid, number)

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(10)

    def stop(self, *names: str) -> None:
        """SIGTERM and wait; a process that does not end in ten seconds is killed."""
        for name in names or reversed(list(self.processes)):
            process = self.processes.pop(name)
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def close(self) -> None:
        """Everything ends."""
        self.stop()
        self.client.close()

    def yimi(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The `yimi` command against this stack."""
        env = {**environment(self.settings), **self.extra}
        command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "yimi", *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, env=env, cwd=ROOT, timeout=120)

    def token(self, login: str) -> str:
        """A bearer token of a worker."""
        return self.yimi("worker", "token", login).stdout.strip().splitlines()[-1]


class Talk:
    """A resident at the web API."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.session: str | None = None
        self.last: dict[str, Any] = {}
        self.transcript: list[str] = []

    def say(self, text: str) -> dict[str, Any]:
        """Sends words; returns the answer of the API."""
        self.transcript.append(f"居民：{text}")
        return self._post({"text": text})

    def press(self, title: str) -> dict[str, Any]:
        """Presses the button of the last answer whose title contains the words."""
        offered = [button for message in self.last["messages"] for button in message["buttons"]]
        found = next((button for button in offered if title in button["title"]), None)
        assert found, f"no button {title!r} among {[b['title'] for b in offered]}"
        self.transcript.append(f"居民：[{found['title']}]")
        return self._post({"payload": found["payload"]})

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.stack.client.post(
            "/api/v1/chat", json={**body, **({"session": self.session} if self.session else {})}
        )
        assert answer.status_code == 200, answer.text
        self.last = answer.json()
        self.session = self.last["session"]
        for message in self.last["messages"]:
            buttons = " ".join(f"[{button['title']}]" for button in message["buttons"])
            self.transcript.append(f"助手：{message['text']} {buttons}".rstrip())
        return self.last

    @property
    def words(self) -> str:
        """All that the last answer said."""
        return "\n".join(message["text"] for message in self.last["messages"])

    @property
    def awaiting(self) -> str | None:
        """What the assistant asks for now."""
        value: str | None = self.last["awaiting"]
        return value


@contextlib.contextmanager
def running(var: Path, *names: str, **settings: Any) -> Iterator[Stack]:
    """A stack with these processes (all by default), healthy."""
    stack = Stack(var, **settings)
    try:
        stack.start(*(names or ALL))
        stack.wait()
        yield stack
    finally:
        stack.close()
