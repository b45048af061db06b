"""The one door for reads: who sees which tickets. No page, handler or command queries tickets by itself.

| role       | sees                                                                 |
| ---------- | -------------------------------------------------------------------- |
| worker     | the queue of the own station                                         |
| supervisor | every queue whose code starts with the own division code             |
| admin      | everything, the triage desk and restricted tickets included          |
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, cast, false, func, literal, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from tickets import catalogue
from tickets.models import OPEN, STATUSES, URGENCIES, Conversation, Station, Ticket, Worker
from tickets.models.base import UtcDateTime
from tickets.rules import RULES


class NotVisible(Exception):
    """No such ticket, or not this person's to see: deliberately one and the same answer."""

    def __init__(self) -> None:
        super().__init__("没有这张工单，或者您没有查看的权限。")


class BadFilter(ValueError):
    """A filter or page mark that means nothing; the text says which, in Chinese."""


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None or False leaves a filter out. `status` "open" means everything
    unfinished."""

    status: str | None = None
    queue: str | None = None
    urgency: str | None = None
    service: str | None = None
    mine: bool = False
    overdue_at: datetime | None = None  # only tickets due before this moment and unfinished
    township: str | None = None  # where the person lives, whoever's desk it is on


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` is the mark to ask the following page with, None on the last."""

    tickets: list[Ticket]
    next: str | None


def sees_queue(worker: Worker, queue: str) -> bool:
    """Whether a worker may see the tickets of a queue. Someone disabled sees nothing."""
    if not worker.active:
        return False
    if worker.role == "admin":
        return True
    if worker.role == "supervisor":
        return bool(worker.division_code) and queue.startswith(worker.division_code)
    return worker.station_code is not None and queue == worker.station_code


def _scope(worker: Worker, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """`sees_queue` as a condition in SQL."""
    if not worker.active:
        return false()
    if worker.role == "admin":
        return true()
    if worker.role == "supervisor":
        return column.startswith(worker.division_code, autoescape=True) if worker.division_code else false()
    return column == worker.station_code if worker.station_code else false()


def served_elsewhere(session: Session, filters: Filters) -> Filters:
    """The filters for a queue that may not exist: the tickets of a township without a station are on a higher desk,
    and who asks for its queue means them."""
    if filters.queue is None or session.get(Station, filters.queue) is not None:
        return filters
    return replace(filters, queue=None, township=filters.queue)


def tickets_for(worker: Worker, filters: Filters | None = None) -> Select[Ticket]:
    """The tickets a worker may see, narrowed by filters, in no particular order. BadFilter for unknown
    values."""
    query = select(Ticket).where(_scope(worker, Ticket.queue))
    if worker.role != "admin":  # kept for the law only, on the resident's wish: nobody works with it any more
        query = query.where(Ticket.restricted_at.is_(None))
    if filters is None:
        return query
    for name, value, known in (
        ("状态", filters.status, (*STATUSES, "open")),
        ("紧急程度", filters.urgency, URGENCIES),
        ("事项", filters.service, tuple(catalogue.services())),
    ):
        if value is not None and value not in known:
            raise BadFilter(f"{name}“{value}”不认识；可以用：{'、'.join(known)}")
    if filters.status is not None:
        query = query.where(Ticket.status.in_(OPEN if filters.status == "open" else (filters.status,)))
    if filters.queue is not None:
        query = query.where(Ticket.queue == filters.queue)
    if filters.township is not None:
        query = query.where(Ticket.township == filters.township)
    if filters.urgency is not None:
        query = query.where(Ticket.urgency == filters.urgency)
    if filters.service is not None:
        # The list is stored as JSON text on one database and as JSONB on the other; both print the code in
        # quotes.
        query = query.where(cast(Ticket.services, String).contains(f'"{filters.service}"', autoescape=True))
    if filters.mine:
        query = query.where(Ticket.assigned_to == worker.id)
    if filters.overdue_at is not None:
        query = query.where(Ticket.due_at < filters.overdue_at, Ticket.status.in_(OPEN))
    return query


def page(
    session: Session,
    worker: Worker,
    filters: Filters | None = None,
    after: str | None = None,
    limit: int = 50,
    order: str = "work",
) -> Page:
    """One page of a worker's list, at most 200 tickets. `after` is the `next` of the page before.

    Order "work": unfinished first by urgency, then what is due first, then oldest. Order "recent": last
    changed first. Pages stay right while tickets come and go, because the mark names a place in the order
    and not a count.
    """
    limit = max(1, min(limit, 200))
    query = tickets_for(worker, filters)
    if order == "recent":
        if after is not None:
            moment, key = _open_mark(after, order)
            query = query.where(tuple_(Ticket.updated_at, Ticket.id) < tuple_(_moment(moment), str(key)))
        query = query.order_by(Ticket.updated_at.desc(), Ticket.id.desc())
    elif order == "work":
        if after is not None:
            priority, due, created, key = _open_mark(after, order)
            mark = tuple_(int(priority), _moment(due), _moment(created), str(key))
            query = query.where(tuple_(Ticket.priority, Ticket.due_at, Ticket.created_at, Ticket.id) > mark)
        query = query.order_by(Ticket.priority, Ticket.due_at, Ticket.created_at, Ticket.id)
    else:
        raise BadFilter(f"排序“{order}”不认识；可以用：work、recent")
    rows = list(session.scalars(query.limit(limit + 1)))
    return Page(rows[:limit], _mark(rows[limit - 1], order) if len(rows) > limit else None)


def ticket_for(session: Session, worker: Worker, number: str) -> Ticket:
    """One ticket with its history; NotVisible when there is none or it is not this worker's to see."""
    query = tickets_for(worker).where(Ticket.number == number).options(selectinload(Ticket.history))
    ticket = session.scalar(query)
    if ticket is None:
        raise NotVisible
    return ticket


def can_act(worker: Worker, ticket: Ticket, action: str) -> bool:
    """Whether the person may try an action on the ticket (the state machine may still refuse it)."""
    rule = RULES.get(action)
    if rule is None or "worker" not in rule.by or not sees_queue(worker, ticket.queue):
        return False
    given_to_another = ticket.status == "assigned" and ticket.assigned_to != worker.id
    return ticket.status in rule.leads and not (action == "claim" and given_to_another)


def count_by_status(session: Session, worker: Worker, filters: Filters | None = None) -> dict[str, int]:
    """How many tickets a worker sees in each status; every status is present."""
    visible = tickets_for(worker, filters).subquery()
    rows = session.execute(select(visible.c.status, func.count()).group_by(visible.c.status))
    return dict.fromkeys(STATUSES, 0) | {status: number for status, number in rows}  # noqa: C416 - typed rows


def stations_for(session: Session, worker: Worker) -> Sequence[Station]:
    """The stations whose queues a worker may see, by code."""
    return session.scalars(select(Station).where(_scope(worker, Station.code)).order_by(Station.code)).all()


def tickets_of(session: Session, conversation: Conversation) -> Sequence[Ticket]:
    """A resident's own tickets: those filed in this conversation, oldest first."""
    return session.scalars(
        select(Ticket).where(Ticket.conversation_id == conversation.id).order_by(Ticket.created_at, Ticket.number)
    ).all()


def own_ticket(session: Session, conversation: Conversation, number: str) -> Ticket:
    """One of a resident's own tickets; NotVisible otherwise. A number alone proves nothing: numbers can be
    guessed."""
    query = select(Ticket).where(Ticket.conversation_id == conversation.id, Ticket.number == number)
    ticket = session.scalar(query.options(selectinload(Ticket.history)))
    if ticket is None:
        raise NotVisible
    return ticket


def _mark(ticket: Ticket, order: str) -> str:
    place = (
        [ticket.updated_at.isoformat(), ticket.id]
        if order == "recent"
        else [ticket.priority, ticket.due_at.isoformat(), ticket.created_at.isoformat(), ticket.id]
    )
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _open_mark(mark: str, order: str) -> list[str | int]:
    try:
        place = json.loads(base64.urlsafe_b64decode(mark.encode()))
    except (binascii.Error, ValueError) as error:
        raise BadFilter("翻页标记不对，请从第一页重新开始。") from error
    kinds = [str, str] if order == "recent" else [int, str, str, str]
    if not isinstance(place, list) or [type(part) for part in place] != kinds:
        raise BadFilter("翻页标记不对，请从第一页重新开始。")
    return place


def _moment(text: str | int) -> ColumnElement[datetime]:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise BadFilter("翻页标记不对，请从第一页重新开始。") from error
    if moment.tzinfo is None:
        raise BadFilter("翻页标记不对，请从第一页重新开始。")
    return literal(moment, UtcDateTime)
