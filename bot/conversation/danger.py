"""Danger before everything: what is said at once, and the ticket that calls a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.effects import FileIntake
from nlu.places.national import locate
from nlu.safety import Alarm, hotlines, hotlines_for, safety_messages
from tickets.filing import Intake, file_intake
from tickets.models import OPEN, Conversation, Ticket, utc_now

_SERVICE = {
    "suicide_self_harm": "crisis",
    "child_abuse": "child_protection",
    "violence": "domestic_violence",
    "survival": "temporary_aid",
}
_ONGOING = timedelta(hours=24)
LEVELS = ("routine", "urgent", "emergency")


def heard_danger(floor: Alarm, parse: dict[str, Any] | None) -> Alarm:
    """The engine's judgement, which has weighed the floor's (`nlu/components/risks.py`): a course about violence wakes
    the rules and not the model. The floor alone where there is none."""
    if not parse:
        return floor
    return Alarm(risks=tuple(each["code"] for each in parse["risks"]), urgency=parse["urgency"], cues=floor.cues)


def call_for_help(
    session: Session,
    conversation: Conversation,
    alarm: Alarm,
    text: str,
    parse: dict[str, Any] | None,
    form: FileIntake | None,
    now: datetime,
) -> Ticket:
    """Files the alarm, or adds to the one that is open in this conversation. No form stands before it; what a form
    has learnt already (`form`), above all the place, goes with it."""
    place = locate(text)
    found = [each["code"] for each in (parse or {}).get("services", [])]
    services = list(dict.fromkeys([_SERVICE.get(risk, "other") for risk in alarm.risks] + found))
    running = _open_alarm(session, conversation, now)
    facts = {each["type"]: each["value"] for each in reversed((parse or {}).get("entities", []))}
    return file_intake(
        session,
        Intake(
            draft_id=running.idempotency_key if running else str(conversation.draft_id),
            channel=conversation.channel,
            conversation_id=conversation.id,
            township=place.code
            or (form.township if form else None)
            or (None if running else conversation.station_hint),
            village=place.village_code if place.code or not form else form.village,
            services=services,
            urgency=alarm.urgency,
            risks=alarm.risks,
            relation=facts.get("relation"),
            age=facts.get("age"),
            phone=facts.get("phone"),
            description=text,
        ),
        now,
    )


def words_of_safety(session: Session, conversation: Conversation, alarm: Alarm, now: datetime) -> list[str]:
    """What is said at once; call it before `call_for_help`. The whole text once, and again when the danger is a new
    one or has grown; while the same goes on, only the numbers and that the worker reads along."""
    running = _open_alarm(session, conversation, now)
    known = set(running.risks) if running else set()
    grown = running is not None and LEVELS.index(alarm.urgency) > LEVELS.index(running.urgency)
    if running is None or grown or not set(alarm.risks) & known:
        return safety_messages(alarm)
    calls = dict.fromkeys(line.number for risk in alarm.risks for line in hotlines_for(risk) if line.always)
    numbers = "、".join(f"{hotlines()[number].name}打 {number}" for number in calls)
    return [f"您说的社工马上就能看到。先顾人的安全：{numbers}。"]


def in_danger(session: Session, conversation: Conversation) -> bool:
    """Whether an alarm of this conversation is open and not a day old."""
    return _open_alarm(session, conversation, utc_now()) is not None


def _open_alarm(session: Session, conversation: Conversation, now: datetime) -> Ticket | None:
    return session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN), Ticket.urgency != "routine")
        .where(Ticket.created_at > now - _ONGOING)
        .order_by(Ticket.created_at.desc())
        .limit(1)
    )
