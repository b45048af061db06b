"""Erasing a person on their request: the data key goes, and with it everything it ever sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tickets.access import tickets_of
from tickets.lifecycle import NotAllowed, act
from tickets.models import (
    OPEN,
    Attachment,
    Consent,
    Conversation,
    DataKey,
    Inbox,
    Resident,
    Ticket,
    TicketEvent,
    utc_now,
)


def erase_conversation(session: Session, conversation: Conversation, now: datetime | None = None) -> int:
    """Erase what a resident told us in a conversation, tickets included; returns how many tickets were
    touched.

    Open routine tickets are withdrawn first. NotAllowed while an urgent one is open: somebody may be in
    danger, and the law lets us go on without consent. What stays is a ticket without a person: codes,
    times, statuses. The caller commits. A restored backup must have `dropped_keys` applied to it, or the
    wrapped key comes back with it.
    """
    now = now or utc_now()
    tickets = tickets_of(session, conversation)
    if any(ticket.status in OPEN and ticket.urgency != "routine" for ticket in tickets):
        raise NotAllowed("还有紧急的事正在办，办完以后才能删除您的信息。")
    for ticket in tickets:
        if ticket.status in OPEN:
            act(session, ticket, "withdraw", "resident", now=now)
    keys = {conversation.data_key_id} | {ticket.data_key_id for ticket in tickets}
    keys |= _residents_only_here(session, tickets)
    for ticket in tickets:
        session.add(TicketEvent(ticket_id=ticket.id, at=now, actor="resident", event="erased", status=ticket.status))
        ticket.phone_index = ticket.resident_id = None
        ticket.age = ticket.relation = None
        # The village alone can name a household; the township stays for the statistics.
        ticket.village = None
        ticket.version += 1
    session.execute(
        update(Attachment)
        .where(Attachment.conversation_id == conversation.id)
        .values(content_sealed=None, filename_sealed=None, remote_id=None)
    )
    if conversation.address_index is not None:
        session.execute(update(Inbox).where(Inbox.sender_index == conversation.address_index).values(body_sealed=None))
    session.execute(
        update(Consent)
        .where(Consent.conversation_id == conversation.id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    conversation.address_index = conversation.token_hash = conversation.draft_id = None
    for key in session.scalars(select(DataKey).where(DataKey.id.in_(keys - {None}))):
        key.drop(now)
    session.flush()
    return len(tickets)


def dropped_keys(session: Session) -> list[str]:
    """Ids of all dropped data keys: keep the list outside the database and apply it to every restored
    backup."""
    return list(session.scalars(select(DataKey.id).where(DataKey.wrapped.is_(None)).order_by(DataKey.id)))


def apply_dropped_keys(session: Session, ids: list[str], now: datetime | None = None) -> int:
    """Drop again what was dropped after a backup was taken; returns how many keys had come back."""
    back = session.scalars(select(DataKey).where(DataKey.id.in_(ids), DataKey.wrapped.is_not(None))).all()
    for key in back:
        key.drop(now or utc_now())
    session.flush()
    return len(back)


def _residents_only_here(session: Session, tickets: Sequence[Ticket]) -> set[str | None]:
    """Unlink residents that no ticket of another conversation speaks of; returns their keys."""
    mine = [ticket.id for ticket in tickets]
    keys: set[str | None] = set()
    for resident_id in {ticket.resident_id for ticket in tickets} - {None}:
        others = select(Ticket.id).where(Ticket.resident_id == resident_id, Ticket.id.not_in(mine))
        if session.scalar(others.limit(1)) is None:
            resident = session.get_one(Resident, resident_id)
            resident.phone_index = None
            keys.add(resident.data_key_id)
    return keys
