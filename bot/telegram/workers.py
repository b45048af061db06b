"""What a worker may do in Telegram: bind the account, list, claim, reply, resolve. The domain decides."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session
from telegram import (
    BotCommandScopeChat,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.constants import ChatType

from bot.telegram import cards, inbox, words
from bot.telegram.buttons import ACTIONS, Work, read_work, work_data, work_keyboard
from bot.telegram.connection import Line
from bot.telegram.courtesy import quietly
from bot.telegram.incoming import command_of
from bot.telegram.links import BIND_PREFIX
from bot.telegram.outgoing import send, split
from tickets import access, holds, lifecycle, people
from tickets.attachments import attachments_of
from tickets.database import Database
from tickets.lifecycle import NotAllowed
from tickets.models import LOCAL, Ticket, Worker, WorkerPrompt, utc_now

log = logging.getLogger(__name__)

LISTED = 10
PROMPT_LIFE = timedelta(minutes=30)
ALERT = 200  # characters in the pop-up that answers a press
_SAID = re.compile(re.escape(cards.SAID).split(r"\{number\}")[0] + r"([0-9-]{1,32})")
# A reply to one of our questions says itself what it is for.
_ASKED = {
    "reply": re.compile(re.escape(words.ASK_REPLY).split(r"\{number\}")[0] + r"([0-9-]{1,32})"),
    "resolve": re.compile(re.escape(words.ASK_RESULT).split(r"\{number\}")[0] + r"([0-9-]{1,32})"),
}


class Refused(Exception):
    """Not possible; the text is a sentence for the worker."""


def binding_code(message: Message) -> str | None:
    """The code of `/bind <code>` or of `?start=bind_<code>`; "" for a bare /bind; None for anything else."""
    command = command_of(message)
    if command and command[0] == "bind":
        return command[1]
    if command and command[0] == "start" and command[1].startswith(BIND_PREFIX):
        return command[1].removeprefix(BIND_PREFIX)
    return None


class Workers:
    """Handles the updates of workers' private chats on one line, each chat's one after the other."""

    def __init__(self, line: Line, database: Database, secrets: tuple[str, ...]) -> None:
        self._line, self._database, self._secrets = line, database, secrets

    async def handle(self, raw: dict[str, Any]) -> None:
        """Handle one stored update. What it changes and the mark "done" of the update are one transaction."""
        update = Update.de_json(raw, self._line.bot)
        if update.callback_query:
            await self._press(update.update_id, update.callback_query)
        elif update.message and update.message.chat.type == ChatType.PRIVATE:
            await self._message(update.update_id, update.message, bool(raw.get(inbox.MASKED)))

    def is_worker(self, chat_id: str) -> bool:
        """Whether a chat is bound to an active worker."""
        with self._database.reading() as session:
            return people.worker_by_chat(session, chat_id) is not None

    async def _say(self, chat_id: str, text: str, markup: Any = None) -> None:
        pieces = split(text)
        for piece in pieces:
            await send(self._line, chat_id, piece, markup if piece is pieces[-1] else None)

    # -- messages --------------------------------------------------------------------------------------------------
    async def _message(self, update_id: int, message: Message, masked: bool) -> None:
        chat_id = str(message.chat.id)
        code = binding_code(message)
        if code is not None:
            await self._bind(update_id, chat_id, code)
            return
        if not await asyncio.to_thread(self.is_worker, chat_id):
            await self._say(chat_id, words.WORKER_ONLY)
            return
        command = command_of(message)
        if command and command[0] in ("queue", "mine"):
            text, markup = await asyncio.to_thread(self._list, chat_id, command[0] == "mine")
            await self._say(chat_id, text, markup)
        elif command and command[0] == "cancel":
            await asyncio.to_thread(self._forget_prompt, chat_id)
            await self._say(chat_id, words.CANCELLED)
        elif command:
            await self._say(chat_id, words.WORKER_HELP)
        elif message.text is None:
            await self._say(chat_id, words.TEXT_ONLY)
        elif masked:
            await self._say(chat_id, words.WORKER_ID_NUMBER)
        else:
            told = await asyncio.to_thread(self._written, update_id, chat_id, message)
            await self._say(chat_id, told)

    async def _bind(self, update_id: int, chat_id: str, code: str) -> None:
        if not code:
            await self._say(chat_id, words.BIND_HOW)
            return

        def use() -> str | None:
            with self._database.session() as session:
                worker = people.bind_telegram(session, code, chat_id)
                inbox.finish_in(session, self._line.bot_id, update_id)
                session.commit()
                return worker.display_name if worker else None

        name = await asyncio.to_thread(use)
        log.info("telegram binding %s", "done" if name else "refused")
        await self._say(chat_id, words.BOUND.format(name=name) if name else words.BIND_HOW)
        if name:
            scope = BotCommandScopeChat(int(chat_id))
            await quietly(self._line.bot.set_my_commands(words.WORKER_COMMANDS, scope=scope))

    def _list(self, chat_id: str, mine: bool) -> tuple[str, InlineKeyboardMarkup | None]:
        with self._database.reading() as session:
            worker = self._worker(session, chat_id)
            filters = access.Filters(status="open", mine=mine)
            found = access.page(session, worker, filters, limit=200).tickets
            if not found:
                return words.NO_TICKETS, None
            lines = [cards.line(number, ticket) for number, ticket in enumerate(found[:LISTED], 1)]
            if len(found) > LISTED:
                lines.append(words.MORE.format(count=len(found) - LISTED))
            buttons = [
                InlineKeyboardButton(
                    f"{number}. {ticket.number[-4:]}",
                    callback_data=work_data(self._secrets[0], worker.id, Work("show", ticket.number)),
                )
                for number, ticket in enumerate(found[:LISTED], 1)
            ]
            return "\n".join(lines), InlineKeyboardMarkup([buttons[at : at + 3] for at in range(0, len(buttons), 3)])

    def _written(self, update_id: int, chat_id: str, message: Message) -> str:
        """A worker's text: the reply or the result that was asked for. Returns what to say to the worker."""
        with self._database.session() as session:
            worker = self._worker(session, chat_id)
            try:
                wanted = self._wanted(session, worker, message)
                if wanted is None:
                    return words.NOTHING_ASKED
                ticket = access.ticket_for(session, worker, wanted.number)
                lifecycle.act(session, ticket, wanted.action, worker, note=message.text, to="telegram")
            except (Refused, NotAllowed, access.NotVisible) as refusal:
                session.rollback()
                return str(refusal)
            session.execute(delete(WorkerPrompt).where(WorkerPrompt.worker_id == worker.id))
            inbox.finish_in(session, self._line.bot_id, update_id)
            session.commit()
            log.info("%s: %s by %s in telegram", wanted.number, wanted.action, worker.login)
            return (words.REPLIED if wanted.action == "reply" else words.RESOLVED).format(number=wanted.number)

    def _wanted(self, session: Session, worker: Worker, message: Message) -> Work | None:
        asked = message.reply_to_message
        if asked and asked.text and asked.from_user and str(asked.from_user.id) == self._line.bot_id:
            for action, pattern in (*_ASKED.items(), ("reply", _SAID)):
                if match := pattern.match(asked.text):
                    return Work(action, match[1])
        prompt = session.get(WorkerPrompt, worker.id)
        if prompt is not None and utc_now() - prompt.asked_at <= PROMPT_LIFE:
            return Work(prompt.action, prompt.number)
        talks = holds.held_by(session, worker, "telegram")
        if len(talks) > 1:
            raise Refused(words.WHICH_TALK)
        return Work("reply", session.get_one(Ticket, talks[0].ticket_id).number) if talks else None

    def _forget_prompt(self, chat_id: str) -> None:
        with self._database.session() as session:
            worker = self._worker(session, chat_id)
            session.execute(delete(WorkerPrompt).where(WorkerPrompt.worker_id == worker.id))
            session.commit()

    def _worker(self, session: Session, chat_id: str) -> Worker:
        worker = people.worker_by_chat(session, chat_id)
        if worker is None:
            raise Refused(words.WORKER_ONLY)
        return worker

    # -- buttons ---------------------------------------------------------------------------------------------------
    async def _press(self, update_id: int, query: CallbackQuery) -> None:
        chat_id = str(query.from_user.id)
        if not isinstance(query.message, Message) or query.message.chat.type != ChatType.PRIVATE:
            await quietly(query.answer(words.PRIVATE_ONLY, show_alert=True))
            return
        try:
            work = await asyncio.to_thread(self._read, chat_id, query.data or "")
            if work.action == "claim":
                told = await asyncio.to_thread(self._claim, update_id, chat_id, work.number)
                await quietly(query.answer(told))
                await self._edit_claimed(query, chat_id, work.number, told)
            elif work.action == "show":
                text, markup = await asyncio.to_thread(self._card, chat_id, work.number)
                await quietly(query.answer())
                await self._say(chat_id, text, markup)
            elif work.action in ("hold", "hand_back"):
                await asyncio.to_thread(self._speak, update_id, chat_id, work)
                await quietly(query.answer())
                told = words.HELD if work.action == "hold" else words.HANDED_BACK
                keyboard = await asyncio.to_thread(self._keyboard, chat_id, work.number)
                await self._say(chat_id, told.format(number=work.number), keyboard)
            else:
                await asyncio.to_thread(self._ask, chat_id, work)
                await quietly(query.answer())
                question = words.ASK_REPLY if work.action == "reply" else words.ASK_RESULT
                await self._say(
                    chat_id,
                    question.format(number=work.number),
                    ForceReply(input_field_placeholder=ACTIONS[work.action]),
                )
        except (Refused, NotAllowed, access.NotVisible) as refusal:
            await quietly(query.answer(str(refusal)[:ALERT], show_alert=True))

    def _read(self, chat_id: str, data: str) -> Work:
        with self._database.reading() as session:
            worker = people.worker_by_chat(session, chat_id)
            work = read_work(self._secrets, worker.id, data) if worker else None
            if work is None:
                raise Refused(words.NOT_YOURS)
            return work

    def _claim(self, update_id: int, chat_id: str, number: str) -> str:
        with self._database.session() as session:
            worker = self._worker(session, chat_id)
            ticket = access.ticket_for(session, worker, number)
            if ticket.assigned_to != worker.id or ticket.status in ("new", "assigned"):  # else: pressed twice
                lifecycle.act(session, ticket, "claim", worker)
            inbox.finish_in(session, self._line.bot_id, update_id)
            session.commit()
            now = utc_now().astimezone(LOCAL)
            log.info("%s: claimed by %s in telegram", number, worker.login)
            return f"✅ {worker.display_name} 已认领（{now:%H:%M}）"

    def _speak(self, update_id: int, chat_id: str, work: Work) -> None:
        """The worker speaks with the resident from here, or the assistant does again."""
        with self._database.session() as session:
            worker = self._worker(session, chat_id)
            lifecycle.act(session, access.ticket_for(session, worker, work.number), work.action, worker, to="telegram")
            session.execute(delete(WorkerPrompt).where(WorkerPrompt.worker_id == worker.id))  # it was for another text
            inbox.finish_in(session, self._line.bot_id, update_id)
            session.commit()
            log.info("%s: %s by %s in telegram", work.number, work.action, worker.login)

    async def _edit_claimed(self, query: CallbackQuery, chat_id: str, number: str, told: str) -> None:
        before = query.message.text if isinstance(query.message, Message) else None
        if before and told[:1] not in before:
            keyboard = await asyncio.to_thread(self._keyboard, chat_id, number)
            await quietly(query.edit_message_text(f"{before}\n\n{told}", reply_markup=keyboard))

    def _keyboard(self, chat_id: str, number: str) -> InlineKeyboardMarkup | None:
        with self._database.reading() as session:
            worker = self._worker(session, chat_id)
            return self.keyboard(worker, access.ticket_for(session, worker, number))

    def keyboard(self, worker: Worker, ticket: Ticket) -> InlineKeyboardMarkup:
        """The buttons that make sense for this worker on this ticket now."""
        return work_keyboard(self._secrets[0], worker.id, ticket.number, cards.possible_actions(worker, ticket))

    def _card(self, chat_id: str, number: str) -> tuple[str, InlineKeyboardMarkup]:
        with self._database.reading() as session:
            worker = self._worker(session, chat_id)
            ticket = access.ticket_for(session, worker, number)
            log.info("%s: shown to %s in telegram", number, worker.login)
            kinds = [each.kind for each in attachments_of(session, ticket)]
            return cards.card(ticket, kinds), self.keyboard(worker, ticket)

    def _ask(self, chat_id: str, work: Work) -> None:
        """Remember what the worker's next text is for; refuses at once what the domain would refuse afterwards."""
        with self._database.session() as session:
            worker = self._worker(session, chat_id)
            lifecycle.act(session, access.ticket_for(session, worker, work.number), work.action, worker, note="—")
            session.rollback()  # only asked, not done
            worker = self._worker(session, chat_id)
            session.merge(WorkerPrompt(worker_id=worker.id, action=work.action, number=work.number, asked_at=utc_now()))
            session.commit()
