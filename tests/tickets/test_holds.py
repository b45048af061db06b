"""A person speaks with the resident: called, taken over, handed back; the assistant goes on where it stood."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.database import Database
from tickets.erasure import erase_conversation
from tickets.holds import hand_back, held_by, hold_of, keep_question, open_hold, silent, waiting
from tickets.lifecycle import RESIDENT, SYSTEM, NotAllowed, act
from tickets.models import Conversation, Hold, Message, Outbox, Station, Ticket, new_id
from yimi.processes import hand_back_silent

File = Callable[..., Ticket]
VILLAGE = ("是哪个村？", [{"title": "跳过", "payload": '/inform{"village": "-"}'}])


def filed_here(session: Session, talk: Conversation, filed: File, **known: Any) -> Ticket:
    """A request out of the conversation."""
    return filed(session, channel="web", conversation_id=talk.id, **known)


def said(session: Session) -> list[tuple[str, str]]:
    """(author, words) of everything in the conversation."""
    return [(row.author, row.text or "") for row in session.scalars(select(Message).order_by(Message.id))]


def kinds(session: Session) -> list[str]:
    """What was announced, in order."""
    return list(session.scalars(select(Outbox.kind).order_by(Outbox.id)))


def test_a_call_waits_for_whoever_comes_first(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """The queue is told; the one who takes over takes the ticket up in the same step and is announced by no name."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "call", RESIDENT, note="转人工", now=now)
        assert kinds(session)[-1] == "person.wanted" and waiting(session, [ticket]) == {ticket.id}
        act(session, ticket, "hold", cast.li, now=now)
        assert (ticket.status, ticket.assigned_to) == ("accepted", cast.li.id)
        assert [entry.event for entry in ticket.history] == ["created", "called", "held"]
        hold = hold_of(session, ticket)
        assert hold and (hold.began_by, hold.worker_id, hold.via) == ("resident", cast.li.id, "desk")
        assert not waiting(session, [ticket])
        (author, words) = said(session)[-1]
        assert author == "system" and "社工来了" in words and "李社工" not in words


def test_a_station_may_let_names_be_read(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Only where the station wants it so."""
    with database.session() as session:
        session.get_one(Station, "430121102").shows_names = True
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li)
        assert "李社工来了" in said(session)[-1][1]


def test_what_is_said_meanwhile_is_told_to_the_one_who_speaks(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """Held: `resident.said`; handed back: an ordinary supplement again."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li)
        act(session, ticket, "supplement", RESIDENT, note="我在家")
        assert kinds(session)[-1] == "resident.said"
        act(session, ticket, "hand_back", cast.li)
        act(session, ticket, "supplement", RESIDENT, note="还有一句")
        assert kinds(session)[-1] == "ticket.supplemented"


def test_the_assistant_goes_on_where_it_stood(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """The question that was open is asked again with its buttons, and nothing else may be pressed."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed, draft_id=new_id())
        conversation = session.get_one(Conversation, talk.id)
        act(session, ticket, "call", RESIDENT)
        hold = hold_of(session, ticket)
        assert hold
        keep_question(hold, [VILLAGE], "village")
        session.flush()
        assert "哪个村" not in str(session.scalar(select(Hold.question_sealed))), "sealed: it names a place"
        act(session, ticket, "hold", cast.li)
        assert (conversation.awaiting, conversation.offered) == (None, [])
        act(session, ticket, "hand_back", cast.li)
        assert conversation.awaiting == "village" and conversation.offered == [VILLAGE[1][0]["payload"]]
        assert said(session)[-1][1].endswith("是哪个村？") and open_hold(session, talk.id) is None


def test_a_worker_who_steps_in_keeps_the_question_too(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """Taken over without a call, in the middle of the form: what the assistant asked last comes back."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        conversation = session.get_one(Conversation, talk.id)
        text, buttons = VILLAGE
        session.add(
            Message(data_key=conversation.data_key, conversation_id=talk.id, author="bot", text=text, buttons=buttons)
        )
        conversation.awaiting = "village"
        act(session, ticket, "hold", cast.li)
        assert conversation.awaiting is None
        act(session, ticket, "hand_back", SYSTEM)
        assert conversation.awaiting == "village"
        assert "对不住" in said(session)[-2][1] and text in said(session)[-1][1]


@pytest.mark.parametrize("end", ["resolve", "withdraw"])
def test_the_end_of_a_ticket_gives_the_talk_back(
    database: Database, talk: Conversation, cast: Any, filed: File, end: str
) -> None:
    """No hold outlives its ticket; the form of a ticket that is over is not gone on with."""
    with database.session() as session:
        draft = new_id()
        conversation = session.get_one(Conversation, talk.id)
        conversation.draft_id = draft
        ticket = filed_here(session, talk, filed, draft_id=draft)
        act(session, ticket, "hold", cast.li)
        hold = hold_of(session, ticket)
        assert hold
        keep_question(hold, [VILLAGE], "village")
        act(session, ticket, end, cast.li if end == "resolve" else RESIDENT, note="办好了")
        assert open_hold(session, talk.id) is None and (hold.ended_by, conversation.draft_id != draft) == ("done", True)
        assert conversation.awaiting == ("rating" if end == "resolve" else None)
        assert not any("哪个村" in words for _, words in said(session))


def test_a_move_to_another_desk_gives_the_talk_back(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """The resident reads where it went, once, and who comes next; a colleague of the same desk just goes on."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li)
        act(session, ticket, "transfer", cast.li, to="he.shegong")
        hold = hold_of(session, ticket)
        assert hold and hold.worker_id == cast.he.id
        act(session, ticket, "transfer", cast.he, to="430121113")
        assert open_hold(session, talk.id) is None
        assert sum("安沙镇社工站" in words for _, words in said(session)) == 1


def test_who_may_not_take_over(database: Database, talk: Conversation, cast: Any, filed: File, now: datetime) -> None:
    """Not twice, not from a colleague who is writing, not without a chat; a supervisor may, later anybody."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li, now=now)
        with pytest.raises(NotAllowed, match="已经接管"):
            act(session, ticket, "hold", cast.li, now=now)
        act(session, ticket, "hold", cast.li, to="telegram", now=now)  # the same person, on the phone from here on
        assert [hold.ticket_id for hold in held_by(session, cast.li, "telegram")] == [ticket.id]
        with pytest.raises(NotAllowed, match="李社工正在"):
            act(session, ticket, "hold", cast.he, now=now)
        act(session, ticket, "hold", cast.chen, now=now)
        assert ticket.assigned_to == cast.li.id, "who steps in speaks; the ticket stays whose it is"
        act(session, ticket, "hold", cast.he, now=now + timedelta(hours=1))
        by_phone = filed(session)
        with pytest.raises(NotAllowed, match="打电话"):
            act(session, by_phone, "hold", cast.li)
        with pytest.raises(NotAllowed, match="不用交回"):
            act(session, by_phone, "hand_back", cast.li)


def test_a_second_matter_waits_for_the_first_talk(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """One conversation, one person at a time; one who was only called may be answered in the other matter."""
    with database.session() as session:
        first, second = filed_here(session, talk, filed), filed_here(session, talk, filed, township="430121113")
        act(session, first, "call", RESIDENT)
        act(session, second, "hold", cast.zhou)
        with pytest.raises(NotAllowed, match="另一件事"):
            act(session, first, "hold", cast.li)


def test_a_reply_answers_the_call(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Whoever writes to a resident who waits for a person is that person."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "call", RESIDENT)
        act(session, ticket, "reply", cast.li, note="您好，我是社工", to="telegram")
        hold = hold_of(session, ticket)
        assert hold and (hold.worker_id, hold.via, hold.told_at) == (cast.li.id, "telegram", None)


def test_silence_gives_the_talk_back_after_working_hours(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """Friday 10:00 and twelve working hours: not before Monday 13:00; each word of the worker's starts it anew."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li, now=now)
        before, after = now + timedelta(days=3, hours=2, minutes=59), now + timedelta(days=3, hours=3)
        assert not silent(session, 12, before) and silent(session, 12, after) == [ticket]
        act(session, ticket, "reply", cast.li, note="在", now=before)
        assert not silent(session, 12, after)


def test_the_dispatcher_gives_back_what_a_worker_left(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime
) -> None:
    """The whole step of the process: the resident reads an honest sentence with 12345, once."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed, at=now - timedelta(days=30))
        act(session, ticket, "call", RESIDENT, now=now - timedelta(days=30))
        session.commit()
    assert (hand_back_silent(database, 12), hand_back_silent(database, 12)) == (1, 0)
    with database.reading() as session:
        (words,) = [words for author, words in said(session) if author == "system"]
        assert "对不住" in words and "黄兴镇社工站" in words and "12345" in words
        assert [entry.event for entry in session.get_one(Ticket, ticket.id).history][-1] == "handed_back"


def test_handing_back_twice_does_nothing(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """The second one finds no hold."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li)
        assert hand_back(session, ticket, "worker", datetime.now(ticket.created_at.tzinfo))
        assert not hand_back(session, ticket, "worker", datetime.now(ticket.created_at.tzinfo))


def test_an_erased_person_is_held_by_nobody(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Erasing withdraws the request, which ends the hold; the kept question can be read no more."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "call", RESIDENT)
        hold = hold_of(session, ticket)
        assert hold
        keep_question(hold, [VILLAGE], "village")
        assert json.loads(hold.question or "")["text"] == "是哪个村？"
        erase_conversation(session, session.get_one(Conversation, talk.id))
        session.commit()
    with database.reading() as session:
        hold = session.get_one(Hold, hold.id)
        assert hold.ended_at and "哪个村" not in (hold.question or "")


def test_finished_work_keeps_no_draft(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Resolved without a hold: what is filed next, an alarm above all, is a ticket of its own."""
    with database.session() as session:
        draft = "d"
        session.get_one(Conversation, talk.id).draft_id = draft
        ticket = filed_here(session, talk, filed, draft_id=draft)
        act(session, ticket, "claim", cast.li)
        assert session.get_one(Conversation, talk.id).draft_id == draft
        act(session, ticket, "resolve", cast.li, note="办好了")
        fresh = session.get_one(Conversation, talk.id).draft_id
        assert fresh and fresh != draft
        again = filed_here(session, talk, filed, draft_id=fresh, urgency="emergency", services=["domestic_violence"])
        assert again.number != ticket.number and again.danger_at


def test_a_worker_who_had_the_last_word_is_not_excused(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """Silence after an answer is no fault: the assistant takes over without an apology."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li)
        act(session, ticket, "reply", cast.li, note="明天上午我来您家")
        act(session, ticket, "hand_back", SYSTEM)
        assert "对不住" not in said(session)[-1][1]


def test_a_colleague_reads_it_at_the_desk(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Handed to a colleague who has not taken it over on the phone: no bare line of theirs goes to the resident."""
    with database.session() as session:
        ticket = filed_here(session, talk, filed)
        act(session, ticket, "hold", cast.li, to="telegram")
        act(session, ticket, "transfer", cast.li, note="请帮我接着说", to=cast.he.login)
        hold = hold_of(session, ticket)
        assert hold and (hold.worker_id, hold.via) == (cast.he.id, "desk")


def test_a_call_goes_on_to_the_desk_the_place_leads_to(
    database: Database, talk: Conversation, filed: File, now: datetime
) -> None:
    """Called before anybody knew where: the station that turns out to be the right one hears that somebody waits."""
    with database.session() as session:
        ticket = filed(session, draft_id="d", channel="web", conversation_id=talk.id, township=None)
        act(session, ticket, "call", RESIDENT, note="转人工", now=now)
        before, queue = len(kinds(session)), ticket.queue
        filed(session, draft_id="d", channel="web", conversation_id=talk.id, township="430121102", at=now)
        assert ticket.queue != queue and kinds(session)[before:].count("person.wanted") == 1
