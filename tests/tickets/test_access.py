"""Who sees which tickets, in lists, one by one, and page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tickets import access
from tickets.access import BadFilter, Filters, NotVisible
from tickets.database import Database
from tickets.lifecycle import act
from tickets.models import Conversation, Ticket, Worker, new_data_key

File = Callable[..., Ticket]
PLACES = {"here": "430121102", "sibling": "430121113", "county": None, "triage": None}


@pytest.fixture
def numbers(database: Database, cast: Any, filed: File) -> dict[str, str]:
    """One ticket in each of four queues: number by place."""
    with database.session() as session:
        found = {
            "here": filed(session),
            "sibling": filed(session, township="430121113"),
            "county": filed(session, township=None, county="430121"),
            "triage": filed(session, township=None),
        }
        session.commit()
    return {place: ticket.number for place, ticket in found.items()}


SIGHT = {
    "li": {"here"},
    "he": {"here"},
    "zhou": {"sibling"},
    "chen": {"here", "sibling", "county"},
    "admin": {"here", "sibling", "county", "triage"},
}


@pytest.mark.parametrize("who", SIGHT)
def test_sight(database: Database, cast: Any, numbers: dict[str, str], who: str) -> None:
    """A worker sees the own queue, a supervisor the subtree, an administrator everything: in lists and one by one."""
    worker = getattr(cast, who)
    with database.reading() as session:
        listed = {ticket.number for ticket in session.scalars(access.tickets_for(worker))}
        assert listed == {numbers[place] for place in SIGHT[who]}
        for place, number in numbers.items():
            if place in SIGHT[who]:
                assert access.ticket_for(session, worker, number).number == number
            else:
                with pytest.raises(NotVisible):
                    access.ticket_for(session, worker, number)


def test_foreign_and_absent_sound_the_same(database: Database, cast: Any, numbers: dict[str, str]) -> None:
    """A number of another station and a number that never existed get the same answer."""
    with database.reading() as session:
        with pytest.raises(NotVisible) as foreign:
            access.ticket_for(session, cast.li, numbers["sibling"])
        with pytest.raises(NotVisible) as absent:
            access.ticket_for(session, cast.li, "43012110220990101-0001")
    assert str(foreign.value) == str(absent.value)


@pytest.mark.parametrize(
    "worker",
    [
        Worker(login="a", role="supervisor", division_code=""),
        Worker(login="b", role="worker", station_code=None),
        Worker(login="c", role="admin", active=False),
        Worker(login="d", role="supervisor", division_code="43012%"),
        Worker(login="e", role="something", station_code=None),
    ],
    ids=lambda worker: worker.login,
)
def test_no_scope_no_sight(database: Database, numbers: dict[str, str], worker: Worker) -> None:
    """Somebody without a station, without a division, disabled, or with a wildcard in it sees nothing."""
    with database.reading() as session:
        assert session.scalars(access.tickets_for(worker)).all() == []
        assert access.stations_for(session, worker) == []
    assert not access.sees_queue(worker, "430121102")


def test_filters(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """Status, queue, urgency, service, own tickets and overdue ones narrow the list."""
    with database.session() as session:
        mine = filed(session, services=["old_age_allowance"])
        act(session, mine, "claim", cast.li)
        done = filed(session, services=["dibao", "medical_aid"])
        act(session, done, "claim", cast.he)
        act(session, done, "resolve", cast.he, note="好")
        alarm = filed(session, urgency="emergency", services=["crisis"])
        session.commit()

    def numbers(**filters: Any) -> set[str]:
        with database.reading() as session:
            return {ticket.number for ticket in session.scalars(access.tickets_for(cast.li, Filters(**filters)))}

    assert numbers(status="new") == {alarm.number}
    assert numbers(status="open") == {mine.number, alarm.number}
    assert numbers(mine=True) == {mine.number}
    assert numbers(urgency="emergency") == {alarm.number}
    assert numbers(service="medical_aid") == {done.number}
    assert numbers(queue="430121113") == set()
    assert numbers(overdue_at=now + timedelta(hours=1)) == {alarm.number}
    for wrong in ({"status": "lost"}, {"urgency": "x"}, {"service": "old%"}):
        with pytest.raises(BadFilter):
            numbers(**wrong)
    with database.reading() as session:
        counts = access.count_by_status(session, cast.li)
        assert (counts["new"], counts["accepted"], counts["resolved"], counts["closed"]) == (1, 1, 1, 0)


@pytest.mark.parametrize("order", ["work", "recent"])
def test_pages_hold_everything_once_in_order(
    database: Database, cast: Any, filed: File, now: datetime, order: str
) -> None:
    """Paging by 7 through 60 tickets shows each once, in order, also while others arrive."""
    random = Random(1)
    with database.session() as session:
        for _ in range(60):
            at = now - timedelta(hours=random.randrange(40))  # many at the same moment
            filed(session, at=at, urgency=random.choice(["routine", "urgent", "emergency"]), phone=None)
        session.commit()
    seen: list[Ticket] = []
    after = None
    while True:
        with database.session() as session:
            page = access.page(session, cast.li, after=after, limit=7, order=order)
            if order == "work" and not seen:
                filed(session, urgency="emergency", at=now - timedelta(days=9), phone=None)  # before the mark
                session.commit()
        seen += page.tickets
        after = page.next
        if after is None:
            break
    assert len(seen) == len({ticket.id for ticket in seen}) == 60
    for first, second in pairwise(seen):
        if order == "work":
            places = [(ticket.priority, ticket.due_at, ticket.created_at) for ticket in (first, second)]
            assert places[0] <= places[1]
        else:
            assert first.updated_at >= second.updated_at


@pytest.mark.parametrize("mark", ["", "x", "W10=", "WzEsMiwzLDRd", "WzEsICJ4IiwgIngiLCAieCJd", "é"])
def test_bad_page_mark(database: Database, cast: Any, mark: str) -> None:
    """A made-up page mark is refused with a sentence, whatever it holds."""
    with database.reading() as session:
        with pytest.raises(BadFilter):
            access.page(session, cast.li, after=mark)
        with pytest.raises(BadFilter):
            access.page(session, cast.li, order="sideways")


def test_residents_own_tickets(database: Database, cast: Any, talk: Conversation, filed: File) -> None:
    """A resident reaches the tickets of the own conversation and, knowing a number, no other."""
    with database.session() as session:
        other = Conversation(channel="web", data_key=new_data_key(session))
        session.add(other)
        session.flush()
        mine = filed(session, channel="web", conversation_id=talk.id)
        foreign = filed(session, channel="web", conversation_id=other.id)
        assert [ticket.number for ticket in access.tickets_of(session, talk)] == [mine.number]
        assert access.own_ticket(session, talk, mine.number).id == mine.id
        with pytest.raises(NotVisible):
            access.own_ticket(session, talk, foreign.number)


def test_reading_session_cannot_write(database: Database, cast: Any) -> None:
    """A session opened for reading is refused every change by the database itself; the next writer is not."""
    with database.reading() as session:
        session.scalars(select(Worker).where(Worker.login == "li.shegong")).one().display_name = "别人"
        with pytest.raises(DBAPIError):
            session.flush()
    with database.session() as session:
        session.scalars(select(Worker).where(Worker.login == "li.shegong")).one().display_name = "李社工"
        session.commit()


def test_a_township_without_a_station_is_found_at_its_desk(database: Database, cast: Any, filed: File) -> None:
    """Who asks for the queue of a township that has no station gets its tickets, where they are served."""
    with database.session() as session:
        elsewhere = filed(session, township="430121104").number
        here = filed(session).number
        session.commit()

        def listed(queue: str) -> list[str]:
            filters = access.served_elsewhere(session, Filters(queue=queue))
            return [ticket.number for ticket in access.page(session, cast.chen, filters).tickets]

        assert listed("430121104") == [elsewhere]
        assert listed("430121102") == [here]
