"""The updates of one bot: kept until a higher offset confirms them (after td's `TQueue` and `do_get_updates`)."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.botapi.errors import conflict

# Sent only when asked for by name (Bot API, getUpdates, `allowed_updates`).
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LIFETIME = 86_400.0  # seconds an unconfirmed update is kept


class UpdateQueue:
    """All methods run in the server's event loop."""

    def __init__(self) -> None:
        self.pending: deque[tuple[float, dict[str, Any]]] = deque()
        self.next_id = random.randint(100_000_000, 400_000_000)
        self.allowed: list[str] | None = None
        self.confirmed: list[int] = []
        self.on_confirm: Callable[[list[int]], None] | None = None  # called BEFORE the updates are forgotten
        self._waiting: set[asyncio.Future[None]] = set()
        self._poll: asyncio.Future[None] | None = None
        self.conflict_pause = 3.0  # the real server answers the second 409 in a row only after three seconds
        self._next_conflict = 0.0

    def push(self, kind: str, content: dict[str, Any]) -> int | None:
        """Append an update; None when the bot did not ask for this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return None
        update_id = self.next_id
        self.next_id += 1
        self.pending.append((time.time(), {"update_id": update_id, kind: content}))
        self.wake()
        return update_id

    def arrival(self) -> asyncio.Future[None]:
        """A future that is done when something changes: an update came or a webhook was set."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def wake(self) -> None:
        for future in list(self._waiting):
            if not future.done():
                future.set_result(None)

    def forget_before(self, update_id: int) -> None:
        gone = [update["update_id"] for _, update in self.pending if update["update_id"] < update_id]
        if gone and self.on_confirm:
            self.on_confirm(gone)
        self.confirmed += gone
        while self.pending and self.pending[0][1]["update_id"] < update_id:
            self.pending.popleft()

    def clear(self) -> None:
        self.pending.clear()

    def _take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        oldest = time.time() - LIFETIME
        while self.pending and self.pending[0][0] < oldest:
            self.pending.popleft()
        tail = self.next_id
        head = self.pending[0][1]["update_id"] if self.pending else tail
        if offset < 0:
            offset = max(tail + offset, head)
        # TQueue: an offset in the far future is refused and the client falls back to the head, confirming nothing.
        if offset > tail + 10 or offset == 0:
            offset = head
        self.forget_before(offset)
        return [update for _, update in list(self.pending)[:limit]]

    async def get(self, offset: int, limit: int, timeout: int) -> list[dict[str, Any]]:
        """getUpdates. A poll that is still waiting is ended with 409 by the next one, as Telegram does."""
        await self.abort("terminated by other getUpdates request; make sure that only one bot instance is running")
        limit, timeout = min(max(limit, 1), 100), min(max(timeout, 0), 50)
        batch = self._take(offset, limit)
        if batch or not timeout:
            return batch
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        deadline = time.monotonic() + timeout
        try:
            while not batch and (left := deadline - time.monotonic()) > 0:
                arrival = self.arrival()
                await asyncio.wait({arrival, poll}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                arrival.cancel()
                if poll.done():
                    await self._conflict_delay()
                    poll.result()
                batch = self._take(offset, limit)
            return batch
        finally:
            poll.cancel()
            if self._poll is poll:
                self._poll = None

    async def abort(self, why: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(why))
            self._poll = None

    async def _conflict_delay(self) -> None:
        now = time.monotonic()
        if now < self._next_conflict:
            await asyncio.sleep(self.conflict_pause)
        else:
            self._next_conflict = now + self.conflict_pause
