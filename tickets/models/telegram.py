"""Rows that only the Telegram channel needs: one-time links to the web, and what a worker is about to
write."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tickets.models.base import Base, UtcDateTime


class Handover(Base):
    """A one-time link that continues a Telegram conversation in the web chat; only its SHA-256 is kept."""

    __tablename__ = "handovers"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkerPrompt(Base):
    """What a worker's next text in Telegram will be used for: the words of a reply, or the result of a
    ticket."""

    __tablename__ = "worker_prompts"

    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id"), primary_key=True)
    action: Mapped[str] = mapped_column(String(10))  # reply | resolve
    number: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
