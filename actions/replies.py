"""Reads short replies by the words they are made of (data/lexicon/replies.yml): yes, no, skip, give up.

A reply is read clause by clause: 中，别说是俺说的就行 agrees by its first clause; 可以办多少钱 does not, since its
clause holds other words.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path

import yaml

from nlu.normalise import normalise

_FILE = Path(__file__).resolve().parents[1] / "data" / "lexicon" / "replies.yml"
_BREAK = re.compile(r"[\s,，。.!！?？;；:：、~～…—\-\"'()（）]+")
_ASKS = re.compile(r"[?？吗么]|多少|怎么|咋|什么|啥|哪|几时|多久|为何|是不是|能不能|可不可以|要不要")
_TOLD = re.compile(r"(?<![没不别莫])(?:说|讲)(?:过|了|咗)?(?=[^说讲]*$)")  # the last 说: 外婆说可以
# 你好 is made of words that agree, and greets.
_GREETS = re.compile(r"(?:[你您恁汝]们?|大家|各位|老师|同志|领导|师傅|姑娘|闺女|妹子|大姐|大哥|早上|上午|下午|晚上)好")
LONGEST_CLAUSE = 24  # characters; longer ones tell something


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(str(yaml.safe_load(_FILE.read_text(encoding="utf-8"))[kind]).split())


@cache
def _refusals() -> frozenset[str]:
    pairs = {"".join(pair) for pair in product(_words("refuse"), _words("refused"))}
    return _words("refuse") | _words("wrong") | pairs


@cache
def _unwritten() -> frozenset[str]:
    return frozenset(
        "".join(pair) for pair in product(_words("refuse"), ("写", "填", "说", "讲", "留", "记", "给", "报"))
    )


@cache
def _around() -> frozenset[str]:
    return _words("lead") | _words("tail")


def clauses(text: str) -> list[str]:
    """The parts of a reply between signs and spaces, in small letters; "1" and "ok" are no answer among others."""
    parts = [part for part in _BREAK.split(normalise(text).lower()) if part]
    return parts if len(parts) == 1 else [part for part in parts if not part.isascii()]


def composed(clause: str, core: frozenset[str], around: frozenset[str]) -> bool:
    """Whether a clause can be cut into words of the two sets, with one of `core` at least. Linear in its length."""
    if not 0 < len(clause) <= LONGEST_CLAUSE:
        return False
    reached: list[set[bool]] = [{False}, *(set() for _ in clause)]
    for start, found in enumerate(reached):
        for end in range(start + 1, min(len(clause), start + 6) + 1) if found else ():
            word = clause[start:end]
            if word in core:
                reached[end].add(True)
            if word in around:
                reached[end] |= found
    return True in reached[-1]


def agrees(text: str) -> bool:
    """Whether a clause says yes and none says no; a question is no yes, unless 同意 is said in so many words."""
    parts = clauses(text)
    said = [part for part in parts if _yes(part)]
    if not said or any(_no(part) for part in parts):
        return False
    return not _ASKS.search(text) or any("同意" in part for part in said)


def refuses(text: str) -> bool:
    """Whether a clause says no and none says yes."""
    parts = clauses(text)
    return any(map(_no, parts)) and not any(map(_yes, parts))


def skips(text: str, loosely: bool) -> bool:
    """Whether a clause leaves the question open. `loosely`: 不晓得属于哪个居委会 and 唔使写 too, which
    mean no more than that only in an answer to a small question."""
    if gives_up(text):
        return False
    core = _words("skip")
    for part in clauses(text):
        if composed(part, core, _around() | _words("asked")):
            return True
        if loosely and (composed(part, _unwritten(), _around() | _words("asked")) or _vaguely(part)):
            return True
    return False


def _vaguely(part: str) -> bool:
    near = len(part) <= 14 and not re.search(r"\d{4}", part)
    return near and any(word in part for word in _words("loosely"))


def waits(text: str) -> bool:
    """Whether a clause asks for a moment: 我先去接孙女 等会儿再讲."""
    return any(composed(part, _words("wait"), _around() | _words("later")) for part in clauses(text))


def gives_up(text: str) -> bool:
    """Whether a clause calls the whole request off: 莫交哒, 这个不要了, 取消嘛."""
    return any(composed(part, _words("stop"), _around()) for part in clauses(text))


def is_bare(text: str) -> bool:
    """Whether the reply is nothing but yes or no."""
    parts = clauses(text)
    return bool(parts) and (all(map(_yes, parts)) or all(map(_no, parts)))


def _yes(part: str) -> bool:
    if _GREETS.match(part):
        return False
    if composed(part, _words("agree") | _words("act"), _around()):
        return True
    told = _TOLD.search(part)
    return bool(told) and composed(part[told.end() :], _words("agree"), _around()) if told else False


def _no(part: str) -> bool:
    if _yes(part) or composed(part, _words("loosely"), _around()):
        return False
    return composed(part, _refusals(), _around() | _words("refused"))
