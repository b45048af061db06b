"""The conversations of a process, sheltered from a database that is down or hangs (`outage`)."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import inbox, transcript, words
from bot.conversation.inbound import Inbound, Reply
from bot.conversation.outage import (
    SECONDS_MORE,
    SECONDS_TO_ANSWER,
    SECONDS_TO_HOTLINE,
    SECONDS_TO_LISTEN,
    SECONDS_TO_OPEN,
    Hanging,
    Outage,
    Unrecorded,
    Work,
)
from bot.conversation.spool import Kept, Spool
from bot.conversation.turn import TurnTaker
from bot.engine import Engine
from bot.media import Listener
from nlu.safety import assess, assess_alone, safety_messages
from tickets.attachments import Admitted
from tickets.database import Database

log = logging.getLogger("conversation")


class Conversations(TurnTaker):
    """Answers messages whatever is down. One instance a process; safe to use from many threads.

    With a `spool` what the database cannot take is kept on the disk and answered later; without one it is not kept.
    """

    def __init__(
        self, database: Database, engine: Engine, spool: Spool | None = None, listener: Listener | None = None
    ) -> None:
        super().__init__(database, engine, listener)
        self._spool, self._outage = spool, Outage(spool)
        self._stored: dict[Inbound, bool] = {}  # of the messages that are waited for: whether the database has them
        self.behind = False  # the inbox could not be looked through at the start
        assess_alone("")  # whoever is in danger must not wait for rules to be read

    def open(self, station: str | None = None) -> str:
        """As `TurnTaker.open`. With the database away the session is promised: its row is made with its first message
        that can be stored."""
        token = transcript.new_token()
        try:
            Work(lambda: self.begin(token, station)).result(SECONDS_TO_OPEN if self._spool else SECONDS_TO_ANSWER)
        except (SQLAlchemyError, Hanging):
            if not self._outage.promise(token, station):
                raise
        return token

    def promised(self, session: str) -> bool:
        """Whether a web session was given out while the database was away."""
        return self._outage.promised(session)

    def answer(self, inbound: Inbound, station: str | None = None, file: Admitted | None = None) -> Reply:
        """As `TurnTaker.answer`; raises Unrecorded with the words to say, hotlines first, when the database is down
        or hangs."""
        alarmed = bool(assess(inbound.text or "").risks)
        station = station or self._outage.station_of(inbound.sender)
        self._stored[inbound] = False
        work = Work(lambda: self._in_order(inbound, station, file))
        try:
            try:
                return work.result(SECONDS_TO_HOTLINE if alarmed else SECONDS_TO_ANSWER)
            except Hanging:
                if not self._stored.get(inbound):
                    raise
                # The database has it: the machine is slow, or listening to a file. It is answered by itself then.
                listening = SECONDS_TO_LISTEN if _is_heard(inbound) else SECONDS_TO_ANSWER
                try:
                    return work.result(SECONDS_MORE if alarmed else listening)
                except Hanging:
                    return _meanwhile(inbound)
        except (SQLAlchemyError, Hanging) as error:
            log.error("the database failed: %s", type(error).__name__)
            raise self._outage.keep(inbound, station) from error
        finally:
            self._stored.pop(inbound, None)

    def catch_up(self, channel: str, bot_id: str = "") -> int:
        """Answers what was kept while the database was away; returns how many. SQLAlchemyError when it still is."""
        kept = self._admit(channel)
        if not (kept or self.behind or any(each.channel == channel for each in self._late)):
            return 0
        answered = sum(1 for _ in self.resume(channel, bot_id))
        self.behind = False
        return answered

    def _in_order(self, inbound: Inbound, station: str | None, file: Admitted | None) -> Reply:
        """What the sender said during an outage comes before what they say now."""
        self._admit(inbound.channel, inbound.sender)
        return super().answer(inbound, station, file)

    def _receive(self, inbound: Inbound, station: str | None, file: Admitted | None = None) -> None:
        super()._receive(inbound, station, file)
        if inbound in self._stored:
            self._stored[inbound] = True

    def _admit(self, channel: str, sender: str | None = None) -> int:
        """Commits kept messages to the inbox, at the time they came; returns how many there were."""
        if self._spool is None:
            return 0
        kept = self._spool.waiting(channel, sender)
        for each in kept:
            with self._database.session() as session:
                if transcript.find(session, channel, each.inbound.sender) is None:
                    transcript.begin(session, channel, each.inbound.sender, each.station)
                if inbox.store(session, each.inbound, each.at):
                    self._late.add(each.inbound)
                session.commit()
            self._spool.remove(each)
        return len(kept)

    def keep(self, inbound: Inbound, station: str | None) -> Unrecorded:
        """For a channel that stores messages itself: keeps one that the database did not take; says what to say."""
        return self._outage.keep(inbound, station)

    def kept(self, channel: str) -> list[Kept]:
        """What the spool holds of a channel, oldest first."""
        return self._spool.waiting(channel) if self._spool else []


def _meanwhile(inbound: Inbound) -> Reply:
    """What is said while a stored message is still being answered: in danger the numbers."""
    alarm = assess_alone(inbound.text or "")
    said = safety_messages(alarm, called=False) if alarm.risks else [words.SLOW]
    messages: list[dict[str, Any]] = [{"id": 0, "text": text, "buttons": [], "image": None} for text in said]
    return Reply(inbound.sender, messages, urgency=alarm.urgency, early=True)


def _is_heard(inbound: Inbound) -> bool:
    """Whether a file is with us that a machine may have to listen to before there is an answer."""
    return inbound.attachment is not None and inbound.attachment.id is not None
