"""The network edge of the web process: headers on every answer, size of bodies, same-origin and CSRF checks, cookies.

One plain ASGI layer (`Edge`), because Starlette's function middleware would hold back streamed answers.
"""

from __future__ import annotations

import asyncio
import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.problems import Problem, answer, unforeseen
from tickets.attachments import LIMIT, TOO_BIG

MAX_BODY = 64 * 1024  # bytes; a message of 10,000 Chinese characters takes 30 KB
# Where files come in: one file, and the words around it. Their own sentence when they are too big.
UPLOADS: dict[str, tuple[int, str]] = {"/api/v1/chat/attachments": (LIMIT + MAX_BODY, TOO_BIG)}

# Everything from this server only, nothing inline. `data:` images are the small arrows inside Tabler's style sheet.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=()",
}


class Edge:
    """Outermost layer: security headers, `no-store` unless the answer says otherwise, body limit, last-resort 500."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = dict(HEADERS)
        if secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope, receive)
        declared = request.headers.get("content-length", "")
        most, words = UPLOADS.get(scope["path"], (MAX_BODY, None))
        if declared.isdigit() and int(declared) > most:
            await answer(request, Problem(413, words))(scope, receive, send_with_headers)
            return
        received = 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:  # a chunked body declares no length
                raise HTTPException(413, words)
            return message

        try:
            await self.app(scope, counted_receive, send_with_headers)
        except asyncio.CancelledError:
            # The server is stopping and cuts long polls and streams short: they end as answers, not as errors.
            if started:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                again = Problem(503, "系统正在重启，请过几秒再试。", headers={"Retry-After": "5"})
                await answer(request, again)(scope, receive, send_with_headers)
        except Exception as error:
            problem = unforeseen(error)
            if not started:
                await answer(request, problem)(scope, receive, send_with_headers)


def same_origin(request: Request) -> bool:
    """Whether a form or script of our own pages sent this.

    The Origin (or, from old browsers, the Referer) must be the host that was asked, or the public address: a proxy in
    front may ask us under another name.
    """
    source = urlsplit(request.headers.get("origin") or request.headers.get("referer") or "").netloc
    public = urlsplit(request.app.state.parts.settings.public_url).netloc
    return bool(source) and source in (request.headers.get("host", ""), public)


def check_origin(request: Request) -> None:
    """Raises `Problem` 403 unless `same_origin`."""
    if not same_origin(request):
        raise Problem(403, "这个请求不是从本站页面发出的，没有办理。请回到页面重新操作。")


async def check_csrf(request: Request, expected: str) -> None:
    """The form field `csrf` or the header X-CSRF-Token must carry the session's token. Raises `Problem` 403."""
    given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf") or "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Problem(403, "页面已经过期，刚才的操作没有办理。请刷新页面再试。")


def cookie_name(secure: bool) -> str:
    """`__Host-` (only over https) keeps a neighbouring host from planting a session."""
    return "__Host-yimi-desk" if secure else "yimi-desk"


def set_session_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Hand the browser its session: unreadable for scripts, never sent along from other sites' forms."""
    response.set_cookie(cookie_name(secure), token, httponly=True, secure=secure, samesite="lax", path="/")


def clear_session_cookie(response: Response, *, secure: bool) -> None:
    response.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="lax")
