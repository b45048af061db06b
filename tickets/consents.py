"""Consents: given per purpose to one version of a text, taken back at any time.

| purpose    | lets us                                                                                   |
| ---------- | ----------------------------------------------------------------------------------------- |
| `handling` | write the request down and hand it to the station                                         |
| `quality`  | read the talk, without name and number, to see where the answers were bad; no by default  |

`open_to_evaluation` is the one door for whoever evaluates talks.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from tickets.models import Consent, Conversation

PURPOSES = ("handling", "quality")


def grant(session: Session, conversation: Conversation, purpose: str, version: str, now: datetime) -> Consent:
    """Record a yes; one to the same version that still holds is not doubled. ValueError for an unknown purpose."""
    if purpose not in PURPOSES:
        raise ValueError(f"unknown purpose {purpose!r}")
    same = select(Consent).where(
        Consent.conversation_id == conversation.id,
        Consent.purpose == purpose,
        Consent.text_version == version,
        Consent.withdrawn_at.is_(None),
    )
    found = session.scalar(same)
    if found is None:
        found = Consent(conversation_id=conversation.id, purpose=purpose, text_version=version, granted_at=now)
        session.add(found)
        session.flush()
    return found


def withdraw(session: Session, conversation: Conversation, now: datetime, purpose: str | None = None) -> None:
    """Take back what holds for a purpose, or for all of them."""
    holding = update(Consent).where(Consent.conversation_id == conversation.id, Consent.withdrawn_at.is_(None))
    session.execute((holding.where(Consent.purpose == purpose) if purpose else holding).values(withdrawn_at=now))


def given(session: Session, conversation: Conversation) -> list[Consent]:
    """Everything this resident ever agreed to here, oldest first."""
    query = select(Consent).where(Consent.conversation_id == conversation.id).order_by(Consent.granted_at)
    return list(session.scalars(query))


def open_to_evaluation() -> Select[Conversation]:
    """The conversations that administrators' evaluation may read: consent for quality holds, nobody was in danger.

    Whatever reads residents' words for anything but handling their request starts from this query.
    """
    agreed = exists().where(
        Consent.conversation_id == Conversation.id, Consent.purpose == "quality", Consent.withdrawn_at.is_(None)
    )
    return select(Conversation).where(agreed, Conversation.urgency == "routine")
