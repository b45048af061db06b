"""Erasing a person on their request: the data key goes, and with it everything it ever sealed.

Records of danger that has been reported (violence, a child, somebody's life) are evidence and must be kept for three
years: those tickets are restricted instead, that is, stored and seen by nobody who works with tickets, and erased when
the time is over (`retention`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tickets import consents
from tickets.access import tickets_of
from tickets.lifecycle import NotAllowed, act
from tickets.models import (
    OPEN,
    Attachment,
    Conversation,
    DataKey,
    Hold,
    Inbox,
    Message,
    Resident,
    Ticket,
    TicketEvent,
    utc_now,
)

RETAINED_RISKS = frozenset({"suicide_self_harm", "violence", "child_abuse"})
RETENTION = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Erased:
    """What became of the tickets: how many were emptied, which are kept restricted, and until when at the latest."""

    tickets: int
    restricted: tuple[str, ...] = ()
    until: datetime | None = None


def in_danger_now(tickets: Sequence[Ticket]) -> bool:
    """Whether something urgent is still open: then nothing may go."""
    return any(ticket.status in OPEN and ticket.urgency != "routine" for ticket in tickets)


def retained_until(ticket: Ticket, now: datetime) -> datetime | None:
    """Until when a ticket must be kept though the resident wants it erased; None when it need not."""
    if not RETAINED_RISKS & set(ticket.risks):
        return None
    until = (ticket.closed_at or ticket.resolved_at or ticket.updated_at) + RETENTION
    return until if until > now else None


def erase_conversation(session: Session, conversation: Conversation, now: datetime | None = None) -> Erased:
    """Erase what a resident told us in a conversation, tickets included.

    Open routine tickets are withdrawn first. NotAllowed while an urgent one is open: somebody may be in
    danger, and the law lets us go on without consent. What stays is a ticket without a person: codes,
    times, statuses; and restricted tickets (see above) with what they hold. The caller commits. A restored
    backup must have `dropped_keys` applied to it, or the wrapped key comes back with it.
    """
    now = now or utc_now()
    tickets = tickets_of(session, conversation)
    if in_danger_now(tickets):
        raise NotAllowed("还有紧急的事正在办，办完以后才能删除您的信息。")
    for ticket in tickets:
        if ticket.status in OPEN:
            act(session, ticket, "withdraw", "resident", now=now)
    kept = {ticket.id: until for ticket in tickets if (until := retained_until(ticket, now))}
    gone = [ticket for ticket in tickets if ticket.id not in kept]
    for ticket in tickets:
        _record(session, ticket, "restricted" if ticket.id in kept else "erased", now)
    keys = {ticket.data_key_id for ticket in gone} | {conversation.data_key_id} | _residents_only_here(session, gone)
    for ticket in gone:
        _empty(ticket)
    for ticket in tickets:
        if ticket.id in kept:
            ticket.restricted_at = ticket.restricted_at or now
    session.flush()
    _forget_talk(session, conversation, now)
    if kept:  # the conversation's key seals them as well: what else it seals must go by itself
        _blank(session, conversation, gone)
    keys -= {ticket.data_key_id for ticket in tickets if ticket.id in kept}
    for key in session.scalars(select(DataKey).where(DataKey.id.in_(keys - {None}))):
        key.drop(now)
    session.flush()
    return Erased(len(gone), tuple(t.number for t in tickets if t.id in kept), max(kept.values(), default=None))


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


def _record(session: Session, ticket: Ticket, event: str, now: datetime) -> None:
    session.add(TicketEvent(ticket_id=ticket.id, at=now, actor="resident", event=event, status=ticket.status))
    ticket.version += 1


def _empty(ticket: Ticket) -> None:
    """A ticket without a person, apart from what its key seals."""
    ticket.phone_index = ticket.resident_id = None
    ticket.age = ticket.relation = None
    # The village alone can name a household; the township stays for the statistics.
    ticket.village = None


def _forget_talk(session: Session, conversation: Conversation, now: datetime) -> None:
    """Words, files and addresses of the conversation; its consents are taken back."""
    session.execute(
        update(Attachment)
        .where(Attachment.conversation_id == conversation.id)
        .values(content_sealed=None, filename_sealed=None, remote_id_sealed=None, transcript_sealed=None)
    )
    if conversation.address_index is not None:
        session.execute(update(Inbox).where(Inbox.sender_index == conversation.address_index).values(body_sealed=None))
    session.execute(update(Hold).where(Hold.conversation_id == conversation.id).values(question_sealed=None))
    consents.withdraw(session, conversation, now)
    conversation.address_index = conversation.token_hash = conversation.draft_id = None
    conversation.erase_requested_at = None


def _blank(session: Session, conversation: Conversation, gone: Sequence[Ticket]) -> None:
    """Take out what the dropped key would have made unreadable."""
    conversation.address = None
    session.execute(delete(Message).where(Message.conversation_id == conversation.id))
    ids = [ticket.id for ticket in gone]
    session.execute(update(TicketEvent).where(TicketEvent.ticket_id.in_(ids)).values(note_sealed=None))
    for ticket in gone:
        ticket.description = ticket.beneficiary_name = ticket.phone = ticket.village_text = None


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
