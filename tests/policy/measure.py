"""Measures `policy.find` on the questions beside this file: python -m tests.policy.measure [--misses]"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from policy.answer import find

FOLDER = Path(__file__).parent
SETS = ("questions", "second", "residents")  # what each is: the first lines of its file


@dataclass(frozen=True)
class Question:
    """One question; `accept` holds (short name, article number) pairs, none when it must be refused."""

    text: str
    kind: str
    service: str
    held_out: bool
    accept: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Figures:
    """Shares of 1: hits among the answerable, refusals, and milliseconds a question."""

    answerable: int
    hit1: float
    hit3: float
    false_refusals: float
    unanswerable: int
    correct_refusals: float
    local: float
    milliseconds: float


@cache
def questions(name: str = SETS[0]) -> tuple[Question, ...]:
    """All questions of a measurement set."""
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(
        Question(
            row["question"],
            row["kind"],
            row.get("service", ""),
            row["held_out"],
            frozenset((law, int(number)) for law, number in (each.rsplit(" ", 1) for each in row["accept"])),
        )
        for row in rows["questions"]
    )


def place(question: Question) -> int | None:
    """Place (from 1) of the first accepted article, 0 when it is not among the answers, None when refused."""
    answers = find(question.text).answers
    if not answers:
        return None
    keys = [(each.article.short, each.article.number) for each in answers]
    return next((number for number, key in enumerate(keys, 1) if key in question.accept), 0)


def measure(chosen: Iterable[Question]) -> Figures:
    """Asks every question once."""
    asked = list(chosen)
    find("低保")  # the index is built before the clock runs
    began = time.perf_counter()
    places = [(each, place(each)) for each in asked]
    spent = time.perf_counter() - began
    good = [where for each, where in places if each.accept]
    refused = [where for each, where in places if each.kind == "refused"]
    local = [where for each, where in places if each.kind == "local"]
    return Figures(
        len(good),
        _share(where == 1 for where in good),
        _share(where in (1, 2, 3) for where in good),
        _share(where is None for where in good),
        len(refused),
        _share(where is None for where in refused),
        _share(where is None for where in local),
        1000 * spent / max(1, len(asked)),
    )


def _share(found: Iterable[bool]) -> float:
    row = list(found)
    return sum(row) / len(row) if row else 0.0


def main() -> None:
    """Prints the figures of both halves of each set; with --misses, what went wrong in the halves to work on."""
    for name in SETS:
        for half, held in (("dev", False), ("held out", True)):
            figures = measure(each for each in questions(name) if each.held_out is held)
            print(
                f"{name:9} {half:8} hit@1 {figures.hit1:.3f} hit@3 {figures.hit3:.3f} "
                f"false refusals {figures.false_refusals:.3f} (n={figures.answerable}) "
                f"correct refusals {figures.correct_refusals:.3f} (n={figures.unanswerable}) "
                f"local {figures.local:.2f} {figures.milliseconds:.1f} ms"
            )
    if "--misses" not in sys.argv:
        return
    for each in (each for name in SETS for each in questions(name) if not each.held_out):
        where = place(each)
        if (each.accept and where not in (1, 2, 3)) or (not each.accept and where is not None):
            shown = [f"{a.article.short}{a.article.number}" for a in find(each.text).answers[:3]]
            print(f"{each.kind:8} {each.text} | {sorted(each.accept)} | {where} {shown}")


if __name__ == "__main__":
    main()
