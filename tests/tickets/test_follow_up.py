"""The day after danger somebody is asked after: once, in words that may be read by anybody, and only who wants it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.database import Database
from tickets.follow_up import TAKEN, UNTAKEN, ask_after
from tickets.lifecycle import act
from tickets.models import Conversation, Message, Outbox, Ticket

File = Callable[..., Ticket]
NEXT_DAY = timedelta(days=1)  # `now` is a Friday, 10:00 in China


@pytest.fixture
def alarm(database: Database, talk: Conversation, filed: File, cast: Any) -> Ticket:
    """王奶奶's alarm of Friday morning."""
    with database.session() as session:
        ticket = filed(session, conversation_id=talk.id, channel="web", urgency="emergency", risks=["violence"])
        session.commit()
    return ticket


def told(session: Session) -> list[str | None]:
    return [row.text for row in session.scalars(select(Message).where(Message.author == "bot"))]


def test_once_the_next_day_and_the_channel_is_woken(
    database: Database, alarm: Ticket, cast: Any, now: datetime
) -> None:
    """Not the same day, not at night, not twice."""
    with database.session() as session:
        act(session, session.get_one(Ticket, alarm.id), "claim", cast.li, now=now)
        assert ask_after(session, now + timedelta(hours=9)) == 0, "the same evening"
        assert ask_after(session, now + timedelta(hours=20)) == 0, "six in the morning"
        assert ask_after(session, now + NEXT_DAY) == 1
        assert told(session) == [TAKEN]
        assert "resident.reply" in [row.kind for row in session.scalars(select(Outbox))]
        assert ask_after(session, now + NEXT_DAY + timedelta(hours=3)) == 0


def test_what_nobody_has_taken_up_is_urged_again(database: Database, alarm: Ticket, now: datetime) -> None:
    """No worker is claimed to be on it; the station is told, and the history says so."""
    with database.session() as session:
        assert ask_after(session, now + NEXT_DAY) == 1
        ticket = session.get_one(Ticket, alarm.id)
        assert told(session) == [UNTAKEN] and "还没有人接手" in str(ticket.history[-1].note)
        assert session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()


def _no_contact(session: Session, alarm: Ticket, cast: Any, now: datetime) -> None:
    session.get_one(Conversation, alarm.conversation_id).no_contact_at = now


def _replied(session: Session, alarm: Ticket, cast: Any, now: datetime) -> None:
    ticket = session.get_one(Ticket, alarm.id)
    act(session, ticket, "claim", cast.li, now=now)
    act(session, ticket, "reply", cast.li, note="我是李社工", now=now)


def _phoned(session: Session, alarm: Ticket, cast: Any, now: datetime) -> None:
    ticket = session.get_one(Ticket, alarm.id)
    act(session, ticket, "claim", cast.li, now=now)
    act(session, ticket, "note", cast.li, note="电话里谈过了", now=now)


def _finished(session: Session, alarm: Ticket, cast: Any, now: datetime) -> None:
    ticket = session.get_one(Ticket, alarm.id)
    act(session, ticket, "claim", cast.li, now=now)
    act(session, ticket, "resolve", cast.li, note="人接走了", now=now)


def _talking(session: Session, alarm: Ticket, cast: Any, now: datetime) -> None:
    chat = session.get_one(Conversation, alarm.conversation_id)
    at = now + NEXT_DAY - timedelta(hours=1)
    session.add(Message(data_key=chat.data_key, conversation_id=chat.id, author="resident", text="在", created_at=at))


@pytest.mark.parametrize(
    "happened", [_no_contact, _replied, _phoned, _finished, _talking], ids=lambda each: each.__name__
)
def test_nobody_is_asked_after_who_does_not_want_or_need_it(
    happened: Callable[..., None], database: Database, alarm: Ticket, cast: Any, now: datetime
) -> None:
    """No contact wished, a worker has talked with them, it is finished, or they are writing anyway."""
    with database.session() as session:
        happened(session, alarm, cast, now + timedelta(hours=1))
        session.flush()
        assert ask_after(session, now + NEXT_DAY) == 0


def test_ordinary_requests_are_left_alone(database: Database, talk: Conversation, filed: File, now: datetime) -> None:
    """Only danger is asked after."""
    with database.session() as session:
        filed(session, conversation_id=talk.id, channel="web")
        assert ask_after(session, now + NEXT_DAY) == 0


def test_the_words_name_no_trouble() -> None:
    """Whoever holds the telephone may read them."""
    for words in (TAKEN, UNTAKEN):
        assert not any(word in words for word in ("打", "暴", "死", "危险", "孩子", "急", "救"))
