"""When somebody is there: hours as offices write them, the next opening, and time that counts only while open."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from tickets.models import LOCAL
from tickets.office_hours import USUAL, read_hours

WEEK = frozenset(range(5))


def at(text: str) -> datetime:
    """A moment in China; 2026-11-20 is a Friday."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("text", "days", "spans"),
    [
        (None, WEEK, [("08:30", "17:30")]),
        ("周一至周五 8:30—17:30，值班电话全天有人接", WEEK, [("08:30", "17:30")]),
        ("周一至周五 8:30—12:00，13:30—17:30", WEEK, [("08:30", "12:00"), ("13:30", "17:30")]),
        ("工作日上午9点到12点，下午2点至5点30分", WEEK, [("09:00", "12:00"), ("14:00", "17:30")]),
        ("每天 8:00-20:00", frozenset(range(7)), [("08:00", "20:00")]),
        ("周二到周日 9：00～17：00", frozenset(range(1, 7)), [("09:00", "17:00")]),
        ("周一、周三、周五 8:30-5:30", frozenset({0, 2, 4}), [("08:30", "17:30")]),
        ("周日至周四 9:00-17:00", frozenset({6, 0, 1, 2, 3}), [("09:00", "17:00")]),
        ("有事打电话", WEEK, [("08:30", "17:30")]),
        ("99:99-88:88", WEEK, [("08:30", "17:30")]),
    ],
)
def test_hours_as_offices_write_them(text: str | None, days: frozenset[int], spans: list[tuple[str, str]]) -> None:
    """Days and spans; what is not said, or makes no sense, is as usual."""
    hours = read_hours(text)
    assert hours.days == days
    assert [(a.strftime("%H:%M"), b.strftime("%H:%M")) for a, b in hours.spans] == spans


def test_round_the_clock() -> None:
    """A station that never closes is open on a Sunday night."""
    hours = read_hours("24小时")
    assert hours.open_at(at("2026-11-22 03:00")) and hours.spans == ((time(0), time.max),)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 07:00", "2026-11-20 08:30"),
        ("2026-11-20 17:30", "2026-11-23 08:30"),
        ("2026-11-21 12:00", "2026-11-23 08:30"),
    ],
)
def test_the_next_opening(now: str, opens: str) -> None:
    """Now while it is open; after hours the next morning, before a weekend the Monday."""
    assert read_hours(USUAL).next_opening(at(now)) == at(opens)


def test_only_opening_time_counts() -> None:
    """Twelve hours of work from Friday noon end on Monday afternoon."""
    assert read_hours(USUAL).after(at("2026-11-20 12:00"), 12) == at("2026-11-23 15:00")
    assert read_hours(USUAL).after(at("2026-11-21 12:00"), 1) == at("2026-11-23 09:30")
    noon_break = read_hours("周一至周五 8:30—12:00，13:30—17:30")
    assert noon_break.after(at("2026-11-20 11:00"), 2) == at("2026-11-20 14:30")
