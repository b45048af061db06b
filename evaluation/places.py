"""`python -m evaluation.places`: how often a message is put to the right township; no model needed, done in seconds.

evaluation/places.jsonl holds invented messages, one JSON object a line: {"text", "status", "code", "candidates"} as in
the contract, and "held". A message is right when status and code are, and for an ambiguous one the candidates too. What
hurts most is counted apart: a wrong township given as sure. Messages marked `held` were written after the last change
to the rules.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.figures import Figure, proportion
from nlu.places import Gazetteer, Place

FILE = Path(__file__).with_name("places.jsonl")


@dataclass(frozen=True)
class Verdict:
    """What a message ought to give, and what it gave."""

    row: dict[str, Any]
    place: Place

    @property
    def right(self) -> bool:
        """Status, code and candidates are what they ought to be."""
        wanted = (self.row["status"], self.row["code"], sorted(self.row["candidates"]))
        return wanted == (self.place.status, self.place.code, sorted(self.place.candidates))

    @property
    def wrongly_sure(self) -> bool:
        """A township given as certain that is not it."""
        return self.place.code is not None and self.place.code != self.row["code"]


def rows(held: bool | None = None, file: Path = FILE) -> list[dict[str, Any]]:
    """The messages of the file; with `held` only those so marked, or only the others."""
    lines = file.read_text(encoding="utf-8").splitlines()
    read: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    return [row for row in read if held is None or bool(row.get("held")) == held]


def measure(gazetteer: Gazetteer, messages: list[dict[str, Any]]) -> list[Verdict]:
    """Locates every message."""
    return [Verdict(row, gazetteer.locate(row["text"])) for row in messages]


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return f"{figure.name} —"
    return f"{figure.name} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n={figure.n}"


def _codes(gazetteer: Gazetteer, code: str | None, candidates: list[str]) -> str:
    if code:
        return gazetteer.describe(code)
    return f"{len(candidates)} 处：" + "、".join(map(gazetteer.describe, candidates[:3])) if candidates else "—"


def main() -> int:
    """Prints the figures of each set and, unless --quiet, what was missed. Always 0: it measures, it does not judge."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.places", description="测量地点的识别")
    parser.add_argument("--set", choices=("all", "tuned", "held"), default="all", help="哪一组（默认全部）")
    parser.add_argument("--quiet", action="store_true", help="不列出错漏")
    options = parser.parse_args()
    gazetteer = Gazetteer.load()
    for name, held in (("tuned", False), ("held", True)):
        if options.set not in ("all", name):
            continue
        messages = rows(held)
        began = time.perf_counter()
        verdicts = measure(gazetteer, messages)
        spent = time.perf_counter() - began
        print(f"== {name}：{len(messages)} 条，{spent * 1000 / max(1, len(messages)):.2f} 毫秒一条")
        print(_shown(proportion("判对", (verdict.right for verdict in verdicts))))
        print(_shown(proportion("判错还说准", (verdict.wrongly_sure for verdict in verdicts))))
        for status in ("resolved", "ambiguous", "none"):
            print(_shown(proportion(f"　其中 {status}", (v.right for v in verdicts if v.row["status"] == status))))
        for verdict in verdicts if not options.quiet else ():
            if not verdict.right:
                row, place = verdict.row, verdict.place
                print(f"  {'！' if verdict.wrongly_sure else ' '} {row['text']}")
                print(f"      应为 {row['status']} {_codes(gazetteer, row['code'], row['candidates'])}")
                print(f"      得到 {place.status} {_codes(gazetteer, place.code, list(place.candidates))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
