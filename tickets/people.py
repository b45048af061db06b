"""Workers: passwords, console sessions, API tokens, the binding of a Telegram account.

Secrets are 256 random bits, shown once and kept as SHA-256. Functions that hash passwords take the Database
and not a session: a hash takes longer than the write lock of SQLite may be held.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from tickets.database import Database, insert_into
from tickets.models import LoginThrottle, TelegramBinding, Worker, WorkerSession, WorkerToken, utc_now
from tickets.passwords import hash_password, needs_rehash, new_password, nobody_hash, verify

TOKEN_DAYS = 90
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
BINDING_LIFE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)
TRIES, WINDOW = 6, 60.0


class LoginRefused(Exception):
    """Login failed; the text is for the person. It does not say whether the login exists."""


class LoginThrottled(LoginRefused):
    """Too many tries of this login in a minute."""


def authenticate(database: Database, login: str, password: str, now: datetime | None = None) -> Worker:
    """The active worker this login and password belong to; LoginRefused otherwise, LoginThrottled at the
    7th try a minute.

    Unknown, disabled and wrong get the same answer after the same work. Opens its own short sessions.
    """
    now = now or utc_now()
    nobody = nobody_hash()
    login = login.strip().lower()[:100]
    with database.session() as session:
        _count_try(session, login, now)
        worker = session.scalar(select(Worker).where(Worker.login == login))
        session.commit()
    stored = worker.password_hash if worker is not None and worker.password_hash else nobody
    if not verify(stored, password[:1000]) or worker is None or not worker.active or stored is nobody:
        raise LoginRefused("登录名或密码不对，请再试一次。")
    renewed = hash_password(password) if needs_rehash(stored) else None
    with database.session() as session:
        session.execute(delete(LoginThrottle).where(LoginThrottle.login_hash == _digest(login)))
        if renewed is not None:
            session.execute(update(Worker).where(Worker.id == worker.id).values(password_hash=renewed))
        session.commit()
    return worker


def _count_try(session: Session, login: str, now: datetime) -> None:
    """Count one try of a login; commits the refusal's trace and raises LoginThrottled when the minute is
    used up."""
    session.execute(delete(LoginThrottle).where(LoginThrottle.updated_at < now - timedelta(hours=1)))
    insert = insert_into(session, LoginThrottle).values(login_hash=_digest(login), tries=[], updated_at=now)
    # The upsert locks the row: tries that come at once are counted one after another.
    recent = session.execute(
        insert.on_conflict_do_update(index_elements=["login_hash"], set_={"updated_at": now}).returning(
            LoginThrottle.tries
        )
    ).scalar_one()
    recent = [moment for moment in recent if now.timestamp() - moment < WINDOW]
    throttled = len(recent) >= TRIES
    if not throttled:
        recent.append(now.timestamp())
    session.execute(update(LoginThrottle).where(LoginThrottle.login_hash == _digest(login)).values(tries=recent))
    if throttled:
        session.commit()
        raise LoginThrottled("试得太多了，请过一分钟再登录。")


def create_admin(session: Session, login: str = "admin", now: datetime | None = None) -> str | None:
    """Make the first administrator and return the random password, to be shown once; None when one exists
    already."""
    if session.scalar(select(Worker.id).where(Worker.login == login)) is not None:
        return None
    password = new_password()
    session.add(
        Worker(
            login=login,
            display_name="管理员",
            role="admin",
            password_hash=hash_password(password),
            created_at=now or utc_now(),
        )
    )
    session.flush()
    return password


def give_passwords(database: Database, logins: Iterable[str]) -> dict[str, str]:
    """New random passwords for workers, to be shown once: {login: password}. Ends what they are logged in
    with.

    Unknown logins are left out. Hashing happens between the short sessions.
    """
    given: dict[str, str] = {}
    for login in logins:
        password = new_password()
        hashed = hash_password(password)
        with database.session() as session:
            worker = session.scalar(select(Worker).where(Worker.login == login))
            if worker is None:
                continue
            set_password_hash(session, worker, hashed)
            session.commit()
        given[login] = password
    return given


def set_password_hash(session: Session, worker: Worker, password_hash: str) -> None:
    """Store a hash made by `hash_password`; every session and token of the worker ends."""
    worker.password_hash = password_hash
    end_sessions(session, worker)
    revoke_tokens(session, worker, utc_now())


def disable(session: Session, worker: Worker, now: datetime | None = None) -> None:
    """Close a worker's account: no login, no session, no token, no Telegram from this moment on."""
    worker.active = False
    worker.telegram_chat_id = None
    end_sessions(session, worker)
    revoke_tokens(session, worker, now or utc_now())
    session.execute(delete(TelegramBinding).where(TelegramBinding.worker_id == worker.id))


# ---- API tokens


def issue_token(session: Session, worker: Worker, now: datetime | None = None, days: int = TOKEN_DAYS) -> str:
    """A new bearer token, good for `days`; shown once, kept hashed."""
    now = now or utc_now()
    token = f"yimi_{secrets.token_urlsafe(32)}"
    session.add(
        WorkerToken(hash=_digest(token), worker_id=worker.id, created_at=now, expires_at=now + timedelta(days=days))
    )
    session.flush()
    return token


def worker_by_token(session: Session, token: str, now: datetime | None = None) -> Worker | None:
    """The active worker of a token that is neither expired nor revoked."""
    row = session.get(WorkerToken, _digest(token))
    if row is None or row.revoked_at is not None or row.expires_at <= (now or utc_now()):
        return None
    return row.worker if row.worker.active else None


def revoke_tokens(session: Session, worker: Worker, now: datetime | None = None) -> int:
    """Revoke all tokens of a worker; returns how many were alive."""
    return _changed(
        session,
        update(WorkerToken)
        .where(WorkerToken.worker_id == worker.id, WorkerToken.revoked_at.is_(None))
        .values(revoked_at=now or utc_now()),
    )


# ---- Console sessions


def open_session(session: Session, worker: Worker, now: datetime | None = None) -> tuple[str, WorkerSession]:
    """Log a worker in: the cookie's value (shown to the browser only) and the row with the `csrf` token."""
    now = now or utc_now()
    session.execute(delete(WorkerSession).where(WorkerSession.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    row = WorkerSession(
        id_hash=_digest(secret),
        worker_id=worker.id,
        csrf=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
    )
    session.add(row)
    session.flush()
    return secret, row


def worker_by_session(session: Session, secret: str, now: datetime | None = None) -> WorkerSession | None:
    """The living session (with `.worker` and `.csrf`) of a cookie: idle under 30 minutes, younger than 12
    hours."""
    now = now or utc_now()
    row = session.get(WorkerSession, _digest(secret))
    if row is None or not row.worker.active or row.expires_at <= now or now - row.seen_at >= IDLE:
        return None
    return row


def touch_session(session: Session, row: WorkerSession, now: datetime | None = None) -> None:
    """Note that the session is in use (needs a writing session). Worth calling when `needs_touch` says so."""
    session.execute(update(WorkerSession).where(WorkerSession.id_hash == row.id_hash).values(seen_at=now or utc_now()))


def needs_touch(row: WorkerSession, now: datetime | None = None) -> bool:
    """Whether the last use on record is older than a minute: one write a minute is enough for a 30-minute
    limit."""
    return (now or utc_now()) - row.seen_at >= TOUCH_EVERY


def close_session(session: Session, secret: str) -> None:
    """Log out."""
    session.execute(delete(WorkerSession).where(WorkerSession.id_hash == _digest(secret)))


def end_sessions(session: Session, worker: Worker) -> int:
    """End every console session of a worker; returns how many."""
    return _changed(session, delete(WorkerSession).where(WorkerSession.worker_id == worker.id))


# ---- Telegram accounts of workers


def issue_binding(session: Session, worker: Worker, now: datetime | None = None) -> str:
    """A one-time code, good for 30 minutes, that ties a Telegram account to this login. Earlier codes end."""
    now = now or utc_now()
    session.execute(delete(TelegramBinding).where(TelegramBinding.worker_id == worker.id))
    code = secrets.token_urlsafe(32)
    session.add(TelegramBinding(code_hash=_digest(code), worker_id=worker.id, expires_at=now + BINDING_LIFE))
    session.flush()
    return code


def bind_telegram(session: Session, code: str, chat_id: str, now: datetime | None = None) -> Worker | None:
    """Use a code from this Telegram chat; the worker, or None when the code is wrong, used, expired or the
    account closed.

    The chat leaves whoever had it before.
    """
    now = now or utc_now()
    digest = _digest(code)
    used = _changed(
        session,
        update(TelegramBinding)
        .where(
            TelegramBinding.code_hash == digest,
            TelegramBinding.used_at.is_(None),
            TelegramBinding.expires_at > now,
        )
        .values(used_at=now),
    )
    if used != 1:
        return None
    worker = session.get_one(Worker, session.get_one(TelegramBinding, digest).worker_id)
    if not worker.active:
        return None
    session.execute(update(Worker).where(Worker.telegram_chat_id == chat_id).values(telegram_chat_id=None))
    worker.telegram_chat_id = chat_id
    session.flush()
    return worker


def worker_by_chat(session: Session, chat_id: str) -> Worker | None:
    """The active worker of a Telegram chat."""
    return session.scalar(select(Worker).where(Worker.telegram_chat_id == chat_id, Worker.active.is_(True)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _changed(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
