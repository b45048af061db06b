"""What comes in and what must be told: durable inbox, outbox, and rows that are neither people nor
tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tickets.models.base import Base, BigId, UtcDateTime, code_type, utc_now
from tickets.models.keys import SealedRow
from tickets.sealing import Sealed


class Inbox(SealedRow, Base):
    """A message exactly as it arrived, kept until it is answered; a repeat hits the primary key.

    Sealed with the system's own key (`system_key(session, INBOX)`) and blanked when done.
    """

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_sender", "channel", "sender_index", "state"),)

    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    bot_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)  # order within one sender and moment, if the channel has one
    sender_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    state: Mapped[str] = mapped_column(String(10))  # pending | done | failed
    attempts: Mapped[int]

    body = Sealed()

    def __init__(self, **values: Any) -> None:
        # The sealed body is bound to the whole key.
        for name in ("channel", "bot_id", "message_id"):
            setattr(self, name, values.pop(name))
        super().__init__(**({"state": "pending", "attempts": 0, "received_at": utc_now()} | values))

    @property
    def seal_id(self) -> str:
        """The triple that is the primary key."""
        return f"{self.channel}/{self.bot_id}/{self.message_id}"


class Outbox(Base):
    """Something that must be announced, written in the transaction that made it true. No personal data."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unsent",
            "id",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # consumers remember the numbers they have seen
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(30))
    queue: Mapped[str] = mapped_column(code_type(9))
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[str] = mapped_column(String(32), default="")
    urgency: Mapped[str] = mapped_column(String(10), default="routine")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Base):
    """A consumer has handled an outbox row: the stream delivers at least once, this row makes it once."""

    __tablename__ = "deliveries"

    consumer: Mapped[str] = mapped_column(String(64), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CoverageGap(Base):
    """A township people asked help in that has no active station of its own."""

    __tablename__ = "coverage_gaps"

    township: Mapped[str] = mapped_column(code_type(9), primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int]


class Setting(Base):
    """A value an administrator may change at run time."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
