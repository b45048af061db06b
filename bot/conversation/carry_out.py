"""Carries out the effects of a turn, in the transaction of the turn; one function an effect, each returns its words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    ReopenTicket,
    ShowProgress,
    WithdrawTicket,
)
from actions.rating import says_undone
from bot.conversation import consent, person, words
from bot.conversation.attachments import marked
from bot.conversation.inbound import Said
from nlu.consents import QUALITY
from policy import answer_in_words
from tickets import consents
from tickets.access import tickets_of
from tickets.filing import Intake, file_intake
from tickets.holds import hold_of
from tickets.lifecycle import RESIDENT, NotAllowed, act
from tickets.models import OPEN, Attachment, Conversation, Message, Station, Ticket
from tickets.notices import announce
from tickets.ratings import LOW, STARS, asked_last
from tickets.rules import REOPEN_DAYS


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
    alarmed = len(ticket.history) > 1
    if conversation.no_contact_at and ticket.created_at == scene.now:
        act(scene.session, ticket, "supplement", RESIDENT, note=words.NO_CONTACT_NOTE, now=scene.now)
    if not effect.finished or hold_of(scene.session, ticket):
        return []
    desk = scene.session.get_one(Station, ticket.queue)
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
    lines = [words.progress(each, scene.session.get_one(Station, each.queue), scene.now) for each in filed[-5:]]
    return [("\n".join(lines), [])]


@carry_out.register
def _supplement(effect: AddSupplement, scene: Scene) -> list[Said]:
    ticket, text = _latest(scene), scene.marked(effect.text)
    if ticket is None:
        return [(words.NOTHING_FILED, [])]
    if ticket.status not in OPEN:
        return _about_finished(scene, ticket, effect)
    if effect.in_danger:
        silent = effect.text.strip() in ("1", "１", "一")  # the sign we offered to those who cannot speak
        return _try(scene, ticket, "supplement", text, words.SILENT if silent else words.WITH_YOU)
    if effect.complaint:
        return _try(scene, ticket, "complain", text, words.COMPLAINED)
    return _try(scene, ticket, "supplement", text, words.SUPPLEMENTED)


def _about_finished(scene: Scene, ticket: Ticket, effect: AddSupplement) -> list[Said]:
    """More words about something that is over: discontent opens it again, anything else is offered to."""
    again = {
        "title": "重新交一件",
        "payload": "/request_service" + json.dumps({"service": (ticket.services or ["other"])[0]}),
    }
    no = {"title": "不用了", "payload": "/deny"}
    if ticket.status == "withdrawn":
        return [(words.WAS_WITHDRAWN.format(number=ticket.number), [again, no])]
    finished = ticket.closed_at or ticket.resolved_at or ticket.updated_at
    if scene.now - finished > timedelta(days=REOPEN_DAYS):
        return [(words.TOO_OLD.format(number=ticket.number, days=REOPEN_DAYS), [again, no])]
    if not effect.complaint:
        return [(words.OFFER_REOPENING.format(number=ticket.number), [_reopening(ticket), no])]
    return _reopened(scene, ticket, scene.marked(effect.text))


def _reopening(ticket: Ticket) -> dict[str, str]:
    return {"title": "重新打开", "payload": "/complain" + json.dumps({"reopen": ticket.number})}


def _reopened(scene: Scene, ticket: Ticket, note: str | None) -> list[Said]:
    """Opens a request again; the supervisors hear of it too."""
    said = _try(scene, ticket, "reopen", note, words.REOPENED)
    if ticket.status in OPEN:
        announce(scene.session, "ticket.complaint", ticket, scene.now)
    return said


@carry_out.register
def _human(effect: CallHuman, scene: Scene) -> list[Said]:
    ticket = _latest(scene)
    if ticket is None or ticket.status not in OPEN:
        return [(words.NOTHING_FILED, [])]
    return person.call(scene.session, scene.conversation, ticket, scene.marked(effect.text), scene.now)


@carry_out.register
def _reopen(effect: ReopenTicket, scene: Scene) -> list[Said]:
    ticket = _own(scene, effect.number)
    return [(words.NOTHING_FILED, [])] if ticket is None else _reopened(scene, ticket, None)


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
    ticket = _own(scene, effect.number)
    if ticket is None:
        return [(words.NOTHING_FILED, [])]
    return _try(scene, ticket, "withdraw", None, words.WITHDRAWN)


@carry_out.register
def _rate(effect: RateTicket, scene: Scene) -> list[Said]:
    if effect.declined:
        return [(words.NOT_RATED, [])]
    ticket = _own(scene, effect.number) if effect.number else asked_last(scene.session, scene.conversation)
    if ticket is None:
        done = [each for each in tickets_of(scene.session, scene.conversation) if each.status in ("resolved", "closed")]
        ticket = done[-1] if done else None
    if ticket is None:
        return [(words.RATED, [])]
    try:
        note = effect.text or STARS[effect.stars or 3]
        act(scene.session, ticket, "rate", RESIDENT, note=note, to=str(effect.stars or ""), now=scene.now)
    except NotAllowed as refusal:
        return [(f"{ticket.number}：{refusal}", [])]
    if says_undone(effect.text):
        return _about_finished(scene, ticket, AddSupplement(effect.text, complaint=True))
    if effect.stars and effect.stars <= LOW:
        announce(scene.session, "ticket.complaint", ticket, scene.now)
        return [(words.RATED_LOW, [_reopening(ticket), {"title": "不用了", "payload": "/deny"}])]
    return [(words.RATED, [])]


def _own(scene: Scene, number: str | None) -> Ticket | None:
    """A request of this conversation by its number."""
    return next((each for each in tickets_of(scene.session, scene.conversation) if each.number == number), None)


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
