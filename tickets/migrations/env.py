"""Alembic's environment. The address comes from `database.alembic_config` (or `-x url=…` on alembic's own
command line)."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, BigInteger, Connection, String, text

from tickets.database import make_engine
from tickets.models import Base
from tickets.models.base import UtcDateTime

# Any fixed number: whoever holds it is the one process that migrates.
MIGRATION_LOCK = 430_121


def render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types the way a migration must say them: without importing code that will change
    later."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        return "json_value()"
    if isinstance(item, String) and "postgresql" in item._variant_mapping:
        return f"code({item.length})"
    if isinstance(item, BigInteger):
        return "big_id()"
    return False


def migrate_over(connection: Connection) -> None:
    """Upgrade inside one transaction: all of it or nothing."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Connect and migrate; on SQLite the transaction begins IMMEDIATE, so a second process waits."""
    url = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True)["url"]
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            migrate_over(connection)
    finally:
        engine.dispose()


main()
