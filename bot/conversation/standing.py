"""Where a conversation stands before a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import consent, transcript
from bot.conversation.choices import NUMBERED, Choices
from bot.conversation.danger import in_danger
from tickets.models import Conversation


@dataclass(frozen=True)
class Standing:
    """What a turn needs to know beforehand; `context` is all that the engine may know beyond the message."""

    id: str
    offered: list[str]
    choices: Choices | None  # on a channel without buttons
    awaiting: str | None
    keeps: bool  # whether words and files may stay with us
    context: dict[str, Any]


def standing_of(session: Session, conversation: Conversation) -> Standing:
    """Read before the turn: the engine is asked without a transaction open."""
    danger = in_danger(session, conversation)
    return Standing(
        conversation.id,
        conversation.offered,
        Choices.of(session, conversation, danger) if conversation.channel in NUMBERED else None,
        conversation.awaiting,
        consent.keeps(session, conversation),
        {
            "draft": conversation.draft_id,
            "station": conversation.station_hint,
            "danger": danger,
            "consented": conversation.consent_at is not None,
            "tickets": transcript.numbers_of(session, conversation),
            "channel": conversation.channel,
            "asked": consent.asked(conversation),
            "awaiting": conversation.awaiting,
        },
    )
