"""Fetching what residents sent (voice, photos, video) from WeChat into our own sealed store."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from concurrent.futures import Executor
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select

from bot.wechat.api import Api, NotNow, Refused, TooLarge
from bot.wechat.incoming import CHANNEL
from tickets.database import Database
from tickets.models import Attachment, Conversation, utc_now

log = logging.getLogger(__name__)

LIMIT = 20 * 1024 * 1024  # bytes
KEPT_BY_WECHAT = timedelta(days=3)
PAUSE = 30.0  # seconds between two looks; `wake` shortens it
TRIES = 10
BATCH = 20


def _missing(database: Database) -> list[tuple[str, str]]:
    """(id, media id) of what is still at WeChat, oldest first."""
    with database.reading() as session:
        found = session.scalars(
            select(Attachment)
            .join(Conversation, Conversation.id == Attachment.conversation_id)
            .where(
                Conversation.channel == CHANNEL,
                Attachment.content_sealed.is_(None),
                Attachment.kind != "location",
                Attachment.created_at > utc_now() - KEPT_BY_WECHAT,
            )
            .order_by(Attachment.created_at)
        )
        return [(row.id, row.remote_id) for row in found if row.data_key and not row.data_key.dropped and row.remote_id]


def _keep(database: Database, attachment_id: str, content: bytes | None) -> None:
    """Seal a file; None for one that will never come, so that nobody asks for it again."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is None or row.data_key is None or row.data_key.dropped:
            return
        if content is not None:
            row.content, row.size = content, len(content)
        row.remote_id = None
        session.commit()


class Files:
    """One task of the channel."""

    def __init__(self, api: Api, database: Database, calls: Executor) -> None:
        self._api, self._database, self._calls = api, database, calls
        self._wake = asyncio.Event()
        self._failures: Counter[str] = Counter()

    def wake(self) -> None:
        """Something new has arrived."""
        self._wake.set()

    async def run(self) -> None:
        """Fetch until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.fetch_all()
            except Exception as error:  # the database is away: try again later
                log.error("attachments: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), PAUSE)

    async def fetch_all(self) -> None:
        """Fetch what is missing, oldest first."""
        loop = asyncio.get_running_loop()
        wanted = [item for item in await asyncio.to_thread(_missing, self._database) if self._failures[item[0]] < TRIES]
        for attachment_id, media_id in wanted[:BATCH]:
            content: bytes | None = None
            try:
                content = await loop.run_in_executor(self._calls, self._api.media, media_id, LIMIT)
            except (Refused, TooLarge) as error:
                log.warning("attachment %s: not to be had (%s)", attachment_id, error or "too large")
            except NotNow as error:
                self._failures[attachment_id] += 1
                log.warning("attachment %s: not fetched yet (%s)", attachment_id, error)
                continue
            await asyncio.to_thread(_keep, self._database, attachment_id, content or None)
