"""Short messages that the WeChat side adds to a conversation: rows like all others, neither lost nor doubled."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.consent import keeps
from bot.conversation.transcript import add, begin, find
from bot.wechat import words
from bot.wechat.incoming import CHANNEL
from tickets.database import Database
from tickets.models import Conversation, Message


def conversation_of(session: Session, sender: str) -> Conversation:
    """The conversation of an openid, begun if there is none."""
    return find(session, CHANNEL, sender) or begin(session, CHANNEL, sender, None)


def say(database: Database, sender: str, texts: tuple[str, ...], source: str, shown: str | None = None) -> None:
    """Add messages of ours once for each `source`, and what the resident sent, if it is to be `shown` to the worker and
    may stay.

    Committed when it returns; sending them is `outgoing`'s.
    """
    with database.session() as session:
        conversation = conversation_of(session, sender)
        if _said(session, conversation, source):
            return
        if shown and not keeps(session, conversation):
            texts = tuple(words.LINK_NOT_KEPT if text == words.LINK else text for text in texts)
        elif shown:
            add(session, conversation, "resident", shown, source, seen=True)
        for text in texts:
            add(session, conversation, "system", text, source)
        session.commit()


def _said(session: Session, conversation: Conversation, source: str) -> bool:
    query = select(Message.id).where(Message.conversation_id == conversation.id, Message.source_id == source)
    return session.scalar(query.limit(1)) is not None
