"""The database is down or hangs: what is said, what is kept, and how it is taken up again.

Steps of the ladder: the floor speaks without anything else; the message goes to the local spool; nothing is called
filed; once the database is back, the kept messages are answered in the order they came, each once.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import words
from bot.conversation.inbound import Inbound
from bot.conversation.spool import Spool
from nlu.safety import assess_alone, safety_messages

log = logging.getLogger("conversation")

SECONDS_TO_HOTLINE = 1.8  # a resident in danger has the numbers within two seconds, whatever hangs
SECONDS_MORE = 1.2  # … and this much later where the database has the words and the turn only is slow
SECONDS_TO_ANSWER = 9.5
SECONDS_TO_LISTEN = 40.0  # a file is given 30 (bot/media/apart.py)
SECONDS_TO_OPEN = 1.0
LOOK_SECONDS = 2.0
MOST_PROMISED = 10_000

Result = TypeVar("Result")


class Unrecorded(Exception):
    """The database could not take the message: nothing may be said to be filed. `messages` is what to say.

    `kept`: it lies in the spool and will be answered; otherwise it is lost and must be sent again.
    """

    def __init__(self, messages: list[str], kept: bool, urgency: str) -> None:
        super().__init__("the message is not in the database")
        self.messages, self.kept, self.urgency = messages, kept, urgency


class Hanging(Exception):
    """Work has not ended in time; it goes on by itself."""


class Work(Generic[Result]):
    """Something done in a thread of its own, for whom waiting has an end. It is not broken off: what it does counts
    when it is done."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._done = threading.Event()
        self._results: list[Result] = []
        self._errors: list[BaseException] = []
        threading.Thread(target=self._run, args=(work,), name="turn", daemon=True).start()

    def result(self, seconds: float) -> Result:
        """The result, or what was raised; Hanging when neither came in time."""
        if not self._done.wait(seconds):
            raise Hanging
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self._results.append(work())
        except BaseException as error:  # handed over to who waits
            self._errors.append(error)
        finally:
            self._done.set()


class Outage:
    """What the conversation needs while the database is away. Without a spool nothing is kept."""

    def __init__(self, spool: Spool | None) -> None:
        self._spool = spool
        self._promised: OrderedDict[str, str | None] = OrderedDict()  # sessions given out that no row knows yet

    def promise(self, session: str, station: str | None) -> bool:
        """Remembers a web session that could not be stored; False when nothing can be kept for it."""
        if self._spool is None:
            return False
        self._promised[session] = station
        while len(self._promised) > MOST_PROMISED:
            self._promised.popitem(last=False)
        return True

    def promised(self, session: str) -> bool:
        """Whether a session was given out while the database was away."""
        return session in self._promised

    def station_of(self, session: str) -> str | None:
        """The poster's township of such a session."""
        return self._promised.get(session)

    def keep(self, inbound: Inbound, station: str | None) -> Unrecorded:
        """Keeps a message; returns what to raise, with the words to say."""
        kept = self._put(inbound, station or self._promised.get(inbound.sender))
        alarm = assess_alone(inbound.text or "")
        said = safety_messages(alarm, called=False)
        if alarm.risks:
            said.append(words.KEPT_IN_DANGER if kept else words.NOT_RECORDED_IN_DANGER)
        else:
            said.append(words.KEPT if kept else words.NOT_RECORDED)
        return Unrecorded(said, kept, alarm.urgency)

    def _put(self, inbound: Inbound, station: str | None) -> bool:
        # A file's content is not kept here: who sent one is told to send it again.
        if self._spool is None or (inbound.attachment and not inbound.attachment.remote_id):
            return False
        try:
            self._spool.put(inbound, station)
        except OSError as error:
            log.error("spool: %s", type(error).__name__)
            return False
        return True


class CatchesUp(Protocol):
    """What `keep_catching_up` needs of the conversations."""

    def catch_up(self, channel: str, bot_id: str) -> int:
        """Answers what the spool holds; returns how many."""


def keep_catching_up(conversations: CatchesUp, channel: str, bot_id: str = "") -> Callable[[], None]:
    """Looks into the spool now and every two seconds, in a thread of its own; returns what stops it."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(LOOK_SECONDS):
            try:
                if count := conversations.catch_up(channel, bot_id):
                    log.info("spool: answered %d kept messages of %s", count, channel)
            except SQLAlchemyError as error:
                log.warning("spool: the database is still away (%s)", type(error).__name__)
            except Exception as error:
                log.error("spool: %s", type(error).__name__)

    threading.Thread(target=run, name="catch-up", daemon=True).start()
    return stopped.set
