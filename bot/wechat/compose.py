"""Rows of a conversation → WeChat texts. Pure.

Whatever is said in one go becomes one text, because WeChat counts messages; only what is longer than one message may
be is cut, at the end of a paragraph, a line or a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.choices import Choices
from bot.conversation.words import FROM_WORKER
from bot.wechat.words import PRESSES

LIMIT = 2048  # bytes of UTF-8 in one text
_ENDS = ("\n\n", "\n", "。", "！", "？", "；", "，")


@dataclass(frozen=True)
class Said:
    """One row to say: who says it (bot, worker, system), the words, an address of a picture."""

    author: str
    text: str
    image: str | None = None


def composed(rows: Sequence[Said], choices: Choices | None) -> list[str]:
    """The texts to send, in order; one, unless it would be longer than `LIMIT`. `choices`: those to show at the end."""
    lines = choices.lines() if choices else []
    parts = [_words(row, by_letter=bool(choices and choices.by_letter)) for row in rows]
    if lines:
        parts.append("\n".join(lines))
    return split("\n\n".join(part for part in parts if part))


def _words(row: Said, by_letter: bool) -> str:
    text = row.text.strip()
    if row.author == "worker":
        text = f"{FROM_WORKER}\n{text}"
    for press, answer in PRESSES:
        text = text.replace(press, answer.format(marks="字母" if by_letter else "数字"))
    return f"{text}\n{row.image}".strip() if row.image else text


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Pieces of at most `limit` bytes of UTF-8, none of them empty; cut where a reader would pause."""
    pieces = []
    while len(text.encode()) > limit:
        head = text.encode()[:limit].decode(errors="ignore")
        # Not so early that a piece is a scrap: then rather at the next lesser pause.
        cut = next((at + len(end) for end in _ENDS if (at := head.rfind(end)) >= len(head) // 3), len(head))
        pieces.append(text[:cut].strip())
        text = text[cut:].lstrip()
    return [piece for piece in (*pieces, text.strip()) if piece]
