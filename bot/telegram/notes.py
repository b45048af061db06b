"""Short messages that the Telegram side adds to a conversation: rows like all others, neither lost nor doubled."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.transcript import add, begin, find
from bot.conversation.words import ATTACHMENT
from bot.telegram.handover import MINUTES, make_link
from bot.telegram.words import LOCATION
from tickets.database import Database
from tickets.holds import open_hold
from tickets.models import Conversation, Message, utc_now

CHANNEL = "telegram"
_UNNEEDED = {*ATTACHMENT.values(), LOCATION}


class Notes:
    """Writes rows; sending them is `Outgoing`'s."""

    def __init__(self, database: Database, public_url: str) -> None:
        self._database, self._public_url = database, public_url

    def say(self, chat_id: str, text: str, source: str) -> None:
        """Add a message once for each `source`; while a person speaks with the resident, not that a picture has come.
        Committed when it returns."""
        with self._database.session() as session:
            conversation = _conversation(session, chat_id)
            held = text in _UNNEEDED and open_hold(session, conversation.id)
            if not held and not _said(session, conversation, source):
                add(session, conversation, "system", text, source)
            session.commit()

    def link(self, chat_id: str, text: str, source: str) -> None:
        """Like `say`, with a fresh one-time link to the web chat in `{link}`."""
        with self._database.session() as session:
            conversation = _conversation(session, chat_id)
            if not _said(session, conversation, source):
                address = make_link(session, conversation, self._public_url, utc_now())
                add(session, conversation, "system", text.format(link=address, minutes=MINUTES), source)
            session.commit()


def _conversation(session: Session, chat_id: str) -> Conversation:
    return find(session, CHANNEL, chat_id) or begin(session, CHANNEL, chat_id, None)


def _said(session: Session, conversation: Conversation, source: str) -> bool:
    return (
        session.scalar(
            select(Message.id).where(Message.conversation_id == conversation.id, Message.source_id == source).limit(1)
        )
        is not None
    )
