"""Stations (each is a queue), the workers behind them, and how workers prove who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tickets.models.base import Base, JsonValue, UtcDateTime, code_type, new_id, utc_now

TRIAGE = "triage"
"""Code of the desk that takes what no station is responsible for."""

LEVELS = {9: "township", 6: "county", 4: "city", 2: "province"}
"""Level of a desk by the number of digits of its code."""

ROLES = ("worker", "supervisor", "admin")


class Station(Base):
    """A desk with its queue: the social-work station of a township, or a desk of a county, city or
    province."""

    __tablename__ = "stations"

    code: Mapped[str] = mapped_column(code_type(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10))
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(200))
    hours: Mapped[str | None] = mapped_column(String(100))
    operator_type: Mapped[str | None] = mapped_column(String(20))  # 政府购买 | 直接聘用
    active: Mapped[bool] = mapped_column(default=True)
    shows_names: Mapped[bool] = mapped_column(default=False)  # whether residents read who of the station speaks
    is_demo: Mapped[bool] = mapped_column(default=False)


class Worker(Base):
    """A person with a login. `station_code` is the own queue of a worker, `division_code` the area of a
    supervisor."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    role: Mapped[str] = mapped_column(String(10), default="worker")
    station_code: Mapped[str | None] = mapped_column(ForeignKey("stations.code"), index=True)
    division_code: Mapped[str] = mapped_column(code_type(9), default="")
    telegram_chat_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")  # "" = no password was given yet
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    station: Mapped[Station | None] = relationship(lazy="selectin")

    def __init__(self, **values: Any) -> None:
        # Here, not at the flush: access rules may ask an unsaved worker.
        defaults = {"id": new_id(), "role": "worker", "division_code": "", "active": True, "is_demo": False}
        super().__init__(**(defaults | values))


class WorkerToken(Base):
    """A bearer token of the API; only its SHA-256 is kept."""

    __tablename__ = "worker_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)


class WorkerSession(Base):
    """A login in the console; the cookie's value is kept as SHA-256 only. `csrf` is repeated by every
    form."""

    __tablename__ = "worker_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)


class TelegramBinding(Base):
    """A one-time code by which a worker ties their Telegram account to their login."""

    __tablename__ = "telegram_bindings"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginThrottle(Base):
    """The moments (epoch seconds) of the last tries of one login name, known or not; kept under a hash of
    the name, because people type passwords into the wrong field."""

    __tablename__ = "login_throttle"

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[list[float]] = mapped_column(JsonValue)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
