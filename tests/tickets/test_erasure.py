"""Forgetting a person: everywhere, for good, but never while somebody may be in danger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tickets.access import NotVisible, ticket_for, tickets_of
from tickets.database import Database
from tickets.erasure import apply_dropped_keys, dropped_keys, erase_conversation
from tickets.lifecycle import NotAllowed, act
from tickets.models import (
    Attachment,
    Conversation,
    DataKey,
    Message,
    Resident,
    Ticket,
    blind_index,
    new_data_key,
)
from tickets.sealing import ERASED
from tickets.view import as_json, row

File = Callable[..., Ticket]


@pytest.fixture
def chat(database: Database, cast: Any) -> Conversation:
    """王奶奶 on Telegram, with a message and a photo."""
    with database.session() as session:
        key = new_data_key(session)
        index = blind_index(session, "telegram", "1001")
        chat = Conversation(channel="telegram", data_key=key, address="1001", address_index=index)
        session.add(chat)
        session.flush()
        session.add(Message(data_key=key, conversation_id=chat.id, author="resident", text="我一个人在家"))
        session.add(Attachment(data_key=key, conversation_id=chat.id, kind="photo", content=b"jpeg"))
        session.commit()
    return chat


def test_everything_of_the_person_is_gone(
    database: Database, cast: Any, chat: Conversation, filed: File, now: datetime
) -> None:
    """Texts read [已删除], look-ups find nobody, and what stays is a ticket without a person."""
    with database.session() as session:
        filed(session, channel="telegram", conversation_id=chat.id, village="430121102201", age=80)
        session.commit()
    with database.session() as session:
        assert erase_conversation(session, session.get_one(Conversation, chat.id), now).tickets == 1
        session.commit()
    with database.session() as session:
        again = session.get_one(Conversation, chat.id)
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.description == ticket.beneficiary_name == again.address == ERASED
        assert (ticket.status, ticket.age, ticket.village, ticket.phone_index) == ("withdrawn", None, None, None)
        assert [entry.event for entry in ticket.history][-2:] == ["withdrawn", "erased"]
        assert as_json(ticket)["township"] == "430121102" and row(ticket)["name"] == ERASED
        assert {message.text for message in session.scalars(select(Message))} == {ERASED}
        photo = session.scalars(select(Attachment)).one()
        assert photo.content is None and photo.content_sealed is None
        assert again.address_index is None
        resident = session.scalars(select(Resident)).one()
        assert (resident.name, resident.phone_index) == (ERASED, None)
        with pytest.raises(NotAllowed, match="删除"):
            act(session, ticket, "note", cast.li, note="x")


def test_danger_first(database: Database, cast: Any, chat: Conversation, filed: File, now: datetime) -> None:
    """While an urgent matter is open nothing is erased; once it is settled everything is."""
    with database.session() as session:
        talk = session.get_one(Conversation, chat.id)
        ticket = filed(session, channel="telegram", conversation_id=chat.id, urgency="emergency", risks=["survival"])
        with pytest.raises(NotAllowed, match="紧急"):
            erase_conversation(session, talk, now)
        act(session, ticket, "claim", cast.li)
        act(session, ticket, "resolve", cast.li, note="安全了")
        assert erase_conversation(session, talk, now).tickets == 1
        assert tickets_of(session, talk)[0].status == "resolved"


def test_others_keep_their_own(database: Database, cast: Any, chat: Conversation, filed: File, now: datetime) -> None:
    """A person known by the same phone from another conversation is not erased along."""
    with database.session() as session:
        filed(session, channel="telegram", conversation_id=chat.id)
        other = filed(session, channel="phone")
        erase_conversation(session, session.get_one(Conversation, chat.id), now)
        session.commit()
        assert other.description == "一个人在家做不了饭"
        assert session.scalars(select(Resident)).one().name == "王奶奶"


def test_a_restored_backup_forgets_again(database: Database, cast: Any, chat: Conversation, now: datetime) -> None:
    """Applying the list of dropped keys to a restored database drops the ones that came back."""
    with database.session() as session:
        kept = session.get_one(DataKey, chat.data_key_id).wrapped
        erase_conversation(session, session.get_one(Conversation, chat.id), now)
        session.commit()
        gone = dropped_keys(session)
        key = session.get_one(DataKey, chat.data_key_id)
        key.wrapped, key.dropped_at = kept, None  # as an old backup has it
        session.commit()
        assert apply_dropped_keys(session, gone, now) == 1
        session.commit()
    with database.reading() as session:
        assert session.get_one(Conversation, chat.id).address == ERASED


def test_what_the_law_has_us_keep_is_restricted(
    database: Database, cast: Any, chat: Conversation, filed: File, now: datetime
) -> None:
    """A settled report of violence is locked away instead of erased: 李社工 finds it no more, all the rest is gone."""
    with database.session() as session:
        talk = session.get_one(Conversation, chat.id)
        alarm = filed(session, channel="telegram", conversation_id=chat.id, urgency="emergency", risks=["violence"])
        act(session, alarm, "claim", cast.li, now=now)
        act(session, alarm, "resolve", cast.li, note="安全了", now=now)
        other = filed(session, channel="telegram", conversation_id=chat.id, phone="13800000009")
        erased = erase_conversation(session, talk, now)
        session.commit()
        assert (erased.tickets, erased.restricted) == (1, (alarm.number,))
        assert erased.until and (erased.until - now).days == 3 * 365
        with pytest.raises(NotVisible):
            ticket_for(session, cast.li, alarm.number)
        assert ticket_for(session, cast.admin, alarm.number).description == "一个人在家做不了饭"
        assert (other.description, other.phone, other.beneficiary_name) == (None, None, None)
        assert session.scalars(select(Message)).all() == []
        assert (talk.address, talk.address_index) == (None, None)
    with database.session() as session:
        talk = session.get_one(Conversation, chat.id)
        assert erase_conversation(session, talk, now + timedelta(days=3 * 365 + 1)).restricted == ()
        session.commit()
    with database.reading() as session:
        assert ticket_for(session, cast.admin, alarm.number).description == ERASED
