"""Workers prove who they are, and stop being let in the moment they should."""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from tickets import passwords, people
from tickets.database import Database
from tickets.models import LoginThrottle, TelegramBinding, Worker, WorkerSession, WorkerToken
from tickets.people import LoginRefused, LoginThrottled, authenticate


@pytest.fixture
def password(database: Database, cast: Any) -> str:
    """李社工's password."""
    return people.give_passwords(database, ["li.shegong", "nobody"])["li.shegong"]


def test_login(database: Database, password: str, now: datetime) -> None:
    """The right password lets in, also in capitals of the login; it is stored as argon2id only."""
    worker = authenticate(database, " Li.SheGong ", password, now)
    assert worker.display_name == "李社工"
    assert worker.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert password not in worker.password_hash


def test_refusals_sound_the_same(database: Database, password: str, cast: Any, now: datetime) -> None:
    """A wrong password, an unknown login, an account without a password and a closed one get one answer."""
    answers = set()
    for login, attempt in (("li.shegong", "wrong"), ("nobody", "x"), ("zhou.shegong", ""), ("", "")):
        with pytest.raises(LoginRefused) as refusal:
            authenticate(database, login, attempt, now)
        answers.add(str(refusal.value))
    with database.session() as session:
        people.disable(session, session.get_one(Worker, cast.li.id))
        session.commit()
    with pytest.raises(LoginRefused) as refusal:
        authenticate(database, "li.shegong", password, now)
    assert answers == {str(refusal.value)}


def test_unknown_login_costs_what_a_known_one_costs(database: Database, password: str, now: datetime) -> None:
    """The time of the answer does not give away whether a login exists."""

    def spent(login: str, minute: int) -> float:
        start = time.perf_counter()
        with pytest.raises(LoginRefused):
            authenticate(database, login, "wrong", now + timedelta(minutes=minute))
        return time.perf_counter() - start

    pairs = [(spent("li.shegong", 2 * turn), spent("nobody", 2 * turn)) for turn in range(7)]
    known, unknown = (statistics.median(values) for values in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_six_tries_a_minute(database: Database, password: str, now: datetime) -> None:
    """The seventh try within a minute is not even checked; a minute after the first there is one more."""
    for second in range(6):
        with pytest.raises(LoginRefused):
            authenticate(database, "li.shegong", "wrong", now + timedelta(seconds=second))
    with pytest.raises(LoginThrottled):
        authenticate(database, "li.shegong", password, now + timedelta(seconds=7))
    assert authenticate(database, "li.shegong", password, now + timedelta(seconds=60)).login == "li.shegong"
    with database.reading() as session:
        assert session.scalar(select(LoginThrottle)) is None  # a login that worked forgets the tries


def test_throttle_holds_under_parallel_guessing(
    database: Database, password: str, now: datetime, monkeypatch: Any
) -> None:
    """30 guesses at once: six are tried, 24 are turned away."""
    monkeypatch.setattr(people, "verify", lambda *_: False)

    def guess(_: int) -> bool:
        with pytest.raises(LoginRefused) as refusal:
            authenticate(database, "li.shegong", "wrong", now)
        return isinstance(refusal.value, LoginThrottled)

    with ThreadPoolExecutor(15) as pool:
        assert list(pool.map(guess, range(30))).count(False) == 6


def test_throttle_forgets_old_logins(database: Database, cast: Any, now: datetime, monkeypatch: Any) -> None:
    """Made-up logins do not fill the table for ever, and no login stands in it in clear."""
    monkeypatch.setattr(people, "verify", lambda *_: False)
    for hours in (0, 2):
        with pytest.raises(LoginRefused):
            authenticate(database, f"guess{hours}", "x", now + timedelta(hours=hours))
    with database.reading() as session:
        rows = session.scalars(select(LoginThrottle)).all()
        assert len(rows) == 1 and "guess" not in rows[0].login_hash


def test_four_hashes_at_once(monkeypatch: Any) -> None:
    """However many log in together, no more than four hashes are computed at a time."""
    running, most, lock = 0, 0, threading.Lock()

    class Counting:
        def hash(self, _: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Counting())
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(passwords.hash_password, ["x"] * 40))
    assert most == 4


def test_weak_hash_is_renewed(database: Database, cast: Any, now: datetime) -> None:
    """A hash made with weaker parameters is replaced at the next login."""
    with database.session() as session:
        weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("old password")
        session.get_one(Worker, cast.li.id).password_hash = weak
        session.commit()
    authenticate(database, "li.shegong", "old password", now)
    with database.reading() as session:
        assert "m=65536,t=3,p=4" in session.get_one(Worker, cast.li.id).password_hash


def test_tokens(database: Database, cast: Any, now: datetime) -> None:
    """A token is 256 random bits kept hashed; it works until it expires, is revoked, or its owner is disabled."""
    with database.session() as session:
        li = session.get_one(Worker, cast.li.id)
        token, other = people.issue_token(session, li, now), people.issue_token(session, li, now)
        assert token != other and len(token) >= 43
        assert token not in [row.hash for row in session.scalars(select(WorkerToken))]
        found = people.worker_by_token(session, token, now + timedelta(days=89))
        assert found is not None and found.login == "li.shegong"
        assert people.worker_by_token(session, token, now + timedelta(days=90)) is None
        for wrong in ("", token[:-1], token + "x", token.upper()):
            assert people.worker_by_token(session, wrong, now) is None
        assert people.revoke_tokens(session, li, now) == 2
        session.expire_all()
        assert people.worker_by_token(session, token, now) is None


def test_sessions(database: Database, cast: Any, now: datetime) -> None:
    """A console session ends after 30 idle minutes, after 12 hours whatever happens, and at logout."""
    with database.session() as session:
        li = session.get_one(Worker, cast.li.id)
        secret, row = people.open_session(session, li, now)
        other, _ = people.open_session(session, li, now)
        session.commit()
        assert secret not in (row.id_hash, row.csrf) and len(row.csrf) >= 43
        assert people.worker_by_session(session, secret, now + timedelta(minutes=29)) is not None
        assert people.worker_by_session(session, secret, now + timedelta(minutes=30)) is None
        for minutes in range(20, 12 * 60, 20):
            at = now + timedelta(minutes=minutes)
            session.expire_all()
            living = people.worker_by_session(session, secret, at)
            assert living is not None and living.worker.login == "li.shegong"
            assert people.needs_touch(living, at)
            people.touch_session(session, living, at)
        session.expire_all()
        assert people.worker_by_session(session, secret, now + timedelta(hours=12)) is None
        people.close_session(session, other)
        session.expire_all()
        assert people.worker_by_session(session, other, now) is None
        people.open_session(session, li, now + timedelta(hours=13))
        assert len(session.scalars(select(WorkerSession)).all()) == 1  # ended ones are swept


def test_disabling_ends_everything(database: Database, cast: Any, now: datetime) -> None:
    """A disabled worker's session, token, Telegram account and open binding code are dead at once."""
    with database.session() as session:
        li = session.get_one(Worker, cast.li.id)
        token, (secret, _) = people.issue_token(session, li, now), people.open_session(session, li, now)
        assert people.bind_telegram(session, people.issue_binding(session, li, now), "1001", now) is li
        code = people.issue_binding(session, li, now)
        people.disable(session, li, now)
        session.commit()
    with database.session() as session:
        assert people.worker_by_token(session, token, now) is None
        assert people.worker_by_session(session, secret, now) is None
        assert people.worker_by_chat(session, "1001") is None
        assert people.bind_telegram(session, code, "1001", now) is None


def test_new_password_ends_old_sessions(database: Database, cast: Any, password: str, now: datetime) -> None:
    """Whoever has the old password, cookie or token is out after a new password was given."""
    with database.session() as session:
        secret, _ = people.open_session(session, session.get_one(Worker, cast.li.id), now)
        session.commit()
    people.give_passwords(database, ["li.shegong"])
    with database.reading() as session:
        assert people.worker_by_session(session, secret, now) is None
    with pytest.raises(LoginRefused):
        authenticate(database, "li.shegong", password, now)


def test_telegram_binding(database: Database, cast: Any, now: datetime) -> None:
    """A code works once, for 30 minutes; a chat belongs to the last worker who bound it."""
    with database.session() as session:
        li, zhou = session.get_one(Worker, cast.li.id), session.get_one(Worker, cast.zhou.id)
        code = people.issue_binding(session, li, now)
        assert people.bind_telegram(session, "wrong", "1001", now) is None
        assert people.bind_telegram(session, code, "1001", now + timedelta(minutes=31)) is None
        assert people.bind_telegram(session, code, "1001", now) is li
        assert people.bind_telegram(session, code, "1002", now) is None
        assert people.bind_telegram(session, people.issue_binding(session, zhou, now), "1001", now) is zhou
        session.commit()
        session.refresh(li)
        found = people.worker_by_chat(session, "1001")
        assert found is zhou and li.telegram_chat_id is None
        assert code not in [row.code_hash for row in session.scalars(select(TelegramBinding))]


def test_first_administrator(database: Database, now: datetime) -> None:
    """The first administrator is made once, with a random password that works."""
    with database.session() as session:
        password = people.create_admin(session, now=now)
        assert people.create_admin(session, now=now) is None
        session.commit()
    assert password is not None and len(password) == 19
    assert authenticate(database, "admin", password, now).role == "admin"
