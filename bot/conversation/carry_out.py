"""Carries out the effects of a turn, in the transaction of the turn; one function an effect, each returns its words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from actions.effects import (
    AddSupplement,
    AnswerPolicy,
    CallHuman,
    Effect,
    FileIntake,
    OfferWithdrawal,
    RateTicket,
    RecordConsent,
    ShowProgress,
    WithdrawTicket,
)
from bot.conversation import consent, words
from bot.conversation.attachments import marked
from bot.conversation.inbound import Said
from nlu.consents import QUALITY
from policy import answer_in_words
from tickets import consents
from tickets.access import tickets_of
from tickets.filing import Intake, file_intake
from tickets.lifecycle import RESIDENT, NotAllowed, act
from tickets.models import OPEN, Attachment, Conversation, Message, Station, Ticket


@dataclass(frozen=True)
class Scene:
    """Where an effect happens."""

    session: Session
    conversation: Conversation
    now: datetime
    looked_up: dict[str, str]  # answers to questions of policy, by question

    def marked(self, text: str) -> str:
        """Words on their way into a ticket: what a machine heard stands there as such."""
        return marked(self.session, self.conversation, text)


def look_up(effects: list[Effect]) -> dict[str, str]:
    """What takes time and needs no database, before the transaction of the turn begins."""
    asked = [each for each in effects if isinstance(each, AnswerPolicy)]
    return {each.question: answer_in_words(each.question, each.services) for each in asked}


@singledispatch
def carry_out(effect: Effect, scene: Scene) -> list[Said]:
    """Does what an effect asks and returns [(text, buttons)] to say once it is committed."""
    raise TypeError(f"no hand for {type(effect).__name__}")


@carry_out.register
def _consent(effect: RecordConsent, scene: Scene) -> list[Said]:
    conversation = scene.conversation
    consent.record(scene.session, conversation, effect.purpose, effect.granted, scene.now)
    if effect.purpose == QUALITY:
        return [(words.QUALITY_YES if effect.granted else words.QUALITY_NO, [])]
    if effect.granted:
        return []
    consents.withdraw(scene.session, conversation, scene.now)
    if not any(ticket.status in OPEN for ticket in tickets_of(scene.session, conversation)):
        _forget_words(scene)
    return []


def _forget_words(scene: Scene) -> None:
    """Declined: neither what was said nor our answers stay with us. An alarm is kept, as the law allows."""
    of_this_talk = Message.conversation_id == scene.conversation.id
    scene.session.execute(update(Message).where(of_this_talk, Message.author == "resident").values(text_sealed=None))
    scene.session.execute(delete(Message).where(of_this_talk, Message.author == "bot"))
    scene.session.execute(
        delete(Attachment).where(Attachment.conversation_id == scene.conversation.id, Attachment.ticket_id.is_(None))
    )


@carry_out.register
def _file(effect: FileIntake, scene: Scene) -> list[Said]:
    conversation = scene.conversation
    ticket = file_intake(
        scene.session,
        Intake(
            draft_id=effect.draft_id,
            channel=conversation.channel,
            conversation_id=conversation.id,
            township=effect.township,
            county=_county(effect),
            village=effect.village,
            village_text=effect.village_text,
            services=effect.services,
            urgency=effect.urgency,
            risks=effect.risks,
            relation=effect.relation,
            age=effect.age,
            name=effect.name,
            phone=effect.phone,
            description=scene.marked(effect.description) or None,
        ),
        scene.now,
    )
    if not effect.finished:
        return []
    desk = scene.session.get_one(Station, ticket.queue)
    alarmed = len(ticket.history) > 1
    return [((words.completed if alarmed else words.accepted)(ticket, desk), [])]


def _county(effect: FileIntake) -> str | None:
    """The desk above the township that was understood; routing wants county codes of six digits."""
    return effect.county if effect.county and len(effect.county) <= 6 else None


@carry_out.register
def _policy(effect: AnswerPolicy, scene: Scene) -> list[Said]:
    return [(scene.looked_up[effect.question], [])]


@carry_out.register
def _progress(effect: ShowProgress, scene: Scene) -> list[Said]:
    filed = tickets_of(scene.session, scene.conversation)
    if not filed:
        return [(words.NOTHING_FILED, [])]
    lines = [words.progress(each, scene.session.get_one(Station, each.queue)) for each in filed[-5:]]
    return [("\n".join(lines), [])]


@carry_out.register
def _supplement(effect: AddSupplement, scene: Scene) -> list[Said]:
    ticket, text = _latest(scene), scene.marked(effect.text)
    if ticket is None:
        return [(words.NOTHING_FILED, [])]
    if effect.complaint and ticket.status in ("resolved", "closed"):
        return _try(scene, ticket, "reopen", text, words.REOPENED)
    if effect.in_danger:
        silent = effect.text.strip() in ("1", "１", "一")  # the sign we offered to those who cannot speak
        return _try(scene, ticket, "supplement", text, words.SILENT if silent else words.WITH_YOU)
    note = f"居民不满意：{text}" if effect.complaint else text
    return _try(scene, ticket, "supplement", note, words.COMPLAINED if effect.complaint else words.SUPPLEMENTED)


@carry_out.register
def _human(effect: CallHuman, scene: Scene) -> list[Said]:
    ticket = _latest(scene)
    if ticket is None:
        return [(words.NOTHING_FILED, [])]
    desk = scene.session.get_one(Station, ticket.queue)
    said = words.HUMAN_CALLED.format(desk=words.shown(desk), phone="，或者打您留的电话" if ticket.phone else "")
    return _try(scene, ticket, "supplement", f"居民要找真人：{scene.marked(effect.text)}", said)


@carry_out.register
def _offer_withdrawal(effect: OfferWithdrawal, scene: Scene) -> list[Said]:
    running = [each for each in tickets_of(scene.session, scene.conversation) if each.status in OPEN]
    if not running:
        return [(words.NOTHING_FILED, [])]
    buttons = [
        {
            "title": f"撤回{words.matter(each)}（…{each.number[-4:]}）",
            "payload": "/withdraw" + json.dumps({"ticket": each.number}),
        }
        for each in running[-5:]
    ]
    return [(words.ASK_WITHDRAWAL, [*buttons, {"title": "不撤回", "payload": "/deny"}])]


@carry_out.register
def _withdraw(effect: WithdrawTicket, scene: Scene) -> list[Said]:
    ticket = next((t for t in tickets_of(scene.session, scene.conversation) if t.number == effect.number), None)
    if ticket is None:
        return [(words.NOTHING_FILED, [])]
    return _try(scene, ticket, "withdraw", None, words.WITHDRAWN)


@carry_out.register
def _rate(effect: RateTicket, scene: Scene) -> list[Said]:
    done = [each for each in tickets_of(scene.session, scene.conversation) if each.status in ("resolved", "closed")]
    return _try(scene, done[-1], "rate", effect.text, words.RATED) if done else [(words.RATED, [])]


def _try(scene: Scene, ticket: Ticket, action: str, note: str | None, said: str) -> list[Said]:
    """One action of the resident, and the words for it; a refusal of the state machine is said as it is."""
    try:
        act(scene.session, ticket, action, RESIDENT, note=note, now=scene.now)
    except NotAllowed as refusal:
        return [(f"{ticket.number}：{refusal}", [])]
    return [(said.format(number=ticket.number), [])]


def _latest(scene: Scene) -> Ticket | None:
    """The request the resident most likely speaks of: the last open one, else the last."""
    filed = tickets_of(scene.session, scene.conversation)
    running = [each for each in filed if each.status in OPEN] or filed
    return running[-1] if running else None
