"""WeChat in front of the whole product: every process for real, the trained model included, in safe mode."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from tests.bench.notices import worker_of
from tests.stack import SECRET, Stack
from tests.wechatapi import EXCUSE, Person, Platform
from tickets.database import Database
from tickets.models import Conversation, Ticket
from tickets.sealing import Keyring

HUASHI = "430321107"
FIRST = "我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"
ANSWERS = {"name": "王桂英", "phone": "13800001234", "village": "日华村", "age": "八十二", "description": "一个人住"}
# On a small machine a whole turn may take longer than WeChat waits; then it comes as a message of its own.
PATIENCE = 30.0


@pytest.fixture
def wechat(stack: Stack) -> Iterator[Platform]:
    """An Official Account in front of the running stack; the web process is started anew with its settings."""
    with Platform("safe") as platform:
        before = dict(stack.extra)
        stack.extra |= {name.upper(): str(value) for name, value in platform.settings.items()}
        stack.stop("web")
        stack.start("web")
        stack.wait()
        platform.door = f"{stack.url}/wechat"
        yield platform
        stack.extra = before
        stack.stop("web")
        stack.start("web")
        stack.wait()


def wait(found: Callable[[], bool], what: Callable[[], object]) -> None:
    """Until it is so."""
    end = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < end, what()
        time.sleep(0.1)


def test_a_need_told_in_wechat_becomes_a_ticket_and_is_answered(stack: Stack, wechat: Platform) -> None:
    """A poster scanned, her own words, numbers for buttons, the number of the request; the worker's reply arrives."""
    database = Database(stack.settings.database_url, Keyring(SECRET))
    worker_of(stack, "wechat.li", HUASHI, "李社工")
    daughter: Person = wechat.person()
    wechat.send(daughter, "subscribe-scan", EventKey=f"qrscene_{HUASHI}")
    wait(lambda: bool(daughter.box), lambda: daughter.box)
    assert "社工站的助手" in daughter.box[0] and "回复 1：" in daughter.box[0]

    asked = [FIRST]
    wechat.say(daughter, FIRST)
    while "已受理" not in daughter.box[-1]:
        wait(lambda: len(daughter.box) > len(asked), lambda: (asked, daughter.box))
        if "已受理" in daughter.box[-1]:
            break
        with database.reading() as session:
            awaiting = session.scalars(select(Conversation.awaiting).where(Conversation.channel == "wechat")).one()
        said = "1" if awaiting in ("consent", "confirm") else ANSWERS.get(str(awaiting), "跳过")
        asked.append(said)
        assert len(asked) < 12, (asked, daughter.box)
        wechat.say(daughter, said)
    assert EXCUSE not in daughter.box
    assert "1" in asked, "consent and confirmation are given by number"

    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.channel == "wechat")).one()
        number = ticket.number
        assert number in daughter.box[-1]
        assert (ticket.queue, ticket.age, ticket.phone) == (HUASHI, 82, "13800001234")
        assert "home_care" in ticket.services
    headers = {"Authorization": f"Bearer {stack.token('wechat.li')}"}
    for action, note in (("claim", None), ("reply", "明天上午十点我来您家")):
        body = {"note": note} if note else {}
        assert stack.client.post(f"/api/v1/tickets/{number}/{action}", json=body, headers=headers).status_code == 200
    wait(lambda: any("【社工回复】\n明天上午十点我来您家" in text for text in daughter.box), lambda: daughter.box)
    assert any("社工已经接手" in text for text in daughter.box)
    assert all(body["touser"] == daughter.openid for body in wechat.api.sent())
    database.close()
    log = stack.log.read_text(encoding="utf-8", errors="replace")
    for secret in (daughter.openid, wechat.secret, wechat.aes_key, wechat.api.token, "王桂英", "13800001234"):
        assert secret not in log
