"""The figures: what share of the messages was understood, each with its 95 % interval."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, TypeVar

from evaluation.corpus import LETTER
from evaluation.targets import (
    ALARM,
    DANGER,
    EMERGENCY,
    EMPTY,
    HARD_ALARM,
    INTENT,
    INTENTS,
    MAIN,
    P50,
    P95,
    RATE,
    SERVICES,
    SEVERAL,
)
from nlu.messages import Labelled

Z = 1.959964  # two-sided 95 %
LEVELS = {"routine": 0, "urgent": 1, "emergency": 2}
Case = TypeVar("Case")
NONE = "—"  # no service


@dataclass(frozen=True)
class Heard:
    """A message and what the model made of it (the contract's analysis), with the parse time in milliseconds."""

    message: Labelled
    analysis: dict[str, Any]
    ms: float = 0.0
    ranking: Sequence[dict[str, Any]] = ()  # the likeliest services with their chances, acted upon or not

    @property
    def services(self) -> list[str]:
        """Predicted codes, likeliest first."""
        return [each["code"] for each in self.analysis["services"]]

    @property
    def risks(self) -> list[str]:
        """Predicted codes, likeliest first."""
        return [each["code"] for each in self.analysis["risks"]]


@dataclass(frozen=True)
class Figure:
    """A share 0…1 of `n` cases with the bounds of its 95 % interval; nan-free: `value` is None when n is 0."""

    name: str
    value: float | None
    low: float
    high: float
    n: int


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of hits/n, as two shares; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def proportion(name: str, cases: Iterable[bool]) -> Figure:
    """The share of true cases, with its Wilson interval."""
    cases = list(cases)
    hits = sum(cases)
    return Figure(name, hits / len(cases) if cases else None, *wilson(hits, len(cases)), len(cases))


def resampled(name: str, cases: Sequence[Case], measure: Callable[[Sequence[Case]], float]) -> Figure:
    """A measure that is no proportion (F1), with a 95 % bootstrap interval over cases (400 resamples, seeded)."""
    if not cases:
        return Figure(name, None, 0.0, 1.0, 0)
    dice = random.Random(20201017)  # noqa: S311 - resampling, not secrets
    runs = sorted(measure(dice.choices(cases, k=len(cases))) for _ in range(400))
    return Figure(name, measure(cases), runs[10], runs[389], len(cases))


def services_f1(heard: Sequence[Heard]) -> float:
    """Micro-F1 of the service codes over all messages, 0…1."""
    found = sum(len(set(h.services) & set(h.message.services)) for h in heard)
    total = sum(len(set(h.services)) + len(h.message.services) for h in heard)
    return 2 * found / total if total else 1.0


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 of the labels that are meant, 0…1; each pair is (meant, understood)."""
    meant = Counter(one for one, _ in pairs)
    guessed = Counter(other for _, other in pairs)
    right = Counter(one for one, other in pairs if one == other)
    return sum(2 * right[label] / (n + guessed[label]) for label, n in meant.items()) / len(meant)


def intent_macro_f1(heard: Sequence[Heard]) -> float:
    """The mean F1 of the intents that occur, 0…1."""
    return macro_f1([(h.message.intent, str(h.analysis["intent"])) for h in heard])


def main_service_right(h: Heard) -> bool:
    """The likeliest service is the one the message is mainly about."""
    return h.services[:1] == list(h.message.services[:1])


def overview(heard: Sequence[Heard]) -> list[Figure]:
    """The figures of the report, in its order."""
    asking = [h for h in heard if h.message.services]
    several = [h for h in asking if len(h.message.services) > 1]
    danger = [h for h in heard if h.message.risks]
    emergency = [h for h in danger if h.message.urgency == "emergency"]
    hard = [h for h in heard if h.message.hard_negative]
    ordinary = [h for h in heard if not h.message.risks and not h.message.hard_negative]
    return [
        proportion(MAIN, map(main_service_right, asking)),
        proportion("　其中长信", (main_service_right(h) for h in asking if len(h.message.text) >= LETTER)),
        resampled(SERVICES, heard, services_f1),
        proportion(SEVERAL, (set(h.message.services) <= set(h.services) for h in several)),
        proportion(EMPTY, (not h.services for h in heard if not h.message.services)),
        proportion(INTENT, (h.analysis["intent"] == h.message.intent for h in heard)),
        resampled(INTENTS, heard, intent_macro_f1),
        proportion(DANGER, (bool(h.risks) for h in danger)),
        proportion("危险的类别召回", (risk in h.risks for h in danger for risk in sorted(h.message.risks))),
        proportion(HARD_ALARM, (bool(h.risks) for h in hard)),
        proportion(ALARM, (bool(h.risks) for h in ordinary)),
        proportion(EMERGENCY, (h.analysis["urgency"] != "routine" for h in emergency)),
        proportion("紧急的判为紧急", (h.analysis["urgency"] == "emergency" for h in emergency)),
        proportion("缓急判对", (h.analysis["urgency"] == h.message.urgency for h in heard)),
        proportion("缓急判低了", (LEVELS[h.analysis["urgency"]] < LEVELS[h.message.urgency] for h in heard)),
    ]


def speeds(heard: Sequence[Heard], seconds: float) -> dict[str, float]:
    """Median and 95th percentile of a parse in milliseconds, and parses a second, one after another."""
    times = sorted(h.ms for h in heard)
    at = {name: times[min(len(times) - 1, int(share * len(times)))] for name, share in ((P50, 0.50), (P95, 0.95))}
    return {**at, RATE: len(heard) / seconds}


@dataclass(frozen=True)
class CodeRow:
    """One code's precision and recall over `n` messages that carry it; None where undefined."""

    code: str
    n: int
    main_right: float | None
    precision: float | None
    recall: float | None


def by_service(heard: Sequence[Heard], codes: Iterable[str]) -> list[CodeRow]:
    """Every service: how often it is the main one and found so, and precision and recall of naming it at all."""
    return [_row(heard, code, lambda h: h.message.services, lambda h: h.services, main=True) for code in codes]


def by_risk(heard: Sequence[Heard], codes: Iterable[str]) -> list[CodeRow]:
    """Every risk: precision and recall."""
    return [_row(heard, code, lambda h: tuple(h.message.risks), lambda h: h.risks) for code in codes]


def by_intent(heard: Sequence[Heard], codes: Iterable[str]) -> list[CodeRow]:
    """Every intent: precision and recall."""
    return [_row(heard, code, lambda h: (h.message.intent,), lambda h: [h.analysis["intent"]]) for code in codes]


def _row(
    heard: Sequence[Heard],
    code: str,
    gold: Callable[[Heard], Sequence[str]],
    guess: Callable[[Heard], Sequence[str]],
    main: bool = False,
) -> CodeRow:
    carrying = [h for h in heard if code in gold(h)]
    named = [h for h in heard if code in guess(h)]
    both = sum(code in gold(h) for h in named)
    leading = [h for h in carrying if main and gold(h)[0] == code]
    return CodeRow(
        code,
        len(carrying),
        sum(map(main_service_right, leading)) / len(leading) if leading else None,
        both / len(named) if named else None,
        both / len(carrying) if carrying else None,
    )


Confusion = tuple[str, str]


def main_pairs(heard: Sequence[Heard]) -> Counter[Confusion]:
    """How often each main service was (meant, understood) as which; "—" stands for none."""
    return Counter(((*h.message.services, NONE)[0], (*h.services, NONE)[0]) for h in heard)


def service_confusions(heard: Sequence[Heard]) -> list[tuple[Confusion, int]]:
    """(meant, understood) main services that differ, most frequent first."""
    return [(pair, times) for pair, times in main_pairs(heard).most_common() if pair[0] != pair[1]][:25]


def intent_confusions(heard: Sequence[Heard]) -> list[tuple[Confusion, int]]:
    """(meant, understood) intents that differ, most frequent first."""
    pairs = ((h.message.intent, str(h.analysis["intent"])) for h in heard)
    return Counter(pair for pair in pairs if pair[0] != pair[1]).most_common(15)


def misses(heard: Sequence[Heard]) -> list[dict[str, Any]]:
    """What was understood wrongly in any way, as rows for misses.jsonl."""
    rows = []
    for h in heard:
        meant, got = h.message, h.analysis
        wrong = [
            name
            for name, differs in (
                ("intent", got["intent"] != meant.intent),
                ("main_service", bool(meant.services) and not main_service_right(h)),
                ("services", set(h.services) != set(meant.services)),
                ("risks", set(h.risks) != meant.risks),
                ("urgency", got["urgency"] != meant.urgency),
            )
            if differs
        ]
        if wrong:
            rows.append(
                {
                    "where": f"{meant.source}.yml:{meant.line}",
                    "text": meant.text,
                    "wrong": wrong,
                    "meant": [meant.intent, list(meant.services), sorted(meant.risks), meant.urgency],
                    "understood": [got["intent"], got["services"], got["risks"], got["urgency"]],
                }
            )
    return rows
