"""Callback data of inline buttons: a short signed key, never content. 1 to 64 bytes is all Telegram allows.

    b1:<offer number>:<index>:<signature>     a resident's button; the payload stays in Conversation.offered
    w1:<action>:<ticket number>:<signature>   a worker's button; bound to that worker and that ticket

The signature binds the data to the chat or the worker it was made for: a forged, copied or replayed press does nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

SIGNATURE = 10  # base64 characters: 60 bits
SHORT_TITLE = 5  # characters up to which two buttons share a row: old eyes need wide buttons
ACTIONS = {
    "claim": "认领",
    "hold": "接管对话",
    "reply": "回复",
    "hand_back": "交回助手",
    "resolve": "办结",
    "show": "查看",
}
_OFFER = re.compile(r"b1:(\d{1,9}):(\d{1,3}):([\w-]{10})", re.ASCII)
_WORK = re.compile(r"w1:(claim|hold|reply|hand_back|resolve|show):([0-9-]{1,32}):([\w-]{10})", re.ASCII)


class Offer(NamedTuple):
    """Which button of which offer was pressed."""

    offer_no: int
    position: int


class Work(NamedTuple):
    """What a worker wants to do with which ticket."""

    action: str
    number: str


def _sign(secret: str, owner: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"yimi button 1:{owner}:{body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:SIGNATURE]


def _signed(secrets: Iterable[str], owner: str, body: str, signature: str) -> bool:
    return any(hmac.compare_digest(signature, _sign(secret, owner, body)) for secret in secrets)


def offer_data(secret: str, chat_id: str, offer: Offer) -> str:
    """Callback data of a resident's button, valid in this chat only."""
    body = f"b1:{offer.offer_no}:{offer.position}"
    return f"{body}:{_sign(secret, 'chat ' + chat_id, body)}"


def read_offer(secrets: Iterable[str], chat_id: str, data: str) -> Offer | None:
    """The offer behind a press in this chat; None when it was not signed for it."""
    match = _OFFER.fullmatch(data)
    if not match or not _signed(secrets, "chat " + chat_id, data.rsplit(":", 1)[0], match[3]):
        return None
    return Offer(int(match[1]), int(match[2]))


def work_data(secret: str, worker_id: str, work: Work) -> str:
    """Callback data of a worker's button, valid for this worker only."""
    body = f"w1:{work.action}:{work.number}"
    return f"{body}:{_sign(secret, 'worker ' + worker_id, body)}"


def read_work(secrets: Iterable[str], worker_id: str, data: str) -> Work | None:
    """What this worker's press asks for; None when it was not signed for them."""
    match = _WORK.fullmatch(data)
    if not match or not _signed(secrets, "worker " + worker_id, data.rsplit(":", 1)[0], match[3]):
        return None
    return Work(match[1], match[2])


def work_keyboard(secret: str, worker_id: str, number: str, actions: Sequence[str]) -> InlineKeyboardMarkup:
    """The row of buttons under a ticket."""
    row = [
        InlineKeyboardButton(ACTIONS[action], callback_data=work_data(secret, worker_id, Work(action, number)))
        for action in actions
    ]
    return InlineKeyboardMarkup([row])


def offer_keyboard(
    secret: str, chat_id: str, buttons: Sequence[dict[str, str]], offered: Sequence[str], offer_no: int
) -> InlineKeyboardMarkup | None:
    """The buttons of a message whose payloads are still offered; None when none is.

    `buttons`: {"title", "payload"}; short titles two in a row, longer ones alone.
    """
    rows: list[list[InlineKeyboardButton]] = []
    short_row = False
    for button in buttons:
        if button["payload"] not in offered:
            continue
        data = offer_data(secret, chat_id, Offer(offer_no, offered.index(button["payload"])))
        item = InlineKeyboardButton(button["title"], callback_data=data)
        short = len(button["title"]) <= SHORT_TITLE
        if short and short_row and len(rows[-1]) < 2:
            rows[-1].append(item)
        else:
            rows.append([item])
        short_row = short
    return InlineKeyboardMarkup(rows) if rows else None
