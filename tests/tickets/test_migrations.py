"""The schema in the migrations is the schema in the models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tickets.database import Database, alembic_config, migrate
from tickets.models import Base


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


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    """Three processes may migrate the same empty database at once, and nobody else may read the file."""
    path = tmp_path / "new" / "yimi.db"
    code = f"from tickets.database import migrate; migrate('sqlite:///{path}')"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert path.stat().st_mode & 0o077 == 0
