"""Outbox → the resident's WeChat. What WeChat does not let through waits, and the worker is told why.

The outbox table is the truth and is looked at every second; a `Delivery` row makes each notice once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from bot.wechat.incoming import CHANNEL
from bot.wechat.words import HELD
from tickets.database import Database
from tickets.lifecycle import SYSTEM, NotAllowed, act
from tickets.models import Conversation, Delivery, Outbox, Ticket, utc_now
from tickets.notices import announce, first_delivery

log = logging.getLogger(__name__)

CONSUMER = "wechat"
KIND = "resident.reply"
LOOK_SECONDS = 1.0
WINDOW = 2_000  # newest outbox rows looked at each time; a start looks at all
AT_ONCE = 8
AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Waiting:
    """An outbox row nobody has been told of yet."""

    outbox_id: int
    ticket_id: str | None
    conversation_id: str


def unhandled(database: Database, everything: bool = False) -> list[Waiting]:
    """What is to be said to WeChat residents, without our Delivery, oldest first."""
    with database.reading() as session:
        query = (
            select(Outbox)
            .join(Conversation, Conversation.id == Outbox.conversation_id)
            .where(
                Outbox.kind == KIND,
                Conversation.channel == CHANNEL,
                ~exists().where(Delivery.consumer == CONSUMER, Delivery.outbox_id == Outbox.id),
            )
        )
        if not everything:
            query = query.where(Outbox.id > (session.scalar(select(func.max(Outbox.id))) or 0) - WINDOW)
        rows = session.scalars(query.order_by(Outbox.id)).all()
        return [Waiting(row.id, row.ticket_id, row.conversation_id) for row in rows if row.conversation_id]


class Notices:
    """One task of the channel. `deliver` sends what waits in a conversation and tells what came of it."""

    def __init__(self, database: Database, deliver: Callable[[str], Awaitable[str]]) -> None:
        self._database, self._deliver = database, deliver
        self._not_before: dict[str, float] = {}  # conversations that could not be reached for now
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Tell people until cancelled."""
        everything = True
        while True:
            try:
                await self.look(everything)
                everything = False
            except Exception as error:
                log.error("outbox cannot be read (%s); trying again", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, everything: bool = False) -> None:
        """Tell what waits now: conversations side by side, what belongs to one together."""
        now = time.monotonic()
        self._not_before = {key: moment for key, moment in self._not_before.items() if moment > now}
        together: defaultdict[str, list[Waiting]] = defaultdict(list)
        for row in await asyncio.to_thread(unhandled, self._database, everything):
            if row.conversation_id not in self._not_before:
                together[row.conversation_id].append(row)
        await asyncio.gather(*(self._tell(key, waiting) for key, waiting in together.items()))

    async def _tell(self, conversation_id: str, waiting: list[Waiting]) -> None:
        async with self._slots:
            try:
                outcome = await self._deliver(conversation_id)
                if outcome == "later":
                    self._not_before[conversation_id] = time.monotonic() + AGAIN_SECONDS
                    return
                await asyncio.to_thread(self._done, waiting, HELD.get(outcome))
            except Exception as error:
                log.error("notice %s: %s; trying again", waiting[0].outbox_id, type(error).__name__)
                self._not_before[conversation_id] = time.monotonic() + AGAIN_SECONDS

    def _done(self, waiting: list[Waiting], held: str | None) -> None:
        """Each once. `held`: why it could not go out; one note to a ticket, and a word to its worker."""
        now = utc_now()
        with self._database.session() as session:
            fresh = [row for row in waiting if first_delivery(session, CONSUMER, row.outbox_id, now)]
            for ticket_id in dict.fromkeys(row.ticket_id for row in fresh if row.ticket_id) if held else ():
                ticket = session.get(Ticket, ticket_id)
                if ticket is None:
                    continue
                try:
                    act(session, ticket, "note", SYSTEM, note=held, now=now)
                except NotAllowed:  # closed, withdrawn or erased meanwhile: nobody waits for a note
                    continue
                announce(session, "ticket.undelivered", ticket, now)
                log.info("%s: a message to the resident waits", ticket.number)
            session.commit()
