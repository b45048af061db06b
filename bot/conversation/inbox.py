"""The durable inbox: a message is a committed row before its channel is told that it arrived."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.conversation.inbound import Inbound
from tickets.models import INBOX, Inbox, blind_index, system_key

PENDING, DONE, FAILED = "pending", "done", "failed"
MOST_ATTEMPTS = 5  # a message that fails this often is set aside, so that it does not block the ones after it


def store(session: Session, inbound: Inbound, at: datetime | None = None) -> bool:
    """Writes one message that came `at` (now); False when it is there already (a repeat). The caller commits."""
    if state_of(session, inbound):
        return False
    row = Inbox(
        channel=inbound.channel,
        bot_id=inbound.bot_id,
        message_id=inbound.message_id,
        data_key=system_key(session, INBOX),
        sequence=inbound.sequence,
        sender_index=blind_index(session, inbound.channel, inbound.sender),
        body=inbound.to_json(),
        received_at=at or datetime.now(UTC),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process was quicker
        return False
    return True


def state_of(session: Session, inbound: Inbound) -> str | None:
    """pending, done, failed, or None when the message was never stored."""
    return session.scalar(
        select(Inbox.state).where(
            Inbox.channel == inbound.channel,
            Inbox.bot_id == inbound.bot_id,
            Inbox.message_id == inbound.message_id,
        )
    )


def waiting(session: Session, inbound: Inbound) -> list[Inbound]:
    """The sender's pending messages up to and including this one, oldest first."""
    index = blind_index(session, inbound.channel, inbound.sender)
    rows = session.scalars(
        select(Inbox)
        .where(
            Inbox.channel == inbound.channel,
            Inbox.bot_id == inbound.bot_id,
            Inbox.sender_index == index,
            Inbox.state == PENDING,
        )
        .order_by(Inbox.received_at, Inbox.sequence, Inbox.message_id)
    )
    return [Inbound.from_json(row.body) for row in rows if row.body]


def all_waiting(session: Session, channel: str, bot_id: str) -> list[Inbound]:
    """Everything a crash left unanswered on one channel, oldest first."""
    rows = session.scalars(
        select(Inbox)
        .where(Inbox.channel == channel, Inbox.bot_id == bot_id, Inbox.state == PENDING)
        .order_by(Inbox.received_at, Inbox.sequence, Inbox.message_id)
    )
    return [Inbound.from_json(row.body) for row in rows if row.body]


def finish(session: Session, inbound: Inbound) -> None:
    """Marks a message answered and blanks its words (they live on in the conversation, under its own key)."""
    row = session.get_one(Inbox, (inbound.channel, inbound.bot_id, inbound.message_id))
    row.state, row.body = DONE, None


def count_failure(session: Session, inbound: Inbound) -> bool:
    """Notes that answering failed; True when the message is now set aside (its words are kept)."""
    row = session.get_one(Inbox, (inbound.channel, inbound.bot_id, inbound.message_id))
    row.attempts += 1
    if row.attempts >= MOST_ATTEMPTS:
        row.state = FAILED
    return row.state == FAILED
