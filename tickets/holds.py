"""The conversation in a person's hands: called for, taken over, handed back to the assistant.

Everything here happens inside `lifecycle.act` (call, hold, reply, hand_back, and whatever ends a ticket), so that each
step is one entry of the ticket's history. The assistant asks `open_hold` before it says anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.models import OPEN, Conversation, Hold, Message, Station, Ticket, Worker, new_id
from tickets.office_hours import read_hours
from tickets.telling import Button, desk_name, reachable, write

BUSY = timedelta(minutes=30)  # a colleague who wrote less long ago is not pushed aside
HANDED_BACK = "社工先忙别的去了，您的话他（她）还能看到。有事接着跟我说，想再找社工就说“找社工”。"
GONE_ON = "您的事转给{desk}了，那边的社工会跟您联系。有话先跟我说也行。"
NO_ANSWER = (
    "等了这么久，社工还没回您，对不住。您的事没丢，还在{desk}手里，我先接着听您说。\n"
    "急的话请打 12345；想再找社工，说“找社工”。"
)
ON = "咱们接着刚才的。\n"


def open_hold(session: Session, conversation_id: str | None) -> Hold | None:
    """The open hold of a conversation; None when the assistant may speak."""
    if conversation_id is None:
        return None
    return session.scalar(select(Hold).where(Hold.conversation_id == conversation_id, Hold.ended_at.is_(None)))


def hold_of(session: Session, ticket: Ticket) -> Hold | None:
    """The open hold for this very ticket."""
    found = open_hold(session, ticket.conversation_id)
    return found if found is not None and found.ticket_id == ticket.id else None


def held_by(session: Session, worker: Worker, via: str) -> list[Hold]:
    """Conversations a worker holds and reads there (`via`: desk, telegram), the oldest first."""
    mine = select(Hold).where(Hold.worker_id == worker.id, Hold.via == via, Hold.ended_at.is_(None))
    return list(session.scalars(mine.order_by(Hold.began_at)))


def refusal(
    session: Session, ticket: Ticket, action: str, worker: Worker | None, via: str | None, now: datetime
) -> str | None:
    """Why a conversation cannot be taken over or handed back, in Chinese; None when it can."""
    if action == "hand_back":
        return None if hold_of(session, ticket) else "这个对话现在没有人接管，不用交回。"
    if reachable(session, ticket) is None:
        return "这位居民不在线上，没有对话可以接管；请打电话联系，再用备注记下来。"
    hold = open_hold(session, ticket.conversation_id)
    if hold is None or hold.worker is None or worker is None:
        return None
    if hold.worker_id == worker.id and hold.ticket_id == ticket.id:
        return "您已经接管了这个对话，直接说就行。" if hold.via == _place(via) else None
    if hold.ticket_id != ticket.id:
        return "居民正在跟别的社工说另一件事，请等一等再接管；急的话请打电话。"
    if now - hold.quiet_since < BUSY and worker.role == "worker":
        return f"{hold.worker.display_name}正在跟居民说话；要换人，请{hold.worker.display_name}先交回。"
    return None


def call(session: Session, ticket: Ticket, now: datetime) -> Hold | None:
    """The resident wants a person: from now on the assistant is silent, until somebody came and went."""
    hold = open_hold(session, ticket.conversation_id)
    if hold is not None:
        return hold
    return _begin(session, ticket, "resident", now)


def take(session: Session, ticket: Ticket, worker: Worker, via: str, now: datetime) -> None:
    """A worker speaks with the resident from now on."""
    hold = open_hold(session, ticket.conversation_id) or _begin(session, ticket, "worker", now)
    if hold is None:
        return
    hold.ticket_id, hold.worker_id, hold.via, hold.quiet_since, hold.told_at = ticket.id, worker.id, via, now, now
    session.flush()
    session.expire(hold, ["worker"])
    conversation = session.get_one(Conversation, hold.conversation_id)
    conversation.awaiting, conversation.offered = None, []  # what was asked last is asked again afterwards
    conversation.offer_no += 1


def spoke(session: Session, ticket: Ticket, worker: Worker, via: str, now: datetime) -> None:
    """A worker wrote to the resident: whoever waits for a person has one now."""
    hold = hold_of(session, ticket)
    if hold is None:
        return
    if hold.worker_id is None:
        take(session, ticket, worker, via, now)
        hold.told_at = None  # nobody has told the resident yet that somebody reads along
    elif hold.worker_id == worker.id:
        hold.via = via
    hold.quiet_since = now


def hand_back(session: Session, ticket: Ticket, by: str, now: datetime) -> bool:
    """The assistant speaks again and goes on where it stood; True when there was something to hand back. `by`: worker,
    resident, silence, done (the ticket ended) or moved (to another desk)."""
    hold = hold_of(session, ticket)
    if hold is None:
        return False
    hold.ended_at, hold.ended_by = now, by
    conversation = reachable(session, ticket)
    if conversation is None:
        return True
    conversation.offered = []
    conversation.offer_no += 1
    conversation.awaiting = None
    words = {"worker": HANDED_BACK, "moved": GONE_ON, "silence": NO_ANSWER}.get(by)
    if by == "silence" and _answered(session, hold):
        words = HANDED_BACK
    if words:
        desk = session.get_one(Station, ticket.queue)
        write(session, conversation, "system", words.format(desk=desk_name(desk)), now)
    if hold.question and not (by == "done" and ticket.idempotency_key == conversation.draft_id):
        conversation.awaiting = hold.awaiting
        if by != "resident":  # to them it is said in their own turn
            text, buttons = question_of(hold)
            write(session, conversation, "bot", text, now, buttons, f"hold-{hold.id}")
    return True


def question_of(hold: Hold) -> tuple[str, list[Button]]:
    """What the assistant asks when it goes on: text and buttons; ("", []) when it stood nowhere."""
    if not hold.question:
        return "", []
    asked = json.loads(hold.question)
    return ON + asked["text"], asked["buttons"]


def follow(
    session: Session, ticket: Ticket, action: str, actor: Worker | str, old_queue: str, via: str | None, now: datetime
) -> bool:
    """What an action on a ticket does to the conversation; True when something was written to the resident."""
    if action == "call":
        call(session, ticket, now)
    elif action == "hold" and isinstance(actor, Worker):
        take(session, ticket, actor, _place(via), now)
    elif action == "reply" and isinstance(actor, Worker):
        spoke(session, ticket, actor, _place(via), now)
    elif action == "hand_back":
        by = "worker" if isinstance(actor, Worker) else {"resident": "resident"}.get(actor, "silence")
        return hand_back(session, ticket, by, now)
    elif ticket.status not in OPEN:
        handed = hand_back(session, ticket, "done", now)
        _leave_draft(session, ticket)
        return handed
    elif ticket.queue != old_queue:
        return hand_back(session, ticket, "moved", now)
    elif action == "transfer" and (hold := hold_of(session, ticket)) and hold.worker_id:
        if ticket.assigned_to is None:  # put back on the pile
            return hand_back(session, ticket, "worker", now)
        # To a colleague, conversation included; who reads it at the desk until they take it over elsewhere.
        hold.worker_id, hold.via, hold.quiet_since = ticket.assigned_to, "desk", now
    return False


def _leave_draft(session: Session, ticket: Ticket) -> None:
    """What is filed from now on is no part of finished work; a form that still stands is dropped by the engine."""
    conversation = reachable(session, ticket)
    if conversation is not None and conversation.draft_id == ticket.idempotency_key:
        conversation.draft_id = new_id()


def _answered(session: Session, hold: Hold) -> bool:
    """Whether the worker, not the resident, had the last word."""
    both = Message.conversation_id == hold.conversation_id, Message.author.in_(("resident", "worker"))
    last = session.scalar(select(Message).where(*both).order_by(Message.id.desc()).limit(1))
    return last is not None and last.author == "worker" and last.created_at >= hold.began_at


def silent(session: Session, hours: float, now: datetime) -> list[Ticket]:
    """Tickets whose resident waits for a person who has said nothing for so many hours of their station's time."""
    rows = session.execute(
        select(Hold, Ticket)
        .join(Ticket, Ticket.id == Hold.ticket_id)
        .where(Hold.ended_at.is_(None), Hold.quiet_since < now - timedelta(hours=hours), Ticket.status.in_(OPEN))
    )
    return [ticket for hold, ticket in rows if is_silent(session, hold, ticket, hours, now)]


def is_silent(session: Session, hold: Hold, ticket: Ticket, hours: float, now: datetime) -> bool:
    """Whether nobody of the station has said anything for so many of its opening hours."""
    desk = session.get_one(Station, ticket.queue)
    return read_hours(desk.hours).after(hold.quiet_since, hours) <= now


def waiting(session: Session, tickets: Iterable[Ticket]) -> set[str]:
    """Which of these tickets' residents wait for a person who has not come yet; ids."""
    ids = [ticket.id for ticket in tickets]
    open_ones = select(Hold.ticket_id).where(Hold.ended_at.is_(None), Hold.worker_id.is_(None))
    return set(session.scalars(open_ones.where(Hold.ticket_id.in_(ids)))) if ids else set()


def keep_question(hold: Hold, asked: Iterable[tuple[str, list[Button]]], awaiting: str | None) -> None:
    """Remember what the assistant would ask next, (text, buttons); the last one is the question."""
    said = list(asked)
    hold.awaiting = awaiting if said else None
    hold.question = _as_json(*said[-1]) if said and awaiting else None


def _place(via: str | None) -> str:
    return "telegram" if via == "telegram" else "desk"


def _begin(session: Session, ticket: Ticket, by: str, now: datetime) -> Hold | None:
    conversation = reachable(session, ticket)
    if conversation is None:
        return None
    # Two workers at once: the second waits here, and then finds the hold of the first.
    session.flush()
    session.refresh(conversation, with_for_update={"of": Conversation})
    already = open_hold(session, conversation.id)
    if already is not None:
        return already
    hold = Hold(
        data_key=conversation.data_key,
        conversation_id=conversation.id,
        ticket_id=ticket.id,
        began_by=by,
        began_at=now,
    )
    if conversation.awaiting not in (None, "rating"):
        asked = session.scalar(
            select(Message)
            .where(Message.conversation_id == conversation.id, Message.author == "bot")
            .order_by(Message.id.desc())
            .limit(1)
        )
        hold.awaiting = conversation.awaiting
        hold.question = _as_json(asked.text or "", asked.buttons) if asked else None
    conversation.awaiting = None
    session.add(hold)
    session.flush()
    return hold


def _as_json(text: str, buttons: list[Button]) -> str:
    return json.dumps({"text": text.removeprefix(ON), "buttons": buttons}, ensure_ascii=False)
