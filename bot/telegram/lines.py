"""One line's updates: fetched, kept, put into lanes, routed, tried again, marked done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import TelegramError

from bot.conversation.words import KEPT, KEPT_IN_DANGER
from bot.telegram import inbox, words
from bot.telegram.connection import Line
from bot.telegram.groups import Groups
from bot.telegram.incoming import short_text
from bot.telegram.lanes import Lanes
from bot.telegram.outgoing import send
from bot.telegram.residents import Residents
from bot.telegram.workers import Workers
from nlu.safety import assess, assess_alone, safety_messages
from tickets.database import Database

log = logging.getLogger(__name__)

SLOW = 1.0  # seconds a commit may take before danger is answered without it
AT_ONCE = 8  # chats handled at the same time
MOST_WAITING = 1_000  # updates in memory before fetching pauses; the rest waits at Telegram
MOST_ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
MORE_SECONDS = 1.2  # how long after a short message another one still belongs to it
Poll = Callable[[Line, Callable[[list[inbox.Update]], Awaitable[None]]], Awaitable[None]]


class Receiver:
    """Everything that comes in on one line."""

    def __init__(self, line: Line, database: Database, residents: Residents | None, workers: Workers | None) -> None:
        self._line, self._database = line, database
        self._residents, self._workers = residents, workers
        self._groups = Groups(line, database)
        self._lanes: Lanes[inbox.Update] = Lanes(self._handle, AT_ONCE, self._pause)
        self._left: set[int] = set()  # updates of an earlier run: they may have been answered already, alone
        self._warned: set[int] = set()  # updates whose sender heard the hotlines
        self._told: set[str] = set()  # chats that know of the outage
        self._polling: asyncio.Task[None] | None = None

    async def run(self, poll: Poll) -> None:
        """Take up what a crash left, then poll until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                for update in await asyncio.to_thread(inbox.unfinished, self._database, self._line.bot_id):
                    self._left.add(int(update["update_id"]))
                    self._lanes.put(inbox.chat_of(update), update)
                break
            except Exception as error:
                log.error("inbox cannot be read (%s); trying again", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._polling = asyncio.ensure_future(poll(self._line, self.take))
        await self._polling

    async def take(self, batch: list[inbox.Update]) -> None:
        """Keep a batch (committed when this returns) and put it into its lanes."""
        keeping = asyncio.ensure_future(asyncio.to_thread(inbox.keep, self._database, self._line.bot_id, batch))
        try:
            await asyncio.wait({keeping}, timeout=SLOW)
            if not keeping.done():  # somebody in danger must not wait for a busy database
                await self._warn(batch)
            fresh = await keeping
        except Exception:
            await self._warn(batch, away=True)
            raise
        self._warned.clear()
        self._told.clear()
        for update in fresh:
            self._lanes.put(inbox.chat_of(update), update)
        while self._lanes.size > MOST_WAITING:
            await asyncio.sleep(0.05)

    async def close(self, grace: float) -> None:
        """Stop fetching, let turns in progress finish."""
        if self._polling:
            self._polling.cancel()
        await self._lanes.close(grace)

    async def _pause(self, update: inbox.Update) -> float:
        """Short messages in a row are one message, answered once. Danger waits for nothing."""
        text = short_text(update)
        if text is None or self._residents is None or int(update["update_id"]) in self._left:
            return 0.0
        try:
            of_worker = await self._is_for_worker(inbox.chat_of(update), update)
        except Exception:  # the database is away: the turn itself will find out
            return 0.0
        return 0.0 if of_worker or assess(text).risks else MORE_SECONDS

    async def _handle(self, updates: list[inbox.Update]) -> None:
        update, pause = updates[-1], FIRST_PAUSE
        update_id, joined = int(update["update_id"]), len(updates) == 1
        while True:
            try:
                if not joined:
                    update = await asyncio.to_thread(inbox.join, self._database, self._line.bot_id, updates)
                    joined = True
                await self._route(update)
                await asyncio.to_thread(inbox.finish, self._database, self._line.bot_id, update_id)
                return
            except Exception as error:
                # Only the kind of error: its text may quote what a resident wrote.
                log.error("update %s: %s", update_id, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
            if await self._give_up(update_id):
                await self._apologise(update)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _give_up(self, update_id: int) -> bool:
        """Whether this update has failed too often. While the database is away it has not: then it waits."""
        try:
            attempts = await asyncio.to_thread(inbox.count_attempt, self._database, self._line.bot_id, update_id)
            if attempts < MOST_ATTEMPTS:
                return False
            await asyncio.to_thread(inbox.finish, self._database, self._line.bot_id, update_id, "failed")
            return True
        except Exception:
            return False

    async def _apologise(self, update: inbox.Update) -> None:
        chat_id = inbox.chat_of(update)
        try:
            if "message" in update and int(chat_id) > 0:
                await send(self._line, chat_id, words.FAILED_TURN)
        except (TelegramError, ValueError):
            pass

    async def _route(self, update: inbox.Update) -> None:
        chat_id = inbox.chat_of(update)
        if chat_id.startswith("-"):
            await self._groups.handle(update)
        elif self._workers and (not self._residents or await self._is_for_worker(chat_id, update)):
            await self._workers.handle(update)
        elif self._residents:
            await self._residents.handle(update)

    async def _is_for_worker(self, chat_id: str, update: inbox.Update) -> bool:
        """On a shared token: a bound chat, or somebody about to bind."""
        text = str(update.get("message", {}).get("text", ""))
        if text.split("@")[0].split(" ")[0] == "/bind" or text.startswith("/start bind_"):
            return True
        return self._workers is not None and await asyncio.to_thread(self._workers.is_worker, chat_id)

    async def _warn(self, batch: list[inbox.Update], away: bool = False) -> None:
        """The database is slow or away. Who is in danger hears the hotlines all the same, once for each message; while
        it is away everybody hears once that their words are kept: unconfirmed, they stay at Telegram for a day."""
        for update in batch if self._residents else []:
            message: dict[str, Any] = update.get("message", {})
            text, chat_id = str(message.get("text") or message.get("caption") or ""), inbox.chat_of(update)
            if update["update_id"] in self._warned or chat_id.startswith("-") or not text:
                continue
            alarm = assess_alone(text)
            # Nobody can be notified now, so that is not said.
            said = safety_messages(alarm, called=False) if alarm.risks else []
            if away and (alarm.risks or chat_id not in self._told):
                said.append(KEPT_IN_DANGER if alarm.risks else KEPT)
                self._told.add(chat_id)
            if not said:
                continue
            self._warned.add(update["update_id"])
            try:
                for each in said:
                    await send(self._line, chat_id, each, tries=1)
            except TelegramError as error:
                log.error("hotlines not sent: %s", type(error).__name__)
