"""Telegram in front of the whole product: every process for real, the trained model included."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import telegram
from sqlalchemy import select

from tests.botapi import BotAccount, BotApi
from tests.stack import SECRET, Stack
from tickets import people
from tickets.database import Database
from tickets.models import Conversation, Station, Ticket, Worker
from tickets.sealing import Keyring

HUASHI = "430321107"
ANSWERS = {
    "location": "湘潭县花石镇",
    "village": "跳过",
    "beneficiary": "我娘",
    "age": "八十二岁",
    "name": "王秀英",
    "phone": "13800000000",
    "description": "腿脚不好，一个人住",
    "photo": "跳过",
    "service": "高龄津贴",
}


class Front:
    """A bot in front of the running stack, and the stack's database."""

    def __init__(self, stack: Stack, api: BotApi) -> None:
        self.stack, self.api = stack, api
        self.bot: BotAccount = api.bot("yimi_bot")
        self.database = Database(stack.settings.database_url, Keyring(SECRET))
        with self.database.session() as session:
            if session.get(Station, HUASHI) is None:
                session.add(Station(code=HUASHI, name="花石镇社工站", level="township"))
                session.flush()
            session.add(Worker(login="telegram-li", display_name="李社工", station_code=HUASHI))
            session.commit()

    def said(self, person: telegram.User, words: str) -> telegram.Message:
        return self.api.wait(
            lambda: next((m for m in reversed(self.api.outbox(person)) if words in (m.text or "")), None),  # type: ignore[arg-type, return-value]
            30,
            f"nothing said {words!r}: {[m.text for m in self.api.outbox(person)]}",
        )

    def awaiting(self) -> str | None:
        with self.database.reading() as session:
            found = session.scalars(select(Conversation).where(Conversation.channel == "telegram")).one()
            return found.awaiting


@pytest.fixture
def front(stack: Stack) -> Iterator[Front]:
    with BotApi() as api:
        made = Front(stack, api)
        before = dict(stack.extra)
        stack.extra |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_BOT_TOKEN": made.bot.token}
        stack.start("bot")
        yield made
        stack.stop("bot")
        stack.extra = before
        made.database.close()


def test_a_need_told_in_telegram_is_worked_on_in_telegram(front: Front) -> None:
    """From her own words over the form, the ticket, the notice, the claim and the reply, back to her phone."""
    api = front.api
    wang, li = api.person("王奶奶"), api.person("李社工")
    with front.database.session() as session:
        worker = session.scalars(select(Worker).where(Worker.login == "telegram-li")).one()
        code = people.issue_binding(session, worker)
        session.commit()
    api.start(li, f"bind_{code}")
    front.said(li, "绑定好了")
    api.say(wang, "我娘八十二岁了，住在湘潭县花石镇，想问问高龄津贴怎么申请，帮我办一下")
    asked = 0
    for _ in range(20):
        api.wait(lambda asked=asked: len(api.outbox(wang)) > asked, 30)  # type: ignore[misc]
        time.sleep(0.5)  # all messages of the turn
        box = api.outbox(wang)
        asked = len(box)
        if any("已受理" in (message.text or "") for message in box):
            break
        awaiting, last = front.awaiting(), box[-1]
        if awaiting in ("consent", "confirm") and last.reply_markup:
            api.press(wang, last, 0)
        else:
            api.say(wang, ANSWERS.get(str(awaiting), "跳过"))
    filed = front.said(wang, "已受理")
    with front.database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.channel == "telegram")).one()
        assert ticket.number in str(filed.text) and ticket.queue == HUASHI
        assert "old_age_allowance" in ticket.services
    notice = front.said(li, ticket.number)
    assert "王秀英" not in json.dumps(
        [call.params for call in front.bot.calls if str(call.params.get("chat_id")) == str(li.id)]
    )
    api.press(li, notice, "认领")
    front.said(wang, "社工已经接手")
    api.press(li, front.said(li, "已认领"), "回复")
    front.said(li, "要回复居民什么")
    api.say(li, "请带上户口本，周三上午来站里")
    front.said(wang, "【社工回复】\n请带上户口本")
