"""Errors people and programs can read.

Programs get RFC 9457 problem documents with a Chinese `detail`; a browser that asked for a page gets a page;
an htmx request gets a small notice to swap in. Nothing ever shows a traceback: an unforeseen error has an id,
which stands in the log beside its traceback.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from tickets.access import BadFilter, NotVisible
from tickets.lifecycle import Incomplete, NotAllowed

log = logging.getLogger(__name__)

HOTLINES = "有危险请马上打 110（报警）或 120（急救）；政府热线 12345，心理援助 12356。"

TITLES = {
    400: "请求看不懂", 401: "请先登录", 403: "没有权限", 404: "没有找到", 405: "不支持这种操作", 409: "现在不能这样办",
    413: "内容太大", 415: "内容格式不对", 422: "内容不对", 429: "太快了", 500: "系统出错了", 503: "暂时用不了",
}  # fmt: skip
DETAILS = {
    400: "请求的格式不对，请检查后重试。",
    401: "请先登录，或在 Authorization 里带上有效的令牌。",
    403: "您的账号不能做这件事。",
    404: "没有这个地址，或者您看不到它。",
    405: "这个地址不支持这种操作。",
    413: "内容太大，装不下。一次最多 64 KB。",
    415: "请用 application/json 提交。",
    503: "系统暂时用不了，请稍后再试。" + HOTLINES,
}


class Problem(Exception):
    """An error answer: HTTP status, Chinese sentence, extra members of the problem document."""

    def __init__(
        self, status: int, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        self.status = status
        self.detail = detail or DETAILS.get(status, "没有办成，请稍后再试。")
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(f"{status} {self.detail}")


def wants_page(request: Request) -> bool:
    """Whether a person's browser asked for a page (the API always answers programs)."""
    if request.url.path.startswith("/api/") or request.url.path == "/health":
        return False
    return "text/html" in request.headers.get("accept", "")


def answer(request: Request, problem: Problem) -> Response:
    """The answer to `problem` in the form the caller can read."""
    title = TITLES.get(problem.status, HTTPStatus(problem.status).phrase)
    if wants_page(request):
        from console.pages.render import page  # the renderer itself reports problems

        template = "problem_notice.html" if request.headers.get("hx-request") else "problem.html"
        context = {"title": title, "detail": problem.detail, "status": problem.status, **problem.extra}
        return page(request, template, context, status=problem.status, headers=problem.headers)
    body = {"type": "about:blank", "title": title, "status": problem.status, "detail": problem.detail, **problem.extra}
    return JSONResponse(
        body, problem.status, headers=dict(problem.headers), media_type="application/problem+json; charset=utf-8"
    )


# What pydantic says, in words; anything else gets the general sentence.
_WORDS = {
    "missing": "缺少这一项",
    "string_type": "应当是文字",
    "string_too_short": "不能为空",
    "string_too_long": "太长了",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "int_from_float": "应当是整数",
    "greater_than_equal": "太小了",
    "less_than_equal": "太大了",
    "dict_type": "应当是一个 JSON 对象",
    "model_attributes_type": "应当是一个 JSON 对象",
    "extra_forbidden": "不认识这一项",
    "enum": "不是允许的值",
    "literal_error": "不是允许的值",
}


def _from_validation(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return Problem(400, "请求的内容不是正确的 JSON。")
    errors = []
    for item in found:
        where = [str(part) for part in item["loc"] if part not in ("body", "query", "path", "header")]
        words = _WORDS.get(item["type"])
        if words is None and item["type"] == "value_error":
            words = str(item.get("ctx", {}).get("error", "")) or None
        errors.append({"field": ".".join(where) or "body", "message": words or "内容不对"})
    detail = "；".join(
        (f"{e['field']}：{e['message']}" if e["field"] != "body" else f"请求内容{e['message']}") for e in errors
    )
    return Problem(422, detail + "。", errors=errors)


def unforeseen(error: BaseException) -> Problem:
    """The 500 for an error nobody foresaw; its id leads to the traceback in the log."""
    error_id = secrets.token_hex(4)
    log.error("error %s: %s", error_id, type(error).__name__, exc_info=error)
    words = f"系统出了错，没有办成。请稍后再试；要反映请报这个编号：{error_id}。{HOTLINES}"
    return Problem(500, words, error_id=error_id)


def database_down(error: BaseException) -> Problem:
    """The 503 when nothing can be written: never let anyone believe their words were kept."""
    log.error("database unavailable: %s", type(error).__name__)
    return Problem(
        503, "系统现在记不下来您说的话，这一条没有保存。请过几分钟再发一次，或者直接去社工站。" + HOTLINES,
        headers={"Retry-After": "60"},
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Route every error of `app` through `answer`."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return answer(request, error)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        words = error.detail if error.status_code == 413 and error.detail != HTTPStatus(413).phrase else None
        return answer(request, Problem(error.status_code, words, headers=error.headers))

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        return answer(request, _from_validation(error))

    @app.exception_handler(NotVisible)
    async def _not_visible(request: Request, error: NotVisible) -> Response:
        return answer(request, Problem(404, str(error)))

    @app.exception_handler(NotAllowed)
    async def _not_allowed(request: Request, error: NotAllowed) -> Response:
        # Incomplete: the action is possible, only something it needs is missing.
        return answer(request, Problem(422 if isinstance(error, Incomplete) else 409, str(error)))

    @app.exception_handler(BadFilter)
    async def _bad_filter(request: Request, error: BadFilter) -> Response:
        return answer(request, Problem(422, str(error)))

    async def _database(request: Request, error: Exception) -> Response:
        return answer(request, database_down(error))

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, _database)
