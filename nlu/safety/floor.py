"""The safety floor: finds danger to a person in a message by rules alone, before anything else runs.

Pure and in-process, so that it works with the engine, Redis, the database and the network down. Where the engine
answers, its model weighs what the floor heard (`nlu/components/risks.py`) and is nearly always believed over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from nlu.normalise import normalise
from nlu.safety.patterns import BORDER, Pattern, fold
from nlu.safety.rules import Guard, Rule, Rules, load_rules
from nlu.taken import Taken

LEVELS = ("routine", "urgent", "emergency")
_STRETCH = 400  # characters
_OVERLAP = 80  # longer than all but the widest patterns
_BLOCK = 200  # of a clause longer than two of them, guards read the block of the match and those beside it
_SIDE = 10  # characters before or after a match in which a negation still belongs to it


@dataclass(frozen=True)
class Alarm:
    """What the floor found: risk codes (most pressing first), the urgency and the names of the rules that
    spoke, which hold no word of the resident and may be logged."""

    risks: tuple[str, ...] = ()
    urgency: str = "routine"
    cues: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.risks)


CALM = Alarm()

_TITLE = re.compile(r"《[^《》]{1,30}》")
_SEGMENT = re.compile(r"[^\W_]+")
_STRONG = re.compile(r"[，。！？；：、,!?;:…\n\r]|\.\.|——")
_INTERJECTIONS = frozenset("嗯好对是啊哦喂不没唉哎行嘿哈呀诶额恩有在要")


def assess(text: str) -> Alarm:
    """Find danger in one message of any length. Never raises on any string; the same text, the same alarm."""
    if not isinstance(text, str) or not text:
        return CALM
    return _Reading(_view(text), load_rules()).alarm()


def _view(text: str) -> str:
    """The text as clauses divided by BORDER: folded, without titles, and with characters rejoined that somebody
    has parted to evade the rules (自.杀, 不 想 活)."""
    text = _TITLE.sub("，", text)
    folded = fold("".join(map(_lower, normalise(text))))
    pieces: list[str] = []
    end = 0
    for found in _SEGMENT.finditer(folded):
        piece = found[0]
        if pieces and not _joins(pieces[-1], text[end : found.start()], piece):
            pieces.append(piece)
        elif pieces:
            pieces[-1] += piece
        else:
            pieces.append(piece)
        end = found.end()
    return BORDER.join(pieces)


def _lower(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 else character  # İ would grow and shift all that follows


def _joins(before: str, separator: str, after: str) -> bool:
    """Whether a separator only parts characters. A lone character beside it says so, unless it is a yes or no;
    spaces and symbols between longer pieces stand for a comma."""
    if len(after) == 1 and after not in _INTERJECTIONS:
        return True
    if len(before) == 1 and before not in _INTERJECTIONS:
        return True
    if _STRONG.search(separator):
        return False
    return len(before) < 3 or len(after) < 3


def _stretches(view: str) -> Iterator[tuple[int, int]]:
    """Overlapping stretches of a long text, cut at clause borders where there are any: each wakes few rules, so
    that the time grows with the length of the text and not with length times rules."""
    low = 0
    while len(view) - low > _STRETCH:
        high = view.rfind(BORDER, low + _STRETCH // 2, low + _STRETCH)
        high = low + _STRETCH if high < 0 else high
        yield low, high
        low = view.rfind(BORDER, low + 1, high - _OVERLAP) + 1 or high - _OVERLAP
    yield low, len(view)


class _Reading:
    """One message while it is being assessed; remembers what was looked up message-wide."""

    def __init__(self, view: str, rules: Rules) -> None:
        self.view = view
        self.rules = rules
        self._found: dict[tuple[int, int, int], bool] = {}
        self._spans: dict[str, Taken] = {}

    def alarm(self) -> Alarm:
        levels: dict[str, int] = {}
        cues: list[str] = []
        for low, high in _stretches(self.view):
            for rule in self._woken(low, high):
                name = f"{rule.risk}.{rule.cue}"
                if name not in cues and self._speaks(rule, low, high):
                    cues.append(name)
                    levels[rule.risk] = max(levels.get(rule.risk, 0), LEVELS.index(rule.level))
        for risk, (other, unless) in self.rules.gives_way.items():
            if risk in levels and other in levels and not self._any(unless, "message", 0, 0):
                levels[other] = max(levels[other], levels.pop(risk))
        if not levels:
            return CALM
        for risk, level in levels.items():
            if level < 2:
                size = len(self.view)
                lift = next((rule for rule in self.rules.raising[risk] if self._speaks(rule, 0, size)), None)
                if lift:
                    levels[risk] = 2
                    cues.append(f"{risk}.{lift.cue}")
        order = self.rules.order
        risks = sorted(levels, key=lambda risk: (-levels[risk], order.index(risk)))
        return Alarm(tuple(risks), LEVELS[max(levels.values())], tuple(cues))

    def _woken(self, low: int, high: int) -> list[Rule]:
        """The rules whose keys occur in this stretch, in the order of the files."""
        part = self.view[low:high]
        keys = {*part, *map("".join, pairwise(part))}
        index = self.rules.index
        numbers = {number for key in keys & index.keys() for number in index[key]}
        return [self.rules.rules[number] for number in sorted(numbers.union(self.rules.always))]

    def _speaks(self, rule: Rule, low: int, high: int) -> bool:
        for match in rule.pattern.regex.finditer(self.view, low, high):
            start, end = match.span()
            if rule.needed and not self._any(rule.needed, rule.needed_scope, start, end):
                continue
            if not any(self._any(guard.patterns, guard.scope, start, end, guard) for guard in rule.guards):
                return True
        return False

    def _any(self, patterns: tuple[Pattern, ...], scope: str, start: int, end: int, guard: Guard | None = None) -> bool:
        if scope == "overlap":
            return self._guard_spans(patterns, guard).meets(start, end)
        low, high = self._window(scope, start, end)
        key = id(patterns), low, high  # most matches of a clause share it
        if key not in self._found:
            self._found[key] = any(pattern.regex.search(self.view, low, high) for pattern in patterns)
        return self._found[key]

    def _window(self, scope: str, start: int, end: int) -> tuple[int, int]:
        view = self.view
        if scope == "inside":
            return start, end
        if scope == "message":
            return 0, len(view)
        low, high = self._clause(start, end)
        if scope == "before":
            return max(low, start - _SIDE), start
        if scope == "after":
            return end, min(high, end + _SIDE)
        if scope == "near":
            if low and view[low - 1] == BORDER:
                low = self._clause(low - 1, low - 1)[0]
            if view[high : high + 1] == BORDER:
                high = self._clause(high + 1, high + 1)[1]
        return low, high

    def _clause(self, start: int, end: int) -> tuple[int, int]:
        """The clause of view[start:end], or of a very long one some blocks: many matches then ask for the same text."""
        view = self.view
        first, last = max(0, (start // _BLOCK - 1) * _BLOCK), (end // _BLOCK + 2) * _BLOCK
        low, high = view.rfind(BORDER, first, start) + 1, view.find(BORDER, end, last)
        return low or first, min(len(view), last) if high < 0 else high

    def _guard_spans(self, patterns: tuple[Pattern, ...], guard: Guard | None) -> Taken:
        name = guard.name if guard else str(id(patterns))
        if name not in self._spans:
            spans = (match.span() for pattern in patterns for match in pattern.regex.finditer(self.view))
            self._spans[name] = Taken(self.view, spans)
        return self._spans[name]
