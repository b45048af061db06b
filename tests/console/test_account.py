"""Signing in and out, sessions, form tokens, passwords: who may act at the desk at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from tests.console.forms import csrf
from tests.console.served import client_of
from tests.console.world import PASSWORD, World, world
from tickets.models import Worker, WorkerSession
from tickets.people import bind_telegram, disable

Browsers = Callable[[str], httpx.Client]


def test_signing_in_needs_the_right_words_and_tells_nothing_more(client: httpx.Client) -> None:
    """A wrong password and an unknown login get the same sentence; the seventh try in a minute has to wait."""
    wrong = client.post("/desk/sign-in", data={"login": "li", "password": "错的"})
    unknown = client.post("/desk/sign-in", data={"login": "nobody", "password": "错的"})
    assert wrong.status_code == unknown.status_code == 401
    sentence = "登录名或密码不对"
    assert sentence in wrong.text and sentence in unknown.text
    for _ in range(5):
        client.post("/desk/sign-in", data={"login": "li", "password": "错的"})
    throttled = client.post("/desk/sign-in", data={"login": "li", "password": PASSWORD})
    assert throttled.status_code == 429 and "一分钟" in throttled.text


def test_signing_in_leads_back_to_the_page_asked_for_but_never_elsewhere(client: httpx.Client) -> None:
    """`next` is a page of the desk or nothing."""
    asked = client.get("/desk/gaps", headers={"Accept": "text/html"})
    assert asked.headers["location"] == "/desk/sign-in?next=/desk/gaps"
    for given, expected in (
        ("/desk/gaps", "/desk/gaps"),
        ("https://evil.example", "/desk"),
        ("//evil.example", "/desk"),
        ("/desk\\@evil.example", "/desk"),
    ):
        answer = client.post("/desk/sign-in", data={"login": "chen", "password": PASSWORD, "next": given})
        assert answer.headers["location"] == expected
        client.cookies.clear()


def test_the_cookie_is_for_the_browser_only_and_new_at_every_sign_in(client: httpx.Client, cast: World) -> None:
    """HttpOnly, SameSite, never twice the same; signing out ends it on the server."""
    cookies = []
    for _ in range(2):
        answer = client.post("/desk/sign-in", data={"login": "li", "password": PASSWORD})
        assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=lax" in answer.headers["set-cookie"]
        cookies.append(client.cookies["yimi-desk"])
    assert cookies[0] != cookies[1]
    page = client.get("/desk", headers={"Accept": "text/html"}).text
    client.post("/desk/sign-out", data={"csrf": csrf(page)})
    client.cookies.set("yimi-desk", cookies[1])
    assert client.get("/desk").status_code == 401


def test_a_session_ends_when_idle_or_when_the_account_is_closed(browser_of: Browsers, cast: World) -> None:
    """Thirty idle minutes, or the administrator's word, and the next click asks to sign in."""
    for end in ("idle", "closed"):
        browser = browser_of("li" if end == "idle" else "liu")
        with cast.database.session() as session:
            worker = session.query(Worker).filter_by(login="li" if end == "idle" else "liu").one()
            if end == "idle":
                row = session.query(WorkerSession).filter_by(worker_id=worker.id).one()
                row.seen_at -= timedelta(minutes=31)
            else:
                disable(session, worker)
            session.commit()
        assert browser.get("/desk").url.path == "/desk/sign-in"


def test_forms_of_other_sites_and_old_pages_do_nothing(browser_of: Browsers, cast: World) -> None:
    """No token, a wrong token, another session's token, another origin, no origin: 403, and the ticket is untouched."""
    number = cast.file("d1")
    li, liu = browser_of("li"), browser_of("liu")
    mine, other = csrf(li.get("/desk").text), csrf(liu.get("/desk").text)
    path = f"/desk/tickets/{number}/claim"
    tries: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf": "x"}, {}),
        ({"csrf": other}, {}),
        ({"csrf": mine}, {"Origin": "https://evil.example"}),
        ({"csrf": mine}, {"Origin": "null"}),
        ({"csrf": mine}, {"Origin": "", "Referer": "https://evil.example/desk"}),
    ]
    for data, headers in tries:
        assert li.post(path, data=data, headers=headers).status_code == 403, (data, headers)
    assert "待受理" in li.get(f"/desk/tickets/{number}").text
    foreign = li.post(
        "/desk/sign-in", data={"login": "li", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403


def test_a_password_change_ends_the_other_sessions(browser_of: Browsers, cast: World) -> None:
    """This browser goes on with a new session; the one left open elsewhere, and the old password, are done."""
    here, elsewhere = browser_of("li"), browser_of("li")
    new = "一个全新的、很长的密码"
    form = csrf(here.get("/desk/password").text)
    short = here.post("/desk/password", data={"csrf": form, "old": PASSWORD, "new": "短", "again": "短"})
    assert short.status_code == 422 and "太短" in short.text
    wrong = here.post("/desk/password", data={"csrf": form, "old": "错的", "new": new, "again": new})
    assert wrong.status_code == 422 and "现在的密码不对" in wrong.text
    done = here.post("/desk/password", data={"csrf": form, "old": PASSWORD, "new": new, "again": new})
    assert done.url.path == "/desk" and "密码改好了" in done.text
    assert elsewhere.get("/desk").url.path == "/desk/sign-in"
    assert elsewhere.post("/desk/sign-in", data={"login": "li", "password": PASSWORD}).status_code == 401


def test_a_worker_gets_a_one_time_code_for_telegram(tmp_path: Path) -> None:
    """Offered only where a bot is set up; the code ties the account of whoever sends it first."""
    with world(tmp_path, telegram_worker_bot_token="1:invented") as cast, client_of(cast.app()) as client:
        client.post("/desk/sign-in", data={"login": "li", "password": PASSWORD})
        page = client.get("/desk/password").text
        shown = client.post("/desk/telegram", data={"csrf": csrf(page)}).text
        code = re.search(r"/start bind_([\w\-]+)", shown)
        assert code
        with cast.database.session() as session:
            bound = bind_telegram(session, code[1], "1000")
            assert bound is not None and bound.login == "li"
            assert bind_telegram(session, code[1], "2000") is None
