"""Consent in the talk: what may be kept without it, and the one question about keeping the talk to improve.

Handling is asked by the form before anything personal is (`actions.questions`); it is recorded in `carry_out`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from actions.effects import FileIntake
from bot.conversation.inbound import Said
from bot.engine import EngineReply
from nlu.consents import HANDLING, QUALITY, present
from nlu.safety import Alarm
from tickets import consents
from tickets.access import tickets_of
from tickets.models import OPEN, Conversation

AGREE, REFUSE = "privacy:quality", "privacy:no-quality"


def declined(conversation: Conversation) -> bool:
    """Whether the resident said no to having things written down, and has not changed their mind."""
    return conversation.consent_declined_at is not None and conversation.consent_at is None


def keeps(session: Session, conversation: Conversation) -> bool:
    """Whether the resident's words may stay. After a no they may only while something filed is open: an alarm needs no
    consent (PIPL Art. 13), and whoever comes must read on."""
    return not declined(conversation) or any(ticket.status in OPEN for ticket in tickets_of(session, conversation))


def record(session: Session, conversation: Conversation, purpose: str, granted: bool, now: datetime) -> None:
    """A yes or no in the talk, to the version of the text that is asked now."""
    if granted:
        consents.grant(session, conversation, purpose, present(purpose).version, now)
    else:
        consents.withdraw(session, conversation, now, purpose)
    if purpose == HANDLING:
        conversation.consent_at = now if granted else None
        conversation.consent_declined_at = None if granted else now


def ask_quality(conversation: Conversation, heard: EngineReply, alarm: Alarm, now: datetime) -> list[Said]:
    """The question about keeping the talk: once, after an ordinary request was filed, never in or after danger."""
    filed = any(isinstance(each, FileIntake) and each.finished and not each.risks for each in heard.effects)
    calm = not alarm.risks and conversation.urgency == "routine"
    if not filed or not calm or heard.awaiting or conversation.quality_asked_at or conversation.consent_at is None:
        return []
    conversation.quality_asked_at = now
    buttons = [{"title": "可以", "payload": AGREE}, {"title": "不用了", "payload": REFUSE}]
    return [(present(QUALITY).text, buttons)]


def asked(conversation: Conversation) -> str | None:
    """The purpose that the last message asked about, for the engine: 可以 and 不用 are its answer then."""
    return QUALITY if AGREE in conversation.offered else None
