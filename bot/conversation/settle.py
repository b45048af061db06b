"""What a turn changes, in one transaction, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from actions.effects import FileIntake
from bot.conversation import consent, person, privacy, transcript, words
from bot.conversation.attachments import Came, arrive
from bot.conversation.carry_out import Scene, carry_out
from bot.conversation.danger import LEVELS, call_for_help, words_of_safety
from bot.conversation.degraded import take_down
from bot.conversation.inbound import Said
from bot.engine import EngineReply
from nlu.safety import Alarm
from tickets.holds import open_hold
from tickets.models import Conversation, Ticket
from tickets.ratings import later

LONGEST = 10_000  # characters of a message that are read


class HandedBack(Exception):
    """The person whom the words were for has given the conversation back meanwhile."""


@dataclass(frozen=True)
class Turned:
    """A message and what is known of it when its turn is written down."""

    came: Came
    alarm: Alarm
    heard: EngineReply | None  # None: the engine was not asked, or is down
    plain: privacy.Wish | str | None  # what needs no engine: a wish about personal data, or an answer of ours
    looked_up: dict[str, str]
    for_person: bool  # the words are for a worker


def settle(session: Session, conversation: Conversation, turn: Turned) -> list[Said]:
    """Danger first, then what was done, then the next question. Raises HandedBack before anything is written."""
    now = datetime.now(UTC)
    said: list[Said] = []
    came, alarm, heard = turn.came, turn.alarm, turn.heard
    inbound, scene = came.inbound, Scene(session, conversation, now, turn.looked_up)
    hold = open_hold(session, conversation.id)
    ticket = session.get(Ticket, hold.ticket_id) if hold else person.answered_ticket(session, conversation)
    of_person = ticket if turn.for_person else None
    if turn.for_person and of_person is None:
        raise HandedBack
    kept = bool(alarm.risks) or consent.keeps(session, conversation)
    shown = transcript.title_of(session, conversation, inbound.payload) if inbound.payload else came.shown(kept)
    if shown and kept:
        transcript.add(session, conversation, "resident", shown[:LONGEST], inbound.message_id, seen=True)
    arrive(session, conversation, came, kept, now, of_person)
    privacy.heed(session, conversation, came.said, now)
    if alarm.risks:
        said += [(each, []) for each in words_of_safety(session, conversation, alarm, came.everything, now)]
        form = next((each for each in heard.effects if isinstance(each, FileIntake)), None) if heard else None
        parse = heard.parse if heard else None
        call_for_help(session, conversation, alarm, came.marked, parse, form, now, held=of_person)
        conversation.urgency = max(conversation.urgency, alarm.urgency, key=LEVELS.index)
    said += [(each, []) for each in came.told(kept)] if of_person is None else []
    if len(came.text) > LONGEST:
        said.append((words.TOO_LONG, []))
    if of_person:
        said += person.pass_on(session, conversation, of_person, came, bool(alarm.risks), now)
    elif heard:
        said += _carry_out(heard, scene, came, hold is None)
        said += consent.ask_quality(conversation, heard, alarm, now)
    elif isinstance(turn.plain, privacy.Wish):
        said += privacy.grant(turn.plain, scene, inbound)
    elif turn.plain is not None:
        # The question that is open stays open, and its buttons stay valid: they are shown again.
        said += [(turn.plain, [])] if turn.plain else []
        said += transcript.last_question(session, conversation) if inbound.payload else []
    else:
        said += take_down(session, conversation, came.everything, bool(alarm.risks), now)
    if heard or any(buttons for _, buttons in said):
        conversation.offered = [each["payload"] for _, buttons in said for each in buttons]
        conversation.offer_no += 1
    conversation.seen_at = now
    conversation.version += 1
    if heard and not any(buttons for _, buttons in said) and not alarm.risks:
        said += later(session, conversation, now)  # about what ended while something else was going on
    return said


def _carry_out(heard: EngineReply, scene: Scene, came: Came, was_free: bool) -> list[Said]:
    """The effects of the engine's turn, then its words; fewer of them where a person is called. `was_free`: nobody was
    when the turn began."""
    session, conversation = scene.session, scene.conversation
    said: list[Said] = []
    for effect in heard.effects:
        said += carry_out(effect, scene)
    if hold := open_hold(session, conversation.id):
        said += person.while_held(session, conversation, hold, heard, came.marked, was_free, scene.now)
    else:
        said += [(each["text"], each["buttons"]) for each in heard.messages]
        conversation.awaiting = heard.awaiting
    if heard.awaiting is None and transcript.is_filed(session, conversation.draft_id):
        conversation.draft_id = transcript.new_draft()  # the next request is another one
    return said
