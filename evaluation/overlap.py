"""Finds evaluation messages that repeat training messages: a model must not be measured on what it learnt.

`python -m evaluation.overlap` lists the pairs; exit code 1 when there are any.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from math import ceil, floor

from evaluation.corpus import evaluation_messages, training_messages
from nlu.messages import Labelled
from nlu.normalise import normalise

ALIKE = 0.8  # difflib's ratio above which two messages are one message told twice
Token = tuple[str, int]  # a character and its how-manieth occurrence: makes a multiset a set


def plain(text: str) -> str:
    """The text without marks, spaces and case: what stays the same however it is typed."""
    return "".join(char for char in normalise(text).lower() if char.isalnum())


def overlaps(measured: Iterable[Labelled], trained: Iterable[Labelled]) -> list[tuple[Labelled, Labelled, float]]:
    """Pairs (measured, trained, ratio 0…1) with the same plain text or a ratio above `ALIKE`, likest first.

    Exact, yet without comparing every pair: a ratio above r asks for so many characters in common that one of the
    rarest few characters of the measured message must occur in the trained one; only those pairs are compared.
    """
    known = [(message, text, frozenset(_tokens(text))) for message in trained for text in [plain(message.text)]]
    holders: dict[Token, list[int]] = defaultdict(list)
    for place, (_, _, tokens) in enumerate(known):
        for token in tokens:
            holders[token].append(place)
    pairs = []
    for message in measured:
        text = plain(message.text)
        mine = frozenset(_tokens(text))
        for place in _candidates(text, holders):
            other, its_text, its = known[place]
            least = ALIKE * (len(mine) + len(its))  # no ratio is above the share of the two that is in common
            if 2 * min(len(mine), len(its)) <= least or 2 * len(mine & its) <= least:
                continue
            ratio = 1.0 if text == its_text else _ratio(text, its_text)
            if ratio > ALIKE:
                pairs.append((message, other, ratio))
    return sorted(pairs, key=lambda pair: -pair[2])


def _tokens(text: str) -> list[Token]:
    seen: Counter[str] = Counter()
    tokens = []
    for char in text:
        seen[char] += 1
        tokens.append((char, seen[char]))
    return tokens


def _candidates(text: str, holders: dict[Token, list[int]]) -> set[int]:
    tokens = sorted(_tokens(text), key=lambda token: len(holders.get(token, ())))
    # ratio = 2·common / (n + m) > r and common ≤ m give m > n·r / (2 - r), hence common > n·r / (2 - r).
    common = max(1, ceil(len(tokens) * ALIKE / (2 - ALIKE)))
    rarest = tokens[: floor(len(tokens) - common) + 1]
    return {place for token in rarest for place in holders.get(token, ())}


def _ratio(one: str, other: str) -> float:
    # autojunk would drop the commonest characters of texts past 200 characters.
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def listing(pairs: list[tuple[Labelled, Labelled, float]]) -> str:
    """One line a pair: ratio, where both stand, and their words."""
    return "\n".join(
        f"{ratio:.2f}  {mine.source}.yml:{mine.line} {mine.text}  ＝  {theirs.source}.yml:{theirs.line} {theirs.text}"
        for mine, theirs, ratio in pairs
    )


def main() -> int:
    """Prints every pair."""
    pairs = overlaps(evaluation_messages(), training_messages())
    print(listing(pairs) if pairs else "评测和训练没有重复")
    return 1 if pairs else 0


if __name__ == "__main__":
    sys.exit(main())
