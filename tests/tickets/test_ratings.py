"""One polite question after finished work, and who is never asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.database import Database
from tickets.lifecycle import act
from tickets.models import Conversation, Message, Ticket
from tickets.ratings import STARS, asked_last, later

File = Callable[..., Ticket]


def questions(session: Session) -> list[Message]:
    """Messages that ask for stars."""
    rows = session.scalars(select(Message).where(Message.author == "bot").order_by(Message.id))
    return [row for row in rows if any("rate_service" in each["payload"] for each in row.buttons)]


def resolved(session: Session, ticket: Ticket, cast: Any, now: datetime) -> Ticket:
    """Claimed and resolved."""
    act(session, ticket, "claim", cast.li, now=now)
    act(session, ticket, "resolve", cast.li, note="办好了", now=now)
    return ticket


def test_asked_once_with_five_words(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """Five buttons in words; not again after the ticket was opened again and resolved again."""
    with database.session() as session:
        ticket = resolved(session, filed(session, channel="web", conversation_id=talk.id), cast, now)
        (question,) = questions(session)
        assert [each["title"] for each in question.buttons] == list(STARS.values())
        conversation = session.get_one(Conversation, talk.id)
        assert conversation.awaiting == "rating" and asked_last(session, conversation) == ticket
        assert conversation.offered == [each["payload"] for each in question.buttons]
        act(session, ticket, "reopen", "resident", now=now)
        act(session, ticket, "resolve", cast.li, note="又办好了", now=now)
        assert len(questions(session)) == 1


@pytest.mark.parametrize(
    "known",
    [
        {"urgency": "emergency", "risks": ["violence"], "services": ["domestic_violence"]},
        {"urgency": "urgent"},
        {"risks": ["survival"]},
    ],
)
def test_never_after_danger(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime, known: dict[str, Any]
) -> None:
    """Who was in danger is not asked for stars, at the end or later."""
    with database.session() as session:
        resolved(session, filed(session, channel="web", conversation_id=talk.id, **known), cast, now)
        conversation = session.get_one(Conversation, talk.id)
        assert not questions(session) and conversation.awaiting is None and not later(session, conversation, now)


def test_never_while_an_alarm_is_open_or_after_withdrawal(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """Another ticket of the same talk is an alarm; a withdrawn one has no end to judge."""
    with database.session() as session:
        filed(session, channel="web", conversation_id=talk.id, urgency="emergency", risks=["violence"])
        resolved(session, filed(session, channel="web", conversation_id=talk.id), cast, now)
        act(session, filed(session, channel="web", conversation_id=talk.id), "withdraw", "resident", now=now)
        assert not questions(session)


def test_not_in_the_middle_of_something_else_but_later(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """A form that stands is not disturbed; within a week it is asked when nothing is going on, then never."""
    with database.session() as session:
        conversation = session.get_one(Conversation, talk.id)
        conversation.awaiting = "phone"
        ticket = resolved(session, filed(session, channel="web", conversation_id=talk.id), cast, now)
        assert not questions(session) and conversation.awaiting == "phone" and not later(session, conversation, now)
        conversation.awaiting = None
        assert not later(session, conversation, now + timedelta(days=8))
        ((text, buttons),) = later(session, conversation, now + timedelta(days=1))
        assert ticket.number in text and len(buttons) == 5 and conversation.awaiting == "rating"
        conversation.awaiting = None
        assert not later(session, conversation, now + timedelta(days=1))


def test_stars_of_a_button_count_whatever_the_words(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """`to` carries the stars; words alone are a remark and leave earlier stars as they are."""
    with database.session() as session:
        ticket = resolved(session, filed(session, channel="web", conversation_id=talk.id), cast, now)
        act(session, ticket, "rate", "resident", note="很不满意", to="1", now=now)
        act(session, ticket, "rate", "resident", note="人倒是挺和气的", now=now)
        assert ticket.rating == 1 and ticket.history[-1].note == "人倒是挺和气的"
