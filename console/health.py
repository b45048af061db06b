"""Whether this process can do its work: a real turn of the engine and a real look into the database."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.engine import Engine, EngineError
from tickets.database import Database

log = logging.getLogger(__name__)

FRESH_SECONDS = 5.0  # one look answers everybody for this long: asking in a loop loads nothing
ENGINE_SECONDS = 5.0


class Health:
    """The last look at the parts, shared by everybody who asks within `FRESH_SECONDS`."""

    def __init__(self, database: Database, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._engine, self._clock = database, engine, clock
        self._lock = threading.Lock()
        self._at = -FRESH_SECONDS
        self._seen: dict[str, str] = {}

    def look(self) -> dict[str, str]:
        """For `database` and `engine` each: the word ok, or what is wrong."""
        with self._lock:
            if self._clock() - self._at >= FRESH_SECONDS:
                self._seen = {"database": _database(self._database), "engine": _engine(self._engine)}
                self._at = self._clock()
            return self._seen


def _database(database: Database) -> str:
    try:
        with database.reading() as session:
            # A table of ours, so that a database without its schema is not called well.
            session.execute(text("SELECT 1 FROM tickets LIMIT 1"))
    except SQLAlchemyError as error:
        log.warning("health: database: %s", type(error).__name__)
        return "数据库连不上，或者还没有建好表"
    return "ok"


def _engine(engine: Engine) -> str:
    """A real conversation that nobody has: understood words, then a turn that needs the action server."""
    conversation = "health-" + secrets.token_hex(8)
    try:
        engine.turn(conversation, "health-1", text="你好", seconds=ENGINE_SECONDS)
        reply = engine.turn(conversation, "health-2", payload="/ask_status", seconds=ENGINE_SECONDS)
        engine.forget(conversation)
    except EngineError as error:
        return f"对话引擎没有正常回答（{error}）"
    return "ok" if reply.effects else "对话引擎没有正常回答"
