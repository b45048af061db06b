"""The `yimi ticket|station|worker` commands: tables for people, JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from tickets import imports, people, view
from tickets.models import Station, Ticket, Worker
from yimi.processes import open_database
from yimi.settings import Settings

BATCH = 500


class UnknownNumber(LookupError):
    """No ticket has this number."""


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns aligned for Chinese characters, which are two cells wide."""
    table = [[str(cell if cell is not None else "") for cell in row] for row in [headings, *rows]]
    widths = [max(_cells(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        line = "  ".join(cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _tickets(queue: str | None, status: str | None) -> Select[Ticket]:
    query = select(Ticket).order_by(Ticket.created_at.desc(), Ticket.number.desc())
    if queue:
        query = query.where(Ticket.queue == queue)
    return query.where(Ticket.status == status) if status else query


def list_tickets(settings: Settings, queue: str | None, status: str | None, as_json: bool, limit: int) -> None:
    """The newest tickets; names and phones masked."""
    database = open_database(settings)
    with database.reading() as session:
        rows = [view.row(each) for each in session.scalars(_tickets(queue, status).limit(limit))]
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    columns = ("number", "status", "urgency", "queue", "services", "name", "phone", "created_at")
    titles = ("受理号", "状态", "紧急", "队列", "事项", "姓名", "电话", "时间")
    print_table(titles, ([_cell(row.get(column)) for column in columns] for row in rows))


def _cell(value: Any) -> Any:
    return "、".join(map(str, value)) if isinstance(value, list) else value


def show_ticket(settings: Settings, number: str, as_json: bool) -> None:
    """One ticket whole. UnknownNumber if there is none."""
    database = open_database(settings)
    with database.reading() as session:
        found = session.scalar(select(Ticket).where(Ticket.number == number))
        if found is None:
            raise UnknownNumber
        data = view.as_json(found)
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
        return
    for key, value in data.items():
        if key == "history":
            print("经过：")
            for entry in value:
                print(f"  {entry['at']}  {entry['actor']}  {entry['event']}  {entry['note'] or ''}")
        else:
            print(f"{key}：{json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value or ''}")


def export_tickets(settings: Settings, queue: str | None, status: str | None, personal: bool) -> None:
    """CSV on standard output, one row a ticket; personal data only when asked for."""
    database = open_database(settings)
    columns = ["number", "status", "urgency", "services", "risks", "township", "village", "queue", "level", "channel"]
    columns += ["relation", "age", "created_at", "acknowledged_at", "resolved_at"]
    columns += ["beneficiary_name", "phone", "description"] if personal else []
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    with database.reading() as session:
        for each in session.scalars(_tickets(queue, status).execution_options(yield_per=BATCH)):
            writer.writerow([_safe(_cell(getattr(each, column))) for column in columns])


def _safe(value: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def import_file(settings: Settings, file: Path, kind: str) -> int:
    """Imports stations or workers; bad rows are named on stderr, good ones are taken. Exit code 2 if any was bad."""
    try:
        rows = imports.read_csv(file.read_bytes())
    except ValueError as error:
        print(f"{file.name}：{error}", file=sys.stderr)
        return 2
    database = open_database(settings)
    with database.session() as session:
        report = (imports.import_stations if kind == "stations" else imports.import_workers)(session, rows)
        session.commit()
    for problem in report.errors:
        print(problem, file=sys.stderr)
    print(f"新增 {len(report.created)}，更新 {len(report.updated)}，不变 {report.unchanged}，有错 {len(report.errors)}")
    if kind == "workers" and report.created:
        print("新账号的密码只显示这一次：")
        for login, password in people.give_passwords(database, report.created).items():
            print(f"  {login}  {password}")
    return 2 if report.errors else 0


def list_stations(settings: Settings, as_json: bool) -> None:
    """All stations and desks."""
    with open_database(settings).reading() as session:
        stations = session.scalars(select(Station).order_by(Station.code)).all()
    columns = ("code", "name", "level", "phone", "operator_type", "active", "is_demo")
    _print(stations, columns, ("编码", "名称", "级别", "电话", "运营方式", "启用", "演示"), as_json)


def list_workers(settings: Settings, as_json: bool) -> None:
    """All accounts; no passwords, no tokens."""
    with open_database(settings).reading() as session:
        workers = session.scalars(select(Worker).order_by(Worker.login)).all()
    columns = ("login", "display_name", "role", "station_code", "division_code", "active", "is_demo")
    _print(workers, columns, ("登录名", "姓名", "角色", "站点", "管辖区划", "启用", "演示"), as_json)


def _print(rows: Sequence[Any], columns: Sequence[str], titles: Sequence[str], as_json: bool) -> None:
    if as_json:
        for row in rows:
            print(json.dumps({column: getattr(row, column) for column in columns}, ensure_ascii=False))
    else:
        shown = {True: "是", False: "否"}
        values = (
            [shown.get(v, v) if isinstance(v, bool) else v for v in (getattr(r, c) for c in columns)] for r in rows
        )
        print_table(titles, values)


def issue(settings: Settings, login: str) -> str | None:
    """A fresh bearer token, or None for an unknown or disabled login."""
    database = open_database(settings)
    with database.session() as session:
        found = _active(session, login)
        token = people.issue_token(session, found) if found else None
        session.commit()
    return token


def binding(settings: Settings, login: str) -> str | None:
    """A one-time code that binds the worker's Telegram account, or None for an unknown or disabled login."""
    database = open_database(settings)
    with database.session() as session:
        found = _active(session, login)
        code = people.issue_binding(session, found) if found else None
        session.commit()
    return code


def _active(session: Any, login: str) -> Worker | None:
    found: Worker | None = session.scalar(select(Worker).where(Worker.login == login, Worker.active))
    return found
