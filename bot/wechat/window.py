"""How often and until when WeChat lets us speak first.

After a resident's message: 5 customer-service messages within 48 hours. After following, scanning or pressing a menu:
3 within a minute. Each such act sets the allowance anew, nothing adds up. The answer to the request itself (passive
reply) is not counted. WeChat's own word counts (errors 45015 and 45047): our count only spares calls that must fail
and tells the worker in time.

    Source: developers.weixin.qq.com, 客服消息, rules in force since 2023-06-12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from tickets.models import Conversation


@dataclass(frozen=True)
class Allowance:
    """`messages` within `span`."""

    messages: int
    span: timedelta


AFTER_A_MESSAGE = Allowance(5, timedelta(hours=48))
AFTER_AN_ACT = Allowance(3, timedelta(minutes=1))


def open_window(conversation: Conversation, allowance: Allowance, now: datetime) -> None:
    """The resident has done something. An act takes nothing away from what a message has given. The caller commits."""
    running = conversation.reach_until is not None and conversation.reach_until > now
    until, left = now + allowance.span, allowance.messages
    if running and allowance is AFTER_AN_ACT and conversation.reach_until is not None:
        until, left = max(until, conversation.reach_until), max(left, conversation.reach_left or 0)
    conversation.reach_until, conversation.reach_left = until, left


def claim(session: Session, conversation_id: str, now: datetime) -> bool:
    """Take one message off the allowance; False when there is none. One UPDATE, so that two senders cannot share it."""
    taken = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.reach_left > 0, Conversation.reach_until > now)
        .values(reach_left=Conversation.reach_left - 1)
    )
    return cast("CursorResult[Any]", taken).rowcount == 1


def give_back(session: Session, conversation_id: str) -> None:
    """The message was certainly not sent."""
    session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(reach_left=Conversation.reach_left + 1)
    )


def use_up(session: Session, conversation_id: str) -> None:
    """WeChat says that the messages are used up (45047)."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(reach_left=0))


def shut(session: Session, conversation_id: str, now: datetime) -> None:
    """WeChat says that the time is over (45015)."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(reach_until=now))


def why_not(conversation: Conversation, now: datetime) -> str | None:
    """Why nothing can be sent: gone | closed | used (keys of words.HELD); None when something can."""
    if conversation.unreachable_at is not None:
        return "gone"
    if conversation.reach_until is None or conversation.reach_until <= now:
        return "closed"
    return None if conversation.reach_left else "used"
