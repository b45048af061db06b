"""The schema in the migrations is the schema in the models."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from tickets.database import Database, alembic_config, migrate
from tickets.models import Attachment, Base, Conversation, Ticket, new_data_key
from tickets.sealing import Keyring


def test_models_and_migrations_agree(database: Database) -> None:
    """Comparing the migrated database with the models finds no difference."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_one_head() -> None:
    """There is exactly one newest migration."""
    assert len(ScriptDirectory.from_config(alembic_config("sqlite://")).get_heads()) == 1


def test_downgrade_to_nothing_and_up_again(url: str) -> None:
    """Every migration goes back and forth."""
    command.downgrade(alembic_config(url), "base")
    migrate(url)


def test_back_and_forth_with_a_request_that_was_filed(
    url: str, database: Database, cast: Any, talk: Conversation, filed: Callable[..., Ticket]
) -> None:
    """Rows that refer to each other outlive the way back to 0005; what only newer versions know is gone."""
    with database.session() as session:
        number = filed(session, conversation_id=talk.id, channel="web").number
        session.commit()
    command.downgrade(alembic_config(url), "0005")
    migrate(url)
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.conversation_id == talk.id and ticket.history


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    """Three processes may migrate the same empty database at once, and nobody else may read the file."""
    path = tmp_path / "new" / "yimi.db"
    code = f"from tickets.database import migrate; migrate('sqlite:///{path}')"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert path.stat().st_mode & 0o077 == 0


def test_names_of_files_still_to_be_fetched_are_sealed_on_the_way_up(url: str) -> None:
    """What an older version kept in clear is sealed with the person's key; what is of no more use is gone."""
    keyring = Keyring("a secret key only for tests, 40 signs or so")
    command.downgrade(alembic_config(url), "0003")
    database = Database(url, keyring)
    with database.session() as session:
        key = new_data_key(session)
        session.flush()
        insert = text(
            "INSERT INTO attachments (id, kind, remote_id, content_sealed, created_at, data_key_id) "
            "VALUES (:id, 'photo', :remote, :content, :at, :key)"
        )
        for name, content in (("1" * 32, None), ("2" * 32, b"sealed")):
            values = {"id": name, "remote": "canary-" + name, "content": content, "at": "2026-11-20 02:00:00"}
            session.execute(insert, values | {"key": key.id})
        session.commit()
    migrate(url, keyring)
    with database.session() as session:
        waiting, fetched = (session.get_one(Attachment, name) for name in ("1" * 32, "2" * 32))
        assert waiting.remote_id == "canary-" + "1" * 32 and b"canary" not in (waiting.remote_id_sealed or b"")
        assert fetched.remote_id is None
        assert waiting.heard_at and fetched.heard_at, "old files are not listened to"
    database.close()
    command.downgrade(alembic_config(url), "0003")
    migrate(url)
