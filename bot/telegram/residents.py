"""What a resident may send in a private chat, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import CallbackQuery, ChatMember, Message, Update

from bot.conversation import Conversations, Inbound, Unrecorded
from bot.conversation.transcript import find
from bot.telegram import words
from bot.telegram.buttons import read_offer
from bot.telegram.connection import Line
from bot.telegram.courtesy import quietly, typing
from bot.telegram.files import Files
from bot.telegram.inbox import MASK, MASKED
from bot.telegram.incoming import (
    attachment_of,
    command_of,
    edit_counts,
    phone_text,
    plain_text,
    too_large,
)
from bot.telegram.links import read_station_token
from bot.telegram.notes import Notes
from bot.telegram.outgoing import Outgoing, mark_reachable, send, units
from tickets.database import Database
from tickets.models import Inbox

log = logging.getLogger(__name__)

CHANNEL = "telegram"
RAW = dict[str, Any]


class Residents:
    """Handles the updates of residents' private chats on one line, each chat's one after the other."""

    def __init__(
        self,
        line: Line,
        database: Database,
        conversations: Conversations,
        outgoing: Outgoing,
        files: Files,
        notes: Notes,
        secrets: tuple[str, ...],
    ) -> None:
        self._line, self._database, self._conversations = line, database, conversations
        self._outgoing, self._files, self._notes, self._secrets = outgoing, files, notes, secrets
        self._warned: set[str] = set()  # messages whose sender was told that the database is away

    async def handle(self, raw: RAW) -> None:
        """Handle one stored update. May be called again with the same update after a crash or an error."""
        update = Update.de_json(raw, self._line.bot)
        if update.callback_query:
            await self._press(update.update_id, update.callback_query)
        elif update.my_chat_member:
            await self._membership(str(update.my_chat_member.chat.id), update.my_chat_member.new_chat_member)
        elif update.edited_message:
            await self._edited(update.update_id, update.edited_message, bool(raw.get(MASKED)))
        elif update.message:
            await self._message(update.update_id, update.message, bool(raw.get(MASKED)))

    # -- messages --------------------------------------------------------------------------------------------------
    async def _message(self, update_id: int, message: Message, masked: bool) -> None:
        chat_id = str(message.chat.id)
        command = command_of(message)
        if command:
            await self._command(update_id, chat_id, *command)
            return
        attached = attachment_of(message)
        text = plain_text(message)
        if message.contact:
            text = phone_text(message, await asyncio.to_thread(self._awaiting, chat_id))
        if text is None and attached is None:
            await self._note(update_id, chat_id, words.UNKNOWN_KIND)
            return
        if attached and too_large(attached):
            await self._note(update_id, chat_id, words.TOO_LARGE)
            attached = None
        if attached or (text and (not masked or _says_more(text))):
            await self._answer(self._inbound(update_id, chat_id, text=text, attachment=attached))
        if masked:
            await self._link(update_id, chat_id, words.ID_NUMBER)
        elif attached and attached.kind in ("photo", "file", "video"):
            await self._link(update_id, chat_id, words.DOCUMENTS, once=True)
        elif attached and attached.kind == "location":
            await self._note(update_id, chat_id, words.LOCATION, "place")
        if attached:
            self._files.wake()

    async def _command(self, update_id: int, chat_id: str, name: str, rest: str) -> None:
        if name == "start":
            place = read_station_token(rest, self._secrets) if rest else None
            station = place[:9] if place else None  # a village's poster: its township
            await self._answer(
                self._inbound(update_id, chat_id, text=words.COMMAND_TEXT["start"], start=rest or None), station
            )
        elif name in words.COMMAND_TEXT:
            await self._answer(self._inbound(update_id, chat_id, text=words.COMMAND_TEXT[name]))
        else:
            await self._note(update_id, chat_id, words.HELP)

    async def _edited(self, update_id: int, message: Message, masked: bool) -> None:
        text = plain_text(message)
        if message.location or not text or command_of(message):
            return  # a live location moving on, or a caption that lost its words
        if not edit_counts(message):
            await self._note(update_id, str(message.chat.id), words.OLD_EDIT)
        elif not masked or _says_more(text):
            await self._answer(self._inbound(update_id, str(message.chat.id), text=text))
        if masked:
            await self._link(update_id, str(message.chat.id), words.ID_NUMBER)

    async def _membership(self, chat_id: str, state: ChatMember) -> None:
        conversation_id = await asyncio.to_thread(self._conversation_id, chat_id)
        if conversation_id is None:
            return
        reachable = state.status not in (ChatMember.BANNED, ChatMember.LEFT)
        await asyncio.to_thread(mark_reachable, self._database, conversation_id, reachable)
        log.info("conversation %s: the resident %s the bot", conversation_id, "unblocked" if reachable else "blocked")
        if reachable:
            await self._outgoing.deliver(conversation_id)

    # -- buttons ---------------------------------------------------------------------------------------------------
    async def _press(self, update_id: int, query: CallbackQuery) -> None:
        chat_id = str(query.from_user.id)  # not the message's chat: a press by anybody else must not fit
        inbound = self._inbound(update_id, chat_id, payload="")
        begun = await asyncio.to_thread(self._begun, inbound)
        payload = await asyncio.to_thread(self._offered, chat_id, query.data or "")
        if payload is None and not begun:
            await quietly(query.answer(words.EXPIRED, show_alert=True))
            await self._drop_keyboard(query)
            return
        await quietly(query.answer())
        await self._show_choice(query)
        await self._answer(self._inbound(update_id, chat_id, payload=payload or ""))

    def _offered(self, chat_id: str, data: str) -> str | None:
        """The payload behind callback data, if it was signed for this chat and is on offer now."""
        offer = read_offer(self._secrets, chat_id, data)
        if offer is None:
            return None
        with self._database.reading() as session:
            conversation = find(session, CHANNEL, chat_id)
            if conversation is None or conversation.offer_no != offer.offer_no:
                return None
            return conversation.offered[offer.position] if offer.position < len(conversation.offered) else None

    def _begun(self, inbound: Inbound) -> bool:
        """Whether this press was taken before a crash: then the offer has moved on, but the press counts."""
        with self._database.reading() as session:
            return session.get(Inbox, (inbound.channel, inbound.bot_id, inbound.message_id)) is not None

    async def _show_choice(self, query: CallbackQuery) -> None:
        if not isinstance(query.message, Message) or query.message.reply_markup is None:
            return
        titles = [
            button.text
            for row in query.message.reply_markup.inline_keyboard
            for button in row
            if button.callback_data == query.data
        ]
        chosen = f"{query.message.text or ''}\n\n{words.CHOSEN.format(title=titles[0])}" if titles else ""
        if titles and units(chosen) <= 4096:
            await quietly(query.edit_message_text(chosen))
        else:
            await quietly(query.edit_message_reply_markup(None))

    async def _drop_keyboard(self, query: CallbackQuery) -> None:
        if isinstance(query.message, Message) and query.message.reply_markup:
            await quietly(query.edit_message_reply_markup(None))

    # -- the conversation ------------------------------------------------------------------------------------------
    def _inbound(self, update_id: int, chat_id: str, **content: Any) -> Inbound:
        return Inbound(CHANNEL, self._line.bot_id, str(update_id), chat_id, sequence=update_id, **content)

    async def _answer(self, inbound: Inbound, station: str | None = None) -> None:
        """One turn, then everything that waits in the conversation goes out."""
        async with typing(self._line, inbound.sender):
            try:
                reply = await asyncio.to_thread(self._conversations.answer, inbound, station)
                for early in reply.messages if reply.early else []:
                    await send(self._line, inbound.sender, early["text"])
            except Unrecorded as error:
                if inbound.message_id not in self._warned:  # once; the update itself is tried again and again
                    self._warned.add(inbound.message_id)
                    for text in error.messages:
                        await send(self._line, inbound.sender, text)
                raise
            self._warned.discard(inbound.message_id)
        await self._deliver(inbound.sender)

    async def _deliver(self, chat_id: str) -> None:
        conversation_id = await asyncio.to_thread(self._conversation_id, chat_id, True)
        if conversation_id:
            await self._outgoing.deliver(conversation_id)

    def _conversation_id(self, chat_id: str, writes: bool = False) -> str | None:
        with self._database.reading() as session:
            conversation = find(session, CHANNEL, chat_id)
            if conversation is None:
                return None
            blocked = conversation.unreachable_at is not None
        if writes and blocked:  # who writes to us has not blocked us
            mark_reachable(self._database, conversation.id, True)
        return conversation.id

    def _awaiting(self, chat_id: str) -> str | None:
        with self._database.reading() as session:
            conversation = find(session, CHANNEL, chat_id)
            return conversation.awaiting if conversation else None

    async def _note(self, update_id: int, chat_id: str, text: str, kind: str = "note") -> None:
        await asyncio.to_thread(self._notes.say, chat_id, text, f"{update_id}-{kind}")
        await self._deliver(chat_id)

    async def _link(self, update_id: int, chat_id: str, text: str, once: bool = False) -> None:
        await asyncio.to_thread(self._notes.link, chat_id, text, "documents" if once else f"{update_id}-link")
        await self._deliver(chat_id)


def _says_more(text: str | None) -> bool:
    """Whether a text says anything besides the ID number that was taken out of it."""
    rest = (text or "").replace(MASK, "")
    return sum(character.isalnum() for character in rest) > len("我的身份证号是")
