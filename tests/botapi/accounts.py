"""What the server knows of one bot: its queue, chats, messages, files, webhook and every call it made."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import telegram

from tests.botapi.errors import bad_request, forbidden
from tests.botapi.queue import UpdateQueue

MAX_DOWNLOAD = 20 * 1024 * 1024  # bytes a bot may fetch with getFile


@dataclass
class Call:
    """One request of the bot. `at` is monotonic seconds; `params` as decoded; `code` the HTTP status given."""

    method: str
    params: dict[str, Any]
    at: float
    code: int = 0


@dataclass
class StoredFile:
    file_id: str
    unique_id: str
    content: bytes
    path: str
    size: int


@dataclass
class Webhook:
    url: str
    secret: str | None
    max_connections: int
    last_error_date: int | None = None
    last_error_message: str | None = None
    attempts: list[tuple[int, int]] = field(default_factory=list)  # (update id, HTTP status; 0 = no answer)


class BotAccount:
    def __init__(self, username: str, name: str, token: str | None = None) -> None:
        bot_id = int(token.split(":")[0]) if token else 7_000_000_000 + secrets.randbelow(999_999_999)
        self.token = token or f"{bot_id}:{secrets.token_urlsafe(26)}"
        self.user = telegram.User(
            bot_id,
            name,
            True,
            username=username,
            can_join_groups=True,
            can_read_all_group_messages=False,
            supports_inline_queries=False,
        )
        self.updates = UpdateQueue()
        self.webhook: Webhook | None = None
        self.chats: dict[int, telegram.Chat] = {}
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}  # arguments of telegram.Message
        self.next_message_id = 1
        self.blocked: set[int] = set()
        self.queries: dict[str, bool] = {}  # callback query id -> still open
        self.answers: list[dict[str, Any]] = []  # what answerCallbackQuery was given
        self.commands: dict[tuple[str, str], list[telegram.BotCommand]] = {}
        self.menu_buttons: dict[int | None, dict[str, Any]] = {}
        self.files: dict[str, StoredFile] = {}
        self.calls: list[Call] = []
        self.actions: list[tuple[int, str]] = []
        self.left: set[int] = set()
        self.last_sent: dict[int, float] = {}

    def chat(self, chat_id: object) -> telegram.Chat:
        """The chat a bot may write to: a person who wrote first, or a group it is in."""
        try:
            key = int(str(chat_id))
        except ValueError:
            key = 0
        if key not in self.chats:
            raise bad_request("chat not found")
        if key in self.blocked:
            raise forbidden("bot was blocked by the user")
        if key in self.left:
            raise forbidden("bot was kicked from the group chat")
        return self.chats[key]

    def store(self, chat: telegram.Chat, sender: telegram.User, **content: Any) -> telegram.Message:
        """Keep a new message of `sender` in `chat` and return it."""
        message_id = self.next_message_id
        self.next_message_id += 1
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        self.messages[chat.id, message_id] = {
            "message_id": message_id,
            "date": now,
            "chat": chat,
            "from_user": sender,
            **content,
        }
        return self.message(chat.id, message_id)

    def message(self, chat_id: int, message_id: int) -> telegram.Message:
        return telegram.Message(**self.messages[chat_id, message_id])

    def keep_file(self, content: bytes, folder: str, suffix: str) -> StoredFile:
        number = len(self.files) + 1
        file_id = "BQAC" + secrets.token_urlsafe(45)
        stored = StoredFile(
            file_id, secrets.token_urlsafe(11), content, f"{folder}/file_{number}{suffix}", len(content)
        )
        self.files[file_id] = stored
        return stored

    def outbox(self, chat_id: int) -> list[telegram.Message]:
        """The bot's own messages in a chat, oldest first, in their present (edited) state."""
        return [
            self.message(*key)
            for key, content in self.messages.items()
            if key[0] == chat_id and content["from_user"].id == self.user.id
        ]

    def record(self, method: str, params: dict[str, Any]) -> Call:
        call = Call(method, params, time.monotonic())
        self.calls.append(call)
        return call
