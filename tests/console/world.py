"""The cast at their desks, in a real database: 李社工 in 花石镇, 周社工 in 青山桥镇, 陈主任 over both. All invented."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot.conversation import Conversations
from bot.conversation.spool import Spool
from bot.engine import Engine
from bot.media import Listener
from console.app import create_app
from nlu.places import Gazetteer
from tests.console.replay import TOKEN, ReplayingEngine
from tickets.database import Database, migrate
from tickets.filing import Intake, file_intake
from tickets.models import Station, Worker
from tickets.passwords import hash_password
from tickets.people import issue_token
from tickets.sealing import Keyring
from yimi.settings import Settings

HUASHI, QINGSHANQIAO, COUNTY = "430321107", "430321105", "430321"
PASSWORD = "竹山 水车 木桥 晚稻"


@cache
def password_hash() -> str:
    """One hash for the whole cast: a real one takes a fifth of a second."""
    return hash_password(PASSWORD)


@cache
def gazetteer() -> Gazetteer:
    """The national gazetteer, opened once a test run."""
    return Gazetteer.load()


@cache
def _empty_database() -> bytes:
    """A database with the newest schema: migrated once a test run, copied for each world."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return path.read_bytes()


class World:
    """Database, replaying engine, conversations and the cast."""

    def __init__(self, folder: Path, listener: Listener | None = None, *, spool: bool = False, **settings: Any) -> None:
        self.settings = Settings(
            var_dir=folder, secret_key="only-for-tests-0123456789abcdefghij", _env_file=None, **settings
        )
        (folder / "yimi.db").write_bytes(_empty_database())
        self.database = Database(self.settings.database_url, Keyring(self.settings.secret_key))
        self.replay = ReplayingEngine()
        self.engine = Engine(self.replay.url, TOKEN)
        kept = Spool(folder / "spool", (self.settings.secret_key,)) if spool else None
        self.conversations = Conversations(self.database, self.engine, kept, listener)
        self._people()

    def close(self) -> None:
        self.engine.close()
        self.replay.close()
        self.database.close()

    def app(self, **more: Any) -> FastAPI:
        """The web application over this world."""
        return create_app(self.settings, self.database, self.conversations, self.engine, gazetteer=gazetteer, **more)

    def file(self, draft: str, township: str = HUASHI, **known: Any) -> str:
        """File a request; returns its number."""
        values: dict[str, Any] = {
            "channel": "phone", "township": township, "services": ["home_care"], "name": "王奶奶",
            "phone": "13800000000", "relation": "本人", "age": 82,
            "description": "一个人在家，腿脚不便，想请人上门做饭。",
        }  # fmt: skip
        with self.database.session() as session:
            ticket = file_intake(session, Intake(draft_id=draft, **(values | known)), datetime.now(UTC))
            session.commit()
            return ticket.number

    def token(self, login: str) -> str:
        """A bearer token of one of the cast."""
        with self.database.session() as session:
            worker = session.query(Worker).filter_by(login=login).one()
            token = issue_token(session, worker)
            session.commit()
            return token

    def _people(self) -> None:
        with self.database.session() as session:
            session.add_all(
                Station(code=code, name=name, level=level)
                for code, name, level in (
                    (HUASHI, "花石镇社工站", "township"),
                    (QINGSHANQIAO, "青山桥镇社工站", "township"),
                    (COUNTY, "湘潭县社工总站", "county"),
                )
            )
            session.flush()
            session.add_all(
                Worker(login=login, display_name=name, password_hash=password_hash(), **more)
                for login, name, more in (
                    ("li", "李社工", {"station_code": HUASHI}),
                    ("liu", "刘社工", {"station_code": HUASHI}),
                    ("zhou", "周社工", {"station_code": QINGSHANQIAO}),
                    ("sun", "孙督导", {"role": "supervisor", "division_code": COUNTY}),
                    ("chen", "陈主任", {"role": "admin"}),
                )
            )
            session.commit()


@contextmanager
def world(folder: Path, listener: Listener | None = None, **settings: Any) -> Iterator[World]:
    """A world that is taken down afterwards; `listener` hears voice messages."""
    made = World(folder, listener, **settings)
    try:
        yield made
    finally:
        made.close()
