"""The notation in which the safety floor's patterns are written, and its compiler.

A pattern is a line of steps separated by spaces:

    喝|吃|灌       one of these words
    {poison}      one word of a named list; mixes with words: ``药|{poison}``
    了?           an optional step
    ~  ~6         a gap of up to 4 (or 6) characters inside the clause
    ~~20          a gap of up to 20 characters that may cross clause borders; a gap may also stand inside a
                  word, so that 米缸~3空 is one of several alternatives
    !价|大甩卖     what follows must not begin with one of these
    <!不|没       what stands directly before must not be one of these
    ^  $          start, end of a clause; $ may also stand among words

A list entry written ``/…/`` is a regular expression. Everything else is literal, so that somebody who
knows the dialect but not regular expressions can extend the lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BORDER = "\n"
"""Stands between two clauses in the text that patterns are matched against."""

# Dialect characters that only stand for a common one; folded in patterns and texts alike, so that 佢打我, 俺不想活咧
# and 冇饭吃 meet the patterns written for 他打我, 我不想活了 and 没饭吃. One for one: lengths do not change.
_DIALECT = str.maketrans("佢俺咱哒啦嘞咧咗喽冇唔喺嘅俾畀揸瞓嚟攰恁妳她", "他我我了了了了了了没不在的给给拿睡来累你你她")
_GAP = re.compile(r"~~?\d*")
_LIST = re.compile(r"\{(\w+)\}")
_END = f"(?={BORDER}|$)"


class PatternError(ValueError):
    """A pattern or list in the rule files is written wrongly; the message quotes it."""


def fold(text: str) -> str:
    """`text` with dialect characters replaced by common ones; same length."""
    return text.translate(_DIALECT)


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern. No match is possible in a text that holds none of `keys` (1 or 2 characters each);
    an empty `keys` means that the text must always be searched."""

    regex: re.Pattern[str]
    keys: frozenset[str]


def compile_pattern(source: str, lists: Mapping[str, Sequence[str]]) -> Pattern:
    """Compile one line of the notation; raises PatternError."""
    parts: list[str] = []
    required: list[list[str] | None] = []  # required word steps; None where neighbours do not touch
    for step in fold(source).split():
        if step in "^$":
            parts.append(f"(?:^|(?<={BORDER}))" if step == "^" else _END)
        elif step.startswith("~"):
            parts.append(_gap(step, source))
            required.append(None)
        elif step.startswith("<!"):
            parts += [f"(?<!{_one(word)})" for word in _words(step[2:], lists, source)]
        elif step.startswith("!"):
            parts.append(f"(?!{_any(_words(step[1:], lists, source))})")
        elif step.endswith("?"):
            parts.append(f"(?:{_any(_words(step[:-1], lists, source))})?")
            required.append(None)
        else:
            words = _words(step, lists, source)
            parts.append(f"(?:{_any(words)})")
            required.append(words)
    try:
        return Pattern(re.compile("".join(parts)), _keys(required))
    except re.error as error:
        raise PatternError(f"{source!r}: {error}") from error


def _gap(token: str, source: str) -> str:
    crossing = token.startswith("~~")
    width = token.lstrip("~") or "4"
    if not width.isdigit():
        raise PatternError(f"{source!r}: {token!r} is no gap")
    return f"(?s:.{{0,{width}}}?)" if crossing else f"[^{BORDER}]{{0,{width}}}?"


def _words(token: str, lists: Mapping[str, Sequence[str]], source: str) -> list[str]:
    words: list[str] = []
    for part in token.split("|"):
        name = _LIST.fullmatch(part)
        if name is None:
            words.append(part)
        elif name[1] in lists:
            # Words of a list may themselves name lists that the same file or risk-shared.yml defines.
            for word in map(fold, lists[name[1]]):
                words += _words(word, lists, source) if _LIST.fullmatch(word) else [word]
        else:
            raise PatternError(f"{source!r}: there is no list {part}")
    if not all(words):
        raise PatternError(f"{source!r}: empty word in {token!r}")
    return words


def _one(word: str) -> str:
    if word == "$":
        return _END
    if _is_regex(word):
        return word[1:-1]
    gaps = [_gap(found, word) for found in _GAP.findall(word)] + [""]
    return "".join(re.escape(piece) + gap for piece, gap in zip(_GAP.split(word), gaps, strict=True))


def _any(words: list[str]) -> str:
    # Longest first: 喝农药 must win over 喝 when both stand in one step.
    return "|".join(_one(word) for word in sorted(words, key=len, reverse=True))


def _is_regex(word: str) -> bool:
    return word == "$" or (len(word) > 2 and word[0] == word[-1] == "/")


def _keys(steps: list[list[str] | None]) -> frozenset[str]:
    """The most selective set of keys that a required step offers: two characters where possible."""
    best: frozenset[str] = frozenset()
    best_cost = float("inf")
    for here, after in zip(steps, [*steps[1:], None], strict=True):
        if here is None or any(_is_regex(word) for word in here):
            continue
        keys = set()
        for word in here:
            if len(word) == 1 and after is not None and not any(_is_regex(other) for other in after):
                keys |= {word + other[0] for other in after}
            else:
                keys.add(_GAP.split(word)[0][:2])
        # A single character is found in many more texts than a pair.
        cost = sum(1 if len(key) == 2 else 40 for key in keys)
        if cost < best_cost:
            best, best_cost = frozenset(keys), cost
    return best
