"""Who speaks with a resident: while a hold is open a person does, and the assistant is silent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tickets.models.base import Base, UtcDateTime, new_id, utc_now
from tickets.models.keys import SealedRow
from tickets.models.people import Worker
from tickets.sealing import Sealed

VIA = ("desk", "telegram")


class Hold(SealedRow, Base):
    """A person holds a conversation for one ticket, or has been called and has not come yet (`worker_id` NULL).

    A conversation has at most one open hold. `question` is what the assistant was asking when it fell silent: JSON
    {"text", "buttons"}, asked again when the conversation is handed back, together with `awaiting`.
    """

    __tablename__ = "holds"
    __table_args__ = (
        Index(
            "uq_holds_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("workers.id"), index=True)
    via: Mapped[str | None] = mapped_column(String(10))  # desk | telegram: where the worker reads and writes
    began_by: Mapped[str] = mapped_column(String(10))  # resident | worker
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    quiet_since: Mapped[datetime] = mapped_column(UtcDateTime)  # no worker has said anything since
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # that the worker reads along was said
    awaiting: Mapped[str | None] = mapped_column(String(20))
    question_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(10))  # worker | resident | silence | done

    question = Sealed()

    worker: Mapped[Worker | None] = relationship(lazy="selectin")

    def __init__(self, **values: Any) -> None:
        now = values.get("began_at") or utc_now()
        super().__init__(**({"id": new_id(), "began_at": now, "quiet_since": now} | values))
