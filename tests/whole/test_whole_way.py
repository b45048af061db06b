"""From a resident's words to a worker's answer, with every part real, on every channel and both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bench.notices import worker_of
from tests.botapi import BotApi
from tests.desk import sign_in
from tests.postgres import execute
from tests.stack import ALL, Stack, Talk

HUASHI, SHEBU = "430321107", "430321106"
FIRST = "我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"
REST = ("同意", "王桂英", "13800001234", "对，提交")


@pytest.fixture(params=["sqlite", "postgresql"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stack, BotApi]]:
    """All processes with a loopback Telegram, over each database."""
    given = {}
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        execute(address, "CREATE DATABASE whole")
        given["database_url"] = address.format("whole")
    with BotApi() as api:
        account = api.bot("yimi_whole_bot")
        stack = Stack(tmp_path / "var", telegram_api_url=api.url, telegram_bot_token=account.token, **given)
        try:
            stack.start(*ALL, "bot")
            stack.wait()
            yield stack, api
        finally:
            stack.close()


def test_the_whole_way(whole: tuple[Stack, BotApi]) -> None:
    """A web and a Telegram resident each get one ticket into 花石镇's queue; 李社工 hears of it, claims one by Telegram
    and one in the console, answers; the residents read the answer; 周社工 next door sees nothing."""
    stack, api = whole
    password, code = worker_of(stack, "li.shegong", HUASHI, "李社工")
    worker_of(stack, "zhou.shegong", SHEBU, "周社工")
    li = api.person("李社工")
    api.say(li, f"/bind {code}")
    api.wait(lambda: any("绑定好了" in str(each.text) for each in api.outbox(li)), 30)

    talk = Talk(stack)
    for text in (FIRST, *REST):
        talk.say(text)
    web_number = talk.last["tickets"][-1]
    grandson = api.person("孙子")
    for step, text in enumerate((FIRST, *REST), 1):
        api.say(grandson, text)
        api.wait(lambda step=step: len(api.outbox(grandson)) >= step, 30)
    api.wait(lambda: any("已受理" in str(each.text) for each in api.outbox(grandson)), 30)

    mine = {"Authorization": f"Bearer {stack.token('li.shegong')}"}
    others = {"Authorization": f"Bearer {stack.token('zhou.shegong')}"}
    filed = stack.client.get("/api/v1/tickets", params={"queue": HUASHI}, headers=mine).json()["tickets"]
    assert {each["channel"] for each in filed} == {"web", "telegram"} and len(filed) == 2
    telegram_number = next(each["number"] for each in filed if each["channel"] == "telegram")
    assert stack.client.get("/api/v1/tickets", headers=others).json()["tickets"] == []
    assert stack.client.get(f"/api/v1/tickets/{web_number}", headers=others).status_code == 404

    # Telegram: the notice names no person; one press claims, the reply goes back to the resident.
    notice = next(each for each in api.outbox(li) if telegram_number in str(each.text))
    assert not any(secret in str(notice.text) for secret in ("王桂英", "13800001234", "眼睛", "八十二"))
    api.press(li, notice, "认领")
    api.wait(lambda: status(stack, telegram_number, mine) == "accepted", 15)
    refused = stack.client.post(f"/api/v1/tickets/{telegram_number}/claim", headers=mine)
    assert refused.status_code == 409 and refused.headers["content-type"].startswith("application/problem+json")

    # Console: sign in, claim and reply on the page.
    desk = sign_in(stack, "li.shegong", password)
    page = desk.get(f"/desk/tickets/{web_number}")
    assert page.status_code == 200 and "王桂英" in page.text
    form = {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}
    assert desk.post(f"/desk/tickets/{web_number}/claim", data=form).status_code in (200, 303)
    told = {**form, "note": "明天上午十点我来您家"}
    assert desk.post(f"/desk/tickets/{web_number}/reply", data=told).status_code in (200, 303)
    desk.close()
    assert status(stack, web_number, mine) == "in_progress"
    heard = stack.client.post("/api/v1/chat/updates", json={"session": talk.session, "after": 0}).json()
    assert any("明天上午十点我来您家" in each["text"] for each in heard["messages"])
    answered = stack.client.post(f"/api/v1/tickets/{telegram_number}/reply", json={"note": "下午到"}, headers=mine)
    assert answered.status_code == 200
    api.wait(lambda: any("下午到" in str(each.text) for each in api.outbox(grandson)), 15)


def status(stack: Stack, number: str, headers: dict[str, str]) -> str:
    """The ticket's status as the API tells it."""
    answer: httpx.Response = stack.client.get(f"/api/v1/tickets/{number}", headers=headers)
    return str(answer.json()["status"])
