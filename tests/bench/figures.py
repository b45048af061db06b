"""Samples and how they are shown."""

from __future__ import annotations

import math
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Samples of one measurement, in `unit`."""

    name: str
    samples: list[float]
    unit: str = "ms"
    target: str = ""

    def at(self, share: float) -> float:
        """The value that this share of samples does not exceed."""
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]

    def row(self) -> str:
        """A line of the table: median, 95th percentile, spread, number, target."""
        if len(self.samples) == 1:
            cells = [f"{self.samples[0]:,.1f} {self.unit}", "–", "–", "1"]
        else:
            low, high = self.at(0.25), self.at(0.75)
            cells = [
                f"{statistics.median(self.samples):,.1f} {self.unit}",
                f"{self.at(0.95):,.1f}",
                f"{low:,.1f}–{high:,.1f}",
                f"{len(self.samples)}",
            ]
        return f"| {self.name} | {' | '.join(cells)} | {self.target} |"


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def with_section(page: str, title: str, lines: list[str]) -> str:
    """The page with this section put in the place of the one of the same title, or at the end."""
    head, *sections = re.split(r"^## ", page, flags=re.M)
    text = "\n".join([title, "", *lines])
    places = [number for number, one in enumerate(sections) if one.startswith(f"{title}\n")]
    if places:
        sections[places[0]] = text
    else:
        sections.append(text)
    return "\n\n## ".join(part.rstrip() for part in (head, *sections)) + "\n"
