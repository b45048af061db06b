"""Stations and workers from CSV tables, row by row: good rows are taken, each bad one gets a sentence with
its line number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.models import LEVELS, ROLES, TRIAGE, Station, Worker
from tickets.people import disable

# Offices write their own headings; both languages are understood.
HEADINGS = {
    "编码": "code",
    "站点编码": "code",
    "区划代码": "code",
    "名称": "name",
    "站点名称": "name",
    "电话": "phone",
    "地址": "address",
    "时间": "hours",
    "服务时间": "hours",
    "运营方式": "operator_type",
    "启用": "active",
    "显示姓名": "shows_names",
    "township": "code",
    "township_code": "code",
    "station": "station_code",
    "queue": "station_code",
    "division": "division_code",
    "登录名": "login",
    "姓名": "display_name",
    "角色": "role",
    "所属站点": "station_code",
    "管辖区划": "division_code",
}
ROLE_NAMES = {"社工": "worker", "主管": "supervisor", "管理员": "admin"}
OPERATORS = ("政府购买", "直接聘用")
YES = {"是", "1", "true", "yes", "y", "启用"}
NO = {"否", "0", "false", "no", "n", "停用"}
RESERVED = {"resident", "system", "bot"}  # actors of the history that are nobody's login


@dataclass(frozen=True)
class RowError:
    """What is wrong with one row and what to do; `line` is the line of the file (the heading is line 1)."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}"


@dataclass
class ImportReport:
    """What an import did: codes or logins created and updated, how many rows changed nothing, errors by row.

    Workers created have no password yet: hand the list to `people.give_passwords`.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


class _BadRow(Exception):
    pass


def read_csv(content: bytes) -> list[dict[str, str]]:
    """Rows of a CSV file as office programs save it: UTF-8 (with or without mark) or GB18030; headings in
    either language.

    ValueError with a Chinese sentence when it is no readable table. Each row carries its line under the key
    "#".
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ValueError("文件的文字编码认不出来：请在表格软件里另存为“CSV UTF-8”再导入。")
    if "\x00" in text:
        raise ValueError("这不是 CSV 表格：请在表格软件里另存为“CSV UTF-8”再导入。")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="+")
    if not reader.fieldnames:
        raise ValueError("文件是空的：第一行应当是表头。")
    rows = []
    try:
        for row in reader:
            named = {
                HEADINGS.get((key or "").strip(), (key or "").strip()): (value or "")
                for key, value in row.items()
                if key != "+"
            }
            if any(value.strip() for value in named.values()):
                rows.append({**named, "#": str(reader.line_num)})
    except csv.Error as error:
        raise ValueError(f"第 {reader.line_num} 行读不出来：请检查引号是否成对。") from error
    return rows


def import_stations(session: Session, rows: Iterable[Mapping[str, str]]) -> ImportReport:
    """Create or update stations. Columns: code, name, phone, address, hours, operator_type, active, shows_names
    (whether residents read who of the station speaks; by default not); the level follows from the code's length.
    Importing the same rows again changes nothing. The caller commits."""
    report = ImportReport()
    seen: dict[str, int] = {}
    for line, row in _numbered(rows):
        try:
            values = _station_values(row)
            code = str(values["code"])
            _once(seen, code, line, "编码")
            station = session.get(Station, code)
            if station is None:
                session.add(Station(**values))
                report.created.append(code)
            else:
                # A column the file does not have stays as it is.
                given = {name: value for name, value in values.items() if name in row or name == "level"}
                _update(report, station, given, station.code)
            session.flush()
        except _BadRow as error:
            report.errors.append(RowError(line, str(error)))
    return report


def import_workers(session: Session, rows: Iterable[Mapping[str, str]]) -> ImportReport:
    """Create or update workers. Columns: login, display_name, role, station_code, division_code, active.
    Setting active to 否 closes the account at once. Importing the same rows again changes nothing. The
    caller commits."""
    report = ImportReport()
    seen: dict[str, int] = {}
    for line, row in _numbered(rows):
        try:
            values = _worker_values(session, row)
            login = str(values["login"])
            _once(seen, login, line, "登录名")
            worker = session.scalar(select(Worker).where(Worker.login == login))
            if worker is None:
                session.add(Worker(**values))
                report.created.append(login)
            else:
                leaves = worker.active and not values["active"] and "active" in row
                given = {
                    name: value for name, value in values.items() if name in row or name in ("role", "station_code")
                }
                _update(report, worker, given, login)
                if leaves:
                    disable(session, worker)
            session.flush()
        except _BadRow as error:
            report.errors.append(RowError(line, str(error)))
    return report


def _numbered(rows: Iterable[Mapping[str, str]]) -> Iterable[tuple[int, dict[str, str]]]:
    for position, row in enumerate(rows, start=2):
        cells = {name: (value or "").strip() for name, value in row.items() if name != "#"}
        yield int(row.get("#") or position), cells


def _once(seen: dict[str, int], key: str, line: int, label: str) -> None:
    if key in seen:
        raise _BadRow(f"{label} {key} 和第 {seen[key]} 行重复，请只留一行。")
    seen[key] = line


def _update(report: ImportReport, target: Station | Worker, values: Mapping[str, object], key: str) -> None:
    changed = {name: value for name, value in values.items() if getattr(target, name) != value}
    for name, value in changed.items():
        setattr(target, name, value)
    if changed:
        report.updated.append(key)
    else:
        report.unchanged += 1


def _code(text: str, label: str) -> str:
    """A division code of 2, 4, 6 or 9 digits, or `triage`."""
    if text == TRIAGE:
        return text
    if not text:
        raise _BadRow(f"缺少{label}，请填乡镇的 9 位代码（县 6 位、市 4 位、省 2 位）。")
    if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", text):
        raise _BadRow(f"{label}“{text}”被表格软件改成了科学计数，请把这一列设为文本格式后重填。")
    if not text.isascii() or not text.isdigit():
        raise _BadRow(f"{label}“{text}”不是数字，请填乡镇的 9 位代码（县 6 位、市 4 位、省 2 位）。")
    if len(text) == 6 and text.endswith("00"):
        short = text[:2] if text.endswith("0000") else text[:4]
        raise _BadRow(f"{label}“{text}”是{'省' if len(short) == 2 else '市'}一级，请写成 {len(short)} 位：{short}。")
    if len(text) == 9 and text.endswith("000"):
        raise _BadRow(f"{label}“{text}”是县一级，请写成 6 位：{text[:6]}。")
    if len(text) == 12:
        raise _BadRow(f"{label}“{text}”有 12 位，是村一级；站点设在乡镇，请写前 9 位：{text[:9]}。")
    if len(text) not in LEVELS:
        raise _BadRow(f"{label}“{text}”有 {len(text)} 位，应当是 9 位（乡镇）、6 位（县）、4 位（市）或 2 位（省）。")
    return text


def _yes(text: str, label: str, empty: bool = True) -> bool:
    if not text:
        return empty
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise _BadRow(f"“{label}”一栏写的是“{text}”，请填 是 或 否。")


def _short(row: Mapping[str, str], name: str, label: str, limit: int) -> str | None:
    text = row.get(name, "")
    if len(text) > limit:
        raise _BadRow(f"{label}太长（{len(text)} 个字），最多 {limit} 个字。")
    return text or None


def _station_values(row: Mapping[str, str]) -> dict[str, object]:
    code = _code(row.get("code", "") or row.get("station_code", ""), "编码")
    name = _short(row, "name", "名称", 100)
    if name is None:
        raise _BadRow("缺少名称，请填站点的名称，例如：黄兴镇社工站。")
    operator = row.get("operator_type", "") or None
    if operator is not None and operator not in OPERATORS:
        raise _BadRow(f"运营方式“{operator}”不认识，请填 {' 或 '.join(OPERATORS)}，也可以空着。")
    return {
        "code": code,
        "name": name,
        "level": LEVELS.get(len(code), "province") if code != TRIAGE else "province",
        "phone": _short(row, "phone", "电话", 40),
        "address": _short(row, "address", "地址", 200),
        "hours": _short(row, "hours", "服务时间", 100),
        "operator_type": operator,
        "active": _yes(row.get("active", ""), "启用"),
        "shows_names": _yes(row.get("shows_names", ""), "显示姓名", empty=False),
    }


def _worker_values(session: Session, row: Mapping[str, str]) -> dict[str, object]:
    login = row.get("login", "").lower()
    if not re.fullmatch(r"[a-z][a-z0-9._-]{1,31}", login) or login in RESERVED:
        raise _BadRow(f"登录名“{login}”不能用，请用 2 到 32 个小写字母、数字、点，以字母开头，例如 li.shegong。")
    name = _short(row, "display_name", "姓名", 50) or _short(row, "name", "姓名", 50)
    if name is None:
        raise _BadRow("缺少姓名。")
    role = ROLE_NAMES.get(row.get("role", ""), row.get("role", "") or "worker")
    if role not in ROLES:
        raise _BadRow(f"角色“{role}”不认识，请填 社工、主管 或 管理员。")
    station_code = row.get("station_code", "") or row.get("code", "") or None
    if role == "worker" and station_code is None:
        raise _BadRow("社工要有所属站点，请填站点编码。")
    if station_code is not None:
        station_code = _code(station_code, "所属站点")
        if session.get(Station, station_code) is None:
            raise _BadRow(f"站点 {station_code} 还没有登记，请先导入站点。")
    division = row.get("division_code", "")
    if role == "supervisor" and not division:
        raise _BadRow("主管要有管辖区划，请填区划代码，例如县 6 位：430121。")
    return {
        "login": login,
        "display_name": name,
        "role": role,
        "station_code": station_code,
        "division_code": _code(division, "管辖区划") if division else "",
        "active": _yes(row.get("active", ""), "启用"),
    }
