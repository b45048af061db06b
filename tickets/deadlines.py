"""Due times of a ticket, from `data/deadlines.yml`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml

from tickets.catalogue import DATA
from tickets.models.base import LOCAL

SATURDAY = 5


@dataclass(frozen=True)
class Due:
    """By when a ticket must be taken up and settled; aware, in the zone of the start."""

    acknowledge: datetime
    resolve: datetime


@cache
def _rules() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "deadlines.yml").read_text(encoding="utf-8"))
    return loaded


def add_span(start: datetime, span: Mapping[str, float]) -> datetime:
    """`start` plus one span: {minutes|hours|days: n}, or {working_days: n}: the same time of day, n
    weekdays later."""
    ((unit, amount),) = span.items()
    if unit == "working_days":
        day = start.astimezone(LOCAL)
        left = int(amount)
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < SATURDAY
        return day.astimezone(start.tzinfo)
    if unit not in ("minutes", "hours", "days"):
        raise ValueError(f"data/deadlines.yml: unknown unit {unit!r}")
    return start + timedelta(**{unit: amount})


def due_for(urgency: str, services: Iterable[str], start: datetime) -> Due:
    """Due times for an urgency (KeyError when unknown) and services, counted from `start` (aware)."""
    rules = [_rules()["urgency"][urgency]]
    rules += [_rules()["services"][code] for code in services if code in _rules()["services"]]
    return Due(
        acknowledge=min(add_span(start, rule["acknowledge"]) for rule in rules if "acknowledge" in rule),
        resolve=min(add_span(start, rule["resolve"]) for rule in rules if "resolve" in rule),
    )
