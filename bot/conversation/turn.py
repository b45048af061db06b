"""One turn: store, floor, engine, effects, commit, answer. The same for every channel."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversation import consent, inbox, person, privacy, transcript, words
from bot.conversation.attachments import Came, listen
from bot.conversation.carry_out import look_up
from bot.conversation.danger import heard_danger, together
from bot.conversation.inbound import Inbound, Reply
from bot.conversation.order import Turns
from bot.conversation.settle import LONGEST, HandedBack, Turned, settle
from bot.conversation.standing import Standing, standing_of
from bot.engine import Engine, EngineError, EngineReply
from bot.media import Listener
from nlu.safety import assess, assess_alone
from tickets.attachments import Admitted, keep
from tickets.database import Database
from tickets.models import Conversation

log = logging.getLogger("conversation")

SECONDS_IN_DANGER = 1.2  # the hotline must not wait for a hanging engine


class UnknownSession(LookupError):
    """A web session that nobody opened, or that was erased."""


class TurnTaker:
    """Answers messages while the database works; `conversations.Conversations` is what a process has one of.

    Safe to use from many threads. A channel's messages are answered by one process; within it the messages of one
    sender go one after the other.
    """

    def __init__(self, database: Database, engine: Engine, listener: Listener | None = None) -> None:
        self._database, self._engine, self._listener = database, engine, listener
        self._turns = Turns()
        self._late: set[Inbound] = set()  # kept while the database was away, answered only now

    def open(self, station: str | None = None) -> str:
        """Begins a web conversation; returns its unguessable session. `station`: township of a poster's link."""
        token = transcript.new_token()
        self.begin(token, station)
        return token

    def begin(self, token: str, station: str | None) -> None:
        """Commits a web conversation under a session that was made for it."""
        with self._database.session() as session:
            transcript.begin(session, "web", token, station)
            session.commit()

    def promised(self, session: str) -> bool:
        """Whether a web session was given out that no row knows yet."""
        return False

    def listens(self, media_type: str | None) -> bool:
        """Whether a machine hears or reads files of this type."""
        return self._listener is not None and self._listener.takes(media_type)

    def store(self, inbound: Inbound) -> bool:
        """Commits a message to the durable inbox; False for a repeat. SQLAlchemyError when it could not be stored."""
        with self._database.session() as session:
            fresh = inbox.store(session, inbound)
            session.commit()
        return fresh

    def answer(self, inbound: Inbound, station: str | None = None, file: Admitted | None = None) -> Reply:
        """Stores a message, answers what its sender sent before it, then it. A repeat gets the same answer again.

        `file`: the content of `inbound.attachment`, stored with it in one transaction.
        Raises SQLAlchemyError when the database is down, UnknownSession for a web session nobody opened.
        """
        self._receive(inbound, station, file)
        with self._turns.of(inbound.channel, inbound.sender):
            with self._database.reading() as session:
                waiting = inbox.waiting(session, inbound)
                if not waiting:
                    return _answered(session, inbound)
            replies = [self._attempt(message, mine=message == inbound) for message in waiting]
            if inbound == waiting[-1] and replies[-1]:
                return replies[-1]
            with self._database.reading() as session:
                return _answered(session, inbound)

    def resume(self, channel: str, bot_id: str = "") -> Iterator[Inbound]:
        """Answers what a crash left unanswered; yields each message when it is done."""
        with self._database.reading() as session:
            left = inbox.all_waiting(session, channel, bot_id)
        for message in left:
            with self._turns.of(message.channel, message.sender):
                self._attempt(message, mine=False)
            yield message

    def _attempt(self, inbound: Inbound, *, mine: bool) -> Reply | None:
        """Takes a message. One that breaks us is counted, and set aside after some tries: it must neither block its
        sender's later messages nor the start. The failure is raised to whoever waits for this very message."""
        try:
            return self._take(inbound)
        except SQLAlchemyError:
            raise
        except Exception as error:
            with self._database.session() as session:
                aside = inbox.count_failure(session, inbound)
                session.commit()
            log.error("message failed (%s)%s", type(error).__name__, ", set aside" if aside else "", exc_info=error)
            if mine:
                raise
            return None

    def _receive(self, inbound: Inbound, station: str | None, file: Admitted | None = None) -> None:
        """Commits the message; a Telegram chat's conversation begins with its first one, a web session must exist."""
        with self._database.session() as session:
            conversation = transcript.find(session, inbound.channel, inbound.sender)
            if conversation is None and inbound.channel == "web" and not self.promised(inbound.sender):
                raise UnknownSession
            conversation = conversation or transcript.begin(session, inbound.channel, inbound.sender, station)
            conversation.station_hint = station or conversation.station_hint
            if inbox.store(session, inbound) and file and inbound.attachment and inbound.attachment.id:
                keep(session, conversation, file, inbound.attachment.id)
            session.commit()

    def _take(self, inbound: Inbound) -> Reply | None:
        """Answers one stored message; None when it is answered already. Until the commit it counts as unanswered."""
        with self._database.reading() as session:
            conversation = transcript.find(session, inbound.channel, inbound.sender)
            standing = standing_of(session, conversation) if conversation else None
        if standing is None:  # stored by a channel that crashed before its conversation began
            self._receive(inbound, None)
            return self._take(inbound)
        typed = bool(assess(inbound.text or "").risks)  # danger does not wait until a file is listened to
        came = listen(self._database, None if typed else self._listener, inbound, standing.awaiting)
        if standing.choices and (chosen := standing.choices.pick(came.said)):
            came = came.choosing(chosen)
        text = came.text
        floor = together(assess(text), assess(came.aside))
        heard: EngineReply | None = None
        wish = None if floor.risks else privacy.wish_of(came.inbound, came.said, standing)
        overheard, for_person = (None, False) if wish else self._overhear(came, bool(floor.risks), standing)
        if wish or (for_person and overheard is None):  # the engine has not heard it: the small model listens instead
            floor = together(floor, assess_alone(came.everything))
            wish = None if floor.risks else wish
        plain = None if wish or for_person else _plain_answer(came, standing, alarmed=bool(floor.risks))
        if wish is None and plain is None and not for_person:
            try:
                heard = self._engine.turn(
                    standing.id,
                    inbound.message_id,
                    text=text[:LONGEST] or None,
                    payload=came.inbound.payload or privacy.refusal(came.said, standing.offered),
                    context=standing.context,
                    seconds=SECONDS_IN_DANGER if floor.risks else None,
                )
            except EngineError as error:
                log.error("engine: %s (conversation %s)", error, standing.id)
                floor = assess_alone(came.everything)
        looked_up = look_up(heard.effects) if heard else {}
        with self._database.session() as session:
            if inbox.state_of(session, inbound) != inbox.PENDING:
                return None
            conversation = session.get_one(Conversation, standing.id)
            # What a machine heard beside the words never reached the engine: there the floor's judgement stands.
            alarm = together(heard_danger(floor, heard.parse if heard else overheard), assess(came.aside))
            try:
                said = settle(session, conversation, Turned(came, alarm, heard, wish or plain, looked_up, for_person))
            except HandedBack:  # while we listened: the words are the assistant's to answer
                session.rollback()
                return self._take(inbound)
            if inbound in self._late:
                said = [(words.back_again(transcript.numbers_of(session, conversation)), []), *said]
            # Who was erased by this turn goes on in a conversation that knows nothing of the old one.
            conversation = transcript.find(session, inbound.channel, inbound.sender) or conversation
            rows = [transcript.add(session, conversation, "bot", each, inbound.message_id, on) for each, on in said]
            inbox.finish(session, inbound)
            session.commit()
            reply = _reply(session, conversation, inbound, [transcript.shown(row) for row in rows])
            forgotten = conversation.id != standing.id or (consent.declined(conversation) and not reply.awaiting)
        self._late.discard(inbound)
        if forgotten:
            self._forget(standing.id)
        return reply

    def _overhear(self, came: Came, alarmed: bool, standing: Standing) -> tuple[dict[str, Any] | None, bool]:
        """(analysis, whether the message is for a person): a person who speaks, or one who asked something. The engine
        only listens for danger then; no turn of the form is taken."""
        if not standing.held and (standing.services is None or came.inbound.payload):
            return None, False
        parse = None
        try:
            parse = self._engine.analyze(came.text[:LONGEST], SECONDS_IN_DANGER if alarmed else person.SECONDS)
        except EngineError as error:
            log.error("engine: %s (conversation %s)", error, standing.id)
        return parse, standing.held or person.is_answer(parse, standing.services or [])

    def _forget(self, conversation_id: str) -> None:
        try:
            self._engine.forget(conversation_id)
        except EngineError as error:
            log.error("engine could not forget conversation %s: %s", conversation_id, error)


def _answered(session: Session, inbound: Inbound) -> Reply:
    """The answer a message got, read back."""
    conversation = transcript.find(session, inbound.channel, inbound.sender)
    if conversation is None:
        raise UnknownSession
    messages = transcript.answers_to(session, conversation, inbound.message_id)
    if inbox.state_of(session, inbound) == inbox.FAILED:
        messages = [{"id": 0, "text": words.SET_ASIDE, "buttons": [], "image": None}]
    return _reply(session, conversation, inbound, messages)


def _reply(session: Session, conversation: Conversation, inbound: Inbound, messages: list[dict[str, Any]]) -> Reply:
    return Reply(
        session=inbound.sender,
        messages=messages,
        awaiting=conversation.awaiting,
        urgency=conversation.urgency,
        tickets=transcript.numbers_of(session, conversation),
    )


def _plain_answer(came: Came, standing: Standing, alarmed: bool) -> str | None:
    """The answer to a message that needs no understanding; None when the engine must hear it."""
    if came.inbound.payload:
        return None if came.inbound.payload in standing.offered else words.STALE_BUTTON
    of_file = came.answer(kept=standing.keeps or alarmed)
    if of_file is not None:
        return of_file
    if not came.text:
        return words.EMPTY
    # While something is asked the engine counts it as an answer not understood: nobody is asked without end.
    heard = standing.awaiting or any(character.isalnum() for character in came.text)
    return None if heard else words.ONLY_SIGNS
