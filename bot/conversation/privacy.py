"""What is kept of somebody, in their hands: to be seen, set right, erased, or no longer used. Works without the engine.

A wish is heard in plain words (`wishes`); what cannot be undone is done when its button is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.effects import AskPrivacy
from bot.conversation import consent, transcript, wishes, words
from bot.conversation.account import account_of
from bot.conversation.carry_out import Scene, carry_out
from bot.conversation.corrections import correct, propose, values_in
from bot.conversation.inbound import Inbound, Said
from bot.conversation.standing import Standing
from nlu.consents import QUALITY
from tickets import consents
from tickets.access import tickets_of
from tickets.erasure import erase_conversation, in_danger_now
from tickets.lifecycle import RESIDENT, act
from tickets.models import OPEN, Conversation, Message

PREFIX = "privacy:"
ERASE_NOW, KEEP, SET, AGREE_QUALITY = "erase-now", "keep", "set", "quality"
REFUSE = '/inform{"consent": false}'  # as in actions/questions.py


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with what is kept of them: one of `wishes`, or a pressed button of ours."""

    kind: str
    text: str = ""


def wish_of(inbound: Inbound, text: str, standing: Standing) -> Wish | None:
    """The wish of a message; None for one that the engine must hear, or a button that is no longer offered.

    While consent is asked, 不要留我的资料 is a no to it; in danger and in a form, 别打电话 is an answer, and while a
    person speaks it and 电话改成 are said to that person.
    """
    offered, context = standing.offered, standing.context
    if inbound.payload:
        known = inbound.payload in offered and inbound.payload.startswith(PREFIX)
        return Wish(inbound.payload.removeprefix(PREFIX), text) if known else None
    kind = wishes.heard(text)
    if kind is None and not context["awaiting"] and context["tickets"] and wishes.corrects(text) and values_in(text):
        kind = wishes.CORRECT
    busy = context["awaiting"] or context["danger"] or standing.held
    if kind is None or refusal(text, offered) or (kind == wishes.NO_CONTACT and busy):
        return None
    if standing.held and kind == wishes.CORRECT:
        return None
    return Wish(kind, text)


def refusal(text: str, offered: list[str]) -> str | None:
    """The button 不同意, while consent is asked and the words want nothing kept."""
    if REFUSE not in offered or wishes.heard(text) not in (wishes.ERASE, wishes.WITHDRAW):
        return None
    return REFUSE


def heed(session: Session, conversation: Conversation, text: str, now: datetime) -> None:
    """不要给我打电话 in the midst of a story counts, too: nobody is asked after who said so, and the worker reads the
    words; those of a request that is filed later read of it when it is (`carry_out`)."""
    if not text or conversation.no_contact_at or not wishes.wants_no_contact(text):
        return
    conversation.no_contact_at = now
    for ticket in tickets_of(session, conversation):
        if ticket.status in OPEN:
            act(session, ticket, "supplement", RESIDENT, note=words.NO_CONTACT_NOTE, now=now)


def grant(wish: Wish, scene: Scene, inbound: Inbound) -> list[Said]:
    """Does it, or asks once more; returns what to say, and behind it the question that was open."""
    if wish.kind == ERASE_NOW:
        return _erase(scene, inbound)
    said = _said(wish, scene)
    scene.conversation.offered = [each for each in scene.conversation.offered if not each.startswith(PREFIX)]
    asks = any(buttons for _, buttons in said)
    return said if asks else [*said, *_open_question(scene.session, scene.conversation)]


@carry_out.register
def _asked(effect: AskPrivacy, scene: Scene) -> list[Said]:
    """The engine takes the words for being about personal data; which kind, is found here."""
    return _said(Wish(wishes.meant(effect.text), effect.text), scene)


def _said(wish: Wish, scene: Scene) -> list[Said]:
    session, conversation, now = scene.session, scene.conversation, scene.now
    if wish.kind == wishes.SHOW:
        return [(account_of(session, conversation), [])]
    if wish.kind in (wishes.ERASE, wishes.WITHDRAW):
        return _ask_erasure(scene, wish.kind)
    if wish.kind == wishes.CORRECT:
        return propose(session, conversation, wish.text)
    if wish.kind == SET:
        return correct(session, conversation, now)
    if wish.kind in (AGREE_QUALITY, wishes.NO_QUALITY):
        agreed = wish.kind == AGREE_QUALITY
        consent.record(session, conversation, QUALITY, agreed, now)
        return [(words.QUALITY_YES if agreed else words.QUALITY_NO, [])]
    if wish.kind == wishes.NO_CONTACT:
        return [(words.NO_CONTACT, [])]  # `heed` has done it
    return [(words.KEPT_AS_IT_IS if wish.kind == KEEP else words.PRIVACY, [])]


def _ask_erasure(scene: Scene, kind: str) -> list[Said]:
    """What it means, and two buttons; while somebody may be in danger it is put off, and said so."""
    tickets = tickets_of(scene.session, scene.conversation)
    if in_danger_now(tickets):
        scene.conversation.erase_requested_at = scene.now
        consents.withdraw(scene.session, scene.conversation, scene.now, QUALITY)
        return [(words.ERASED_LATER, [])]
    running = [ticket for ticket in tickets if ticket.status in OPEN]
    ends = words.ERASURE_ENDS.format(count=len(running)) if running else ""
    asked = words.ASK_WITHDRAWAL_OF_CONSENT if kind == wishes.WITHDRAW else words.ASK_ERASURE
    return [
        (
            asked.format(ends=ends),
            [
                {"title": "确定，都删掉", "payload": PREFIX + ERASE_NOW},
                {"title": "先不删", "payload": PREFIX + KEEP},
            ],
        )
    ]


def _erase(scene: Scene, inbound: Inbound) -> list[Said]:
    """Everything goes; a conversation that knows nothing of the old one takes up the address, and says so."""
    tickets = tickets_of(scene.session, scene.conversation)
    if in_danger_now(tickets):  # the alarm came between the question and the button
        scene.conversation.erase_requested_at = scene.now
        return [(words.ERASED_LATER, [])]
    erased = erase_conversation(scene.session, scene.conversation, scene.now)
    transcript.begin(scene.session, inbound.channel, inbound.sender, None)
    if erased.until is None:
        return [(words.ERASED, [])]
    until = words.local_day(erased.until)
    return [(words.ERASED_BUT.format(count=len(erased.restricted), until=until), [])]


def _open_question(session: Session, conversation: Conversation) -> list[Said]:
    """The question that was open when somebody began to speak of their data; a form is not left for it."""
    if conversation.awaiting is None:
        return []
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(20)
    ).all()
    ours = {row.source_id for row in rows if any(each["payload"].startswith(PREFIX) for each in row.buttons)}
    return next(([(row.text or "", row.buttons)] for row in rows if row.source_id not in ours and row.text), [])
