"""Where a conversation stands before a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import consent, person, transcript
from bot.conversation.choices import NUMBERED, Choices
from bot.conversation.danger import in_danger
from tickets.access import tickets_of
from tickets.holds import open_hold
from tickets.models import OPEN, Conversation


@dataclass(frozen=True)
class Standing:
    """What a turn needs to know beforehand; `context` is all that the engine may know beyond the message."""

    id: str
    offered: list[str]
    choices: Choices | None  # on a channel without buttons
    awaiting: str | None
    keeps: bool  # whether words and files may stay with us
    context: dict[str, Any]
    held: bool = False  # a person speaks, or was called: the assistant is silent
    services: list[str] | None = None  # of the ticket whose worker wrote last: what is said now may be the answer


def standing_of(session: Session, conversation: Conversation) -> Standing:
    """Read before the turn: the engine is asked without a transaction open."""
    danger = in_danger(session, conversation)
    hold = open_hold(session, conversation.id)
    answered = None if hold else person.answered_ticket(session, conversation)
    tickets = tickets_of(session, conversation)
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
            "open": any(each.status in OPEN for each in tickets),
            "finished": bool(tickets) and tickets[-1].status in ("resolved", "closed"),
            "rating": conversation.awaiting == "rating",
            "channel": conversation.channel,
            "asked": consent.asked(conversation),
            "awaiting": conversation.awaiting,
        },
        held=hold is not None and conversation.awaiting is None,
        services=answered.services if answered else None,
    )
