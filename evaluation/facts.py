"""`python -m evaluation.facts`: how well the facts in messages are found; no model needed, done in a second.

evaluation/facts.jsonl holds invented messages with the facts that ought to be found, one JSON object a line:
{"text", "entities": [{"type", "value", "text"}], "held"}. A list as `value` means that each of its values is right
(孩子 says neither son nor daughter), null among them that none is needed. Messages marked `held` are for measuring:
no rule is changed for one of them; one that a rule is mended for becomes an ordinary one.
A fact counts by its value, not by its span; a relation only as that of the person in need, as in the contract.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.figures import Figure, proportion
from nlu.entities import extract

FILE = Path(__file__).with_name("facts.jsonl")
TARGETS = ("age", "phone", "relation")  # labelled in every message; other types only where they came naturally


@dataclass
class Tally:
    """What became of one type's facts: `found` of those that ought to be, `right` of those that were given."""

    found: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


@dataclass(frozen=True)
class Miss:
    """One fact too few or too many."""

    text: str
    type: str
    missing: list[Any]
    wrong: list[Any]


def rows(held: bool | None = None, file: Path = FILE) -> list[dict[str, Any]]:
    """The messages of the file; with `held` only those so marked, or only the others."""
    lines = file.read_text(encoding="utf-8").splitlines()
    read: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    return [row for row in read if held is None or bool(row.get("held")) == held]


def measure(messages: list[dict[str, Any]]) -> tuple[dict[str, Tally], list[Miss]]:
    """Runs the extractor over the messages. Types outside of TARGETS are measured for recall only."""
    tallies: dict[str, Tally] = {kind: Tally() for kind in TARGETS}
    missed: list[Miss] = []
    for row in messages:
        given = [one for one in extract(row["text"]) if one.primary]
        for kind in dict.fromkeys([*TARGETS, *(each["type"] for each in row["entities"])]):
            wanted = [_values(each["value"]) for each in row["entities"] if each["type"] == kind]
            values = [one.value for one in given if one.type == kind]
            hits, missing = _matched(wanted, values)
            wrong = values if kind in TARGETS else []  # what `_matched` left over
            tally = tallies.setdefault(kind, Tally())
            tally.found += [True] * hits + [False] * len(missing)
            tally.right += [True] * hits + [False] * len(wrong)
            if missing or wrong:
                missed.append(Miss(row["text"], kind, missing, list(wrong)))
    return tallies, missed


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matched(wanted: list[list[Any]], values: list[Any]) -> tuple[int, list[Any]]:
    """Takes from `values` what is wanted, one for one; how many there were, and what is wanted and not there."""
    hits, missing = 0, []
    for choices in sorted(wanted, key=len):
        hit = next((value for value in values if value in choices), None)
        if hit is not None:
            values.remove(hit)
            hits += 1
        elif None not in choices:
            missing.append("/".join(map(str, choices)))
    return hits, missing


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return f"{figure.name} —"
    return f"{figure.name} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n={figure.n}"


def main() -> int:
    """Prints the figures of each set and, unless --quiet, what was missed. Always 0: it measures, it does not judge."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.facts", description="测量年龄、电话、关系等事实的识别")
    parser.add_argument("--set", choices=("all", "tuned", "held"), default="all", help="哪一组（默认全部）")
    parser.add_argument("--quiet", action="store_true", help="不列出错漏")
    options = parser.parse_args()
    for name, held in (("tuned", False), ("held", True)):
        if options.set not in ("all", name):
            continue
        messages = rows(held)
        began = time.perf_counter()
        tallies, missed = measure(messages)
        spent = time.perf_counter() - began
        print(f"== {name}：{len(messages)} 条，{spent * 1000 / max(1, len(messages)):.2f} 毫秒一条")
        for kind, tally in tallies.items():
            figures = [proportion("召回", tally.found)]
            if kind in TARGETS:
                figures.append(proportion("精确", tally.right))
            print(f"{kind:12}" + "   ".join(map(_shown, figures)))
        if not options.quiet:
            for miss in missed:
                print(f"  {miss.type}: {miss.text}  漏 {miss.missing} 误 {miss.wrong}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
