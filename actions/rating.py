"""The answer to the one question after finished work: stars by button or in words, a remark, or rather not."""

from __future__ import annotations

import re

from actions.bare import plain, says_no, says_skip, says_yes
from actions.effects import RateTicket
from actions.turn import Turn

_SOMETHING_ELSE = (
    "ask_policy",
    "ask_status",
    "withdraw",
    "talk_to_human",
    "privacy_request",
    "bot_question",
    "greet",
    "goodbye",
    "cancel",
)
_SURE = 0.6
_NAMED = 0.5  # confidence from which a matter is named; below, it is guessed from the discontent
_DECLINES = re.compile(r"(?:我|先|就|算了|那|,)*(?:不想?|不用|懒得|没空)(?:评|打分|说)价?(?:了|吧|啊)*")
# Read from the worst to the best: 不满意 holds 满意, 不太好 holds 好.
_WORDS = (
    (1, re.compile(r"[很太极]不满意|(?:非常|特别|极其|一点都?|根本)不满意?|太差|差劲|差得很|糟糕|最差")),
    (2, re.compile(r"不(?:太|怎么|大|咋)?(?:满意|好|行)|没(?:有)?(?:办好|解决|办成|用)|很慢|太慢|有点差|失望|敷衍")),
    (3, re.compile(r"一般|凑合|马马虎虎|还行|还可以|过得去|将就")),
    (5, re.compile(r"[很太极][好满]|(?:非常|特别|十分|相当|顶)(?:满意|好)|满意得很|好得很|没得说|好极了|点赞")),
    (4, re.compile(r"满意|不错|挺好|蛮好|可以|办得好|好评|^好(?:的|啊|着)?$")),
)
# Words that say of finished work that it is not: no verdict to be left at that.
_UNDONE = re.compile(r"没(?:给|有|跟|帮)?.{0,4}(?:办[好成完]|解决|到账|弄好|落实)|(?:根本|压根)没|接着办|重新办")
_NUMBER = re.compile(r"\D{0,6}?([1-5一二两三四五](?!般))\s*(?:颗?星|分)\D{0,4}|[1-5]")
_DIGITS = "12345一二三四五"


def verdict(turn: Turn) -> RateTicket | None:
    """What the message says to the question for a rating; None when it is about something else. Danger comes first."""
    if turn.risks:
        return None
    if turn.values:
        stars = turn.values.get("stars")
        return RateTicket("", int(stars), turn.values.get("ticket")) if stars else None
    text = plain(turn)
    if says_skip(turn) or _DECLINES.fullmatch(text):
        return RateTicket(turn.text, declined=True)
    stars = stars_in(text)
    if stars is None and turn.intent in _SOMETHING_ELSE and turn.confidence >= _SURE:
        return None
    if turn.services and turn.intent in ("request_service", "inform", "offer_help", "ask_policy"):
        return None  # the next request
    if stars is None and says_yes(turn):
        stars = 4
    elif stars is None and says_no(turn):
        stars = 2
    return RateTicket(turn.text, stars)


def undone(turn: Turn) -> bool:
    """Whether the message says that what was said to be done (`context.finished`) is not, and is no new matter."""
    another = any(each["confidence"] >= _NAMED for each in turn.services)
    return bool(turn.context.get("finished")) and says_undone(turn.text) and not (turn.risks or another)


def says_undone(text: str) -> bool:
    """Whether words say that nothing, or not enough, was done."""
    return bool(_UNDONE.search(text))


def stars_in(text: str) -> int | None:
    """Stars said as a number (五星, 打4分) or in plain words (不太满意); None when the words name none."""
    found = _NUMBER.fullmatch(text)
    if found:
        digit = found[1] or found[0]
        return _DIGITS.index(digit.replace("两", "二")) % 5 + 1
    return next((stars for stars, words in _WORDS if words.search(text)), None)
