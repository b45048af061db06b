"""One-time links from Telegram to our own web chat: what must not be stored abroad is written there.

ID numbers, photos of documents and children's names are never asked for in Telegram. The link continues the same
conversation in the browser. Its token is random, kept as a hash, short-lived, and opens once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tickets.models import Conversation, Handover

MINUTES = 30


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(session: Session, conversation: Conversation, public_url: str, now: datetime) -> str:
    """A fresh link for this conversation, valid for `MINUTES`; links given before stop working. The caller commits."""
    session.execute(
        update(Handover)
        .where(Handover.conversation_id == conversation.id, Handover.used_at.is_(None))
        .values(used_at=now)
    )
    token = secrets.token_urlsafe(24)
    session.add(
        Handover(
            token_hash=_hash(token),
            conversation_id=conversation.id,
            created_at=now,
            expires_at=now + timedelta(minutes=MINUTES),
        )
    )
    return f"{public_url.rstrip('/')}/h/{token}"


def open_link(session: Session, token: str, now: datetime) -> str | None:
    """Use a link up: the web session (for the contract's `session`) that continues its conversation.

    None when the link is unknown, used or expired: one and the same answer. Two presses at once: one gets the session.
    A web session opened by an earlier link of the conversation ends here. The caller commits.
    """
    used = session.execute(
        update(Handover)
        .where(Handover.token_hash == _hash(token), Handover.used_at.is_(None), Handover.expires_at > now)
        .values(used_at=now)
    )
    if getattr(used, "rowcount", 0) != 1:
        return None
    conversation_id = session.scalars(select(Handover.conversation_id).where(Handover.token_hash == _hash(token))).one()
    web_session = secrets.token_urlsafe(32)
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(token_hash=hashlib.sha256(web_session.encode()).hexdigest())
    )
    return web_session


def is_open(session: Session, token: str, now: datetime) -> bool:
    """Whether a link would still open. Link previews of messengers fetch pages: only a press may use a link up."""
    return (
        session.scalar(
            select(Handover.token_hash).where(
                Handover.token_hash == _hash(token), Handover.used_at.is_(None), Handover.expires_at > now
            )
        )
        is not None
    )
