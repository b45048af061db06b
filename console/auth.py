"""Who is signed in at the desk. The session's row decides; the cookie only names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from console.parts import Console, Parts
from console.problems import Problem, answer, wants_page
from console.security import check_csrf, check_origin, cookie_name
from tickets.models import Worker
from tickets.people import needs_touch, touch_session, worker_by_session


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has ended."""


@dataclass(frozen=True)
class Desk:
    """The signed-in worker (detached from any session), the form token, the cookie's value, and whose desk it is."""

    worker: Worker
    csrf: str
    secret: str
    scope: str

    def bound(self, session: Session) -> Worker:
        """The worker inside `session`. Raises SignInNeeded when the account was closed meanwhile."""
        worker = session.get(Worker, self.worker.id)
        if worker is None or not worker.active:
            raise SignInNeeded
        return worker


def _scope(parts: Parts, worker: Worker) -> str:
    if worker.role == "admin":
        return "全部站点"
    if worker.role == "supervisor":
        return parts.places.full(worker.division_code) or "没有分配辖区"
    return worker.station.name if worker.station else "没有分配站点"


def desk_of(parts: Parts, secret: str, *, in_use: bool = True) -> Desk | None:
    """The desk a cookie opens, or None. `in_use=False` only looks: an open page alone must not keep a session alive."""
    with parts.database.reading() as session:
        row = worker_by_session(session, secret)
        if row is None:
            return None
        touch = in_use and needs_touch(row)
        desk = Desk(row.worker, row.csrf, secret, _scope(parts, row.worker))
    if touch:
        with parts.database.session() as session:
            touch_session(session, row)
            session.commit()
    return desk


def signed_in(request: Request, parts: Console) -> Desk:
    """The desk of the request's cookie. Raises SignInNeeded."""
    secret = request.cookies.get(cookie_name(parts.secure), "")
    desk = desk_of(parts, secret) if secret else None
    if desk is None:
        raise SignInNeeded
    request.state.desk = desk
    return desk


SignedIn = Annotated[Desk, Depends(signed_in)]


async def guard(request: Request, desk: SignedIn) -> None:
    """For every change: sent by our own page, with the session's form token. Raises `Problem` 403."""
    check_origin(request)
    await check_csrf(request, desk.csrf)


def admin_only(desk: SignedIn) -> None:
    """For pages about stations and people. Raises `Problem` 403 for plain workers."""
    if desk.worker.role == "worker":
        raise Problem(403, "这一页给督导和管理员看。")


def sign_in_address(path: str) -> str:
    """The sign-in page that afterwards leads back to `path`."""
    return "/desk/sign-in" + (f"?next={quote(path)}" if path.startswith("/desk") and path != "/desk" else "")


def install(app: FastAPI) -> None:
    """Answer SignInNeeded: a page leads to the sign-in page, htmx is told to go there, anything else gets 401."""

    @app.exception_handler(SignInNeeded)
    async def _needed(request: Request, _: SignInNeeded) -> Response:
        back = request.url.path if request.method == "GET" else "/desk"
        if request.headers.get("hx-request") and "text/event-stream" not in request.headers.get("accept", ""):
            # The page behind the fragment, not the fragment, is where to come back to.
            return Response(status_code=200, headers={"HX-Redirect": "/desk/sign-in"})
        if wants_page(request) and not request.headers.get("hx-request"):
            return RedirectResponse(sign_in_address(back), 303)
        return answer(request, Problem(401, "登录已经过期，请重新登录。"))
