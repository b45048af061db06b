"""Groups: nobody's case is ever discussed there. The bot says so once in each group, and is silent afterwards."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from telegram import ChatMember
from telegram.error import BadRequest, Forbidden

from bot.telegram import words
from bot.telegram.connection import Line
from bot.telegram.courtesy import quietly
from bot.telegram.outgoing import send
from tickets.database import Database, insert_into
from tickets.models import Setting


class Groups:
    """Handles the updates of groups on one line."""

    def __init__(self, line: Line, database: Database) -> None:
        self._line, self._database = line, database

    async def handle(self, raw: dict[str, Any]) -> None:
        """Say it once; a press on a button that somebody carried into a group is answered with the same sentence."""
        if "callback_query" in raw:
            await quietly(self._line.bot.answer_callback_query(raw["callback_query"]["id"], words.PRIVATE_ONLY, True))
            return
        change = raw.get("my_chat_member")
        if change and change["new_chat_member"]["status"] in (ChatMember.LEFT, ChatMember.BANNED):
            return
        content: dict[str, Any] = change or raw.get("message") or raw.get("edited_message") or {}
        chat_id = str(content.get("chat", {}).get("id", ""))
        first = await asyncio.to_thread(self._first, chat_id)
        if first:
            with suppress(BadRequest, Forbidden):  # not allowed to write there: then nothing needs to be said
                await send(self._line, chat_id, words.GROUP)

    def _first(self, chat_id: str) -> bool:
        with self._database.session() as session:
            row = {"key": f"telegram.group.{self._line.bot_id}.{chat_id}"[:64], "value": "told"}
            done = session.execute(insert_into(session, Setting).values(**row).on_conflict_do_nothing())
            session.commit()
            return bool(getattr(done, "rowcount", 0))
