"""aiogram, pointed at the loopback server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.botapi import BotApi


def client(api: BotApi, token: str) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url)))


async def off(call: object, *args: object, **kwargs: object) -> object:
    """Run the test's blocking side beside the event loop."""
    return await asyncio.to_thread(call, *args, **kwargs)  # type: ignore[arg-type]


def run(work: object) -> None:
    asyncio.run(work)  # type: ignore[arg-type]


async def opened(api: BotApi, token: str) -> AsyncIterator[Bot]:
    bot = client(api, token)
    try:
        yield bot
    finally:
        await bot.session.close()
