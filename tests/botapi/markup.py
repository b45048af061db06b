"""Checks of text and keyboards that the real server makes."""

from __future__ import annotations

import re
from typing import Any

import telegram

from tests.botapi.errors import bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
_ENTITY = re.compile(r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?)|(?P<url>https?://[^\s，。；）]+)")


def units(text: str) -> int:
    """Length in UTF-16 code units, the unit of Telegram's entity offsets."""
    return len(text.encode("utf-16-le")) // 2


def check_text(text: Any, limit: int = MAX_TEXT) -> str:
    if not isinstance(text, str) or not text.strip():
        raise bad_request("message text is empty")
    if units(text) > limit:
        raise bad_request("message is too long" if limit == MAX_TEXT else "message caption is too long")
    return text.strip()


def found_entities(text: str) -> list[telegram.MessageEntity]:
    """What Telegram marks by itself: commands and addresses."""
    return [
        telegram.MessageEntity(str(match.lastgroup), units(text[: match.start()]), units(match.group()))
        for match in _ENTITY.finditer(text)
    ]


def entities_of(text: str, given: Any) -> list[telegram.MessageEntity]:
    marked = found_entities(text)
    for item in given or []:
        if item["offset"] < 0 or item["offset"] + item["length"] > units(text):
            continue  # the real server drops entities that do not fit
        marked.append(telegram.MessageEntity.de_json(dict(item), None))
    return marked


def keyboard(markup: Any) -> dict[str, Any] | None:
    """A checked reply_markup. Only inline keyboards stay attached to the message."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            _check_inline(button)
    return markup


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    kinds = [
        key
        for key in ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text")
        if key in button
    ]
    if len(kinds) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"https?://[^/:]+\.[^/:]+|tg://", str(button["url"])):
        # a host without a dot, such as localhost, is no address to Telegram
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def inline(markup: dict[str, Any] | None) -> telegram.InlineKeyboardMarkup | None:
    if markup and markup.get("inline_keyboard"):
        return telegram.InlineKeyboardMarkup.de_json({"inline_keyboard": markup["inline_keyboard"]}, None)
    return None
