"""Courtesies to the person in front of the screen. Losing one must never cost a message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.telegram.connection import Line

log = logging.getLogger(__name__)

TYPING_SECONDS = 4.0  # Telegram shows "typing" for five


async def quietly(call: Awaitable[Any]) -> None:
    """Await a courtesy (answering a press, editing a button away): its failure must not cost the message."""
    try:
        await call
    except BadRequest:
        pass  # too old, or already as it should be
    except TelegramError as error:
        log.info("courtesy call failed: %s", type(error).__name__)


@asynccontextmanager
async def typing(line: Line, chat_id: str) -> AsyncIterator[None]:
    """Show "typing" until the block is left."""

    async def show() -> None:
        while True:
            await quietly(line.bot.send_chat_action(int(chat_id), ChatAction.TYPING))
            await asyncio.sleep(TYPING_SECONDS)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
