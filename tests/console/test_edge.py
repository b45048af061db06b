"""The network edge: every route guarded, errors in words, headers strict, bodies bounded."""

from __future__ import annotations

import re
import threading
import time

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from tests.console.served import client_of, served
from tests.console.world import World

# The only addresses that answer without credentials; a new public one must be added here, on purpose.
PUBLIC = {
    "/", "/privacy", "/health", "/h/{token}", "/desk/sign-in", "/api/v1/chat", "/api/v1/chat/open",
    "/api/v1/chat/updates", "/api/v1/chat/attachments", "/api/v1/analyze", "/wechat",
}  # fmt: skip


def test_every_route_asks_who_you_are(cast: World) -> None:
    """Walks all routes: outside the public list there is 401 or the way to the sign-in page, never an answer."""
    app = cast.app()
    routes = [route for route in iter_route_contexts(app.routes) if route.path and not route.path.startswith("/static")]
    assert len(routes) > 15, "the walk found too little to mean anything"
    with client_of(app) as client:
        for route in routes:
            if route.path in PUBLIC:
                continue
            path = re.sub(r"\{[^}]*action\}", "claim", route.path)
            path = re.sub(r"\{[^}]+\}", "1", path)
            for method in route.methods or ():
                for accept in ("text/html", "application/json"):
                    answer = client.request(method, path, headers={"Accept": accept})
                    refused = answer.status_code == 401
                    led = answer.status_code == 303 and answer.headers["location"].startswith("/desk/sign-in")
                    assert refused or led, (method, route.path, answer.status_code)


def test_no_machine_readable_description_or_debug_page_is_served(client: httpx.Client) -> None:
    """Nothing that maps the API for strangers."""
    for path in ("/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/%2e%2e/app.py", "/.env", "/metrics"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "words"),
    [
        ("GET", "/nowhere", {}, 404, "没有这个地址"),
        ("PUT", "/api/v1/chat", {}, 405, "不支持"),
        ("POST", "/api/v1/chat", {"content": "{", "headers": {"Content-Type": "application/json"}}, 400, "JSON"),
        ("POST", "/api/v1/chat", {"json": {}}, 422, "text"),
        ("POST", "/api/v1/chat", {"json": {"text": "  "}}, 422, "text"),
        ("POST", "/api/v1/chat", {"json": {"text": "好", "payload": "/x"}}, 422, "只能给一个"),
        ("POST", "/api/v1/chat", {"json": ["好"]}, 422, "JSON 对象"),
        ("POST", "/api/v1/chat", {"json": {"text": 5}}, 422, "text：应当是文字"),
        ("POST", "/api/v1/chat/updates", {"json": {"session": "x", "after": -1}}, 422, "after"),
        ("POST", "/api/v1/analyze", {"json": {}}, 422, "text：缺少这一项"),
        ("POST", "/api/v1/chat", {"json": {"text": "好" * 40_000}}, 413, "太大"),
    ],
)  # fmt: skip
def test_errors_are_problem_documents_in_chinese(
    client: httpx.Client, method: str, path: str, sent: dict, status: int, words: str
) -> None:
    """RFC 9457: type, title, status, detail; the detail is for people."""
    answer = client.request(method, path, **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body) and body["status"] == status
    assert words in body["detail"]


def test_a_chunked_body_is_bounded_too(client: httpx.Client) -> None:
    """A body that declares no length is cut off at the same size."""

    def pieces():
        yield b'{"text": "'
        for _ in range(40):
            yield b"a" * 4096
        yield b'"}'

    answer = client.post("/api/v1/chat", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_an_unforeseen_error_shows_an_id_and_nothing_else(
    client: httpx.Client, cast: World, monkeypatch, caplog
) -> None:
    """No traceback leaves; the id leads to it in the log."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("王奶奶 13800000000")

    monkeypatch.setattr(cast.conversations, "open", broken)
    answer = client.post("/api/v1/chat/open")
    assert answer.status_code == 500
    assert "13800000000" not in answer.text and "Traceback" not in answer.text
    assert answer.json()["error_id"] in caplog.text


def test_headers_are_strict_on_pages_answers_and_errors(client: httpx.Client) -> None:
    """Nothing inline, nothing from elsewhere, nothing framed, nothing kept."""
    for path in ("/", "/desk/sign-in", "/health", "/nowhere", "/api/v1/tickets"):
        headers = client.get(path).headers
        csp = headers["Content-Security-Policy"]
        assert "unsafe" not in csp and "http" not in csp and "frame-ancestors 'none'" in csp
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in headers, "plain http must not pin https"
        assert "server" not in headers


def test_pages_hold_no_inline_script_or_style(client: httpx.Client) -> None:
    """The strict policy is met by the pages, not only announced."""
    for path in ("/", "/privacy", "/desk/sign-in", "/h/abcdefghijklmnopqrst"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path


def test_the_chat_page_is_light(client: httpx.Client) -> None:
    """An old phone on a slow line: page, style and scripts together under 50 KB, and under 20 KB as they are sent."""
    page = client.get("/")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    answers = [page, *(client.get(file) for file in sorted(set(files)))]
    assert sum(len(answer.content) for answer in answers) < 50_000
    assert sum(answer.num_bytes_downloaded for answer in answers) < 20_000
    kept = client.get(files[0]).headers["Cache-Control"]
    assert "immutable" in kept


def test_over_https_cookies_and_transport_are_pinned(tmp_path) -> None:
    """`__Host-` cookies and HSTS once the public address is https."""
    from tests.console.world import PASSWORD, world

    with world(tmp_path, public_url="https://desk.example") as cast, client_of(cast.app()) as client:
        answer = client.post("/desk/sign-in", data={"login": "li", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-yimi-desk=")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_stopping_server_ends_long_waits_as_answers(cast: World, caplog: pytest.LogCaptureFixture) -> None:
    """An open long poll gets a 503 to try again after; the log stays free of tracebacks."""
    answers: list[httpx.Response] = []
    with httpx.Client(trust_env=False, timeout=30) as client:
        with served(cast.app()) as address:
            session = client.post(address + "/api/v1/chat/open").json()["session"]
            body = {"session": session, "after": 1, "wait": 20}
            wait = address + "/api/v1/chat/updates"
            poll = threading.Thread(target=lambda: answers.append(client.post(wait, json=body)))
            poll.start()
            time.sleep(0.5)
        poll.join(10)
    assert answers[0].status_code == 503 and "重启" in answers[0].json()["detail"]
    assert "Exception" not in caplog.text
