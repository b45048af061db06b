"""One message of a resident: stored, then answered within four seconds, or afterwards by a customer-service message.

WeChat waits five seconds for the answer to its request and asks up to three times. An answer in time goes out with the
request; otherwise the request is answered with nothing, and what the turn says is sent when it is done. A repeat of a
request finds the work under way, or gets the same words again; it is never worked on twice (durable inbox). What the
database does not take, or not in time, goes to the spool (`bot.conversation.outage`).
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import Conversations, Unrecorded, inbox
from bot.conversation.outage import SECONDS_TO_ANSWER, SECONDS_TO_HOTLINE
from bot.conversation.transcript import find
from bot.conversation.words import NOT_RECORDED
from bot.wechat import rows, words
from bot.wechat.incoming import CHANNEL, Heard, station_of
from bot.wechat.notes import conversation_of, say
from bot.wechat.outgoing import Outgoing
from bot.wechat.window import AFTER_A_MESSAGE, AFTER_AN_ACT, open_window
from nlu.safety import Alarm, assess, safety_messages
from nlu.safety.reply import WORKER
from tickets.database import Database
from tickets.models import utc_now

log = logging.getLogger(__name__)

T = TypeVar("T")
PATIENCE = 4.0  # seconds after which a request is answered with nothing
DANGER_PATIENCE = 2.0  # seconds after which danger is answered with the hotlines, whatever is still being done
REMEMBERED = 2_000  # requests whose answer is remembered for a repeat
PATIENT = 4  # times a slow turn is waited for before the sweep sends what it says


class NotStored(Exception):
    """The message is not safely stored yet: WeChat has to ask again."""


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Given:
    """The answer to a request: words, or None for nothing; and what to do once it has gone out."""

    text: str | None = None
    after: Callable[[], Awaitable[None]] = _nothing


@dataclass
class _Work:
    """What is being done about one message. `known`: it is committed (`is_kept`), or lies in the spool because the
    database hangs (`unrecorded`), or `task` has failed."""

    known: asyncio.Event
    task: asyncio.Task[None]
    is_kept: bool = False
    unrecorded: Unrecorded | None = None


@dataclass
class _Recent:
    """The newest entries of a growing collection."""

    entries: OrderedDict[str, str | None] = field(default_factory=OrderedDict)

    def add(self, key: str, value: str | None = None) -> None:
        self.entries[key] = value
        while len(self.entries) > REMEMBERED:
            self.entries.popitem(last=False)


class Residents:
    """Answers residents. `quick` runs short work with the database, `turns` the turns; one event loop."""

    def __init__(
        self,
        app_id: str,
        secrets: Iterable[str],
        database: Database,
        conversations: Conversations,
        outgoing: Outgoing,
        quick: Executor,
        turns: Executor,
    ) -> None:
        self._app_id, self._secrets = app_id, tuple(secrets)
        self._database, self._conversations, self._outgoing = database, conversations, outgoing
        self._quick, self._turns = quick, turns
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="wechat-spool")  # never behind a hanging database
        self._works: dict[str, _Work] = {}
        self._later = _Recent()  # answered with nothing: their words are sent
        self._said = _Recent()  # what the others were answered with
        self._follow_ups: set[asyncio.Task[Any]] = set()

    async def hear(self, heard: Heard, too_fast: Callable[[str], float]) -> Given:
        """Answer one message. `too_fast` counts it against its sender and says how many seconds to wait (0: none).

        Raises NotStored.
        """
        began = time.monotonic()
        if heard.message_id in self._later.entries:
            return Given()
        if heard.message_id in self._said.entries:
            return Given(self._said.entries[heard.message_id])
        alarm = assess(heard.text or "")
        if heard.message_id not in self._works:
            if not alarm.risks and (wait := too_fast(heard.sender)):
                return Given(words.TOO_FAST.format(seconds=max(1, math.ceil(wait))))
            self._begin(heard)
        self._outgoing.begin(heard.sender, heard.message_id)
        try:
            given = await self._within(heard, self._works[heard.message_id], alarm, began)
        except BaseException:
            self._outgoing.end(heard.sender, heard.message_id)
            raise
        return Given(given.text, partial(self._after, heard, given.after))

    async def _within(self, heard: Heard, work: _Work, alarm: Alarm, began: float) -> Given:
        """The answer in the time there is."""
        end = began + (DANGER_PATIENCE if alarm.risks else PATIENCE)
        await _until(work.known.wait(), end - time.monotonic())
        if work.unrecorded and not work.task.done():
            self._later.add(heard.message_id)
            return Given("\n\n".join(work.unrecorded.messages))
        if work.known.is_set():
            await asyncio.wait({work.task}, timeout=max(0.0, end - time.monotonic()))
        elif not alarm.risks:
            raise NotStored
        if not work.task.done():
            # The rest is sent when it is done. Nobody may have been told yet, so that is not said to who is in danger.
            self._later.add(heard.message_id)
            return Given(_hotlines(alarm) or None)
        if error := work.task.exception():
            return self._failed(work, alarm, error)
        if not heard.present:
            return Given()  # they are gone: an answer to this would be lost
        if heard.message_id in self._said.entries:  # another request with this message was quicker
            return Given(self._said.entries[heard.message_id])
        try:
            found = await asyncio.wait_for(self._outgoing.take(heard.sender), max(0.1, end - time.monotonic()))
        except TimeoutError:  # something is being sent to them, and WeChat is slow to take it
            self._later.add(heard.message_id)
            return Given(_hotlines(alarm) or None)
        if found:
            self._said.add(heard.message_id, found.texts[0])
            return Given(found.texts[0], partial(self._outgoing.handed_over, found))
        before = await self._run(self._quick, rows.answers, self._database, heard.sender, heard.message_id)
        return Given(before.texts[0] if before else None)

    def _failed(self, work: _Work, alarm: Alarm, error: BaseException) -> Given:
        hotlines = _hotlines(alarm)
        if not work.is_kept and isinstance(error, SQLAlchemyError):
            log.error("the database failed: %s", type(error).__name__)
            return Given("\n\n".join(filter(None, (hotlines, NOT_RECORDED))))
        if isinstance(error, Unrecorded):
            return Given("\n\n".join(error.messages))
        # It is stored and will be tried again. Only the kind of error: its text may quote what was written.
        log.error("a message failed: %s", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
        return Given(hotlines or None)

    async def _after(self, heard: Heard, handed_over: Callable[[], Awaitable[None]]) -> None:
        """The answer has gone out."""
        try:
            await handed_over()
        except Exception as error:  # it counts as not handed over: the sweep sends it
            log.error("an answer could not be marked as given: %s", type(error).__name__)
        if self._outgoing.end(heard.sender, heard.message_id) or heard.message_id in self._later.entries:
            await self._send(heard.sender)  # what came in the meantime

    # -- the work --------------------------------------------------------------------------------------------------
    def _begin(self, heard: Heard) -> None:
        work = _Work(asyncio.Event(), asyncio.create_task(self._do(heard)))
        self._works[heard.message_id] = work
        work.task.add_done_callback(lambda _: self._finished(heard))

    def _finished(self, heard: Heard) -> None:
        work = self._works.pop(heard.message_id)
        work.known.set()
        error = None if work.task.cancelled() else work.task.exception()
        if heard.message_id not in self._later.entries or work.task.cancelled():
            return
        if error:
            kept = work.is_kept or (isinstance(error, Unrecorded) and error.kept)
            what = "it is tried again" if kept else "it is not kept"
            log.error("a message failed: %s; %s", type(error.__cause__ or error).__name__, what)
            return
        task = asyncio.create_task(self._send(heard.sender))
        self._follow_ups.add(task)
        task.add_done_callback(self._follow_ups.discard)

    async def _send(self, sender: str) -> None:
        try:
            await self._outgoing.deliver(sender=sender)
        except Exception as error:  # the database is away; the sweep comes back to it
            log.error("an answer could not be sent: %s", type(error).__name__)

    async def _do(self, heard: Heard) -> None:
        station = station_of(heard.scene, self._secrets)
        await self._store(heard, station)
        if work := self._works.get(heard.message_id):
            work.is_kept = True
            work.known.set()
        if heard.is_turn:
            for _ in range(PATIENT):  # an early reply: the turn goes on; asking again waits for it
                reply = await self._run(self._turns, self._conversations.answer, heard.inbound(self._app_id), station)
                if not reply.early:
                    break
        if heard.notes:
            source = rows.note_of(heard.message_id)
            await self._run(self._quick, say, self._database, heard.sender, heard.notes, source, heard.shown)

    async def _store(self, heard: Heard, station: str | None) -> None:
        """Commit the message. While the database hangs it lies in the spool, and this goes on waiting; Unrecorded when
        the database does not take it."""
        keeping = asyncio.ensure_future(self._run(self._quick, self._keep, heard, station))
        if not heard.is_turn:
            await keeping
            return
        work = self._works[heard.message_id]
        seconds = SECONDS_TO_HOTLINE if assess(heard.text or "").risks else SECONDS_TO_ANSWER
        try:
            done, _ = await asyncio.wait({keeping}, timeout=seconds)
            if not done:
                work.unrecorded = await self._spool(heard, station)
                work.known.set()
            await keeping
        except SQLAlchemyError as error:
            log.error("the database failed: %s", type(error).__name__)
            raise work.unrecorded or await self._spool(heard, station) from error

    async def _spool(self, heard: Heard, station: str | None) -> Unrecorded:
        return await self._run(self._disk, self._conversations.keep, heard.inbound(self._app_id), station)

    def _keep(self, heard: Heard, station: str | None) -> None:
        """Commit the message, and that its sender can be spoken to again."""
        with self._database.session() as session:
            if not heard.present:
                if conversation := find(session, CHANNEL, heard.sender):
                    conversation.unreachable_at = utc_now()
                session.commit()
                return
            conversation = conversation_of(session, heard.sender)
            fresh = not heard.is_turn or inbox.store(session, heard.inbound(self._app_id))
            if fresh:
                conversation.unreachable_at, conversation.seen_at = None, utc_now()
                conversation.station_hint = station or conversation.station_hint
                open_window(conversation, AFTER_AN_ACT if heard.acts else AFTER_A_MESSAGE, utc_now())
            session.commit()

    async def _run(self, executor: Executor, function: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, lambda: function(*given))


async def _until(waiting: Awaitable[Any], seconds: float) -> None:
    """Wait, but not longer."""
    with suppress(TimeoutError):
        await asyncio.wait_for(waiting, max(0.0, seconds))


def _hotlines(alarm: Alarm) -> str:
    """What the floor says, "" when it has heard no danger."""
    return "\n\n".join(filter(None, (each.replace(WORKER, "").strip() for each in safety_messages(alarm))))
