"""Setting right what is kept: telephone, name, age of the last request, when the resident has pressed the button."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import words
from bot.conversation.inbound import Said
from nlu.entities import extract
from tickets.access import tickets_of
from tickets.filing import Intake, file_intake
from tickets.lifecycle import RESIDENT, act
from tickets.models import OPEN, Conversation, Message, Ticket

SET = "privacy:set"
_NAMES = {"phone": "电话", "person_name": "姓名", "age": "年龄"}


def propose(session: Session, conversation: Conversation, text: str) -> list[Said]:
    """The new values found in the words, for a button to confirm. The worker is told at once."""
    ticket = _running(session, conversation)
    if ticket is None:
        return [(words.NOTHING_TO_CORRECT, [])]
    values = values_in(text)
    # Many say it and go: the worker reads it whether or not the button is pressed.
    act(session, ticket, "supplement", RESIDENT, note=f"居民要更正登记的信息：{text}")
    if not values:
        return [(words.CORRECTION_TOLD, [])]
    # The button carries no value: buttons are not sealed. What it confirms is read from the resident's own words.
    buttons = [{"title": "对，改过来", "payload": SET}, {"title": "不用改", "payload": "privacy:keep"}]
    lines = "，".join(f"{_NAMES[kind]}改成 {value}" for kind, value in values.items())
    return [(words.ASK_CORRECTION.format(changes=lines), buttons)]


def correct(session: Session, conversation: Conversation, now: datetime) -> list[Said]:
    """Writes the values that were proposed last into the last open request."""
    ticket, values = _running(session, conversation), values_in(_proposed(session, conversation))
    if ticket is None or not values:
        return [(words.NOTHING_TO_CORRECT, [])]
    file_intake(
        session,
        Intake(
            draft_id=ticket.idempotency_key,
            channel=ticket.channel,
            conversation_id=conversation.id,
            name=values.get("person_name"),
            phone=values.get("phone"),
            age=values.get("age"),
            urgency=ticket.urgency,
        ),
        now,
    )
    return [(words.CORRECTED.format(what="、".join(_NAMES[kind] for kind in values)), [])]


def values_in(text: str) -> dict[str, Any]:
    """Entity types to new values; of several the last said counts: 不是138…，是139…"""
    return {each.type: each.value for each in extract(text) if each.type in _NAMES}


def _proposed(session: Session, conversation: Conversation) -> str:
    """The resident's words that the last proposal was about."""
    of_this = Message.conversation_id == conversation.id
    rows = session.scalars(
        select(Message).where(of_this, Message.author == "bot").order_by(Message.id.desc()).limit(10)
    )
    source = next((row.source_id for row in rows if any(each["payload"] == SET for each in row.buttons)), None)
    said = select(Message).where(of_this, Message.author == "resident", Message.source_id == source)
    row = session.scalar(said)
    return (row.text or "") if row else ""


def _running(session: Session, conversation: Conversation) -> Ticket | None:
    return next((each for each in reversed(tickets_of(session, conversation)) if each.status in OPEN), None)
