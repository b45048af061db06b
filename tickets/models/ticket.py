"""Tickets, their history, the residents they concern, and the counter their numbers come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tickets.models.base import Base, BigId, JsonDict, JsonValue, UtcDateTime, code_type, new_id, utc_now
from tickets.models.keys import SealedRow
from tickets.models.people import Station, Worker
from tickets.sealing import Sealed

STATUSES = ("new", "assigned", "accepted", "in_progress", "referred", "resolved", "closed", "withdrawn")
OPEN = ("new", "assigned", "accepted", "in_progress", "referred")
CHANNELS = ("web", "telegram", "wechat", "phone", "visit")
URGENCIES = ("emergency", "urgent", "routine")
"""Most pressing first."""

FINISHED_PRIORITY = len(URGENCIES)


def priority_of(status: str, urgency: str) -> int:
    """Order of work: 0 emergency, 1 urgent, 2 routine, 3 nothing left to do."""
    return URGENCIES.index(urgency) if status in OPEN else FINISHED_PRIORITY


class Resident(SealedRow, Base):
    """A person known by their phone number. The number itself is sealed; `phone_index` finds it again."""

    __tablename__ = "residents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    name = Sealed()
    phone = Sealed()

    def __init__(self, **values: Any) -> None:
        super().__init__(**({"id": new_id(), "created_at": utc_now()} | values))


class Ticket(SealedRow, Base):
    """A resident's request in the queue of a station. Status and owner change only through
    `lifecycle.act`."""

    __tablename__ = "tickets"
    __table_args__ = (
        # The list of one queue in its order of work, and the deadline watch over all of them.
        Index("ix_tickets_queue_order", "queue", "priority", "due_at", "created_at", "id"),
        Index("ix_tickets_order", "priority", "due_at", "created_at", "id"),
        Index("ix_tickets_queue_updated_at", "queue", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(12))
    township: Mapped[str | None] = mapped_column(code_type(9), index=True)
    county: Mapped[str | None] = mapped_column(code_type(6), index=True)
    village: Mapped[str | None] = mapped_column(code_type(12))
    village_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    queue: Mapped[str] = mapped_column(ForeignKey("stations.code"))
    level: Mapped[str] = mapped_column(String(10))
    services: Mapped[list[str]] = mapped_column(JsonValue)
    urgency: Mapped[str] = mapped_column(String(10))
    risks: Mapped[list[str]] = mapped_column(JsonValue)
    channel: Mapped[str] = mapped_column(String(10))
    relation: Mapped[str | None] = mapped_column(String(10))
    age: Mapped[int | None] = mapped_column(SmallInteger)
    beneficiary_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    description_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("residents.id"), index=True)
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("workers.id"), index=True)
    department: Mapped[str | None] = mapped_column(String(100))  # where it was referred to
    due_acknowledge: Mapped[datetime] = mapped_column(UtcDateTime)
    due_resolve: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the next of the two
    priority: Mapped[int] = mapped_column(SmallInteger)  # see priority_of
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restricted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # kept for the law only: see erasure
    followed_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # asked after, the day after danger
    rating: Mapped[int | None] = mapped_column(SmallInteger)  # 1–5 stars from the resident
    danger_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it became urgent or an emergency
    rating_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # asked once, never again
    version: Mapped[int]
    degraded: Mapped[bool]  # taken down without the engine: nobody has understood it yet
    is_demo: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    village_text = Sealed()
    beneficiary_name = Sealed()
    phone = Sealed()
    description = Sealed()

    station: Mapped[Station] = relationship(lazy="select")
    assignee: Mapped[Worker | None] = relationship(lazy="selectin")
    history: Mapped[list[TicketEvent]] = relationship(order_by="TicketEvent.id", lazy="select")

    def __init__(self, **values: Any) -> None:
        now = values.get("created_at") or utc_now()
        defaults: JsonDict = {
            "id": new_id(),
            "status": "new",
            "services": [],
            "urgency": "routine",
            "risks": [],
        }
        defaults |= {"version": 1, "degraded": False, "is_demo": False, "created_at": now, "updated_at": now}
        values = defaults | values
        values.setdefault("priority", priority_of(values["status"], values["urgency"]))
        if "due_acknowledge" in values:
            values.setdefault("due_at", values["due_acknowledge"])
        super().__init__(**values)


class TicketEvent(SealedRow, Base):
    """One entry of a ticket's history. `actor` is "resident", "system" or a worker's login."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)  # the row's name inside its sealed note
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12))  # of the ticket after the event
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    note = Sealed()

    def __init__(self, **values: Any) -> None:
        self.uid = values.pop("uid", None) or new_id()
        super().__init__(**({"at": utc_now()} | values))

    @property
    def seal_id(self) -> str:
        """The primary key is known only after the insert."""
        return self.uid


class TicketCounter(Base):
    """The last number given out in a division on a day."""

    __tablename__ = "ticket_counters"

    division: Mapped[str] = mapped_column(code_type(9), primary_key=True)
    day: Mapped[str] = mapped_column(String(8), primary_key=True)  # YYYYMMDD, local
    last: Mapped[int]
