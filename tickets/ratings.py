"""What a resident thinks of finished work: one polite question, once a ticket, never where somebody was in danger."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.holds import open_hold
from tickets.models import OPEN, Conversation, Ticket
from tickets.telling import Button, reachable, write

QUESTION = "耽误您一下：这回办得您满意吗？点一下就行，想多说两句也可以，不想说也没关系。"
LATER = "顺便问一句：上回那件事（受理号 {number}）办得您满意吗？点一下就行，不想说也没关系。"
STARS = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
LOW = 2  # stars up to which reopening is offered
STILL = timedelta(days=7)  # how long after the end it is still asked, if something else was going on then


def stars(words: str) -> int | None:
    """The 1–5 stars of a rating said as a number ("5", "打4分", "五星"); None when the words name none."""
    found = re.fullmatch(r"\D{0,6}?([1-5一二两三四五](?!般))\s*(?:颗?星|分)?\D{0,4}", words.strip())
    return None if found is None else "12345一二三四五".index(found[1].replace("两", "二")) % 5 + 1


def ask(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Ask for a rating if it may be asked now; True when it was. The caller commits."""
    conversation = reachable(session, ticket)
    if conversation is None or not _may_ask(session, ticket, conversation):
        return False
    write(session, conversation, "bot", QUESTION, now, _asked(ticket, conversation, now), f"rating-{ticket.id}")
    return True


def later(session: Session, conversation: Conversation, now: datetime) -> list[tuple[str, list[Button]]]:
    """The question for a ticket that ended while something else was going on: [(text, buttons)] to say now that nothing
    is, or []."""
    if conversation.awaiting is not None:
        return []
    ticket = session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.status == "resolved")
        .where(Ticket.rating_asked_at.is_(None), Ticket.rating.is_(None), Ticket.resolved_at > now - STILL)
        .order_by(Ticket.resolved_at)
        .limit(1)
    )
    if ticket is None or not _may_ask(session, ticket, conversation):
        return []
    buttons = _asked(ticket, conversation, now)
    conversation.offered = [each["payload"] for each in buttons]
    conversation.offer_no += 1
    return [(LATER.format(number=ticket.number), buttons)]


def asked_last(session: Session, conversation: Conversation) -> Ticket | None:
    """The ticket that was asked about last."""
    return session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.rating_asked_at.is_not(None))
        .where(Ticket.status.in_(("resolved", "closed")))
        .order_by(Ticket.rating_asked_at.desc())
        .limit(1)
    )


def _asked(ticket: Ticket, conversation: Conversation, now: datetime) -> list[Button]:
    """Notes that it is asked; the buttons."""
    ticket.rating_asked_at = now
    conversation.awaiting = "rating"
    return [
        {"title": title, "payload": "/rate_service" + json.dumps({"ticket": ticket.number, "stars": number})}
        for number, title in STARS.items()
    ]


def _may_ask(session: Session, ticket: Ticket, conversation: Conversation) -> bool:
    if ticket.status != "resolved" or ticket.rating_asked_at or ticket.rating:
        return False
    if ticket.urgency != "routine" or ticket.risks:
        return False  # who was in danger is not asked for stars
    if conversation.awaiting is not None or open_hold(session, conversation.id):
        return False  # something else is going on
    others = select(Ticket.id).where(Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN))
    return session.scalar(others.where(Ticket.urgency != "routine").limit(1)) is None
