"""Conversations and their messages in the database."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.models import Conversation, Message, Ticket, blind_index, new_data_key


def new_draft() -> str:
    """The name of a request before it has a number; filing is idempotent on it."""
    return uuid.uuid4().hex


def new_token() -> str:
    """An unguessable web session (256 bits)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a web session."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(session: Session, channel: str, sender: str) -> Conversation | None:
    """The conversation of a web session, a Telegram chat or a WeChat openid."""
    if channel == "web":
        return session.scalar(select(Conversation).where(Conversation.token_hash == token_hash(sender)))
    index = blind_index(session, channel, sender)
    return session.scalar(select(Conversation).where(Conversation.address_index == index))


def begin(session: Session, channel: str, sender: str, station: str | None) -> Conversation:
    """A new conversation, with a data key of its own."""
    conversation = Conversation(
        channel=channel, data_key=new_data_key(session), draft_id=new_draft(), station_hint=station
    )
    if channel == "web":
        conversation.token_hash = token_hash(sender)
    else:
        conversation.address_index = blind_index(session, channel, sender)
        conversation.address = sender
    session.add(conversation)
    session.flush()
    return conversation


def add(
    session: Session,
    conversation: Conversation,
    author: str,
    text: str,
    source: str,
    buttons: list[dict[str, str]] | None = None,
    seen: bool = False,
) -> Message:
    """One message; `seen` ones need not be delivered (the resident's own)."""
    now = datetime.now(UTC)
    message = Message(
        conversation_id=conversation.id,
        data_key=conversation.data_key,
        author=author,
        text=text,
        buttons=buttons or [],
        source_id=source,
        created_at=now,
        delivered_at=now if seen else None,
    )
    session.add(message)
    return message


def answers_to(session: Session, conversation: Conversation, source: str) -> list[dict[str, Any]]:
    """What the assistant answered to one message, in order."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.source_id == source, Message.author == "bot")
        .order_by(Message.id)
    )
    return [shown(row) for row in rows]


def since(session: Session, conversation: Conversation, after: int, most: int = 200) -> list[dict[str, Any]]:
    """Messages of everybody after a message id, oldest first; with `author`, for a page that shows the whole talk."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.id > after)
        .order_by(Message.id.desc() if after == 0 else Message.id)
        .limit(most)
    ).all()
    ordered = reversed(rows) if after == 0 else rows
    return [
        {**shown(row), "author": row.author, "source_id": row.source_id, "at": row.created_at.isoformat()}
        for row in ordered
    ]


def numbers_of(session: Session, conversation: Conversation) -> list[str]:
    """Public numbers of the requests filed in this conversation, oldest first."""
    query = select(Ticket.number).where(Ticket.conversation_id == conversation.id)
    return list(session.scalars(query.order_by(Ticket.created_at, Ticket.number)))


def is_filed(session: Session, draft_id: str | None) -> bool:
    """Whether a draft has become a ticket."""
    return session.scalar(select(Ticket.id).where(Ticket.idempotency_key == draft_id)) is not None


def title_of(session: Session, conversation: Conversation, payload: str) -> str:
    """The words on a pressed button; an unknown one leaves no trace in the talk."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(20)
    )
    return next((each["title"] for row in rows for each in row.buttons if each["payload"] == payload), "")


def offers(session: Session, conversation: Conversation) -> list[tuple[str, str]]:
    """(title, payload) of the buttons that may be pressed now, each once, in the order they were shown."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(20)
    )
    titles: dict[str, str] = {}
    for row in rows:
        for each in row.buttons:
            titles.setdefault(each["payload"], each["title"])
    return [(titles[payload], payload) for payload in dict.fromkeys(conversation.offered) if payload in titles]


def last_question(session: Session, conversation: Conversation) -> list[tuple[str, list[dict[str, str]]]]:
    """The assistant's last message that had the buttons which are valid now."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(10)
    )
    offered = set(conversation.offered)
    return next(
        ([(row.text or "", row.buttons)] for row in rows if offered & {each["payload"] for each in row.buttons}), []
    )


def shown(row: Message) -> dict[str, Any]:
    """A message as channels show it."""
    return {"id": row.id, "text": row.text or "", "buttons": row.buttons, "image": row.image}
