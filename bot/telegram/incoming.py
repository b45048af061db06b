"""What a resident's Telegram message is, in the conversation's terms. Pure: reads an update, touches nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Message
from telegram.constants import MessageEntityType

from bot.conversation import Attached
from tickets.attachments import LIMIT

EDIT_COUNTS = timedelta(minutes=15)
SHORT = 40  # characters; longer messages are whole thoughts and are answered at once


def command_of(message: Message) -> tuple[str, str] | None:
    """(command, rest of the text) when the message begins with a command such as /start or /help@yimi_bot."""
    for entity in message.entities:
        if entity.type == MessageEntityType.BOT_COMMAND and entity.offset == 0 and message.text:
            word = message.text[1 : entity.length].split("@", 1)[0].lower()
            return word, message.text[entity.length :].strip()
    return None


def plain_text(message: Message) -> str | None:
    """The words of a message: its text or caption, a sticker's emoji, a place's name; None when there are none.

    A leading "/" is not passed on: only our own buttons may speak to the engine in its own terms.
    """
    text = message.text or message.caption
    if not text and message.sticker:
        text = message.sticker.emoji or "🙂"
    if not text and message.venue:
        text = f"{message.venue.title} {message.venue.address}"
    return text.lstrip("/") if text else None


def short_text(update: dict[str, Any]) -> str | None:
    """The text of an update that is nothing but a few words in a private chat, and no command; else None."""
    message = update.get("message", {})
    text = message.get("text")
    if not text or len(text) > SHORT or text.startswith("/") or message.get("chat", {}).get("type") != "private":
        return None
    return None if message.get("reply_to_message") else str(text)


def attachment_of(message: Message) -> Attached | None:
    """The file or place that came with a message. The content stays with Telegram until `files` fetches it."""
    if message.photo:
        largest = message.photo[-1]
        return Attached("photo", "image/jpeg", None, largest.file_size, largest.file_id)
    place = message.location or (message.venue.location if message.venue else None)
    if place:
        return Attached("location", None, f"{place.latitude:.5f},{place.longitude:.5f}")
    for kind, file in (
        ("voice", message.voice),
        ("voice", message.audio),
        ("video", message.video),
        ("video", message.video_note),
        ("video", message.animation),
        ("file", message.document),
    ):
        if file is not None:
            return Attached(
                kind, getattr(file, "mime_type", None), getattr(file, "file_name", None), file.file_size, file.file_id
            )
    return None


def too_large(attached: Attached) -> bool:
    """Whether Telegram will refuse to hand the file over."""
    return attached.size is not None and attached.size > LIMIT


def phone_text(message: Message, awaiting: str | None) -> str | None:
    """A shared contact card as words: just the number when the phone was asked for."""
    if message.contact is None:
        return None
    number = message.contact.phone_number
    return number if awaiting == "phone" else f"联系电话 {number}"


def edit_counts(message: Message) -> bool:
    """An edit soon after the message is a correction; much later nobody knows what it would correct."""
    return datetime.now(UTC) - message.date < EDIT_COUNTS
