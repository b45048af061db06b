"""When somebody is at a station, read from its `hours` as offices write them. Pure.

Public holidays and working Saturdays are not known yet, as in `tickets.deadlines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from tickets.models.base import LOCAL

USUAL = "周一至周五 8:30—17:30"  # of a station that did not say
_DAYS = "一二三四五六日"
_TO = r"\s*[—–\-~～至到]+\s*"
_FROM_TO = re.compile(rf"(?:周|星期|礼拜)([{_DAYS}天])(?:{_TO}(?:周|星期|礼拜)?([{_DAYS}天]))?")
_CLOCK = r"(上午|早上|中午|下午|晚上)?\s*(\d{1,2})\s*(?:[:：点时]\s*(\d{2})?)(?:分)?"
_SPAN = re.compile(_CLOCK + _TO + _CLOCK)
_EVERY_DAY = re.compile(r"每天|天天|全年|无休")
_ALWAYS = re.compile(r"24\s*小时(?!.*电话)")
_LATER = ("下午", "晚上")


@dataclass(frozen=True)
class Hours:
    """Opening times in China's time: weekdays (Monday is 0) and spans within a day, in order."""

    days: frozenset[int]
    spans: tuple[tuple[time, time], ...]

    def open_at(self, moment: datetime) -> bool:
        """Whether somebody is there."""
        local = moment.astimezone(LOCAL)
        return local.weekday() in self.days and any(a <= local.time() < b for a, b in self.spans)

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself while it is open, else when it opens next (in China's time)."""
        if self.open_at(moment):
            return moment
        local = moment.astimezone(LOCAL)
        starts = (start for start, _ in self._from(local.replace(hour=0, minute=0, second=0, microsecond=0)))
        return next(start for start in starts if start > local)

    def after(self, start: datetime, hours: float) -> datetime:
        """The moment at which `hours` hours of opening time have passed since `start`."""
        left = timedelta(hours=hours)
        for opens, closes in self._from(start.astimezone(LOCAL)):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        raise AssertionError("the week is endless")

    def _from(self, local: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Spans of opening time from the day of `local` on, without end."""
        day = local.date()
        while True:
            if day.weekday() in self.days:
                for a, b in self.spans:
                    yield datetime.combine(day, a, LOCAL), datetime.combine(day, b, LOCAL)
            day += timedelta(days=1)


@cache
def read_hours(text: str | None) -> Hours:
    """The opening times in a station's own words; what they leave out is as usual. Never fails."""
    words = text or ""
    if _ALWAYS.search(words):
        return Hours(frozenset(range(7)), ((time(0), time.max),))
    days = set(range(7)) if _EVERY_DAY.search(words) else set()
    for first, last in _FROM_TO.findall(words):
        begin = _DAYS.index(first.replace("天", "日"))
        end = _DAYS.index(last.replace("天", "日")) if last else begin
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    spans = sorted(span for found in _SPAN.findall(words) if (span := _span(*found)))
    usual = read_hours(USUAL) if text != USUAL else None
    return Hours(
        frozenset(days) or (usual.days if usual else frozenset()),
        tuple(spans) or (usual.spans if usual else ()),
    )


def _span(part: str, hour: str, minute: str, part2: str, hour2: str, minute2: str) -> tuple[time, time] | None:
    begin, end = _clock(part, hour, minute), _clock(part2 or part, hour2, minute2)
    if begin is None or end is None:
        return None
    if end <= begin and end < 12 * 60:  # 8:30—5:30
        end += 12 * 60
    return (_time(begin), _time(end)) if begin < end else None


def _clock(part: str, hour: str, minute: str) -> int | None:
    """Minutes since midnight."""
    value = int(hour) * 60 + int(minute or 0)
    if part in _LATER and value < 12 * 60:
        value += 12 * 60
    return value if value <= 24 * 60 and int(minute or 0) < 60 else None


def _time(minutes: int) -> time:
    return time.max if minutes >= 24 * 60 else time(minutes // 60, minutes % 60)
