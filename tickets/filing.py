"""Filing: an intake becomes a ticket, once, whatever is repeated or interrupted."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tickets import catalogue
from tickets.deadlines import due_for
from tickets.holds import hold_of
from tickets.models import (
    CHANNELS,
    OPEN,
    URGENCIES,
    Attachment,
    Conversation,
    DataKey,
    Resident,
    Ticket,
    TicketEvent,
    blind_index,
    new_data_key,
    priority_of,
)
from tickets.notices import announce
from tickets.numbering import next_number
from tickets.routing import desk_for
from tickets.sealing import normalise_phone

FILLED_IN = "补充："  # begins the note of what a form has added

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intake:
    """What is known of a request. `draft_id` names it: filing the same draft again completes the same ticket.

    Places are codes (township 9 digits, county 6, village 12), `village_text` the resident's own words for
    the place. `actor` is "resident", or the login of the worker who took it down on the phone or at a visit.
    """

    draft_id: str
    channel: str
    conversation_id: str | None = None
    township: str | None = None
    county: str | None = None
    village: str | None = None
    village_text: str | None = None
    services: Sequence[str] = ()
    urgency: str = "routine"
    risks: Sequence[str] = ()
    relation: str | None = None
    age: int | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    degraded: bool = False
    actor: str = "resident"
    is_demo: bool = False


def file_intake(session: Session, intake: Intake, now: datetime) -> Ticket:
    """File an intake, or complete the ticket its draft was filed as; returns the ticket, flushed, not
    committed.

    A second filing adds what is now known, may raise the urgency, and routes again while nobody has taken
    the ticket up. A ticket that is finished stays as it is. Two filings of a draft at the same moment make
    one ticket. Codes the catalogue does not know are left out: a wrong label must not lose a request.
    ValueError for an unknown channel.
    """
    if intake.channel not in CHANNELS:
        raise ValueError(f"unknown channel {intake.channel!r}")
    if intake.urgency not in URGENCIES:
        raise ValueError(f"unknown urgency {intake.urgency!r}")
    known = _filed_as(session, intake.draft_id)
    if known is None:
        try:
            # A savepoint: if another process files this draft meanwhile, the number goes back with
            # everything else.
            with session.begin_nested():
                return _file(session, intake, now)
        except IntegrityError:
            known = _filed_as(session, intake.draft_id)
            if known is None:
                raise
    return _complete(session, known, intake, now)


def _filed_as(session: Session, draft_id: str) -> Ticket | None:
    query = select(Ticket).where(Ticket.idempotency_key == draft_id).with_for_update(of=Ticket)
    return session.scalar(query.execution_options(populate_existing=True))


def _file(session: Session, intake: Intake, now: datetime) -> Ticket:
    township, county = _places(intake)
    services = _known(intake.services, catalogue.services(), "service")
    desk = desk_for(session, township, county, now)
    due = due_for(intake.urgency, services, now)
    ticket = Ticket(
        data_key=_data_key(session, intake),
        idempotency_key=intake.draft_id,
        # The counter comes last of the shared rows: it is held until the commit.
        number=next_number(session, township or county, now),
        queue=desk.code,
        level=desk.level,
        township=township,
        county=county,
        village=intake.village,
        village_text=intake.village_text,
        services=services,
        urgency=intake.urgency,
        risks=_known(intake.risks, catalogue.risks(), "risk"),
        channel=intake.channel,
        relation=intake.relation,
        age=intake.age,
        beneficiary_name=intake.name,
        description=intake.description,
        conversation_id=intake.conversation_id,
        due_acknowledge=due.acknowledge,
        due_resolve=due.resolve,
        degraded=intake.degraded,
        is_demo=intake.is_demo,
        created_at=now,
        danger_at=None if intake.urgency == "routine" else now,
    )
    _set_phone(session, ticket, intake)
    session.add(ticket)
    session.flush()
    _record(session, ticket, intake, "created", None, now)
    announce(session, "ticket.new", ticket, now)
    _adopt_attachments(session, ticket)
    session.flush()
    session.expire(ticket, ["history"])
    log.info("filed %s in queue %s (%s)", ticket.number, ticket.queue, ticket.urgency)
    return ticket


def _complete(session: Session, ticket: Ticket, intake: Intake, now: datetime) -> Ticket:
    if ticket.status not in OPEN or ticket.data_key is None or ticket.data_key.dropped:
        return ticket
    changed = _fill(session, ticket, intake)
    if intake.urgency != ticket.urgency and URGENCIES.index(intake.urgency) < URGENCIES.index(ticket.urgency):
        ticket.urgency, ticket.danger_at = intake.urgency, ticket.danger_at or now
        changed.append("紧急程度")
    rerouted = _move(session, ticket, intake, now) if "地址" in changed else False
    if {"紧急程度", "事项"} & set(changed):
        due = due_for(ticket.urgency, ticket.services, now)
        # A complement may bring the deadline forward, never put it off.
        ticket.due_acknowledge = min(ticket.due_acknowledge, due.acknowledge)
        ticket.due_resolve = min(ticket.due_resolve, due.resolve)
        ticket.due_at = ticket.due_resolve if ticket.acknowledged_at else ticket.due_acknowledge
        ticket.priority = priority_of(ticket.status, ticket.urgency)
    if ticket.degraded and not intake.degraded:
        ticket.degraded = False
    _adopt_attachments(session, ticket)
    if changed:
        ticket.version += 1
        ticket.updated_at = now
        _record(session, ticket, intake, "supplemented", FILLED_IN + "、".join(changed), now)
        announce(session, "ticket.new" if rerouted else "ticket.supplemented", ticket, now)
        hold = hold_of(session, ticket) if rerouted else None
        if hold is not None and hold.worker_id is None:
            announce(session, "person.wanted", ticket, now)  # the desk it has come to does not know yet
    session.flush()
    session.expire(ticket, ["history"])
    return ticket


def _fill(session: Session, ticket: Ticket, intake: Intake) -> list[str]:
    """Take over what the intake knows; returns the Chinese names of what changed (never the values)."""
    changed: list[str] = []
    township, county = _places(intake)
    for label, name, value in (
        ("地址", "township", township),
        ("地址", "county", county),
        ("地址", "village", intake.village),
        ("地址", "village_text", intake.village_text),
        ("关系", "relation", intake.relation),
        ("年龄", "age", intake.age),
        ("姓名", "beneficiary_name", intake.name),
    ):
        if value is not None and value != getattr(ticket, name):
            setattr(ticket, name, value)
            changed.append(label)
    if intake.phone and intake.phone != ticket.phone:
        _set_phone(session, ticket, intake)
        changed.append("电话")
    for label, name, values in (
        ("事项", "services", _known(intake.services, catalogue.services(), "service")),
        ("风险", "risks", _known(intake.risks, catalogue.risks(), "risk")),
    ):
        old: list[str] = getattr(ticket, name)
        if set(values) - set(old):
            # The complete form knows better than the first sentence: its order leads. What a talk was about before an
            # alarm does not lead the alarm.
            leads = ticket.urgency == "routine" or set(old[:1]) <= set(values)
            leads = leads or bool(set(intake.risks) - set(ticket.risks))
            setattr(ticket, name, list(dict.fromkeys([*values, *old] if leads else [*old, *values])))
            changed.append(label)
    words = _joined(ticket.description, intake.description)
    if words != ticket.description:
        ticket.description = words
        changed.append("情况说明")
    return list(dict.fromkeys(changed))


def _move(session: Session, ticket: Ticket, intake: Intake, now: datetime) -> bool:
    if ticket.status != "new" or ticket.assigned_to is not None:
        return False
    desk = desk_for(session, ticket.township, ticket.county, now)
    if desk.code == ticket.queue:
        return False
    announce(session, "ticket.updated", ticket, now)  # pages of the old queue
    ticket.queue, ticket.level = desk.code, desk.level
    return True


def _places(intake: Intake) -> tuple[str | None, str | None]:
    township = intake.township or (intake.village[:9] if intake.village else None)
    return township, township[:6] if township else intake.county


def _known(codes: Iterable[str], catalogued: Iterable[str], kind: str) -> list[str]:
    allowed = set(catalogued)
    unknown = [code for code in codes if code not in allowed]
    if unknown:
        log.warning("filing leaves out unknown %s codes %s", kind, unknown)
    return [code for code in dict.fromkeys(codes) if code in allowed]


def _joined(old: str | None, new: str | None) -> str | None:
    """Both texts, without saying anything twice."""
    if not new or (old and new in old):
        return old
    return new if not old or old in new else f"{old}\n{new}"


def _data_key(session: Session, intake: Intake) -> DataKey:
    """The key of the person: of their conversation, or a new one for a request taken down by a worker."""
    if intake.conversation_id is None:
        return new_data_key(session)
    conversation = session.get_one(Conversation, intake.conversation_id)
    if conversation.data_key is None or conversation.data_key.dropped:
        return new_data_key(session)
    return conversation.data_key


def _set_phone(session: Session, ticket: Ticket, intake: Intake) -> None:
    """Store the phone and tie the ticket to the resident known by it (made when new)."""
    if not intake.phone or not normalise_phone(intake.phone):
        ticket.phone = intake.phone
        return
    index = blind_index(session, "phone", intake.phone)
    ticket.phone, ticket.phone_index = intake.phone, index
    query = select(Resident).where(Resident.phone_index == index)
    resident = session.scalar(query)
    if resident is None:
        try:
            with session.begin_nested():
                # A key of their own: one person may be known from several conversations.
                resident = Resident(
                    data_key=new_data_key(session), phone_index=index, name=intake.name, phone=intake.phone
                )
                session.add(resident)
        except IntegrityError:
            resident = session.scalars(query).one()
    ticket.resident_id = resident.id


def _adopt_attachments(session: Session, ticket: Ticket) -> None:
    """Photos sent while the form was open belong to the ticket the form became."""
    if ticket.conversation_id is None:
        return
    for attachment in session.scalars(
        select(Attachment).where(Attachment.conversation_id == ticket.conversation_id, Attachment.ticket_id.is_(None))
    ):
        attachment.ticket_id = ticket.id


def _record(session: Session, ticket: Ticket, intake: Intake, event: str, note: str | None, now: datetime) -> None:
    session.add(
        TicketEvent(
            data_key=ticket.data_key,
            ticket_id=ticket.id,
            at=now,
            actor=intake.actor,
            event=event,
            status=ticket.status,
            note=note,
        )
    )
