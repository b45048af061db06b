"""The ticket API: who sees what, what is allowed when, and how it says no."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.console.world import HUASHI, QINGSHANQIAO, World

PATH = "/api/v1/tickets"


def bearer(cast: World, login: str) -> dict[str, str]:
    """The header a program of this person sends."""
    return {"Authorization": f"Bearer {cast.token(login)}"}


def test_without_a_good_token_there_is_nothing_to_see(client: httpx.Client, cast: World) -> None:
    """401 with a challenge, for no token, a wrong one, and a wrong scheme alike."""
    number = cast.file("d1")
    for headers in ({}, {"Authorization": "Bearer yimi_wrong"}, {"Authorization": "Basic bGk6bGk="}):
        for method, path in (("GET", ""), ("GET", f"/{number}"), ("POST", f"/{number}/claim")):
            answer = client.request(method, PATH + path, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_worker_gets_tickets_in_the_contracts_shape(client: httpx.Client, cast: World) -> None:
    """All fields of the contract, plain Chinese."""
    number = cast.file("d1")
    ticket = client.get(f"{PATH}/{number}", headers=bearer(cast, "li")).json()
    assert set(ticket) == {
        "number", "status", "township", "village", "queue", "level", "services", "urgency", "risks", "channel",
        "beneficiary", "description", "assigned_to", "due", "history",
    }  # fmt: skip
    assert ticket["beneficiary"] == {"relation": "本人", "age": 82, "name": "王奶奶", "phone": "13800000000"}
    listed = client.get(PATH, headers=bearer(cast, "li")).json()
    assert listed == {"tickets": [ticket], "next": None}


def test_the_neighbouring_station_sees_nothing_and_cannot_tell(client: httpx.Client, cast: World) -> None:
    """周社工 gets the same 404 for 王奶奶's ticket as for one that never was, whatever she tries."""
    number, never = cast.file("d1"), HUASHI + "20260101-0001"
    zhou = bearer(cast, "zhou")
    assert client.get(PATH, headers=zhou).json()["tickets"] == []
    assert client.get(PATH, params={"queue": HUASHI}, headers=zhou).json()["tickets"] == []
    for action in ("claim", "note", "reply", "resolve", "close", "reopen", "transfer", "refer"):
        foreign, wrong = (
            client.post(f"{PATH}/{n}/{action}", json={"note": "看看", "to": QINGSHANQIAO}, headers=zhou)
            for n in (number, never)
        )
        assert foreign.status_code == wrong.status_code == 404
        assert foreign.json() == wrong.json()
    assert client.get(f"{PATH}/{number}", headers=zhou).json() == client.get(f"{PATH}/{never}", headers=zhou).json()


def test_a_supervisor_sees_the_subtree_and_an_admin_everything(client: httpx.Client, cast: World) -> None:
    """孙督导 watches the county, 陈主任 all of it; filters narrow."""
    numbers = {cast.file("d1"), cast.file("d2", QINGSHANQIAO)}
    for login in ("sun", "chen"):
        seen = client.get(PATH, headers=bearer(cast, login)).json()["tickets"]
        assert {ticket["number"] for ticket in seen} == numbers
        one = client.get(PATH, params={"queue": QINGSHANQIAO, "status": "new"}, headers=bearer(cast, login)).json()[
            "tickets"
        ]
        assert [ticket["queue"] for ticket in one] == [QINGSHANQIAO]


def test_pages_follow_each_other_without_gaps(client: httpx.Client, cast: World) -> None:
    """`next` leads through all tickets exactly once."""
    numbers = {cast.file(f"d{n}") for n in range(7)}
    seen, cursor = [], None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get(PATH, params=params, headers=bearer(cast, "li")).json()
        seen += [ticket["number"] for ticket in page["tickets"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 7 and set(seen) == numbers


def test_the_whole_life_of_a_ticket(client: httpx.Client, cast: World) -> None:
    """Claim, note, refer, resolve with a result, reopen, resolve, close: every change is one history entry."""
    number, li = cast.file("d1"), bearer(cast, "li")
    steps: list[tuple[str, dict[str, str], str]] = [
        ("claim", {}, "accepted"),
        ("note", {"note": "打过电话，明天上门"}, "accepted"),
        ("refer", {"to": "县残联"}, "referred"),
        ("resolve", {"note": "助餐点每天送一顿饭"}, "resolved"),
        ("reopen", {"note": "送餐停了"}, "in_progress"),
        ("resolve", {"note": "换了一家送餐"}, "resolved"),
        ("close", {}, "closed"),
    ]
    for index, (action, body, status) in enumerate(steps):
        ticket = client.post(f"{PATH}/{number}/{action}", json=body, headers=li).json()
        assert ticket["status"] == status, (action, ticket)
        assert len(ticket["history"]) == index + 2
        assert ticket["history"][-1]["actor"] == "li"


@pytest.mark.parametrize("action", ["resolve", "close", "reopen", "refer"])
def test_what_the_state_does_not_allow_is_a_409_with_the_reason(client: httpx.Client, cast: World, action: str) -> None:
    """Nobody has claimed it yet: the answer says so, and nothing changes."""
    number, li = cast.file("d1"), bearer(cast, "li")
    before = client.get(f"{PATH}/{number}", headers=li).json()
    answer = client.post(f"{PATH}/{number}/{action}", json={"note": "办好了", "to": "县残联"}, headers=li)
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("这张工单")
    assert client.get(f"{PATH}/{number}", headers=li).json() == before


def test_of_two_who_claim_at_once_one_wins(client: httpx.Client, cast: World) -> None:
    """One 200, one 409, one history entry."""
    number = cast.file("d1")
    headers = [bearer(cast, "li"), bearer(cast, "liu")] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda who: client.post(f"{PATH}/{number}/claim", headers=who), headers))
    assert sorted(each.status_code for each in answers) == [200] + [409] * 7
    assert "已经由" in next(each for each in answers if each.status_code == 409).json()["detail"]
    history = client.get(f"{PATH}/{number}", headers=headers[0]).json()["history"]
    assert [entry["event"] for entry in history].count("claimed") == 1


def test_what_is_missing_or_wrong_is_said_field_by_field(client: httpx.Client, cast: World) -> None:
    """422 names the field; an unknown action is no route."""
    number, li = cast.file("d1"), bearer(cast, "li")
    client.post(f"{PATH}/{number}/claim", headers=li)
    assert "结果" in client.post(f"{PATH}/{number}/resolve", json={}, headers=li).json()["detail"]
    wrong = client.post(f"{PATH}/{number}/note", json={"note": 7}, headers=li)
    assert wrong.status_code == 422 and wrong.json()["errors"] == [{"field": "note", "message": "应当是文字"}]
    assert client.post(f"{PATH}/{number}/delete", headers=li).status_code in (404, 422)
    assert client.get(PATH, params={"status": "finished"}, headers=li).status_code == 422
    assert client.get(PATH, params={"cursor": "???"}, headers=li).status_code == 422
