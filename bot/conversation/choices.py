"""Buttons where a channel has none: numbered choices under the words, and a bare number read as a press.

A letter stands in front instead where a bare number means something else: an age, a telephone, a rating, and the "1"
that somebody in danger may send when they cannot speak (nlu/safety/reply.py). A single choice is shown in its own
words: it is always one the form understands (跳过).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.conversation import transcript
from tickets.models import Conversation

NUMBERED = frozenset({"wechat"})  # channels without buttons
_NUMBERS_ARE_ANSWERS = frozenset({"age", "phone", "rating"})
_LETTERS = "ABCDEFGHIJKLMNOPQRST"
_CHINESE = "一二三四五六七八九"
_CHOICE = re.compile(
    rf"(?:我?(?:回复|回|选择|选|要|点)|第)?\s*(?:(\d{{1,2}})|([A-Ta-t])|([{_CHINESE}]))"
    r"\s*(?:个|项|号)?\s*[.。、:：,，)）]?\s*(.*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Choices:
    """(title, payload) of what may be chosen now, in order, and whether letters must stand for numbers."""

    offers: list[tuple[str, str]]
    by_letter: bool

    @staticmethod
    def of(session: Session, conversation: Conversation, danger: bool) -> Choices:
        """What is on offer in a conversation; `danger`: an alarm of it is open."""
        by_letter = danger or conversation.awaiting in _NUMBERS_ARE_ANSWERS
        return Choices(transcript.offers(session, conversation), by_letter)

    def lines(self) -> list[str]:
        """What to write under the words: 回复 1：同意 …; [] when nothing is on offer."""
        if len(self.offers) == 1:
            return [f"也可以回复：{self.offers[0][0]}"]
        marks = _LETTERS if self.by_letter else [str(number) for number in range(1, len(self.offers) + 1)]
        return [f"回复 {mark}：{title}" for mark, (title, _) in zip(marks, self.offers, strict=False)]

    def pick(self, text: str) -> str | None:
        """The payload that an answer like 1, １、回复1、一、1：同意、A chooses; None for any other words.

        A title alone is no press: it may be the words of somebody who needs the safety floor (心里难受).
        """
        match = _CHOICE.fullmatch(unicodedata.normalize("NFKC", text).strip().rstrip("。.!！"))
        if not match or len(self.offers) < 2:
            return None
        number, letter, chinese, rest = match.groups()
        if not letter and self.by_letter:
            return None
        if letter:
            position = _LETTERS.index(letter.upper())
        else:
            position = (int(number) if number else _CHINESE.index(chinese) + 1) - 1
        if not 0 <= position < len(self.offers):
            return None
        title, payload = self.offers[position]
        return payload if not rest or rest.strip() == unicodedata.normalize("NFKC", title) else None
