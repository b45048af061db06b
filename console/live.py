"""Live pages without a broker: one small query three times a second in each web process, however many wait.

A feed watches a table whose id grows, and wakes those who listen for a key (a conversation, an announcement). The rows
are the truth; Redis is not needed for it, and a missed beat is made up by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from tickets.database import Database
from tickets.models import Message, Outbox

log = logging.getLogger(__name__)

ANY = ""  # listen to every key

# On a server with several writers a lower id may become visible after a higher one: look back this far.
OVERLAP = 200


class Listener:
    """What one waiting request holds: keys that changed since it last looked."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._event = asyncio.Event()

    def notify(self, keys: set[str]) -> None:
        self._changed |= keys
        self._event.set()

    async def wait(self, timeout: float) -> set[str]:
        """Keys that changed, as soon as there are any; empty after `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
        changed, self._changed = self._changed, set()
        return changed


class Feed:
    """Wakes listeners when `rows(after)` – pairs of id and key, id > after – brings something new."""

    def __init__(
        self, newest: Callable[[], int], rows: Callable[[int], list[tuple[int, str]]], interval: float = 0.3
    ) -> None:
        self._newest, self._rows, self.interval = newest, rows, interval
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def listen(self, key: str = ANY) -> AsyncIterator[Listener]:
        """Listen from now on: enter first, then read what is there, then wait; so nothing falls in between."""
        listener = Listener()
        self._listeners[key].add(listener)
        if self._task is None or self._task.done():
            started = asyncio.Event()
            self._task = asyncio.create_task(self._poll(started))
            await started.wait()
        try:
            yield listener
        finally:
            self._listeners[key].discard(listener)
            if not self._listeners[key]:
                del self._listeners[key]

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _poll(self, started: asyncio.Event) -> None:
        last, seen = -1, set[int]()
        idle = 0
        while idle < 30:  # nobody has listened for a while: stop asking
            try:
                if last < 0:
                    last = await asyncio.to_thread(self._newest)
                    seen = {row_id for row_id, _ in await asyncio.to_thread(self._rows, last - OVERLAP)}
                else:
                    found = await asyncio.to_thread(self._rows, last - OVERLAP)
                    fresh = [(row_id, key) for row_id, key in found if row_id not in seen]
                    seen = {row_id for row_id, _ in found}
                    last = max([last, *seen])
                    self._wake({key for _, key in fresh})
            except SQLAlchemyError as error:
                log.warning("live feed: database unavailable (%s)", type(error).__name__)
            started.set()
            await asyncio.sleep(self.interval)
            idle = 0 if self._listeners else idle + 1

    def _wake(self, keys: set[str]) -> None:
        if not keys:
            return
        for key in keys:
            for listener in self._listeners.get(key, ()):
                listener.notify({key})
        for listener in self._listeners.get(ANY, ()):
            listener.notify(keys)


def messages_feed(database: Database) -> Feed:
    """Wakes by conversation id when a message was written."""

    def newest() -> int:
        with database.reading() as session:
            return session.scalar(select(func.max(Message.id))) or 0

    def rows(after: int) -> list[tuple[int, str]]:
        with database.reading() as session:
            found = session.execute(select(Message.id, Message.conversation_id).where(Message.id > after))
            return [(row_id, key) for row_id, key in found]

    return Feed(newest, rows)


def notices_feed(database: Database) -> Feed:
    """Wakes by what the domain announced: keys are `<kind> <queue> <ticket id>` of outbox rows."""

    def newest() -> int:
        with database.reading() as session:
            return session.scalar(select(func.max(Outbox.id))) or 0

    def rows(after: int) -> list[tuple[int, str]]:
        with database.reading() as session:
            columns = select(Outbox.id, Outbox.kind, Outbox.queue, Outbox.ticket_id)
            found = session.execute(columns.where(Outbox.id > after))
            return [(row_id, f"{kind} {queue} {ticket_id or ''}") for row_id, kind, queue, ticket_id in found]

    return Feed(newest, rows)
