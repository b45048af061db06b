"""The state machine: what is allowed, and what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tickets.access import NotVisible, can_act
from tickets.database import Database
from tickets.lifecycle import RULES, Incomplete, NotAllowed, act, allowed_actions, stars
from tickets.models import OPEN, STATUSES, Conversation, Message, Outbox, Station, Ticket, Worker
from tickets.rules import WORKER_ACTIONS

File = Callable[..., Ticket]

# The whole table once more, written by hand: what a status allows.
ALLOWED = {
    "new": {"claim", "transfer", "note", "reply", "hold"},
    "assigned": {"claim", "transfer", "note", "reply", "hold"},
    "accepted": {"transfer", "refer", "note", "reply", "resolve", "hold"},
    "in_progress": {"transfer", "refer", "note", "reply", "resolve", "hold"},
    "referred": {"transfer", "refer", "note", "reply", "resolve", "hold"},
    "resolved": {"note", "close", "reopen"},
    "closed": {"reopen"},
    "withdrawn": set(),
}
LEADS = {
    "claim": "accepted",
    "refer": "referred",
    "resolve": "resolved",
    "close": "closed",
    "reopen": "in_progress",
    "transfer": "new",
}


# hand_back needs a hold besides a status: see test_holds.py.
OF_STATUS = [action for action in WORKER_ACTIONS if action != "hand_back"]


@pytest.mark.parametrize(("status", "action"), list(product(STATUSES, OF_STATUS)))
def test_every_action_in_every_status(
    database: Database, talk: Conversation, cast: Any, filed: File, now: datetime, status: str, action: str
) -> None:
    """Each action in each status does what the table says, with one history entry, or says why not."""
    with database.session() as session:
        ticket = filed(session, channel="web", conversation_id=talk.id)
        owner = None if status == "new" else cast.li.id
        session.execute(
            update(Ticket).values(status=status, assigned_to=owner, resolved_at=now, closed_at=now, acknowledged_at=now)
        )
        session.refresh(ticket)
        version = ticket.version
        to = {"transfer": "430121113", "refer": "县残联"}.get(action)
        if action not in ALLOWED[status]:
            assert not can_act(cast.li, ticket, action)
            with pytest.raises(NotAllowed, match=r"[一-鿿]{4}"):
                act(session, ticket, action, cast.li, note="好", to=to, now=now)
            assert (ticket.status, ticket.version, len(ticket.history)) == (status, version, 1)
            return
        assert can_act(cast.li, ticket, action)
        assert action in allowed_actions(ticket)
        act(session, ticket, action, cast.li, note="好", to=to, now=now)
        by_status = {
            ("accepted", "reply"): "in_progress",
            ("new", "hold"): "accepted",
            ("assigned", "hold"): "accepted",
        }
        expected = LEADS.get(action, by_status.get((status, action), status))
        assert (ticket.status, ticket.version, len(ticket.history)) == (expected, version + 1, 2)
        assert ticket.history[-1].status == expected
        assert ticket.history[-1].actor == "li.shegong"


def test_whole_story(database: Database, talk: Conversation, cast: Any, filed: File) -> None:
    """Claimed, answered, referred, resolved, reopened, resolved and closed: each step is one entry, in order."""
    with database.session() as session:
        ticket = filed(session, channel="web", conversation_id=talk.id)
        for action, note, to in (
            ("claim", None, None),
            ("reply", "我明天下午来看您", None),
            ("refer", "请尽快", "县残联"),
            ("resolve", "已办好", None),
            ("reopen", None, None),
            ("resolve", "这回真的办好了", None),
            ("close", None, None),
        ):
            act(session, ticket, action, cast.li, note=note, to=to)
        session.commit()
    with database.reading() as session:
        ticket = session.get_one(Ticket, ticket.id)
        steps = ["claimed", "replied", "referred", "resolved", "reopened", "resolved", "closed"]
        assert [entry.event for entry in ticket.history] == ["created", *steps]
        assert ticket.history[3].note == "转介到县残联：请尽快"
        assert (ticket.department, ticket.assigned_to, ticket.priority) == ("县残联", cast.li.id, 3)
        said = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(message.author, message.delivered_at) for message in said][1] == ("worker", None)
        assert said[1].text == "我明天下午来看您"
        assert ticket.number in (said[0].text or "") and "社工已经接手" in (said[0].text or "")
        replies = select(func.count()).select_from(Outbox).where(Outbox.kind == "resident.reply")
        asked = sum(bool(message.buttons) for message in said)
        assert asked == 1, "the question for a rating comes with the first end, and never again"
        assert session.scalar(replies) == len(said) - asked


def test_told_to_the_resident_says_nothing_of_the_matter(
    database: Database, talk: Conversation, cast: Any, filed: File
) -> None:
    """What is sent unasked names no service, no note and no department: the phone may be in the wrong hands."""
    with database.session() as session:
        ticket = filed(session, channel="web", conversation_id=talk.id, services=["domestic_violence"])
        act(session, ticket, "claim", cast.li)
        act(session, ticket, "refer", cast.li, to="派出所")
        act(session, ticket, "resolve", cast.li, note="已搬到亲戚家")
        words = "".join(message.text or "" for message in session.scalars(select(Message)))
    assert words and not [word for word in ("暴力", "派出所", "亲戚") if word in words]


def test_missing_note_or_destination(database: Database, cast: Any, filed: File) -> None:
    """An action that lacks what it needs says what to write; nothing changes."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "claim", cast.li)
        for action, note, to in (
            ("resolve", "  ", None),
            ("note", None, None),
            ("reply", None, None),
            ("refer", "x", " "),
            ("transfer", "x", None),
            ("transfer", "x", "nobody"),
        ):
            with pytest.raises(Incomplete):
                act(session, ticket, action, cast.li, note=note, to=to)
        assert ticket.status == "accepted"


def test_reply_needs_somebody_to_hear_it(database: Database, cast: Any, filed: File) -> None:
    """A request taken down on the phone has no chat: the worker is told to call."""
    with database.session() as session:
        ticket = filed(session, channel="phone")
        with pytest.raises(NotAllowed, match="打电话"):
            act(session, ticket, "reply", cast.li, note="您好")


def test_assigned_is_for_the_assignee(database: Database, cast: Any, filed: File) -> None:
    """A ticket given to 李社工 can be claimed by her, and by nobody else."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "transfer", cast.chen, to="li.shegong", note="你熟悉")
        assert (ticket.status, ticket.assigned_to) == ("assigned", cast.li.id)
        assert (ticket.history[-1].event, ticket.history[-1].note) == ("assigned", "指派给李社工：你熟悉")
        assert not can_act(cast.he, ticket, "claim")
        with pytest.raises(NotAllowed, match="李社工"):
            act(session, ticket, "claim", cast.he)
        act(session, ticket, "claim", cast.li)
        assert ticket.status == "accepted"


def test_transfer_changes_who_sees_it(database: Database, cast: Any, filed: File) -> None:
    """After a transfer the new station has it, unowned, and the old one sees it no more."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "claim", cast.li)
        act(session, ticket, "transfer", cast.li, to="430121113")
        assert (ticket.status, ticket.queue, ticket.assigned_to) == ("new", "430121113", None)
        assert ticket.due_at == ticket.due_acknowledge
        with pytest.raises(NotVisible):
            act(session, ticket, "claim", cast.li)
        act(session, ticket, "claim", cast.zhou)
        kinds = [(row.kind, row.queue) for row in session.scalars(select(Outbox).order_by(Outbox.id))][-3:-1]
        assert kinds == [("ticket.updated", "430121102"), ("ticket.new", "430121113")]


def test_transfers_that_make_no_sense(database: Database, cast: Any, filed: File) -> None:
    """Not to where it is, not to a closed station, not to somebody who could not see it."""
    with database.session() as session:
        ticket = filed(session)
        session.get_one(Station, "430121").active = False
        for to in ("430121102", "430121", "zhou.shegong"):
            with pytest.raises(NotAllowed):
                act(session, ticket, "transfer", cast.li, to=to)
        act(session, ticket, "claim", cast.li)
        with pytest.raises(NotAllowed, match="本来就在"):
            act(session, ticket, "transfer", cast.li, to="li.shegong")
        act(session, ticket, "transfer", cast.li, to="430121102")  # back into the queue
        assert (ticket.status, ticket.assigned_to) == ("new", None)


def test_reopening_ends_after_thirty_days(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """Within 30 days it goes back to its owner with a new deadline; after that a new ticket is asked for."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "claim", cast.li, now=now)
        act(session, ticket, "resolve", cast.li, note="好了", now=now)
        act(session, ticket, "close", "system", now=now)
        with pytest.raises(NotAllowed, match="30"):
            act(session, ticket, "reopen", "resident", now=now + timedelta(days=31))
        later = now + timedelta(days=29)
        act(session, ticket, "reopen", "resident", now=later)
        assert (ticket.status, ticket.assigned_to, ticket.closed_at) == ("in_progress", cast.li.id, None)
        assert ticket.due_at == ticket.due_resolve == later + timedelta(days=15)


def test_reopened_without_owner_is_new(database: Database, cast: Any, filed: File) -> None:
    """When its worker has left, a reopened ticket goes back to the queue."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "claim", cast.li)
        act(session, ticket, "resolve", cast.li, note="好了")
        session.get_one(Worker, cast.li.id).active = False
        session.flush()
        act(session, ticket, "reopen", cast.he)
        assert (ticket.status, ticket.assigned_to) == ("new", None)


def test_what_the_resident_may_do(database: Database, cast: Any, filed: File) -> None:
    """Supplement and withdraw while it is open, rate when it is done; nothing of the workers' own."""
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "supplement", "resident", note="我还有高血压")
        for action in WORKER_ACTIONS:
            if "resident" not in RULES[action].by:
                with pytest.raises(NotAllowed):
                    act(session, ticket, action, "resident", note="x", to="430121113")
        with pytest.raises(NotAllowed):
            act(session, ticket, "withdraw", cast.li)
        with pytest.raises(NotAllowed):
            act(session, ticket, "rate", "resident", note="5")
        act(session, ticket, "claim", cast.li)
        act(session, ticket, "resolve", cast.li, note="好了")
        act(session, ticket, "rate", "resident", note="五星")
        assert ticket.rating == 5
        other = filed(session)
        act(session, other, "withdraw", "resident")
        assert other.status == "withdrawn" and other.status not in OPEN
        with pytest.raises(NotAllowed):
            act(session, other, "nonsense", cast.li)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("5", 5),
        ("打4分", 4),
        ("三颗星", 3),
        ("两星", 2),
        ("一般般吧", None),
        ("很好", None),
        ("15", None),
        ("2026年", None),
    ],
)
def test_stars(words: str, expected: int | None) -> None:
    """Only a plain number of stars counts as one."""
    assert stars(words) == expected


def test_foreign_worker_is_told_nothing(database: Database, cast: Any, filed: File) -> None:
    """周社工 of another station cannot act on it, and does not learn that it exists."""
    with database.session() as session:
        ticket = filed(session)
        for action in WORKER_ACTIONS:
            assert not can_act(cast.zhou, ticket, action)
            with pytest.raises(NotVisible):
                act(session, ticket, action, cast.zhou, note="x", to="430121113")
