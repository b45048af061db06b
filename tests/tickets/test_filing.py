"""An intake becomes one ticket with one number, whatever is repeated, interrupted or done at the same moment."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tickets.database import Database
from tickets.filing import Intake, file_intake
from tickets.lifecycle import act
from tickets.models import Attachment, Conversation, Outbox, Resident, Ticket, TicketEvent
from tickets.numbering import next_number

File = Callable[..., Ticket]


def test_filing_makes_ticket_history_and_notice(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """One transaction holds the ticket, its first history entry and the announcement."""
    with database.session() as session:
        ticket = filed(session, services=["home_care"], urgency="urgent")
        session.commit()
    with database.reading() as session:
        stored = session.scalars(select(Ticket)).one()
        assert stored.number == "43012110220261120-0001"
        assert (stored.status, stored.queue, stored.level, stored.county) == ("new", "430121102", "township", "430121")
        assert stored.due_acknowledge == now + timedelta(hours=2)
        assert [(entry.event, entry.actor) for entry in stored.history] == [("created", "resident")]
        notice = session.scalars(select(Outbox)).one()
        assert (notice.kind, notice.queue, notice.number) == ("ticket.new", "430121102", ticket.number)
        assert session.scalars(select(Resident)).one().id == stored.resident_id


def test_rollback_leaves_nothing(database: Database, cast: Any, filed: File) -> None:
    """A transaction that fails leaves no ticket and no gap in the numbers."""
    with database.session() as session:
        filed(session)
        session.rollback()
    with database.session() as session:
        assert filed(session).number.endswith("-0001")
        session.commit()
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_same_draft_again_is_the_same_ticket(database: Database, cast: Any, filed: File) -> None:
    """A repeated filing changes nothing: same number, no second entry, no second notice."""
    for _ in range(3):
        with database.session() as session:
            filed(session, draft_id="draft-1")
            session.commit()
    with database.reading() as session:
        for table, count in ((Ticket, 1), (TicketEvent, 1), (Outbox, 1)):
            assert session.scalar(select(func.count()).select_from(table)) == count


def test_completing_adds_raises_and_reroutes(database: Database, cast: Any, talk: Conversation, now: datetime) -> None:
    """An alarm of few words is completed by the form: facts added, urgency raised, moved to the right queue."""
    first = Intake(
        "d", "web", talk.id, county="430121", services=["crisis"], urgency="urgent", description="我不想活了"
    )
    later = Intake(
        "d",
        "web",
        talk.id,
        township="430121113",
        services=["counselling", "crisis"],
        urgency="emergency",
        risks=["suicide_self_harm"],
        age=45,
        name="王奶奶",
        phone="13800000000",
        description="欠了债",
    )
    with database.session() as session:
        ticket = file_intake(session, first, now)
        assert ticket.queue == "430121"
        number = ticket.number
        session.commit()
    with database.session() as session:
        ticket = file_intake(session, later, now + timedelta(minutes=5))
        session.commit()
        assert (ticket.number, ticket.queue, ticket.level) == (number, "430121113", "township")
        assert ticket.services == ["counselling", "crisis"]
        assert (ticket.urgency, ticket.priority, ticket.age) == ("emergency", 0, 45)
        assert ticket.description == "我不想活了\n欠了债"
        assert ticket.due_acknowledge == now + timedelta(minutes=30)
        assert [entry.event for entry in ticket.history] == ["created", "supplemented"]
        note = ticket.history[1].note or ""
        assert "电话" in note and "13800000000" not in note
        kinds = [row.kind for row in session.scalars(select(Outbox).order_by(Outbox.id))]
        assert kinds == ["ticket.new", "ticket.updated", "ticket.new"]


def test_completing_never_lowers(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """A calmer second filing does not lower the urgency, drop services or put off a deadline."""
    with database.session() as session:
        filed(session, draft_id="d", urgency="emergency", services=["crisis"])
        ticket = filed(session, draft_id="d", at=now + timedelta(hours=1), urgency="routine", services=["home_care"])
        assert ticket.urgency == "emergency"
        assert set(ticket.services) == {"crisis", "home_care"}
        assert ticket.due_acknowledge == now + timedelta(minutes=30)


def test_what_was_asked_before_an_alarm_does_not_lead_it(database: Database, cast: Any, filed: File) -> None:
    """A talk about divorce turned into an alarm: the form's matter is added behind; a new danger stands first."""
    with database.session() as session:
        filed(session, draft_id="d", urgency="emergency", services=["domestic_violence"], risks=["violence"])
        form: dict[str, Any] = {"urgency": "emergency", "risks": ["violence"], "services": ["mediation"]}
        assert filed(session, draft_id="d", **form).services == ["domestic_violence", "mediation"]
        grown: dict[str, Any] = {"urgency": "emergency", "risks": ["suicide_self_harm"], "services": ["crisis"]}
        assert filed(session, draft_id="d", **grown).services == ["crisis", "domestic_violence", "mediation"]


def test_claimed_ticket_stays_in_its_queue(database: Database, cast: Any, filed: File) -> None:
    """Once somebody has taken it up, a new address is noted but the ticket does not wander off."""
    with database.session() as session:
        ticket = filed(session, draft_id="d")
        act(session, ticket, "claim", cast.li)
        ticket = filed(session, draft_id="d", township="430121113")
        assert (ticket.township, ticket.queue, ticket.status) == ("430121113", "430121102", "accepted")


def test_finished_ticket_is_not_revived(database: Database, cast: Any, filed: File) -> None:
    """A filing repeated after the resident withdrew does not bring the ticket back."""
    with database.session() as session:
        ticket = filed(session, draft_id="d")
        act(session, ticket, "withdraw", "resident")
        again = filed(session, draft_id="d", description="又来一遍")
        assert (again.id, again.status, again.description) == (ticket.id, "withdrawn", "一个人在家做不了饭")


def test_unknown_codes_lose_no_request(database: Database, cast: Any, filed: File) -> None:
    """Labels the catalogue does not know are left out; the request is filed."""
    with database.session() as session:
        ticket = filed(session, services=["dibao", "nonsense"], risks=["dragons"])
        assert (ticket.services, ticket.risks) == (["dibao"], [])


def test_wrong_channel_is_a_programming_error(database: Database, cast: Any, now: datetime) -> None:
    """An unknown channel or urgency raises ValueError."""
    with database.session() as session:
        with pytest.raises(ValueError, match="pigeon"):
            file_intake(session, Intake("d", "pigeon"), now)
        with pytest.raises(ValueError, match="someday"):
            file_intake(session, Intake("d", "web", urgency="someday"), now)


def test_photos_sent_before_belong_to_the_ticket(database: Database, talk: Conversation, filed: File) -> None:
    """Attachments of the conversation that belong to no ticket yet are tied to the new one."""
    with database.session() as session:
        owner = session.get_one(Conversation, talk.id)
        photo = Attachment(data_key=owner.data_key, conversation_id=talk.id, kind="photo", content=b"jpeg")
        session.add(photo)
        ticket = filed(session, channel="web", conversation_id=talk.id)
        session.flush()
        assert photo.ticket_id == ticket.id
        assert ticket.data_key_id == owner.data_key_id


def test_one_resident_by_phone(database: Database, cast: Any, filed: File) -> None:
    """Two requests from one number, written differently, are one resident."""
    with database.session() as session:
        first, second = filed(session, phone="138 0000 0000"), filed(session, phone="+8613800000000")
        assert first.resident_id == second.resident_id
        assert filed(session, phone="不记得").resident_id is None


def test_numbers_are_consecutive_under_sixteen_writers(database: Database, cast: Any, filed: File) -> None:
    """16 writers file 50 tickets each in one township: 800 distinct numbers, 1 to 800 without a gap."""

    def work(_: int) -> list[str]:
        numbers = []
        for _turn in range(50):
            with database.session() as session:
                numbers.append(filed(session, phone=None).number)
                session.commit()
        return numbers

    with ThreadPoolExecutor(16) as pool:
        numbers = [number for part in pool.map(work, range(16)) for number in part]
    assert sorted(numbers) == [f"43012110220261120-{count:04d}" for count in range(1, 801)]


def test_one_draft_filed_by_sixteen_at_once(database: Database, talk: Conversation, filed: File) -> None:
    """16 concurrent filings of ten drafts make ten tickets, and everybody gets the same numbers."""

    def work(_: int) -> list[str]:
        numbers = []
        for draft in range(10):
            with database.session() as session:
                numbers.append(filed(session, draft_id=f"d{draft}", channel="web", conversation_id=talk.id).number)
                session.commit()
        return numbers

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(work, range(16)))
    assert all(answer == answers[0] for answer in answers)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 10
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 10
        assert session.scalar(select(func.count()).select_from(Resident)) == 1


@pytest.mark.parametrize(
    ("division", "start"),
    [("430121102", "430121102"), ("430121", "430121000"), ("43", "430000000"), (None, "000000000")],
)
def test_number_of_a_division(database: Database, now: datetime, division: str | None, start: str) -> None:
    """Divisions are padded to nine digits; the day is the local one."""
    late = now.replace(hour=17)  # 01:00 of the next day in China
    with database.session() as session:
        assert next_number(session, division, now) == f"{start}20261120-0001"
        assert next_number(session, division, now) == f"{start}20261120-0002"
        assert next_number(session, division, late) == f"{start}20261121-0001"


def test_a_failed_writer_leaves_its_turn(database: Database, cast: Any, filed: File) -> None:
    """However a writing session ends (commit, rollback, exception, nothing), the next writer gets its turn at once."""
    for ending in ("commit", "rollback", "close", "raise", "nothing"):
        with contextlib.suppress(ZeroDivisionError), database.session() as session:
            filed(session)
            if ending == "raise":
                raise ZeroDivisionError
            if ending != "nothing":
                getattr(session, ending)()
        start = time.perf_counter()
        with database.session() as session:
            filed(session)
            session.commit()
        assert time.perf_counter() - start < 5
