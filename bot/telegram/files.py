"""Fetching what residents sent (voice, photos, files) from Telegram into our own sealed store, through the one door.

A file that a machine can hear gets a second turn, for its words: it is put into the inbox together with the content, so
that a crash in between loses neither.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from telegram.error import BadRequest, TelegramError

from bot.conversation import Attached, Conversations, Inbound
from bot.conversation.consent import keeps
from bot.conversation.inbox import store
from bot.conversation.words import NOT_KEPT
from bot.telegram.connection import Line
from bot.telegram.notes import Notes
from bot.telegram.outgoing import Outgoing
from tickets.attachments import LIMIT, Refused, admit, fill, settle_hearing
from tickets.database import Database
from tickets.models import Attachment, Conversation

log = logging.getLogger(__name__)

CHANNEL = "telegram"
PAUSE = 30.0  # seconds between two looks; `wake` shortens it
TRIES = 10
BATCH = 20


@dataclass(frozen=True)
class Missing:
    """A file that is still with Telegram."""

    id: str
    remote_id: str
    conversation_id: str
    chat_id: str


def missing(database: Database) -> list[Missing]:
    """All of them, oldest first."""
    with database.reading() as session:
        rows = session.execute(
            select(Attachment, Conversation)
            .join(Conversation, Conversation.id == Attachment.conversation_id)
            .where(
                Conversation.channel == CHANNEL,
                Attachment.remote_id_sealed.is_not(None),
                Attachment.content_sealed.is_(None),
            )
            .order_by(Attachment.created_at)
        ).all()
        return [
            Missing(row.id, row.remote_id, talk.id, talk.address)
            for row, talk in rows
            if row.data_key and not row.data_key.dropped and row.remote_id and talk.address
        ]


def _give_up(database: Database, attachment_id: str) -> None:
    """Telegram will never hand this file over: keep the row, forget the remote id, so that nobody asks again."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None:
            row.remote_id_sealed = None
            session.commit()


def _drop(database: Database, attachment_id: str) -> None:
    """A file that we do not take leaves nothing behind."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None:
            session.delete(row)
            session.commit()


class Files:
    """One task of the process."""

    def __init__(
        self, line: Line, database: Database, conversations: Conversations, notes: Notes, outgoing: Outgoing
    ) -> None:
        self._line, self._database = line, database
        self._conversations, self._notes, self._outgoing = conversations, notes, outgoing
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
        found = await asyncio.to_thread(missing, self._database)
        for each in [item for item in found if self._failures[item.id] < TRIES][:BATCH]:
            try:
                await self._fetch(each)
            except SQLAlchemyError:
                raise
            except Exception as error:  # one file that breaks us must not stop those after it
                self._failures[each.id] += 1
                log.error("attachment %s: failed (%s)", each.id, type(error).__name__)

    async def _fetch(self, each: Missing) -> None:
        try:
            remote = await self._line.bot.get_file(each.remote_id)
            if (remote.file_size or 0) > LIMIT:
                raise BadRequest("file is too big")
            content = bytes(await remote.download_as_bytearray())
        except BadRequest as error:
            log.warning("attachment %s: refused by Telegram (%s)", each.id, error)
            await asyncio.to_thread(_give_up, self._database, each.id)
            return
        except TelegramError as error:
            self._failures[each.id] += 1
            log.warning("attachment %s: not fetched yet (%s)", each.id, type(error).__name__)
            return
        await self._take(each, content)

    async def _take(self, each: Missing, content: bytes) -> None:
        """Through the door; what is not let in is said to the resident, and what a machine can hear is answered."""
        try:
            heard = await asyncio.to_thread(self._keep, each, content)
        except Refused as refusal:
            log.warning("attachment %s: not taken (%s)", each.id, refusal.reason)
            await asyncio.to_thread(self._notes.say, each.chat_id, str(refusal), f"{each.id[:24]}-refused")
            await asyncio.to_thread(_drop, self._database, each.id)
            await self._outgoing.deliver(each.conversation_id)
            return
        if heard is not None:
            await asyncio.to_thread(self._conversations.answer, heard)
            await self._outgoing.deliver(each.conversation_id)

    def _keep(self, each: Missing, content: bytes) -> Inbound | None:
        """Store the content; the second turn of the message, committed with it, when a machine can hear it."""
        admitted = admit(content)  # decoding a photo takes time: not while we hold the database
        with self._database.session() as session:
            row = session.get(Attachment, each.id)
            if row is None or row.data_key is None or row.data_key.dropped:
                return None
            fill(row, admitted)
            heard = self._second_turn(session, each, row)
            session.commit()
            return heard

    def _second_turn(self, session: Session, each: Missing, row: Attachment) -> Inbound | None:
        if not self._conversations.listens(row.media_type):
            if not keeps(session, session.get_one(Conversation, each.conversation_id)):
                raise Refused("not_agreed", NOT_KEPT)  # it was fetched to be heard, and turns out to be something else
            settle_hearing(row, None)
            return None
        inbound = Inbound(
            CHANNEL,
            self._line.bot_id,
            f"heard-{row.id}",
            each.chat_id,
            attachment=Attached(row.kind, row.media_type, size=row.size, id=row.id, fetched=True),
        )
        store(session, inbound)
        return inbound
