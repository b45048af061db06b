"""Order within a chat, speed across chats: every chat is a lane, and a few lanes are driven at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_TOGETHER = 10


async def _alone(_: object) -> float:
    return 0.0


class Lanes(Generic[T]):
    """`put(key, item)` queues; items of one key are handled one after the other, at most `width` keys at once.

    `pause(item)` says for how many seconds more may follow that belongs to it; 0: it stands alone. What belongs
    together is handled together. Neither may raise: `handle` decides itself about trying again, because the lane waits
    behind it.
    """

    def __init__(
        self,
        handle: Callable[[list[T]], Awaitable[None]],
        width: int = 8,
        pause: Callable[[T], Awaitable[float]] = _alone,
    ) -> None:
        self._handle, self._pause = handle, pause
        self._free = asyncio.Semaphore(width)
        self._waiting: dict[str, deque[T]] = {}
        self._arrivals: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self.size = 0

    def put(self, key: str, item: T) -> None:
        """Queue an item; starts the lane when it is idle."""
        self.size += 1
        if key in self._waiting:
            self._waiting[key].append(item)
            self._arrivals[key].set()
            return
        self._waiting[key], self._arrivals[key] = deque([item]), asyncio.Event()
        task = asyncio.create_task(self._drive(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, key: str) -> None:
        items = self._waiting[key]
        while items and not self._closing:
            together = await self._together(items, self._arrivals[key])
            async with self._free:  # given back between two turns: a talkative chat holds up nobody
                try:
                    await self._handle(together)
                finally:
                    for _ in together:
                        items.popleft()
                        self.size -= 1
        del self._waiting[key], self._arrivals[key]

    async def _together(self, items: deque[T], arrival: asyncio.Event) -> list[T]:
        """The first item and what follows it within its pause, up to the first that stands alone."""
        count = 1
        while count < MOST_TOGETHER and (seconds := await self._pause(items[count - 1])):
            arrival.clear()
            if count == len(items):
                try:
                    await asyncio.wait_for(arrival.wait(), seconds)
                except TimeoutError:
                    break
            if not await self._pause(items[count]):
                break
            count += 1
        return list(islice(items, count))

    async def close(self, grace: float) -> None:
        """Let what is being handled finish for up to `grace` seconds, then stop. What is left stays in the inbox."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
