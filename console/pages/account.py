"""Signing in and out of the desk, and changing one's password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.telegram.links import BIND_PREFIX
from console.auth import Desk, SignedIn, desk_of, guard
from console.limits import limit_address
from console.pages.render import page
from console.parts import Console, Parts
from console.problems import Problem
from console.security import check_origin, clear_session_cookie, cookie_name, set_session_cookie
from tickets.models import Worker
from tickets.passwords import hash_password
from tickets.people import (
    LoginRefused,
    LoginThrottled,
    authenticate,
    close_session,
    issue_binding,
    open_session,
    set_password_hash,
)

router = APIRouter(prefix="/desk", tags=["account"])

SHORTEST_PASSWORD = 10

Field = Annotated[str, Form(max_length=200)]


def _back(next_page: str) -> str:
    """Where to go after signing in: a page of the desk, never another site's address."""
    inside = next_page.startswith("/desk") and not next_page.startswith("/desk/sign-") and "\\" not in next_page
    return next_page if inside else "/desk"


def _form(request: Request, status: int = 200, **filled: str) -> Response:
    context = {"next": "", "login": "", "error": "", "message": "", **filled}
    return page(request, "desk/sign_in.html", context, status=status)


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in_page(request: Request, parts: Console, next: str = "", out: str = "") -> Response:
    secret = request.cookies.get(cookie_name(parts.secure), "")
    if secret and desk_of(parts, secret, in_use=False):
        return RedirectResponse(_back(next), 303)
    return _form(request, next=next, message="已经退出登录。" if out else "")


@router.post("/sign-in", response_class=HTMLResponse)
def sign_in(request: Request, parts: Console, login: Field = "", password: Field = "", next: Field = "") -> Response:
    """Check the password; a new session every time, so that no one can have planted the cookie beforehand."""
    check_origin(request)
    try:
        limit_address(request, parts.limits.sign_in)
        worker = authenticate(parts.database, login, password)
    except (LoginThrottled, Problem) as error:
        words = error.detail if isinstance(error, Problem) else str(error)
        return _form(request, next=next, login=login, error=words, status=429)
    except LoginRefused as error:
        return _form(request, next=next, login=login, error=str(error), status=401)
    return _signed_in(parts, worker, _back(next))


def _signed_in(parts: Parts, worker: Worker, to: str) -> Response:
    with parts.database.session() as session:
        secret, _ = open_session(session, worker)
        session.commit()
    response = RedirectResponse(to, 303)
    set_session_cookie(response, secret, secure=parts.secure)
    return response


@router.post("/sign-out", dependencies=[Depends(guard)])
def sign_out(desk: SignedIn, parts: Console) -> Response:
    with parts.database.session() as session:
        close_session(session, desk.secret)
        session.commit()
    response = RedirectResponse("/desk/sign-in?out=1", 303)
    clear_session_cookie(response, secure=parts.secure)
    # What the browser kept of the pages goes with the session.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _password_form(request: Request, parts: Parts, error: str = "", status: int = 200, code: str = "") -> Response:
    telegram = bool(parts.settings.telegram_worker_bot_token or parts.settings.telegram_bot_token)
    context = {"section": "password", "error": error, "shortest": SHORTEST_PASSWORD, "telegram": telegram, "code": code}
    return page(request, "desk/password.html", context, status=status)


@router.get("/password", response_class=HTMLResponse)
def password_page(request: Request, desk: SignedIn, parts: Console) -> Response:
    return _password_form(request, parts)


@router.post("/telegram", response_class=HTMLResponse, dependencies=[Depends(guard)])
def bind_telegram(request: Request, desk: SignedIn, parts: Console) -> Response:
    """A one-time code by which this person's Telegram account is tied to the login; shown once."""
    with parts.database.session() as session:
        code = issue_binding(session, desk.bound(session))
        session.commit()
    return _password_form(request, parts, code=f"/start {BIND_PREFIX}{code}")


@router.post("/password", response_class=HTMLResponse, dependencies=[Depends(guard)])
def change_password(
    request: Request, desk: SignedIn, parts: Console, old: Field = "", new: Field = "", again: Field = ""
) -> Response:
    """Change one's own password: every other session and all tokens end, this browser gets a new session."""
    if problem := _objection(desk, old, new, again):
        return _password_form(request, parts, problem, 422)
    try:
        authenticate(parts.database, desk.worker.login, old)
    except LoginThrottled as error:
        return _password_form(request, parts, str(error), 429)
    except LoginRefused:
        return _password_form(request, parts, "现在的密码不对，请再试一次。", 422)
    hashed = hash_password(new)
    with parts.database.session() as session:
        set_password_hash(session, desk.bound(session), hashed)
        session.commit()
    return _signed_in(parts, desk.worker, "/desk?done=password")


def _objection(desk: Desk, old: str, new: str, again: str) -> str:
    if new != again:
        return "两遍新密码不一样，请再输一次。"
    if len(new) < SHORTEST_PASSWORD:
        return f"新密码太短，至少 {SHORTEST_PASSWORD} 个字。"
    if new == old:
        return "新密码和现在的一样，请换一个。"
    if new.strip().lower() == desk.worker.login or len(set(new)) < 4:
        return "这个密码太容易被猜到，请换一个。"
    return ""
