"""Danger before everything: what is said at once, and the ticket that calls a person."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.effects import FileIntake
from nlu.entities import extract
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
_ASKED_AFTER = timedelta(hours=48)
_BEATEN = {"child_abuse", "violence"}
_GROWN_UP = 18
_AT_SCHOOL = re.compile("小学|初中|高中|中学|初[一二三]|高[一二三](?![血的点米层楼])|[一二三四五六]年级|班主任|同桌")
LEVELS = ("routine", "urgent", "emergency")


def heard_danger(floor: Alarm, parse: dict[str, Any] | None) -> Alarm:
    """The engine's judgement, which has weighed the floor's (`nlu/components/risks.py`): a course about violence wakes
    the rules and not the model. The floor alone where there is none.

    A child that writes of its beaten mother is no beaten child: where both are heard, the rules tell who is beaten."""
    if not parse:
        return floor
    heard = [each["code"] for each in parse["risks"]]
    beaten = _BEATEN & {*floor.risks}
    if {*heard} >= _BEATEN and len(beaten) == 1:
        heard.sort(key=lambda risk: risk in _BEATEN - beaten)
    return Alarm(risks=tuple(heard), urgency=parse["urgency"], cues=floor.cues)


def together(first: Alarm, second: Alarm) -> Alarm:
    """Two judgements of different words of one message; neither overrules the other."""
    return Alarm(
        risks=tuple(dict.fromkeys((*first.risks, *second.risks))),
        urgency=max(first.urgency, second.urgency, key=LEVELS.index),
        cues=(*first.cues, *second.cues),
    )


def call_for_help(
    session: Session,
    conversation: Conversation,
    alarm: Alarm,
    text: str,
    parse: dict[str, Any] | None,
    form: FileIntake | None,
    now: datetime,
    held: Ticket | None = None,
) -> Ticket:
    """Files the alarm, or adds to the one that is open in this conversation. No form stands before it; what a form
    has learnt already (`form`), above all the place, goes with it. `held`: the ticket in whose name a person speaks
    with the resident just now; the alarm is theirs."""
    place = locate(text)
    found = [each["code"] for each in (parse or {}).get("services", [])]
    services = list(dict.fromkeys([_SERVICE.get(risk, "other") for risk in alarm.risks] + found))
    running = _open_alarm(session, conversation, now) or held
    facts = _facts(text, parse)
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


def _facts(text: str, parse: dict[str, Any] | None) -> dict[str, Any]:
    """Who and how to reach, from the engine or, without it, from the words themselves."""
    if parse:
        return {each["type"]: each["value"] for each in reversed(parse.get("entities", []))}
    return {each.type: each.value for each in reversed(extract(text))}


def words_of_safety(session: Session, conversation: Conversation, alarm: Alarm, text: str, now: datetime) -> list[str]:
    """What is said at once; call it before `call_for_help`. The whole text once, and again when the danger is a new
    one or has grown; while the same goes on, only the numbers and that the worker reads along."""
    running = _open_alarm(session, conversation, now)
    known = set(running.risks) if running else set()
    grown = running is not None and LEVELS.index(alarm.urgency) > LEVELS.index(running.urgency)
    # An answer to our questions (他睡了，就我和孩子在) may sound like another danger to a model: the rules decide.
    other = bool(alarm.cues) and not set(alarm.risks) & known
    if running is None or grown or other:
        place = locate(text).code or (running.township if running else None) or conversation.station_hint
        return safety_messages(alarm, minor=_young(text), division=place)
    calls = dict.fromkeys(line.number for risk in alarm.risks for line in hotlines_for(risk) if line.always)
    numbers = "、".join(f"{hotlines()[number].name}打 {number}" for number in calls)
    return [f"您说的，社工那边都能看到。先顾人的安全：{numbers}。"]


def in_danger(session: Session, conversation: Conversation) -> bool:
    """Whether an alarm of this conversation is open and not a day old, or was asked after within the last two days."""
    now = utc_now()
    asked_after = select(Ticket.id).where(
        Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN), Ticket.followed_up_at > now - _ASKED_AFTER
    )
    return _open_alarm(session, conversation, now) is not None or session.scalar(asked_after) is not None


def _young(text: str) -> bool | None:
    """Whether somebody under 18 is spoken of; None when nothing says so."""
    ages = [each.value for each in extract(text) if each.type == "age" and isinstance(each.value, int)]
    if any(age < _GROWN_UP for age in ages):
        return True
    return True if _AT_SCHOOL.search(text) else None


def _open_alarm(session: Session, conversation: Conversation, now: datetime) -> Ticket | None:
    return session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN), Ticket.urgency != "routine")
        .where(Ticket.danger_at > now - _ONGOING)
        .order_by(Ticket.danger_at.desc())
        .limit(1)
    )
