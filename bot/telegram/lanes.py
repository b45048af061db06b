"""Order within a chat, speed across chats: every chat is a lane, and a few lanes are driven at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """`put(key, item)` queues; items of one key are handled one after the other, at most `width` keys at once.

    `handle` must not raise: it decides itself about trying again, because the lane waits behind it.
    """

    def __init__(self, handle: Callable[[T], Awaitable[None]], width: int = 8) -> None:
        self._handle = handle
        self._free = asyncio.Semaphore(width)
        self._waiting: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.size = 0

    def put(self, key: str, item: T) -> None:
        """Queue an item; starts the lane when it is idle."""
        self.size += 1
        if key in self._waiting:
            self._waiting[key].append(item)
            return
        self._waiting[key] = deque([item])
        task = asyncio.create_task(self._drive(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, key: str) -> None:
        items = self._waiting[key]
        while items:
            async with self._free:  # given back between two items: a talkative chat holds up nobody
                try:
                    await self._handle(items[0])
                finally:
                    items.popleft()
                    self.size -= 1
        del self._waiting[key]

    async def close(self, grace: float) -> None:
        """Let what is being handled finish for up to `grace` seconds, then stop. What is left stays in the inbox."""
        for items in self._waiting.values():
            while len(items) > 1:
                items.pop()
                self.size -= 1
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
