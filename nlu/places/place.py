"""What a message says about where the person in need lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Place:
    """The answer of the resolver.

    `code` (9 digits) and `name` are set when `status` is resolved, `village_code` (12 digits) when the village is
    known too; `candidates` when ambiguous: every township that fits, in code order. `area` is the smallest division
    above the township that was understood. `start`/`end` span the words used, half-open, in characters of the text;
    `spans` holds the single pieces when they do not touch.
    """

    status: Literal["resolved", "ambiguous", "none"] = "none"
    code: str | None = None
    name: str | None = None
    village_code: str | None = None
    candidates: tuple[str, ...] = ()
    area: str | None = None
    start: int | None = None
    end: int | None = None
    spans: tuple[tuple[int, int], ...] = ()


NOWHERE = Place()
