"""How long things are kept: what the consent texts promise, done by the dispatcher.

| what                                                           | kept for                                       |
| -------------------------------------------------------------- | ---------------------------------------------- |
| a conversation in which nothing was filed                       | 7 days after the last word                     |
| a person who asked to be erased while somebody was in danger    | until nothing urgent is open                   |
| words of a talk, once nothing of it is open, also those that a  | 180 days                                       |
| machine heard in its files                                      |                                                |
| everything of a person                                          | 3 years after the last request was finished    |
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tickets.access import tickets_of
from tickets.erasure import RETENTION, erase_conversation, in_danger_now
from tickets.models import OPEN, Attachment, Conversation, DataKey, Message, Ticket

UNFILED = timedelta(days=7)
WORDS = timedelta(days=180)
AT_ONCE = 100  # conversations in one transaction: other writers wait


def sweep(session: Session, now: datetime) -> list[str]:
    """Erase what is due, at most `AT_ONCE` people; returns the ids of their conversations, for the engine to forget
    too. The caller commits."""
    erased = []
    for conversation in session.scalars(_due(now).limit(AT_ONCE)).all():
        if in_danger_now(tickets_of(session, conversation)):
            continue
        erase_conversation(session, conversation, now)
        erased.append(conversation.id)
    return erased


def blank_old_words(session: Session, now: datetime) -> int:
    """Take the words out of messages older than 180 days, and what a machine heard in files as old, except where a
    request is open; returns how many."""
    blanked = 0
    for table, column in ((Message, Message.text_sealed), (Attachment, Attachment.transcript_sealed)):
        still_open = exists().where(Ticket.conversation_id == table.conversation_id, Ticket.status.in_(OPEN))
        result = session.execute(
            update(table)
            .where(table.created_at < now - WORDS, column.is_not(None), ~still_open)
            .values({column: None})
            .execution_options(synchronize_session=False)
        )
        blanked += cast("CursorResult[Any]", result).rowcount
    return blanked


def _due(now: datetime) -> Any:
    """Conversations with something to erase for which the time has come. Demonstrations stay."""
    of_it = Ticket.conversation_id == Conversation.id
    finished = func.coalesce(Ticket.closed_at, Ticket.resolved_at, Ticket.updated_at)
    running = exists().where(of_it, or_(Ticket.status.in_(OPEN), finished > now - RETENTION))
    alive = exists().where(DataKey.id == Conversation.data_key_id, DataKey.wrapped.is_not(None))
    return (
        select(Conversation)
        .where(
            alive,
            Conversation.is_demo.is_(False),
            or_(
                Conversation.erase_requested_at.is_not(None),
                and_(Conversation.seen_at < now - UNFILED, ~exists().where(of_it)),
                and_(Conversation.seen_at < now - RETENTION, ~running),
            ),
        )
        .order_by(Conversation.seen_at)
    )
