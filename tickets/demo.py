"""A demonstration county: 长沙县 with its real townships, invented stations and workers, invented tickets.

Every row is marked `is_demo` and says 演示 where a person would read a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.demo_tickets import DAYS, MARK, Story, read
from tickets.imports import import_stations, import_workers
from tickets.models import Station, Worker
from tickets.passwords import hash_password, new_password


@dataclass(frozen=True)
class Account:
    """A demonstration login; the password is shown here only."""

    login: str
    password: str
    display_name: str
    role: str
    station: str


def load_demo(session: Session, now: datetime) -> list[Account]:
    """Load the demonstration and return its accounts; [] when a demonstration is there already.

    The caller commits. Stations and logins that really exist are left alone, and get no demonstration tickets.
    """
    if session.scalar(select(Station.code).where(Station.is_demo.is_(True)).limit(1)) is not None:
        return []
    named = read("workers.csv")
    passwords = {row["login"]: new_password() for row in named if row.pop("演示账号") == "是"}
    hashes = {login: hash_password(password) for login, password in passwords.items()}
    real = set(session.scalars(select(Station.code))) | set(session.scalars(select(Worker.login)))
    stations = [row for row in read("stations.csv") if row["code"] not in real]
    made = import_stations(session, [{**row, "name": row["name"] + MARK} for row in stations])
    session.query(Station).where(Station.code.in_(made.created)).update({"is_demo": True})
    people = [
        {**row, "display_name": row["display_name"] + MARK}
        for row in named
        if row["login"] not in real and row["station_code"] in made.created
    ]
    import_workers(session, people)
    workers = session.scalars(select(Worker).where(Worker.login.in_([row["login"] for row in people]))).all()
    for worker in workers:
        worker.is_demo, worker.created_at = True, now - timedelta(days=DAYS + 30)
        worker.password_hash = hashes.get(worker.login, "")
    townships = [row["code"] for row in stations if len(row["code"]) == 9]
    if townships and workers:
        Story(session, now, workers).tell(townships)
    session.flush()
    return [
        Account(worker.login, passwords[worker.login], worker.display_name, worker.role, worker.station_code or "")
        for worker in sorted(workers, key=lambda worker: worker.created_at)
        if worker.login in passwords
    ]
