"""Bare replies, in the turn they are given: yes, no, skip, wait; `actions.replies` reads the words."""

from __future__ import annotations

import re

from actions import replies
from actions.turn import Turn
from nlu.normalise import normalise

_ENDS = "的|了|吧|啊|呀|嘛|哦|呢|哈|,| "
_NO_MORE = re.compile(
    r"(?:我|现在|又)*不(?:同意|愿意)(?:记|登记|了|啊|,| )*|"
    r"(?:别|莫|不要|不许|不准)(?:再)?(?:记|登记)(?:我的?|了|这些|下来)*|"
    r"(?:我|我又)?(?:反悔了?|不同意了?)(?:[,。 ].{0,20})?|.{0,16}不(?:让|准|许|给)(?:你们|您们)?(?:再)?[留记存].{0,24}|"
    r".{0,8}(?:都|全|也|也给我|给我|全部|全都)删(?:了|掉|除|了吧|掉吧)"
)
SMALL = ("location", "village", "beneficiary", "age", "name", "phone")  # questions that a few words answer
DIGRESSIONS = (
    "greet",
    "thank",
    "goodbye",
    "bot_question",
    "ask_policy",
    "privacy_request",
    "out_of_scope",
    "ask_status",
)


def plain(turn: Turn) -> str:
    """The words without the signs around them."""
    return normalise(turn.text).strip(" ,。.!！?？、~…").lower()


def digresses(turn: Turn) -> bool:
    """Whether the message is surely something else than an answer."""
    return bool(turn.risks) or (turn.intent in DIGRESSIONS and turn.confidence >= 0.6)


def says_yes(turn: Turn) -> bool:
    """Whether the words agree. The classifier has no say: 好难受 is no consent."""
    return replies.agrees(turn.text)


def says_no(turn: Turn) -> bool:
    """Whether the words or the intent disagree."""
    if replies.refuses(turn.text):
        return True
    denies = turn.intent == "deny" and turn.confidence > 0.7
    return denies and not says_yes(turn) and not says_skip(turn) and not _asks(turn)


def is_bare(turn: Turn) -> bool:
    """Whether the message is nothing but a yes or a no."""
    return replies.is_bare(turn.text)


def says_skip(turn: Turn) -> bool:
    """Whether the resident would rather not say, or cannot."""
    return len(turn.text) <= 40 and replies.skips(turn.text, loosely=turn.awaiting in SMALL)


def gives_up(turn: Turn) -> bool:
    """Whether the words call the whole request off."""
    return replies.gives_up(turn.text)


def says_wait(turn: Turn) -> bool:
    """Whether the resident asks for a moment."""
    return not _asks(turn) and replies.waits(turn.text)


def takes_back(turn: Turn) -> bool:
    """Whether consent, once given, is taken back."""
    return bool(_NO_MORE.fullmatch(plain(turn)))


def _asks(turn: Turn) -> bool:
    return bool(re.search(r"[?？吗么]|多少|什么|怎么|为啥|为什么", turn.text))
