"""One bot token and its two connections: one for sending, one that only waits for updates."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

POLL_SECONDS = 25
ALLOWED_UPDATES = '["message","edited_message","callback_query","my_chat_member"]'


@dataclass(frozen=True)
class Line:
    """A bot and whom it serves: residents, workers, or both when they share a token."""

    bot: ExtBot[None]
    poller: HTTPXRequest
    serves_residents: bool
    serves_workers: bool

    @property
    def bot_id(self) -> str:
        """The number before the colon of the token: public, stable, never changes with a new token."""
        return self.bot.token.split(":", 1)[0]

    async def open(self) -> None:
        """Open both connections. Asks Telegram nothing: the start must not depend on the network."""
        await self.poller.initialize()
        await self.bot.request.initialize()

    async def close(self) -> None:
        await self.poller.shutdown()
        await self.bot.request.shutdown()

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        """Wait up to `POLL_SECONDS` for updates from `offset` on, which confirms all older ones.

        The raw JSON, because an update that a library cannot read must still reach the inbox instead of blocking
        all that come after it. Raises telegram.error.*.
        """
        query: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            query["offset"] = offset
        result = await self.poller.post(
            f"{self.bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=POLL_SECONDS + 10
        )
        return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []


def connect(token: str, api_url: str, *, residents: bool, workers: bool) -> Line:
    """A line to the Bot API at `api_url` (Telegram's own, a self-hosted server or a test server)."""
    # python-telegram-bot gives durations as timedelta; without this it warns at every retry_after it reads.
    os.environ["PTB_TIMEDELTA"] = "true"
    # httpx logs every address at INFO, and the address holds the token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    poller = HTTPXRequest(connection_pool_size=2, read_timeout=POLL_SECONDS + 10)
    sender = HTTPXRequest(connection_pool_size=32, pool_timeout=30, read_timeout=15, write_timeout=30)
    base = api_url.rstrip("/")
    bot: ExtBot[None] = ExtBot(
        token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=sender, get_updates_request=poller
    )
    return Line(bot, poller, residents, workers)
