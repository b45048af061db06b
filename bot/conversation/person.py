"""A person speaks, or was called and is on the way: what the assistant still does meanwhile.

While a hold is open the resident's words go to the ticket, for the worker to read. The assistant says at most once that
they do, starts no form and answers nothing, except danger: hotlines at once, and an alarm.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import words
from bot.conversation.attachments import Came
from bot.conversation.inbound import Inbound, Said
from bot.engine import EngineReply
from nlu.consents import HANDLING
from nlu.entities import extract
from nlu.normalise import normalise
from nlu.places.national import locate
from tickets import consents
from tickets.filing import Intake, file_intake
from tickets.holds import keep_question, open_hold, question_of
from tickets.lifecycle import RESIDENT, act
from tickets.models import OPEN, Conversation, Hold, Message, Outbox, Station, Ticket, TicketEvent
from tickets.notices import announce

BACK = "/back_to_assistant"
BACK_BUTTON = {"title": words.TO_ASSISTANT, "payload": BACK}
SECONDS = 3.0  # what listening for danger may take while a person speaks
AGAIN = timedelta(minutes=10)  # how often a resident who asks again for a person is announced again
ASKED_FOR = timedelta(days=3)  # how long words after a worker's message count as an answer to it
CALL_TEXT = "2026-11 person"  # version of the sentence in words._meanwhile by which a person is called
LONGEST = 30  # characters of a message that may be nothing but such a wish
_WITH_YOU = (
    r"(?:还是|先|就|接着|继续|我|那)*(?:跟|和|同|找|问|用)"
    r"(?:你|您|电脑助手|电脑|机器人?|助手)(?:说|讲|聊|办)?(?:吧|了|就行)?"
)
_TO_ASSISTANT = re.compile(
    r"(?:我|先|就|那|还是|算了|,| )*"
    r"(?:(?:不等|不找|不用等)(?:社工|真人|人工|他们?|她们?)?|不要(?:社工|真人|人工))了?(?:,|吧| )*"
    rf"(?:{_WITH_YOU})?|{_WITH_YOU}"
)
_FOR_PERSON = re.compile(
    r"(?:我|俺|帮我|给我|麻烦|请|快|想|要|能不能|能|可以|,| )*(?:转|找|叫|接|换|要|联系)(?:一?个|一下|到|你们|真)*"
    r"(?:人工|真人|活人|社工|工作人员|客服|人)(?:客服|社工|服务)?"
    r"(?:来|(?:跟|和)我(?:说|讲|聊)|说话|接电话|吗|吧|呢|啊|好吗|谢谢|,| )*"
)
_ANSWERS = ("inform", "affirm", "deny", "thank", "greet", "goodbye", "out_of_scope", "supplement", "cancel")


def wants_assistant(inbound: Inbound, waiting: bool = True) -> bool:
    """Whether the resident would rather go on with the assistant, by button or in words. Once they speak with a worker
    (not `waiting`), 不等了 and 跟你说 are said to the worker: then the assistant must be named."""
    bare = _bare(inbound.text)
    named = waiting or any(word in bare for word in ("助手", "机器", "电脑"))
    return inbound.payload == BACK or (named and bool(_TO_ASSISTANT.fullmatch(bare)))


def asks_for_person(text: str) -> bool:
    """Whether a message is nothing but the wish for a person; for when the engine is down."""
    return bool(_FOR_PERSON.fullmatch(_bare(text)))


def _bare(text: str | None) -> str:
    bare = normalise(text or "").strip(" ,。.!！?？~…") if len(text or "") <= 2 * LONGEST else ""
    return bare if len(bare) <= LONGEST else ""


def call(session: Session, conversation: Conversation, ticket: Ticket, text: str, now: datetime) -> list[Said]:
    """Calls a person for a ticket and falls silent. In danger the assistant stays: somebody was called before."""
    if ticket.urgency != "routine":
        act(session, ticket, "supplement", RESIDENT, note=f"居民要找真人：{text}", now=now)
        announce(session, "person.wanted", ticket, now)
        return [(words.CALLED_IN_DANGER, [])]
    if open_hold(session, conversation.id):  # and the place was just asked for: what comes of it is said next
        return [] if conversation.awaiting == "location" else [(words.CALLED_ALREADY, [BACK_BUTTON])]
    act(session, ticket, "call", RESIDENT, note=text or None, now=now)
    if conversation.consent_at is None:  # they ask for the person, and read with it what the person will see
        conversation.consent_at, conversation.consent_declined_at = now, None
        consents.grant(session, conversation, HANDLING, CALL_TEXT, now)
    return []


def while_held(
    session: Session, conversation: Conversation, hold: Hold, heard: EngineReply, text: str, fresh: bool, now: datetime
) -> list[Said]:
    """What is said of an engine's turn while a person is called: only the question where they live. Any other question
    is kept for afterwards. `fresh`: the person was called in this very turn."""
    ticket = session.get_one(Ticket, hold.ticket_id)
    desk = session.get_one(Station, ticket.queue)
    asked_before = conversation.awaiting == "location"
    said: list[Said] = [(each["text"], each["buttons"]) for each in heard.messages]
    if not fresh and text:
        act(session, ticket, "supplement", RESIDENT, note=text, now=now)
    if heard.awaiting == "location":
        conversation.awaiting = "location"
        return [(words.called(ticket, desk, now, asking=True), []), *said[-1:]] if fresh else said
    keep_question(hold, said, heard.awaiting)
    conversation.awaiting = None
    if fresh:
        return [(words.called(ticket, desk, now, asking=False), [BACK_BUTTON])]
    return [(words.called_there(ticket, desk, now), [BACK_BUTTON])] if asked_before else []


def answered_ticket(session: Session, conversation: Conversation) -> Ticket | None:
    """The open ticket a worker wrote about last, if what the resident says now answers that worker: nobody else has
    said anything since, and nothing is being asked."""
    if conversation.awaiting not in (None, "rating"):
        return None
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author.in_(("bot", "worker")))
        .order_by(Message.id.desc())
        .limit(5)
    )
    last = next((row for row in rows if row.text != words.PASSED_ON), None)
    if last is None or last.author != "worker" or datetime.now(last.created_at.tzinfo) - last.created_at > ASKED_FOR:
        return None
    handed_back = select(Hold.id).where(Hold.conversation_id == conversation.id, Hold.ended_at > last.created_at)
    if session.scalar(handed_back.limit(1)):
        return None  # the assistant said meanwhile that it is its turn again
    return session.scalar(
        select(Ticket)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN), TicketEvent.event == "replied")
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )


def is_answer(parse: dict[str, Any] | None, ticket_services: list[str]) -> bool:
    """Whether words after a worker's message are for the worker: whatever is not clearly a matter of its own. Without
    the engine nobody knows, and a person reads it."""
    if not parse or parse["intent"] in _ANSWERS:
        return True
    services = {each["code"] for each in parse["services"]}
    return parse["intent"] in ("request_service", "offer_help") and services <= {*ticket_services, "other"}


def pass_on(
    session: Session,
    conversation: Conversation,
    ticket: Ticket,
    came: Came,
    alarmed: bool,
    now: datetime,
) -> list[Said]:
    """The resident's words go to the worker. What is said to it: once that they do, then nothing."""
    hold, text = open_hold(session, conversation.id), came.text
    if hold and wants_assistant(replace(came.inbound, text=came.said), waiting=hold.worker_id is None):
        act(session, ticket, "hand_back", RESIDENT, now=now)
        question, buttons = question_of(hold)
        return [(words.WITH_ASSISTANT, []), *([(question, buttons)] if conversation.awaiting else [])]
    if came.inbound.payload:
        return [(words.STALE_BUTTON, [])]
    if alarmed:  # the words are in the alarm
        announce(session, "ticket.danger", ticket, now)
        return []
    place = locate(text) if hold and not ticket.township else None
    phones = [str(each.value) for each in extract(text) if each.type == "phone"] if not ticket.phone else []
    if phones or (place and place.code):
        known = Intake(
            draft_id=ticket.idempotency_key,
            channel=ticket.channel,
            conversation_id=conversation.id,
            township=place.code if place else None,
            village=place.village_code if place else None,
            phone=phones[0] if phones else None,
        )
        file_intake(session, known, now)
    if hold and hold.worker_id is None and asks_for_person(text):
        _call_again(session, ticket, now)
    if text:  # a file without words is noted where it is stored
        act(session, ticket, "supplement", RESIDENT, note=came.shown(kept=True), now=now)
    if hold is None:
        return [] if _said_lately(session, conversation, words.PASSED_ON, now) else [(words.PASSED_ON, [])]
    if hold.told_at and (hold.worker_id or now - hold.told_at < AGAIN):
        return []
    hold.told_at = now
    if place and place.code and not hold.worker_id:
        return [(words.called_there(ticket, session.get_one(Station, ticket.queue), now), [BACK_BUTTON])]
    return [(words.WORKER_READS, []) if hold.worker_id else (words.WORKER_WILL_READ, [BACK_BUTTON])]


def _call_again(session: Session, ticket: Ticket, now: datetime) -> None:
    """Whoever still waits and asks again is announced again, but not with every message."""
    lately = select(Outbox.id).where(Outbox.ticket_id == ticket.id, Outbox.kind == "person.wanted")
    if session.scalar(lately.where(Outbox.created_at > now - AGAIN).limit(1)) is None:
        announce(session, "person.wanted", ticket, now)


def _said_lately(session: Session, conversation: Conversation, text: str, now: datetime) -> bool:
    """Whether this was the last thing said, and not long ago: nobody is left to talk into silence."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author.in_(("bot", "worker")))
        .order_by(Message.id.desc())
        .limit(1)
    )
    return any(row.author == "bot" and row.text == text and now - row.created_at < AGAIN for row in rows)
