"""The message rows of WeChat conversations: which wait, which answer a message, and that they are delivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.conversation.choices import Choices
from bot.conversation.danger import in_danger
from bot.conversation.transcript import add, find
from bot.wechat.compose import Said, composed
from bot.wechat.incoming import CHANNEL
from bot.wechat.window import AFTER_A_MESSAGE
from tickets.database import Database
from tickets.models import Conversation, Message, utc_now

SENT_BY_US = ("bot", "worker", "system")
AT_ONCE = 50  # rows that are put into one text; more wait for the next


@dataclass(frozen=True)
class Bundle:
    """Rows of one conversation, composed: `texts` in order, the first for the passive reply."""

    conversation_id: str
    sender: str
    row_ids: tuple[int, ...]
    texts: list[str]


def waiting(
    database: Database, besides: Collection[int], *, sender: str = "", conversation_id: str = ""
) -> Bundle | None:
    """What waits in a conversation (told by openid or by id), without the rows that are being handed over just now."""
    with database.reading() as session:
        conversation = find(session, CHANNEL, sender) if sender else session.get(Conversation, conversation_id)
        if conversation is None or conversation.channel != CHANNEL or not _is_there(conversation):
            return None
        rows = session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation.id,
                Message.delivered_at.is_(None),
                Message.author.in_(SENT_BY_US),
                Message.id.not_in(besides),
            )
            .order_by(Message.id)
            .limit(AT_ONCE)
        ).all()
        return _bundle(session, conversation, rows)


def answers(database: Database, sender: str, message_id: str) -> Bundle | None:
    """What one message was answered with, delivered or not: for a repeat."""
    with database.reading() as session:
        conversation = find(session, CHANNEL, sender)
        if conversation is None:
            return None
        rows = session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation.id,
                Message.author.in_(SENT_BY_US),
                or_(Message.source_id == message_id, Message.source_id == note_of(message_id)),
            )
            .order_by(Message.id)
        ).all()
        return _bundle(session, conversation, rows)


def _is_there(conversation: Conversation) -> bool:
    """False for somebody who was erased."""
    return conversation.data_key is not None and not conversation.data_key.dropped


def note_of(message_id: str) -> str:
    """The source of what the channel itself says to a message."""
    return f"{message_id}-note"


def _bundle(session: Session, conversation: Conversation, rows: Sequence[Message]) -> Bundle | None:
    offering = session.scalar(
        select(Message.source_id)
        .where(Message.conversation_id == conversation.id, Message.author == "bot", Message.buttons != [])
        .order_by(Message.id.desc())
        .limit(1)
    )
    # An older question is not to be answered any more: only the newest one's choices are shown.
    newest = any(row.buttons and row.source_id == offering for row in rows)
    choices = Choices.of(session, conversation, in_danger(session, conversation)) if newest else None
    said = [Said(row.author, row.text or "", row.image) for row in rows]
    texts = composed(said, choices)
    return Bundle(conversation.id, conversation.address or "", tuple(row.id for row in rows), texts) if texts else None


def mark_delivered(database: Database, bundle: Bundle, rest: Sequence[str] = ()) -> None:
    """These rows are done. `rest`: texts of them that could not be sent; they wait as rows of their own."""
    with database.session() as session:
        session.execute(
            update(Message)
            .where(Message.id.in_(bundle.row_ids), Message.delivered_at.is_(None))
            .values(delivered_at=utc_now())
        )
        if rest:
            conversation = session.get_one(Conversation, bundle.conversation_id)
            for text in rest:
                add(session, conversation, "system", text, f"rest-{bundle.row_ids[-1]}")
        session.commit()


def undelivered(database: Database) -> list[str]:
    """Conversations in which something waits and WeChat still lets us speak."""
    now = utc_now()
    with database.reading() as session:
        found = session.scalars(
            select(Conversation.id)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(
                Conversation.seen_at > now - AFTER_A_MESSAGE.span - timedelta(hours=1),  # indexed; a window implies it
                Conversation.channel == CHANNEL,
                Conversation.reach_until > now,
                Conversation.reach_left > 0,
                Conversation.unreachable_at.is_(None),
                Message.delivered_at.is_(None),
                Message.author.in_(SENT_BY_US),
            )
            .distinct()
        )
        return list(found)
