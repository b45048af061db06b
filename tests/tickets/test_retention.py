"""What the consent texts promise about time is done, and nothing goes that is still needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tickets.attachments import Admitted, keep
from tickets.database import Database
from tickets.lifecycle import act
from tickets.models import Attachment, Conversation, Message, Ticket
from tickets.retention import blank_old_words, sweep
from tickets.sealing import ERASED

File = Callable[..., Ticket]


@pytest.fixture
def said(database: Database, talk: Conversation, now: datetime) -> Conversation:
    """王奶奶 has said something, just now."""
    with database.session() as session:
        chat = session.get_one(Conversation, talk.id)
        chat.seen_at = now
        session.add(
            Message(
                data_key=chat.data_key, conversation_id=chat.id, author="resident", text="我一个人在家", created_at=now
            )
        )
        session.commit()
    return talk


def test_a_talk_in_which_nothing_was_filed_goes_after_a_week(
    database: Database, said: Conversation, now: datetime
) -> None:
    """Six days: still there, for whoever goes on with the form. Eight: nothing can be read any more."""
    with database.session() as session:
        assert sweep(session, now + timedelta(days=6)) == []
        assert sweep(session, now + timedelta(days=8)) == [said.id]
        session.commit()
        assert sweep(session, now + timedelta(days=9)) == [], "once is enough"
    with database.reading() as session:
        assert session.scalars(select(Message)).one().text == ERASED


def test_what_was_filed_stays_three_years_after_it_was_finished(
    database: Database, cast: Any, said: Conversation, filed: File, now: datetime
) -> None:
    """An open request is never erased, however old; a finished one goes with everything of the person."""
    with database.session() as session:
        ticket = filed(session, conversation_id=said.id, channel="web")
        assert sweep(session, now + timedelta(days=1200)) == []
        act(session, ticket, "claim", cast.li, now=now)
        act(session, ticket, "resolve", cast.li, note="办好了", now=now)
        assert sweep(session, now + timedelta(days=1000)) == []
        assert sweep(session, now + timedelta(days=1200)) == [said.id]
        assert ticket.age is None and ticket.phone_index is None


def test_an_erasure_put_off_for_danger_is_done_when_it_is_over(
    database: Database, cast: Any, said: Conversation, filed: File, now: datetime
) -> None:
    """Asked for while an alarm was open: waits for the worker, then happens by itself."""
    with database.session() as session:
        ticket = filed(session, conversation_id=said.id, channel="web", urgency="urgent", risks=["survival"])
        session.get_one(Conversation, said.id).erase_requested_at = now
        assert sweep(session, now) == []
        act(session, ticket, "claim", cast.li, now=now)
        act(session, ticket, "resolve", cast.li, note="粮食送到了", now=now)
        assert sweep(session, now) == [said.id]


def test_words_go_after_half_a_year_unless_they_are_needed(
    database: Database, cast: Any, said: Conversation, filed: File, now: datetime
) -> None:
    """The talk of an open request is kept for whoever handles it."""
    later = now + timedelta(days=181)
    with database.session() as session:
        chat = session.get_one(Conversation, said.id)
        row = keep(session, chat, Admitted("voice", "audio/amr", b"#!AMR"), "1" * 32)
        row.transcript, row.created_at = "我一个人在家", now
        session.flush()
        ticket = filed(session, conversation_id=said.id, channel="web")
        assert blank_old_words(session, later) == 0
        act(session, ticket, "withdraw", "resident", now=now)
        assert blank_old_words(session, now + timedelta(days=179)) == 0
        assert blank_old_words(session, later) >= 1
        session.commit()
    with database.reading() as session:
        assert {row.text for row in session.scalars(select(Message))} == {None}
        assert [(row.transcript, row.content) for row in session.scalars(select(Attachment))] == [(None, b"#!AMR")]
