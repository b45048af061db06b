"""Outbox → phones: new work for the workers of a queue, waiting messages for residents.

The outbox table is the truth. The Redis stream (see tickets.notices for its fields) only wakes this task early; with
Redis away the table is looked at twice a second. `Delivery` rows make each notice once for each worker.

| Redis                                   | used for                                |
| --------------------------------------- | --------------------------------------- |
| stream `yimi:notices`, group `telegram` | wake-up, acknowledged once it was looked at |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram import cards
from bot.telegram.connection import Line
from bot.telegram.outgoing import send
from bot.telegram.recipients import WORK, recipients
from bot.telegram.workers import Workers
from tickets.database import Database
from tickets.filing import FILLED_IN
from tickets.holds import hold_of
from tickets.models import URGENCIES, Delivery, Outbox, Ticket, TicketEvent, utc_now
from tickets.notices import STREAM, first_delivery

log = logging.getLogger(__name__)

CONSUMER = "telegram"
LOOK_SECONDS = 0.5  # how long a lost or late wake-up may delay a notice
WINDOW = 2_000  # newest outbox rows looked at each time; a start looks at a whole day
CATCH_UP = timedelta(hours=24)
REPLY = "resident.reply"
AT_ONCE = 16


@dataclass(frozen=True)
class Waiting:
    """An outbox row nobody has been told of yet."""

    outbox_id: int
    kind: str
    ticket_id: str | None
    conversation_id: str | None
    urgency: str


def unhandled(database: Database, everything: bool = False) -> list[Waiting]:
    """Outbox rows without our Delivery, danger first. `everything`: of the last day, for the start."""
    with database.reading() as session:
        query = select(Outbox).where(
            ~exists().where(Delivery.consumer == CONSUMER, Delivery.outbox_id == Outbox.id),
            Outbox.kind.in_((*WORK, REPLY)),
        )
        if everything:
            query = query.where(Outbox.created_at > utc_now() - CATCH_UP)
        else:
            newest = session.scalar(select(func.max(Outbox.id))) or 0
            query = query.where(Outbox.id > newest - WINDOW)
        rows = [
            Waiting(row.id, row.kind, row.ticket_id, row.conversation_id, row.urgency)
            for row in session.scalars(query.order_by(Outbox.id))
        ]
        return sorted(
            rows, key=lambda row: URGENCIES.index(row.urgency) if row.urgency in URGENCIES else len(URGENCIES)
        )


def said_now(session: Session, ticket: Ticket, at: datetime) -> str | None:
    """What a resident said at a moment, for the worker who took the conversation over in Telegram. None for others, who
    read it at the desk."""
    hold = hold_of(session, ticket)
    if hold is None or hold.via != "telegram":
        return None
    same = (TicketEvent.ticket_id == ticket.id, TicketEvent.at == at, TicketEvent.event == "supplemented")
    notes = [entry.note or "" for entry in session.scalars(select(TicketEvent).where(*same).order_by(TicketEvent.id))]
    said = [note for note in notes if note and not note.startswith(FILLED_IN)]  # what the form took from the words
    return cards.said(ticket, "\n".join(said)) if said else None


class Notices:
    """One task of the process. `deliver` sends what waits in a resident's conversation."""

    def __init__(
        self,
        line: Line | None,
        workers: Workers | None,
        database: Database,
        redis: Redis | None,
        deliver: Callable[[str], Awaitable[None]] | None,
    ) -> None:
        self._line, self._workers, self._database = line, workers, database
        self._redis, self._deliver = redis, deliver
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Tell people until cancelled."""
        everything = True
        listening = asyncio.create_task(self._listen(self._redis)) if self._redis is not None else None
        try:
            while True:
                try:
                    for row in await asyncio.to_thread(unhandled, self._database, everything):
                        self._start(row)
                    everything = False
                except Exception as error:
                    log.error("outbox cannot be read (%s); trying again", type(error).__name__)
                    await asyncio.sleep(LOOK_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
                self._wake.clear()
        finally:
            if listening:
                listening.cancel()
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _start(self, row: Waiting) -> None:
        if row.outbox_id not in self._busy:
            task = asyncio.create_task(self._tell(row))
            self._busy[row.outbox_id] = task
            task.add_done_callback(lambda _: self._busy.pop(row.outbox_id, None))

    async def _listen(self, redis: Redis) -> None:
        """Wake `run` when the stream says something. Apart from it, because a dead or hanging Redis must cost nothing.

        The client should have a socket timeout above a second.
        """
        down = False
        while True:
            try:
                if await asyncio.to_thread(_take_from_stream, redis):
                    self._wake.set()
                if down:
                    log.warning("redis is back")
                down = False
            except (RedisError, OSError) as error:
                if not down:
                    log.warning("redis is away (%s); looking into the outbox instead", type(error).__name__)
                down = True
                await asyncio.sleep(1)

    async def _tell(self, row: Waiting) -> None:
        """Tell everybody concerned; what fails for now is tried again at the next look."""
        async with self._slots:
            try:
                if row.kind == REPLY:
                    if self._deliver and row.conversation_id:
                        await self._deliver(row.conversation_id)
                elif self._line and self._workers and not await self._tell_workers(row):
                    await asyncio.sleep(LOOK_SECONDS)
                    return
                await asyncio.to_thread(self._done, CONSUMER, row.outbox_id)
            except Exception as error:
                log.error("notice %s: %s; trying again", row.outbox_id, type(error).__name__)
                await asyncio.sleep(5)

    async def _tell_workers(self, row: Waiting) -> bool:
        """Send to each recipient who has not got it; False when somebody could not be reached for now."""
        complete = True
        for worker_id, chat_id, text, markup in await asyncio.to_thread(self._messages, row):
            try:
                await send(self._line, chat_id, text, markup, tries=2)  # type: ignore[arg-type]
            except (Forbidden, BadRequest) as error:
                log.warning(
                    "notice %s: worker %s cannot be reached (%s)", row.outbox_id, worker_id, type(error).__name__
                )
            except TelegramError as error:
                log.warning("notice %s: not sent yet (%s)", row.outbox_id, type(error).__name__)
                complete = False
                continue
            await asyncio.to_thread(self._done, f"{CONSUMER}:{worker_id}", row.outbox_id)
        return complete

    def _messages(self, row: Waiting) -> list[tuple[str, str, str, Any]]:
        with self._database.reading() as session:
            ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
            if ticket is None or self._workers is None:
                return []
            told = set(
                session.scalars(
                    select(Delivery.consumer).where(
                        Delivery.outbox_id == row.outbox_id, Delivery.consumer.startswith(f"{CONSUMER}:")
                    )
                )
            )
            at = session.get_one(Outbox, row.outbox_id).created_at
            text = said_now(session, ticket, at) if row.kind == "resident.said" else None
            return [
                (
                    worker.id,
                    str(worker.telegram_chat_id),
                    text or cards.notice(row.kind, ticket),
                    self._workers.keyboard(worker, ticket),
                )
                for worker in recipients(session, row.kind, ticket, at)
                if f"{CONSUMER}:{worker.id}" not in told
            ]

    def _done(self, consumer: str, outbox_id: int) -> None:
        with self._database.session() as session:
            first_delivery(session, consumer, outbox_id)
            session.commit()


def _take_from_stream(redis: Redis) -> int:
    """Read and acknowledge what is new in the stream, waiting up to half a second; how many entries there were."""
    client: Any = redis
    try:
        found = client.xreadgroup(CONSUMER, CONSUMER, {STREAM: ">"}, count=500, block=500) or []
    except ResponseError:  # no such stream or group yet
        client.xgroup_create(STREAM, CONSUMER, id="$", mkstream=True)
        return 1
    for _, entries in found:
        client.xack(STREAM, CONSUMER, *[entry_id for entry_id, _ in entries])
    return sum(len(entries) for _, entries in found)
