"""Fetching what residents sent (voice, photos, video) from WeChat into our own sealed store, through the one door.

A voice message that a machine of ours can hear gets a second turn, for its words: it is put into the inbox together
with the content. Where WeChat has sent the words along, they were answered already.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversation import Attached, Conversations, Inbound
from bot.conversation.consent import keeps
from bot.conversation.inbox import store
from bot.conversation.words import NOT_KEPT
from bot.wechat import notes, words
from bot.wechat.api import Api, NotNow, TooLarge
from bot.wechat.api import Refused as RefusedByWeChat
from bot.wechat.incoming import CHANNEL
from tickets.access import tickets_of
from tickets.attachments import LIMIT, TOO_BIG, Refused, admit, fill, settle_hearing
from tickets.database import Database
from tickets.lifecycle import SYSTEM, NotAllowed, act
from tickets.models import OPEN, Attachment, Conversation, utc_now

log = logging.getLogger(__name__)

KEPT_BY_WECHAT = timedelta(days=3)
PAUSE = 30.0  # seconds between two looks; `wake` shortens it
LONGEST_PAUSE = 3600.0  # seconds between two tries of one file; each is twice the one before
BATCH = 20


@dataclass(frozen=True)
class Missing:
    """A file that is still at WeChat."""

    id: str
    kind: str
    media_id: str
    conversation_id: str
    sender: str
    is_over: bool  # WeChat keeps it no more


def _missing(database: Database) -> list[Missing]:
    """All of them, oldest first."""
    over = utc_now() - KEPT_BY_WECHAT
    with database.reading() as session:
        found = session.execute(
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
            Missing(row.id, row.kind, row.remote_id, talk.id, talk.address, row.created_at < over)
            for row, talk in found
            if row.data_key and not row.data_key.dropped and row.remote_id and talk.address
        ]


def _give_up(database: Database, attachment_id: str) -> None:
    """It will never come: keep the row, forget the media id, so that nobody asks again, and tell the worker."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is None:
            return
        row.remote_id_sealed = None
        conversation = session.get_one(Conversation, row.conversation_id)
        own = [ticket for ticket in tickets_of(session, conversation) if row.ticket_id in (None, ticket.id)]
        for ticket in [each for each in own if each.status in OPEN][-1:]:
            note = words.LOST_NOTE.format(kind=words.KINDS.get(row.kind, words.KINDS["file"]))
            with suppress(NotAllowed):
                act(session, ticket, "note", SYSTEM, note=note, now=utc_now())
        session.commit()


def _drop(database: Database, attachment_id: str) -> None:
    """A file that we do not take leaves nothing behind."""
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None:
            session.delete(row)
            session.commit()


class Files:
    """One task of the channel. `deliver` sends what waits in a conversation; `calls` runs calls of WeChat's API,
    `turns` the turns."""

    def __init__(
        self,
        app_id: str,
        api: Api,
        database: Database,
        conversations: Conversations,
        deliver: Callable[[str], Awaitable[str]],
        calls: Executor,
        turns: Executor,
    ) -> None:
        self._app_id, self._api, self._database, self._conversations = app_id, api, database, conversations
        self._deliver, self._calls, self._turns = deliver, calls, turns
        self._wake = asyncio.Event()
        self._failures: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}

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
        """Fetch what is missing, oldest first; what WeChat keeps no more is given up."""
        found, now = await asyncio.to_thread(_missing, self._database), time.monotonic()
        self._not_before = {key: moment for key, moment in self._not_before.items() if moment > now}
        for each in [item for item in found if item.is_over or item.id not in self._not_before][:BATCH]:
            try:
                await self._fetch(each)
            except SQLAlchemyError:
                raise
            except Exception as error:  # one file that breaks us must not stop those after it
                self._put_off(each)
                log.error("attachment %s: failed (%s)", each.id, type(error).__name__)

    def _put_off(self, each: Missing) -> None:
        pause = min(LONGEST_PAUSE, PAUSE * 2 ** min(self._failures[each.id], 10))
        self._failures[each.id] += 1
        self._not_before[each.id] = time.monotonic() + pause

    async def _fetch(self, each: Missing) -> None:
        if each.is_over:
            await self._lose(each)
            return
        loop = asyncio.get_running_loop()
        try:
            content = await loop.run_in_executor(self._calls, self._api.media, each.media_id, LIMIT)
        except TooLarge:
            await self._refuse(each, Refused("too_big", TOO_BIG))
        except RefusedByWeChat as error:
            log.warning("attachment %s: not to be had (%s)", each.id, error)
            await self._lose(each)
        except NotNow as error:
            self._put_off(each)
            log.warning("attachment %s: not fetched yet (%s)", each.id, error)
        else:
            await self._take(each, content)

    async def _take(self, each: Missing, content: bytes) -> None:
        """Through the door; what is not let in is said to the resident, and what a machine can hear is answered."""
        try:
            heard = await asyncio.to_thread(self._keep, each, content)
        except Refused as refusal:
            await self._refuse(each, refusal)
            return
        if heard is not None:
            await asyncio.get_running_loop().run_in_executor(self._turns, self._conversations.answer, heard)
            await self._deliver(each.conversation_id)

    async def _lose(self, each: Missing) -> None:
        """It will never come: the resident is asked to send it again."""
        said = words.LOST.format(kind=words.KINDS.get(each.kind, words.KINDS["file"]))
        await asyncio.to_thread(notes.say, self._database, each.sender, (said,), f"{each.id[:24]}-lost")
        await asyncio.to_thread(_give_up, self._database, each.id)
        self._failures.pop(each.id, None)
        await self._deliver(each.conversation_id)

    async def _refuse(self, each: Missing, refusal: Refused) -> None:
        log.warning("attachment %s: not taken (%s)", each.id, refusal.reason)
        source = f"{each.id[:24]}-refused"
        await asyncio.to_thread(notes.say, self._database, each.sender, (str(refusal),), source)
        await asyncio.to_thread(_drop, self._database, each.id)
        await self._deliver(each.conversation_id)

    def _keep(self, each: Missing, content: bytes) -> Inbound | None:
        """Store the content; the second turn of the message, committed with it, when a machine can hear it."""
        with self._database.reading() as session:
            row = session.get(Attachment, each.id)
            spoken = row is not None and row.kind == "voice"
        admitted = admit(content, spoken=spoken)  # decoding a photo takes time: not while we hold the database
        with self._database.session() as session:
            row = session.get(Attachment, each.id)
            if row is None or row.data_key is None or row.data_key.dropped:
                return None
            fill(row, admitted)
            heard = self._second_turn(session, each, row)
            session.commit()
            return heard

    def _second_turn(self, session: Session, each: Missing, row: Attachment) -> Inbound | None:
        if row.heard_at is not None:
            return None
        if not self._conversations.listens(row.media_type):
            if not keeps(session, session.get_one(Conversation, each.conversation_id)):
                raise Refused("not_agreed", NOT_KEPT)  # it was fetched to be heard, and turns out to be something else
            settle_hearing(row, None)
            return None
        inbound = Inbound(
            CHANNEL,
            self._app_id,
            f"heard-{row.id}",
            each.sender,
            attachment=Attached(row.kind, row.media_type, size=row.size, id=row.id, fetched=True),
        )
        store(session, inbound)
        return inbound
