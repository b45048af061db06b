"""Asking after somebody, once, the day after they were in danger.

The words must be safe to be read by whoever holds the telephone: they name no trouble. Nobody is asked after who said
not to contact them, whom a worker has talked with since, who has written since, or whose request is finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from tickets.lifecycle import SYSTEM, act
from tickets.models import LOCAL, OPEN, Conversation, DataKey, Message, Ticket, TicketEvent
from tickets.notices import announce

HOURS = range(9, 20)  # local; nobody is woken, and no telephone lights up at night
SOONEST, LATEST = timedelta(hours=14), timedelta(hours=48)
QUIET = timedelta(hours=6)  # who wrote this recently is talking already
TALKED = ("replied", "noted", "resolved", "closed")  # entries of a worker who has spoken with them

TAKEN = "您好，前面说的事社工还在跟。方便时回我一个字就行。"
UNTAKEN = "您好，前面说的事还记在这里，我刚又催了社工站。方便时回我一个字就行。"
UNTAKEN_NOTE = "次日回访：这件事还没有人接手，请马上处理。"


def ask_after(session: Session, now: datetime) -> int:
    """Write what is due into the conversations and announce it; returns how many. The caller commits."""
    local = now.astimezone(LOCAL)
    if local.hour not in HOURS:
        return 0
    asked = 0
    for ticket in _due(session, now):
        if (ticket.danger_at or ticket.created_at).astimezone(LOCAL).date() >= local.date():
            continue
        ticket.followed_up_at = now
        conversation = session.get_one(Conversation, ticket.conversation_id)
        taken = ticket.acknowledged_at is not None
        session.add(
            Message(
                data_key=conversation.data_key,
                conversation_id=conversation.id,
                author="bot",
                text=TAKEN if taken else UNTAKEN,
                created_at=now,
            )
        )
        if not taken:
            act(session, ticket, "supplement", SYSTEM, note=UNTAKEN_NOTE, now=now)
        announce(session, "resident.reply", ticket, now)
        asked += 1
    session.flush()
    return asked


def _due(session: Session, now: datetime) -> Sequence[Ticket]:
    """Open tickets of danger from yesterday, one a conversation (the oldest), that leave nobody out."""
    since = (Message.conversation_id == Ticket.conversation_id, Message.created_at > Ticket.danger_at)
    by_worker = exists().where(*since, Message.author == "worker")
    lately = exists().where(*since, Message.author == "resident", Message.created_at > now - QUIET)
    noted = exists().where(
        TicketEvent.ticket_id == Ticket.id, TicketEvent.at > Ticket.danger_at, TicketEvent.event.in_(TALKED)
    )
    found = session.scalars(
        select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .join(DataKey, DataKey.id == Conversation.data_key_id)
        .where(
            Ticket.status.in_(OPEN),
            Ticket.urgency != "routine",
            Ticket.danger_at.between(now - LATEST, now - SOONEST),
            Ticket.followed_up_at.is_(None),
            Ticket.is_demo.is_(False),
            DataKey.wrapped.is_not(None),
            Conversation.no_contact_at.is_(None),
            or_(Conversation.token_hash.is_not(None), Conversation.unreachable_at.is_(None)),
            ~by_worker,
            ~lately,
            ~noted,
        )
        .order_by(Ticket.danger_at)
        .limit(100)
    ).all()
    first: dict[str | None, Ticket] = {}
    for ticket in found:
        first.setdefault(ticket.conversation_id, ticket)
    return list(first.values())
