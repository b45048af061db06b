"""Codes in the words of the station: names, local times, time limits. Only wording, no rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tickets import catalogue, view
from tickets.models import LOCAL
from tickets.rules import RULES

STATUS = view.STATUS_NAMES
URGENCY = view.URGENCY_NAMES
CHANNEL = view.CHANNEL_NAMES
EVENT = view.EVENT_NAMES
LEVEL = {"township": "乡镇（街道）", "county": "县（区）", "city": "市", "province": "省"}
RISK = {
    "suicide_self_harm": "自杀自伤", "violence": "遭受暴力", "child_abuse": "儿童受侵害", "missing_person": "人员走失",
    "medical_emergency": "急病急伤", "survival": "断粮断药、无处可住",
}  # fmt: skip
ROLE = {"worker": "社工", "supervisor": "督导", "admin": "管理员"}
ATTACHMENT = {"photo": "照片", "voice": "语音", "file": "文件", "video": "视频", "location": "位置"}
ACTION = {action: rule.name for action, rule in RULES.items()}
ACTOR = {"resident": "居民", "system": "系统"}


def services() -> list[tuple[str, list[tuple[str, str]]]]:
    """All services by group, for a select: (group name, [(code, name), …])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in catalogue.services().values():
        groups.setdefault(each.domain_name, []).append((each.code, each.name))
    return list(groups.items())


def service_names(codes: Iterable[str]) -> str:
    """Names of services on one line; a code the catalogue does not know is shown as it is."""
    return "、".join(catalogue.service_names(codes)) or "还没分清是哪一类"


def department(codes: Iterable[str]) -> str:
    """The department a request would first be referred to; "" when the station handles it itself."""
    known = catalogue.services()
    return next((known[c].department or "" for c in codes if c in known and known[c].department), "")


def of(table: dict[str, str], code: str | None) -> str:
    """The word for a code in one of the tables above."""
    return table.get(code or "", code or "")


def local_time(moment: datetime | None) -> str:
    """`11月22日 14:05`, with the year when it is another one; local time of the stations."""
    if moment is None:
        return ""
    here = moment.astimezone(LOCAL)
    year = "" if here.year == datetime.now(LOCAL).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 {here:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time in the largest fitting unit, rounded down: 3 天, 5 小时, 20 分钟."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """`刚刚`, `20 分钟前`, `3 天前`."""
    if moment is None:
        return ""
    passed = (now or datetime.now(UTC)) - moment
    return "刚刚" if passed < timedelta(minutes=1) else span(passed) + "前"


def due(ticket: Any, now: datetime | None = None) -> dict[str, str] | None:
    """The running clock of a ticket: what it is for, how long is left, whether it is over; None when nothing runs.

    `state` is over | soon (less than a quarter of an hour, or of the whole time) | running.
    """
    now = now or datetime.now(UTC)
    if ticket.priority > 2:
        return None
    waiting = ticket.acknowledged_at is None
    at = ticket.due_acknowledge if waiting else ticket.due_resolve
    what = "受理" if waiting else "办结"
    left = at - now
    if left < timedelta(0):
        return {"what": what, "text": f"{what}已超时 {span(-left)}", "state": "over", "at": local_time(at)}
    whole = at - ticket.created_at
    state = "soon" if left < max(whole / 4, timedelta(minutes=15)) else "running"
    return {"what": what, "text": f"{what}还剩 {span(left)}", "state": state, "at": local_time(at)}


def telephone(number: str | None) -> str:
    """A mobile number in groups that are easy to read out: 138 0000 0000."""
    digits = number or ""
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if len(digits) == 11 and digits.startswith("1") else digits


def excerpt(text: str | None, length: int = 60) -> str:
    """The beginning of a text on one line."""
    line = " ".join((text or "").split())
    return line if len(line) <= length else line[: length - 1] + "…"
