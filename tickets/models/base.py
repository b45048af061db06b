"""What every table shares: the declarative base, UTC times, JSON lists, ids."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Fixed names, so that a later migration can drop or alter a constraint on either database.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables of the domain."""

    metadata = MetaData(naming_convention=NAMING)


LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone people here live in. A fixed offset: no summer time, and no zone database needed on the
machine."""


def utc_now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh random id: 32 hexadecimal digits (uuid4)."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, UTC in the database. A naive datetime raises ValueError: its zone would be
    a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; SQLite keeps no zone, so there the zone is dropped after converting."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code_type(length: int) -> String:
    """A column type for division codes. On PostgreSQL its collation is "C": only then can a plain index
    answer "every queue that starts with 4301"."""
    kind = String(length)
    return kind.with_variant(String(length, collation="C"), "postgresql")


# JSON on SQLite, JSONB on PostgreSQL. Assign a new list to change it: changes inside a list are not noticed.
JsonValue: JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# 64 bits on PostgreSQL; SQLite only counts up by itself in a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

JsonDict = dict[str, Any]
