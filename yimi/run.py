"""`yimi run`: prepares the database, starts every process of the Procfile, says when they answer, stops cleanly."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time

import httpx
from honcho.environ import parse_procfile
from honcho.printer import Printer

from bot.media import CannotListen, open_listener
from tickets.database import migrate
from tickets.demo import load_demo
from tickets.models import utc_now
from tickets.people import create_admin
from yimi.keeper import Keeper
from yimi.processes import open_database, open_keyring
from yimi.redis import redis_url
from yimi.settings import ROOT, Settings

PATIENCE = 180  # seconds until a start that does not answer is called failed
DEMO_ACCOUNTS = "demo-accounts.txt"


class CannotStart(Exception):
    """Why it cannot start and what to do, in one line."""


def prepare(settings: Settings) -> list[str]:
    """Brings the database up to date; on an empty one makes the administrator and the demonstration. Lines to show."""
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate(settings.database_url, open_keyring(settings))
    database = open_database(settings)
    lines = []
    with database.session() as session:
        password = create_admin(session)
        session.commit()
    database.close()
    if password:
        lines.append(f"管理员：admin　密码：{password}　（只显示这一次，请记下来）")
        lines += load_demonstration(settings) if settings.demo else []
    return lines


def load_demonstration(settings: Settings) -> list[str]:
    """Loads the demonstration county; its accounts go into a file that only its owner can read. Lines to show."""
    database = open_database(settings)
    with database.session() as session:
        accounts = load_demo(session, utc_now())
        session.commit()
    database.close()
    if not accounts:
        return ["演示数据已经在了"]
    path = settings.var_dir / DEMO_ACCOUNTS
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{each.login}  {each.password}  {each.display_name}（{each.station}）\n" for each in accounts)
    return [f"演示数据已载入；演示账号和密码在 {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}"]


def environment(settings: Settings) -> dict[str, str]:
    """What every process gets: the settings as they are now, and the engine's addresses and secrets."""
    return {
        **os.environ,
        "SECRET_KEY": settings.secret_key,
        "YIMI_VAR": str(settings.var_dir),
        "YIMI_PORT": str(settings.port),
        "ENGINE_URL": settings.engine_url,
        "ENGINE_PORT": str(settings.engine_port),
        "ENGINE_TOKEN": settings.derived("engine token"),
        "ENGINE_KEY": settings.derived("engine conversations"),
        "ENGINE_REDIS_URL": redis_url(settings),
        "ACTIONS_URL": f"{settings.actions_url}/webhook",
        "ACTIONS_PORT": str(settings.engine_port + 1),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",  # of packages of 2022; the tests make warnings errors
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(ROOT),
    }


def run(settings: Settings) -> int:
    """Runs until Ctrl-C, or until a process cannot be kept running; the exit code is then that process's."""
    for port, name in (
        (settings.port, "YIMI_PORT"),
        (settings.engine_port, "ENGINE_URL"),
        (settings.engine_port + 1, "ENGINE_URL（下一个端口）"),
    ):
        if _busy(port):
            raise CannotStart(
                f"端口 {port} 已被占用：请换一个，例如 YIMI_PORT={settings.port + 100} make run（{name}）"
            )
    try:
        open_listener(settings.speech_model, settings.ocr)
    except CannotListen as error:
        raise CannotStart(str(error)) from None
    notes = prepare(settings)
    manager = Keeper(Printer(sys.stdout))
    env = environment(settings)
    for name, command in parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes.items():
        if name == "redis" and settings.redis_url:
            continue
        manager.add_process(name, f"exec {command}", env=env, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(settings, notes), daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def _busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _announce(settings: Settings, notes: list[str]) -> None:
    """Waits until a synthetic conversation works, then says where everything is."""
    address, began, spoke = f"http://127.0.0.1:{settings.port}", time.monotonic(), time.monotonic()
    problem = ""
    while time.monotonic() - began < PATIENCE:
        try:
            answer = httpx.get(f"{address}/health", timeout=10, trust_env=False)
            if answer.status_code == 200:
                break
            problem = answer.text
        except httpx.HTTPError as error:
            problem = type(error).__name__
        if time.monotonic() - spoke > 5:
            print(f"正在启动……（{time.monotonic() - began:.0f} 秒，理解引擎载入要十几秒）", flush=True)
            spoke = time.monotonic()
        time.sleep(0.3)
    else:
        print(f"启动没有完成：{problem}", file=sys.stderr, flush=True)
        return
    public = settings.public_url
    lines = [
        "",
        f"  最后一米启动好了（用了 {time.monotonic() - began:.0f} 秒）",
        f"  居民在这里说话：　{public}/",
        f"  社工在这里办事：　{public}/desk",
        f"  接口：　　　　　　{public}/api/v1/　健康检查：{public}/health",
        *(f"  {note}" for note in notes),
        "  按 Ctrl-C 停止",
        "",
    ]
    print("\n".join(lines), flush=True)
