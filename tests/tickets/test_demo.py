"""The demonstration: a county anybody can look around in, clearly marked, quick, and consistent."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from tickets import access, catalogue
from tickets.database import Database
from tickets.demo import load_demo
from tickets.models import OPEN, STATUSES, Conversation, CoverageGap, Message, Outbox, Station, Ticket, Worker
from tickets.people import authenticate
from tickets.view import as_json, mask_name, mask_phone, row

ONE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # what does not depend on the kind of database


@pytest.fixture
def accounts(database: Database, now: datetime) -> list[Any]:
    """A loaded demonstration."""
    with database.session() as session:
        made = load_demo(session, now)
        session.commit()
    return made


def test_demo_is_whole_and_marked(database: Database, accounts: list[Any], now: datetime) -> None:
    """18 townships and the county desk, 250 tickets of all services and statuses, every row and name marked 演示."""
    with database.reading() as session:
        tickets = session.scalars(select(Ticket)).all()
        assert len(tickets) == 250 and all(ticket.is_demo for ticket in tickets)
        assert {ticket.status for ticket in tickets} == set(STATUSES)
        assert {code for ticket in tickets for code in ticket.services} == set(catalogue.services())
        assert len({ticket.description for ticket in tickets}) >= 60
        assert all("（演示）" in (ticket.beneficiary_name or "") for ticket in tickets)
        assert all((ticket.phone or "").startswith("1380000") for ticket in tickets)
        assert len({ticket.number for ticket in tickets}) == 250
        stations = session.scalars(select(Station).where(Station.is_demo.is_(True))).all()
        assert Counter(station.level for station in stations) == {"township": 18, "county": 1}
        assert all("（演示）" in station.name for station in stations)
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0
        undelivered = select(func.count()).select_from(Message).where(Message.delivered_at.is_(None))
        assert session.scalar(undelivered) == 0
        assert all(talk.is_demo for talk in session.scalars(select(Conversation)))
        assert session.scalars(select(CoverageGap)).one().township == "430121112"  # the closed station


@ONE
def test_demo_histories_are_possible(database: Database, accounts: list[Any], now: datetime) -> None:
    """Histories run forward in time, end in the ticket's status, lie in the past, and count the versions."""
    with database.reading() as session:
        for ticket in session.scalars(select(Ticket)):
            times = [entry.at for entry in ticket.history]
            assert times == sorted(times) and times[0] == ticket.created_at and times[-1] <= now
            assert ticket.history[-1].status == ticket.status
            assert ticket.version == len(ticket.history)
            assert (ticket.priority < 3) == (ticket.status in OPEN)
            if ticket.urgency == "emergency" and ticket.status == "new":
                assert (now - ticket.created_at).days == 0


def test_demo_accounts_work(database: Database, accounts: list[Any], now: datetime) -> None:
    """The accounts can log in and see what their role sees."""
    logins = {account.login: account for account in accounts}
    assert {"li.shegong", "zhou.shegong", "chen.zhuren"} <= set(logins) and 6 <= len(logins) <= 10
    li = authenticate(database, "li.shegong", logins["li.shegong"].password, now)
    with database.reading() as session:
        seen = access.page(session, li, limit=200).tickets
        assert seen and {ticket.queue for ticket in seen} == {"430121102"}
        chief = session.scalars(select(Worker).where(Worker.login == "chen.zhuren")).one()
        assert len(access.page(session, chief, limit=200).tickets) == 200


def test_demo_is_loaded_once_and_spares_the_real(database: Database, cast: Any, now: datetime) -> None:
    """A second load does nothing; real stations and logins of the same county are left alone."""
    with database.session() as session:
        made = load_demo(session, now)
        session.commit()
        assert "li.shegong" not in {account.login for account in made}
        assert session.get_one(Station, "430121102").name == "黄兴镇社工站"
        assert not session.scalars(select(Ticket).where(Ticket.queue == "430121102")).all()
        assert load_demo(session, now) == []


def test_demo_is_quick(database: Database, now: datetime) -> None:
    """Loading takes a few seconds of one core at most (about 2, half of it password hashes)."""
    start = time.process_time()
    with database.session() as session:
        load_demo(session, now)
        session.commit()
    assert time.process_time() - start < 10


@ONE
def test_json_has_the_contracts_shape(database: Database, accounts: list[Any]) -> None:
    """Exactly the contract's keys, local ISO times, the assignee by login."""
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.status == "closed")).first()
        assert ticket is not None
        shown = as_json(ticket)
    assert list(shown) == [
        "number", "status", "township", "village", "queue", "level", "services", "urgency", "risks", "channel",
        "beneficiary", "description", "assigned_to", "due", "history",
    ]  # fmt: skip
    assert list(shown["beneficiary"]) == ["relation", "age", "name", "phone"]
    assert list(shown["history"][0]) == ["at", "actor", "event", "note"]
    assert shown["due"]["resolve"].endswith("+08:00")
    assert shown["assigned_to"].endswith(".shegong") or shown["assigned_to"] == "chen.zhuren"


@ONE
def test_rows_of_lists_are_masked(database: Database, accounts: list[Any]) -> None:
    """A list shows 王** and 138****0000 and no description."""
    assert (mask_name("王奶奶"), mask_phone("13800000000")) == ("王**", "138****0000")
    assert (mask_name(None), mask_phone(""), mask_phone("12345")) == (None, "", "****")
    with database.reading() as session:
        for ticket in session.scalars(select(Ticket).limit(20)):
            text = str(row(ticket))
            assert str(ticket.description) not in text
            assert str(ticket.beneficiary_name) not in text and str(ticket.phone) not in text
