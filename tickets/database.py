"""Opening the database: SQLite (WAL, the default) or PostgreSQL, the same code on both.

SQLite has one writer at a time. A writing session therefore starts with BEGIN IMMEDIATE: it waits its turn
at the first statement (up to 15 s) instead of failing at the last one, and what it reads cannot change
under it. Keep writing sessions short: no network and no password hashing inside.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from tickets.models.base import Base
from tickets.sealing import Keyring

BUSY_TIMEOUT_MS = 15_000
MIGRATIONS = Path(__file__).parent / "migrations"


def database_url(text: str) -> URL:
    """Read DATABASE_URL; `postgres://…` and `postgresql://…` mean the psycopg driver. ValueError for other
    databases."""
    url = make_url(text)
    if url.get_backend_name() in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        return url
    raise ValueError(f"DATABASE_URL: {url.get_backend_name()} is not supported; use sqlite:/// or postgresql://")


def make_engine(text: str) -> Engine:
    """An engine with our connection settings; connects to nothing yet."""
    url = database_url(text)
    if url.get_backend_name() == "postgresql":
        options = f"-c timezone=utc -c lock_timeout={BUSY_TIMEOUT_MS}"
        return create_engine(
            url,
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=True,
            connect_args={"options": options, "connect_timeout": 5},
        )
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    waiting = {"timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, pool_size=10, max_overflow=30, hide_parameters=True, connect_args=waiting)
    event.listen(engine, "connect", _prepare_sqlite)
    _queue_writers(engine)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # a dropped key leaves no copy in free pages
    ):
        connection.execute(f"PRAGMA {pragma}")


def _queue_writers(engine: Engine) -> None:
    """Begin transactions ourselves, the writing ones of this process one after another.

    SQLite alone lets waiting writers poll with growing pauses, and under load an unlucky one starves until its timeout.
    The lock makes the threads of a process wait in turn; between processes SQLite's own waiting is enough.
    """
    turn = threading.Lock()

    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        if not reading:
            connection.info["turn"] = turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
        except BaseException:
            leave(connection.info)
            raise

    def leave(info: dict[Any, Any]) -> None:
        if info.pop("turn", False):
            turn.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", lambda connection: leave(connection.info))
    event.listen(engine, "rollback", lambda connection: leave(connection.info))
    # Whatever way a connection ends: back in the pool or thrown away, it holds no turn.
    event.listen(engine, "reset", lambda _connection, record, _state: leave(record.info))
    event.listen(engine, "invalidate", lambda _connection, record, _error: leave(record.info))


class Database:
    """The one door to the database of a process. `Database(url, keyring)`; `session()` writes, `reading()`
    reads."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.engine = make_engine(url)
        self.keyring = keyring
        self._readers = self.engine.execution_options(reading=True, postgresql_readonly=True)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that may write. The caller commits; what is not committed is rolled back at the end."""
        info = {"keyring": self.keyring}
        with Session(self.engine, expire_on_commit=False, info=info) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: waits for no writer, and the database refuses any change."""
        info = {"keyring": self.keyring, "reading": True}
        with Session(self._readers, expire_on_commit=False, autoflush=False, info=info) as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of this session."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def alembic_config(url: str, keyring: Keyring | None = None) -> Config:
    """Alembic's configuration for this repository; no ini file, no working directory needed."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["keyring"] = keyring
    return config


def migrate(url: str, keyring: Keyring | None = None) -> None:
    """Bring the database to the newest schema. Safe to call from several starting processes at once.

    `keyring`: for migrations that seal what an older version kept in clear; without it they drop it.
    """
    command.upgrade(alembic_config(url, keyring), "head")
