"""Message rows → Telegram: in order within a chat, marked after the send succeeded (at least once).

A row is sent again only when the process died between Telegram's answer and the mark, or the answer was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.conversation.words import FROM_WORKER
from bot.telegram.buttons import offer_keyboard
from bot.telegram.connection import Line
from bot.telegram.polling import seconds
from tickets.database import Database
from tickets.models import Conversation, Inbox, Message, utc_now

log = logging.getLogger(__name__)

LIMIT = 4096  # UTF-16 units in one Telegram message
TRIES = 5
SENT_BY_US = ("bot", "worker", "system")
WEB_IDS = ("", "web")  # the web chat is no bot
MARGIN = 1_000  # message ids that may still be committed after a higher one (PostgreSQL)


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Cut a text into pieces of at most `limit` UTF-16 units, at line ends or sentence ends where possible."""
    pieces: list[str] = []
    while units(text) > limit:
        head = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", errors="ignore")
        cut = max(head.rfind("\n") + 1, 0)
        if cut < limit // 3:
            cut = max(head.rfind(sign) + 1 for sign in "。！？；，\n")
        if cut < limit // 3:
            cut = len(head)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip("\n")
    return [piece for piece in [*pieces, text] if piece.strip()]


@dataclass(frozen=True)
class Waiting:
    """One row to send. `keyboard` only for the newest offer: an older question must not be answered any more."""

    row_id: int
    chat_id: str
    text: str
    keyboard: InlineKeyboardMarkup | None
    answered_on_web: bool


def waiting(database: Database, conversation_id: str, secret: str) -> list[Waiting]:
    """The undelivered rows of a conversation, oldest first."""
    with database.reading() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None or conversation.channel != "telegram" or not (chat_id := conversation.address):
            return []
        rows = session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.delivered_at.is_(None),
                Message.author.in_(SENT_BY_US),
            )
            .order_by(Message.id)
        ).all()
        offering = session.scalar(
            select(Message.source_id)
            .where(Message.conversation_id == conversation_id, Message.author == "bot", Message.buttons != [])
            .order_by(Message.id.desc())
            .limit(1)
        )
        on_web = _answered_on_web(session, rows)
        result = []
        for row in rows:
            keyboard = None
            if row.buttons and row.source_id == offering:
                keyboard = offer_keyboard(secret, chat_id, row.buttons, conversation.offered, conversation.offer_no)
            text = (FROM_WORKER + "\n" if row.author == "worker" else "") + (row.text or "")
            if row.image:
                text = f"{text}\n{row.image}".strip()
            result.append(Waiting(row.id, chat_id, text, keyboard, row.source_id in on_web))
        return result


def _answered_on_web(session: Session, rows: Sequence[Message]) -> set[str]:
    """Which of these rows answer a message written on the web (after a handover): they were shown there, and what was
    said there is not carried abroad."""
    return set(
        session.scalars(
            select(Inbox.message_id).where(
                Inbox.channel == "web",
                Inbox.bot_id.in_(WEB_IDS),
                Inbox.message_id.in_([row.source_id for row in rows if row.source_id]),
            )
        )
    )


def undelivered(database: Database, floor: int) -> tuple[list[str], int]:
    """Telegram conversations with rows from id `floor` on still to be sent, except of those who blocked the bot; and
    the floor for the next look. Rows of the web chat stay unmarked for ever, so a look must not begin at the first."""
    with database.reading() as session:
        newest = session.scalar(select(func.max(Message.id))) or 0
        rows = session.execute(
            select(Message.conversation_id, func.min(Message.id))
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Message.id >= floor,
                Message.delivered_at.is_(None),
                Message.author.in_(SENT_BY_US),
                Conversation.channel == "telegram",
                Conversation.unreachable_at.is_(None),
            )
            .group_by(Message.conversation_id)
        )
        found: dict[str, int] = dict(rows.all())
        return list(found), min([*found.values(), max(floor, newest - MARGIN)])


def mark_delivered(database: Database, row_id: int, reached: str | None) -> None:
    """The row is done. `reached`: the conversation Telegram took it for, which therefore can be reached (again)."""
    with database.session() as session:
        session.execute(
            update(Message).where(Message.id == row_id, Message.delivered_at.is_(None)).values(delivered_at=utc_now())
        )
        session.execute(
            update(Conversation)
            .where(Conversation.id == reached, Conversation.unreachable_at.is_not(None))
            .values(unreachable_at=None)
        )
        session.commit()


def mark_reachable(database: Database, conversation_id: str, reachable: bool) -> None:
    """Note that a resident has blocked the bot, or is back."""
    with database.session() as session:
        session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(unreachable_at=None if reachable else utc_now())
        )
        session.commit()


class Outgoing:
    """Sends through one line. `deliver` may be called from anywhere and as often as one likes."""

    def __init__(self, line: Line, database: Database, secret: str) -> None:
        self._line = line
        self._database = database
        self._secret = secret
        self._floor = 0
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def deliver(self, conversation_id: str) -> None:
        """Send what waits in this conversation. Returns early while Telegram is away; the sweep comes back to it."""
        async with self._locks[conversation_id]:
            for item in await asyncio.to_thread(waiting, self._database, conversation_id, self._secret):
                try:
                    if not item.answered_on_web:
                        await self._send_row(item)
                except Forbidden:
                    log.warning(
                        "conversation %s: blocked by the resident, message %s waits", conversation_id, item.row_id
                    )
                    await asyncio.to_thread(mark_reachable, self._database, conversation_id, False)
                    return
                except TelegramError as error:
                    log.warning(
                        "conversation %s: message %s not sent yet (%s)",
                        conversation_id,
                        item.row_id,
                        type(error).__name__,
                    )
                    return
                reached = None if item.answered_on_web else conversation_id
                await asyncio.to_thread(mark_delivered, self._database, item.row_id, reached)

    async def _send_row(self, item: Waiting) -> None:
        pieces = split(item.text)
        for piece in pieces:
            last = piece is pieces[-1]
            try:
                await send(self._line, item.chat_id, piece, item.keyboard if last else None)
            except BadRequest as error:
                if "chat not found" in str(error).lower():
                    raise Forbidden(str(error)) from error
                # One row that Telegram will never take must not hold up all that follow it.
                log.error("message %s refused by Telegram: %s", item.row_id, error)

    async def sweep(self) -> None:
        """Send whatever still waits anywhere."""
        waiting_now, self._floor = await asyncio.to_thread(undelivered, self._database, self._floor)
        for conversation_id in waiting_now:
            await self.deliver(conversation_id)


async def send(line: Line, chat_id: str, text: str, markup: Any = None, tries: int = TRIES) -> int:
    """Send one text; the message id. Waits as long as Telegram says (429) and tries again over network errors.

    Raises Forbidden (blocked), BadRequest (refused for good), NetworkError after `tries`.
    """
    pause = 0.3
    while True:
        try:
            message = await line.bot.send_message(int(chat_id), text, reply_markup=markup)
            return message.message_id
        except RetryAfter as flood:
            await asyncio.sleep(seconds(flood.retry_after))
        except BadRequest:
            raise
        except NetworkError:
            tries -= 1
            if tries <= 0:
                raise
            await asyncio.sleep(pause)
            pause *= 2
