"""Fetching what residents sent (voice, photos, files) from Telegram into our own sealed store."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress

from sqlalchemy import select
from telegram.error import BadRequest, TelegramError

from bot.telegram.connection import Line
from bot.telegram.incoming import MAX_DOWNLOAD
from tickets.database import Database
from tickets.models import Attachment, Conversation

log = logging.getLogger(__name__)

PAUSE = 30.0  # seconds between two looks; `wake` shortens it
TRIES = 10
BATCH = 20


def _missing(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(Attachment.id, Attachment.remote_id)
            .join(Conversation, Conversation.id == Attachment.conversation_id)
            .where(
                Conversation.channel == "telegram",
                Attachment.remote_id.is_not(None),
                Attachment.content_sealed.is_(None),
            )
            .order_by(Attachment.created_at)
        )
        return [(identity, remote) for identity, remote in rows if remote]


def _keep(database: Database, attachment_id: str, content: bytes) -> None:
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None and row.data_key is not None and not row.data_key.dropped:
            row.content, row.size = content, len(content)
            session.commit()


def _give_up(database: Database, attachment_id: str) -> None:
    """Telegram will never hand this file over: keep the row, forget the remote id, so that nobody asks again."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None:
            row.remote_id = None
            session.commit()


class Files:
    """One task of the process."""

    def __init__(self, line: Line, database: Database) -> None:
        self._line, self._database = line, database
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
        wanted = [item for item in await asyncio.to_thread(_missing, self._database) if self._failures[item[0]] < TRIES]
        for attachment_id, remote_id in wanted[:BATCH]:
            try:
                remote = await self._line.bot.get_file(remote_id)
                if (remote.file_size or 0) > MAX_DOWNLOAD:
                    raise BadRequest("file is too big")
                content = bytes(await remote.download_as_bytearray())
            except BadRequest as error:
                log.warning("attachment %s: refused by Telegram (%s)", attachment_id, error)
                await asyncio.to_thread(_give_up, self._database, attachment_id)
                continue
            except TelegramError as error:
                self._failures[attachment_id] += 1
                log.warning("attachment %s: not fetched yet (%s)", attachment_id, type(error).__name__)
                continue
            await asyncio.to_thread(_keep, self._database, attachment_id, content)
