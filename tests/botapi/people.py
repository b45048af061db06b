"""The people's side: writing, pressing, sending files, blocking. Mixed into `BotApi`; safe to call from any thread."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import telegram

from tests.botapi.markup import entities_of, found_entities

if TYPE_CHECKING:
    from tests.botapi.accounts import BotAccount

T = TypeVar("T")


class People:
    accounts: dict[str, BotAccount]

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        raise NotImplementedError

    def person(self, name: str, user_id: int | None = None) -> telegram.User:
        return telegram.User(
            user_id or 100_000_000 + secrets.randbelow(899_999_999), name, False, language_code="zh-hans"
        )

    def group(self, title: str) -> telegram.Chat:
        return telegram.Chat(-(1_000_000_000 + secrets.randbelow(999_999_999)), telegram.Chat.GROUP, title=title)

    def _account(self, bot: BotAccount | None) -> BotAccount:
        return bot or next(iter(self.accounts.values()))

    def _enter(self, account: BotAccount, user: telegram.User, chat: telegram.Chat | None) -> telegram.Chat:
        chat = chat or telegram.Chat(user.id, telegram.Chat.PRIVATE, first_name=user.first_name)
        if chat.type == telegram.Chat.PRIVATE:
            account.blocked.discard(chat.id)
        return account.chats.setdefault(chat.id, chat)

    def write(
        self,
        user: telegram.User,
        bot: BotAccount | None = None,
        chat: telegram.Chat | None = None,
        reply_to: telegram.Message | None = None,
        heard: bool = True,
        **content: Any,
    ) -> telegram.Message:
        """Put a message of `user` into a chat; `heard` False keeps it from the bot (group privacy)."""
        account = self._account(bot)

        async def act() -> telegram.Message:
            message = account.store(self._enter(account, user, chat), user, reply_to_message=reply_to, **content)
            if heard:
                account.updates.push("message", message.to_dict())
            return message

        return self.on_loop(act())

    def say(self, user: telegram.User, text: str, **where: Any) -> telegram.Message:
        """Text. In a group the bot hears only commands and replies to itself, as in Telegram's privacy mode."""
        chat, reply_to = where.get("chat"), where.get("reply_to")
        account = self._account(where.get("bot"))
        private = chat is None or chat.type == telegram.Chat.PRIVATE
        to_bot = reply_to is not None and reply_to.from_user is not None and reply_to.from_user.id == account.user.id
        heard = private or text.startswith("/") or to_bot
        return self.write(user, text=text, entities=found_entities(text), heard=heard, **where)

    def start(self, user: telegram.User, parameter: str = "", **where: Any) -> telegram.Message:
        """Open t.me/<bot>?start=<parameter>."""
        if parameter and (len(parameter) > 64 or not parameter.replace("-", "").replace("_", "").isalnum()):
            raise ValueError("a start parameter is up to 64 of A-Z a-z 0-9 _ -")
        return self.say(user, f"/start {parameter}".strip(), **where)

    def edit(self, user: telegram.User, message: telegram.Message, text: str, bot: BotAccount | None = None) -> None:
        account = self._account(bot)

        async def act() -> None:
            content = account.messages[message.chat.id, message.message_id]
            content |= {"text": text, "entities": entities_of(text, None), "edit_date": content["date"]}
            account.updates.push("edited_message", account.message(message.chat.id, message.message_id).to_dict())

        self.on_loop(act())

    def press(
        self, user: telegram.User, message: telegram.Message, button: str | int = 0, bot: BotAccount | None = None
    ) -> str:
        """Press the button with this title (or number) as the message stands now; the callback query's id."""
        account = self._account(bot)
        current = account.message(message.chat.id, message.message_id)
        rows = current.reply_markup.inline_keyboard if current.reply_markup else ()
        buttons = [item for row in rows for item in row]
        found = [item for item in buttons if item.text == button] if isinstance(button, str) else buttons[button:][:1]
        if not found:
            raise LookupError(f"no button {button!r} among {[item.text for item in buttons]}")
        return self.press_data(user, message, str(found[0].callback_data), bot)

    def press_data(
        self, user: telegram.User, message: telegram.Message, data: str, bot: BotAccount | None = None
    ) -> str:
        """A press with data of our choosing: what a tampered client can send."""
        account = self._account(bot)
        query_id = str(secrets.randbits(60))

        async def act() -> str:
            account.queries[query_id] = True
            shown = account.message(message.chat.id, message.message_id)
            query = telegram.CallbackQuery(query_id, user, str(secrets.randbits(60)), message=shown, data=data)
            account.updates.push("callback_query", query.to_dict())
            return query_id

        return self.on_loop(act())

    def send_file(
        self,
        user: telegram.User,
        kind: str,
        content: bytes,
        suffix: str = ".bin",
        caption: str | None = None,
        size: int | None = None,
        **where: Any,
    ) -> telegram.Message:
        """kind: photo, voice, document, video, audio, sticker. `size` pretends a size in bytes."""
        account = self._account(where.get("bot"))
        stored = account.keep_file(content, f"{kind}s", suffix)
        stored.size = size or len(content)
        ids: dict[str, Any] = {"file_id": stored.file_id, "file_unique_id": stored.unique_id}
        body: Any
        if kind == "photo":
            body = [telegram.PhotoSize(**ids, width=1280, height=960, file_size=stored.size)]
        elif kind == "voice":
            body = telegram.Voice(**ids, duration=4, mime_type="audio/ogg", file_size=stored.size)
        elif kind == "document":
            body = telegram.Document(
                **ids, file_name=f"文件{suffix}", mime_type="application/pdf", file_size=stored.size
            )
        elif kind == "video":
            body = telegram.Video(
                **ids, width=640, height=360, duration=3, mime_type="video/mp4", file_size=stored.size
            )
        elif kind == "audio":
            body = telegram.Audio(**ids, duration=5, mime_type="audio/mpeg", file_size=stored.size)
        elif kind == "sticker":
            body = telegram.Sticker(**ids, width=512, height=512, is_animated=False, is_video=False, type="regular")
        else:
            raise ValueError(kind)
        return self.write(user, **{kind: body}, caption=caption, **where)

    def send_location(self, user: telegram.User, latitude: float, longitude: float, **where: Any) -> telegram.Message:
        return self.write(user, location=telegram.Location(longitude, latitude), **where)

    def send_contact(
        self, user: telegram.User, phone: str, owner: telegram.User | None = None, **where: Any
    ) -> telegram.Message:
        person = owner or user
        card = telegram.Contact(phone, person.first_name, user_id=person.id)
        return self.write(user, contact=card, **where)

    def forward(self, user: telegram.User, text: str, origin: str, **where: Any) -> telegram.Message:
        now = telegram.MessageOriginHiddenUser(_now(), origin)
        return self.write(user, text=text, entities=found_entities(text), forward_origin=now, **where)

    def block(self, user: telegram.User, bot: BotAccount | None = None) -> None:
        self._membership(bot, user, telegram.Chat(user.id, "private", first_name=user.first_name), "member", "kicked")
        self._account(bot).blocked.add(user.id)

    def add_to_group(self, user: telegram.User, chat: telegram.Chat, bot: BotAccount | None = None) -> None:
        account = self._account(bot)
        account.chats[chat.id] = chat
        account.left.discard(chat.id)
        self._membership(bot, user, chat, "left", "member")
        self.write(user, bot, chat, new_chat_members=[account.user])

    def _membership(self, bot: BotAccount | None, user: telegram.User, chat: telegram.Chat, old: str, new: str) -> None:
        account = self._account(bot)
        states: dict[str, telegram.ChatMember] = {
            "member": telegram.ChatMemberMember(account.user),
            "left": telegram.ChatMemberLeft(account.user),
            "kicked": telegram.ChatMemberBanned(account.user, until_date=_now()),
        }

        async def act() -> None:
            change = telegram.ChatMemberUpdated(chat, user, _now(), states[old], states[new])
            account.updates.push("my_chat_member", change.to_dict())

        self.on_loop(act())

    def outbox(self, chat: telegram.User | telegram.Chat, bot: BotAccount | None = None) -> list[telegram.Message]:
        """What the bot has sent to this chat, in its present state."""
        account = self._account(bot)

        async def act() -> list[telegram.Message]:
            return account.outbox(chat.id)

        return self.on_loop(act())

    def wait(self, condition: Callable[[], T], seconds: float = 10, what: str = "") -> T:
        """Ask `condition` until it gives something true; TimeoutError with `what` otherwise."""
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(what or "the awaited thing did not happen")
            time.sleep(0.02)
        return result

    def heard(
        self, chat: telegram.User | telegram.Chat, count: int = 1, bot: BotAccount | None = None, seconds: float = 10
    ) -> list[telegram.Message]:
        """The outbox as soon as it holds `count` messages."""

        def enough() -> list[telegram.Message]:
            box = self.outbox(chat, bot)
            return box if len(box) >= count else []

        try:
            return self.wait(enough, seconds)
        except TimeoutError:
            texts = [message.text for message in self.outbox(chat, bot)]
            raise TimeoutError(f"wanted {count} messages, got {texts}") from None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
