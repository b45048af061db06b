"""Which workers hear of an announcement on their phones."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets import access
from tickets.holds import hold_of
from tickets.models import Ticket, TicketEvent, Worker

WORK = (
    "ticket.new",
    "ticket.assigned",
    "ticket.supplemented",
    "ticket.undelivered",
    "ticket.withdrawn",
    "ticket.complaint",
    "ticket.danger",
    "person.wanted",
    "resident.said",
)
AT_THE_DESK = timedelta(minutes=5)  # a worker who wrote at the desk less long ago reads there


def recipients(session: Session, kind: str, ticket: Ticket, at: datetime) -> list[Worker]:
    """Bound workers who are told: of the queue, or the one it belongs to. Where nobody there is bound, danger and
    a resident who waits for a person go to the supervisors above it. `at`: when it was announced."""
    bound = select(Worker).where(Worker.active.is_(True), Worker.telegram_chat_id.is_not(None))
    owner = session.scalar(bound.where(Worker.id == ticket.assigned_to)) if ticket.assigned_to else None
    its_own = [owner] if owner is not None and access.sees_queue(owner, ticket.queue) else []
    if owner is None and kind == "ticket.supplemented":
        its_own = _wrote_last(session, ticket)  # nobody has taken it up, but somebody has asked something
    if kind == "resident.said":
        return _listening(session, ticket, at)
    if kind == "ticket.complaint":
        return [*its_own, *(each for each in _above(session, ticket) if each not in its_own)]
    alarm = kind == "ticket.supplemented" and ticket.assigned_to is None and ticket.urgency != "routine"
    wanted = kind == "person.wanted" and not its_own
    if not (kind in ("ticket.new", "ticket.danger") or alarm or wanted):
        return its_own
    # What was added may be the alarm itself, while nobody has it yet.
    if kind in ("ticket.new", "ticket.supplemented") and ticket.status not in ("new", "assigned"):
        return []  # somebody was quicker than the notice
    queue = list(session.scalars(bound.where(Worker.station_code == ticket.queue)))
    told = [*its_own, *(each for each in queue if each not in its_own)]
    if told or (ticket.urgency == "routine" and not wanted):
        return told
    everybody = session.scalars(bound.where(Worker.role.in_(("supervisor", "admin"))))
    return [worker for worker in everybody if access.sees_queue(worker, ticket.queue)]


def _wrote_last(session: Session, ticket: Ticket) -> list[Worker]:
    """Who wrote to the resident last."""
    replied = select(TicketEvent.actor).where(TicketEvent.ticket_id == ticket.id, TicketEvent.event == "replied")
    login = session.scalar(replied.order_by(TicketEvent.id.desc()).limit(1))
    worker = session.scalar(select(Worker).where(Worker.login == login, Worker.active.is_(True))) if login else None
    bound = worker is not None and worker.telegram_chat_id is not None and access.sees_queue(worker, ticket.queue)
    return [worker] if worker is not None and bound else []


def _above(session: Session, ticket: Ticket) -> list[Worker]:
    """The bound supervisors of a queue; the administrators where there are none."""
    bound = select(Worker).where(Worker.active.is_(True), Worker.telegram_chat_id.is_not(None))
    for role in ("supervisor", "admin"):
        people = session.scalars(bound.where(Worker.role == role))
        found = [each for each in people if access.sees_queue(each, ticket.queue)]
        if found:
            return found
    return []


def _listening(session: Session, ticket: Ticket, at: datetime) -> list[Worker]:
    """Who speaks with the resident, unless they are just writing at the desk."""
    hold = hold_of(session, ticket)
    worker = hold.worker if hold else None
    if hold is None or worker is None or not worker.active or worker.telegram_chat_id is None:
        return []
    if hold.via != "telegram" and at - hold.quiet_since < AT_THE_DESK:
        return []
    return [worker] if access.sees_queue(worker, ticket.queue) else []
