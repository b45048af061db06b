"""Residents in WeChat: answered in the request when there is time, afterwards when there is not, and never twice."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation.words import KEPT, KEPT_IN_DANGER, NOT_RECORDED_IN_DANGER
from bot.telegram.links import station_token
from tests.console.world import HUASHI
from tests.wechat.conftest import Account, account_of
from tests.wechatapi import EXCUSE
from tickets.models import Inbox, Message, Ticket

WISH = "我娘八十二了，一个人在家没人做饭"


@pytest.mark.parametrize("mode", ["account", "safe"])
def test_from_the_first_words_to_a_ticket(mode: str, request: pytest.FixtureRequest) -> None:
    """Every answer comes with the request, in plain and in safe mode; a number chooses; nothing is sent besides."""
    account: Account = request.getfixturevalue(mode)
    wang = account.platform.person()
    said = account.platform.say(wang, WISH)
    assert said == "您家住在哪个乡镇？\n\n回复 1：湘潭县花石镇\n回复 2：都不是"
    said = account.platform.say(wang, "１")
    assert said and said.endswith("回复 1：同意\n回复 2：不同意")
    said = account.platform.say(wang, "回复1")
    assert said and f"已受理，受理号 {HUASHI}" in said
    assert account.platform.api.calls == []
    assert [turn["payload"] for turn in account.engine.turns][1:] == [
        '/inform{"location": "430321107"}',
        '/inform{"consent": "yes"}',
    ]
    account.until(lambda: account.waiting() == [])
    with account.cast.database.reading() as session:
        spoken = session.scalars(select(Message).where(Message.author == "resident").order_by(Message.id)).all()
        assert [row.text for row in spoken] == [WISH, "湘潭县花石镇", "同意"]  # what was chosen, for the worker's eyes


def test_the_openid_is_personal_data(account: Account) -> None:
    """It is nowhere in the database file in clear; the conversation is found by a blind index."""
    wang = account.platform.person()
    account.platform.send(wang, "subscribe")
    account.platform.say(wang, WISH)
    conversation = account.conversation()
    assert conversation.address == wang.openid and conversation.address_index
    folder = account.cast.settings.var_dir
    assert not [file for file in folder.glob("yimi.db*") if wang.openid.encode() in file.read_bytes()]


def test_a_repeat_gets_the_same_words_and_is_worked_on_once(account: Account) -> None:
    """WeChat asks again when our answer got lost: same MsgId, same answer, one turn."""
    wang = account.platform.person()
    xml = account.platform.payload(wang, "text", Content=WISH)
    first, *others = [account.platform.post(wang, xml) for _ in range(3)]
    assert first and others == [first, first]
    assert len(account.engine.turns) == 1


def test_a_repeat_after_a_restart_gets_the_same_words(account: Account) -> None:
    """What this process remembers is a convenience: the rows know it too."""
    wang = account.platform.person()
    xml = account.platform.payload(wang, "text", Content=WISH)
    first = account.platform.post(wang, xml)
    account.until(lambda: account.waiting() == [])
    account.wechat._residents._said.entries.clear()
    assert account.platform.post(wang, xml) == first
    assert len(account.engine.turns) == 1


def test_many_repeats_at_once_make_one_turn(account: Account) -> None:
    """A repeat that comes while the first request is still being worked on waits for the same work."""
    wang = account.platform.person()
    xml = account.platform.payload(wang, "text", Content=WISH)
    account.engine.seconds = 1.0
    threads = [threading.Thread(target=account.platform.post, args=(wang, xml)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(account.engine.turns) == 1
    assert wang.box == [wang.box[0]] * 5 and "哪个乡镇" in wang.box[0]
    assert account.platform.api.calls == []


def test_a_slow_engine_is_answered_afterwards(account: Account) -> None:
    """After four seconds WeChat is told that there is nothing yet; the words come as one customer-service message."""
    wang = account.platform.person()
    account.engine.seconds = 5.5
    began = time.monotonic()
    assert account.platform.say(wang, WISH) is None
    assert 3.5 < time.monotonic() - began < 5.0
    said = account.reads(wang, "哪个乡镇")
    assert said.endswith("回复 2：都不是") and wang.box == [said]
    assert len(account.platform.api.sent()) == 1 and len(account.platform.posts) == 1
    account.until(lambda: account.waiting() == [])
    account.engine.seconds = 0
    assert "同意吗" in str(account.platform.say(wang, "1"))


def test_two_messages_in_a_row_are_answered_in_order_and_none_twice(account: Account) -> None:
    """The second comes while the first is being worked on."""
    wang = account.platform.person()
    account.engine.seconds = 1.5
    first = threading.Thread(target=account.platform.say, args=(wang, WISH))
    first.start()
    time.sleep(0.3)
    account.platform.say(wang, "你好")
    first.join(10)
    together = "\n".join(wang.box)
    assert together.index("哪个乡镇") < together.index("请说说您的难处")
    assert together.count("哪个乡镇") == together.count("请说说您的难处") == 1
    assert account.platform.api.sent() == []


def test_following_the_account(account: Account) -> None:
    """The greeting is the conversation's own; a poster's code settles the township, also for who follows already."""
    for kind, key in (
        ("subscribe", ""),
        ("subscribe-scan", f"qrscene_{HUASHI}"),
        ("scan", "430321105002"),
        ("scan", station_token("430321104", account.cast.settings.secret_key)),
    ):
        person = account.platform.person()
        said = account.platform.send(person, kind, **({"EventKey": key} if key else {}))
        assert said == "您好，请说说您的难处。", kind
    assert [turn["context"]["station"] for turn in account.engine.turns] == [None, HUASHI, "430321105", "430321104"]
    stranger = account.platform.person()
    account.platform.send(stranger, "scan", EventKey="430321107'; DROP")
    assert account.engine.turns[-1]["context"]["station"] is None


def test_menus_and_what_nobody_waits_for(account: Account) -> None:
    """A menu entry stands for words; a page opened or a position reported in the background gets no answer."""
    wang = account.platform.person()
    assert account.platform.send(wang, "click", EventKey="human")
    assert account.engine.turns[-1]["text"] == "我要找真人社工"
    for kind in ("click", "view", "position"):
        assert account.platform.send(wang, kind) is None
    assert len(account.engine.turns) == 1


def test_a_long_answer_is_cut_where_a_reader_would_pause(account: Account) -> None:
    """At most 2,048 bytes in one message: the first piece is the answer, the rest follows; nothing is lost."""
    wang = account.platform.person()
    lines = [f"第{number}条：{'符合条件的家庭可以申请，' * 4}由乡镇审核。" for number in range(1, 31)]
    account.engine.said = [{"text": "\n".join(lines), "buttons": []}]
    account.platform.say(wang, "低保有哪些规定")
    account.until(lambda: len(wang.box) == 3)
    assert "\n".join(wang.box) == "\n".join(lines)
    assert all(len(text.encode()) <= 2048 and text.endswith("审核。") for text in wang.box)
    account.until(lambda: account.waiting() == [])
    assert len(account.platform.api.sent()) == 2


def test_a_long_answer_without_the_right_to_send_goes_on_with_the_next_answer(account: Account) -> None:
    """An account that was never certified has no customer-service messages."""
    wang = account.platform.person()
    whole = "一二三四五六七八九十。\n" * 100
    account.engine.said = [{"text": whole, "buttons": []}]
    account.platform.api.codes = [48001]
    account.platform.say(wang, "低保有哪些规定")
    account.until(lambda: [len(text) < len(whole) for text in account.waiting()] == [True])
    account.engine.said = None
    said = account.platform.say(wang, "你好")
    assert said and said.startswith("一二三") and said.endswith("请说说您的难处。")
    account.until(lambda: account.waiting() == [])


def test_danger_is_answered_whatever_is_down(account: Account) -> None:
    """The hotlines come with the request: engine dead, engine hanging."""
    cry = "我不想活了，药都准备好了"
    for down in (True, False):
        account.engine.down, account.engine.seconds = down, 6.0
        began = time.monotonic()
        said = account.platform.say(account.platform.person(), cry)
        assert said and "120" in said and "12356" in said and time.monotonic() - began < 2.5
    assert account.conversation().urgency == "emergency"


def test_in_danger_a_bare_one_is_a_sign_and_choices_have_letters(account: Account) -> None:
    """Who cannot speak was told to answer 1: that must never choose anything."""
    wang = account.platform.person()
    account.engine.down = True
    account.platform.say(wang, "他喝了酒又打我，我躲在屋里")
    account.engine.down = False
    said = account.platform.say(wang, WISH)
    assert said and said.endswith("回复 A：湘潭县花石镇\n回复 B：都不是")
    account.platform.say(wang, "1")
    assert account.engine.turns[-1]["text"] == "1" and account.engine.turns[-1]["payload"] is None
    account.platform.say(wang, "A")
    assert account.engine.turns[-1]["payload"] == '/inform{"location": "430321107"}'


def test_danger_does_not_wait_for_a_busy_database(account: Account) -> None:
    """Somebody holds the only writer: the hotlines come all the same, the rest follows when it is free."""
    wang, account.engine.down = account.platform.person(), True
    with account.cast.database.session() as session:
        session.add(Inbox(channel="web", bot_id="", message_id="busy", data_key=None))
        session.flush()
        began = time.monotonic()
        said = account.platform.say(wang, "我不想活了，药都准备好了")
        assert said and "120" in said and "正在通知" not in said and time.monotonic() - began < 2.5
        session.rollback()
    assert "正在通知值班社工" in account.reads(wang, "正在通知值班社工")


def test_a_message_that_cannot_be_stored_is_not_called_received(account: Account) -> None:
    """With the database gone the resident is told; with it busy for too long WeChat is made to ask again."""
    wang = account.platform.person()
    with account.cast.database.session() as session:
        session.add(Inbox(channel="web", bot_id="", message_id="busy", data_key=None))
        session.flush()
        threading.Timer(5.0, session.rollback).start()
        said = account.platform.say(wang, WISH)
    assert said and "哪个乡镇" in said
    assert [getattr(post, "status_code", None) for post in account.platform.posts] == [503, 200]
    assert len(account.engine.turns) == 1
    with account.cast.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
    said = account.platform.say(account.platform.person(), "我不想活了，药都准备好了")
    assert said and "120" in said and NOT_RECORDED_IN_DANGER in said
    assert EXCUSE not in wang.box


def test_nothing_is_lost_while_the_database_is_broken(tmp_path: Path) -> None:
    """The spool holds a cry and a wish, and says so; once it is back each is answered, sent, and filed once."""
    with account_of(tmp_path, spool=True) as account:
        li, wang = account.platform.person(), account.platform.person()
        with account.cast.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
        began = time.monotonic()
        cry = account.platform.payload(li, "text", Content="我不想活了，药都准备好了")
        first, again = account.platform.post(li, cry), account.platform.post(li, cry)
        assert first and "120" in first and KEPT_IN_DANGER in first and first == again
        assert time.monotonic() - began < 2.5
        assert account.platform.say(wang, WISH) == KEPT
        with account.cast.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO inbox")
        account.reads(li, "正在通知值班社工")
        account.reads(wang, "哪个乡镇")
        account.platform.say(wang, "1")
        assert "已受理" in str(account.platform.say(wang, "1"))
        with account.cast.database.reading() as session:
            found = session.scalars(select(Ticket).order_by(Ticket.created_at)).all()
            assert [ticket.urgency for ticket in found] == ["emergency", "routine"]
        assert not account.cast.conversations.kept("wechat")


def test_a_cry_during_a_hanging_database_is_kept_on_disk(tmp_path: Path) -> None:
    """It is kept before the answer; when the database goes on, it is filed once."""
    with account_of(tmp_path, spool=True) as account:
        wang = account.platform.person()
        with account.cast.database.session() as session:
            session.add(Inbox(channel="web", bot_id="", message_id="busy", data_key=None))
            session.flush()
            said = account.platform.say(wang, "我不想活了，药都准备好了")
            assert said and "120" in said and KEPT_IN_DANGER in said
            assert len(account.cast.conversations.kept("wechat")) == 1
            session.rollback()
        account.reads(wang, "正在通知值班社工")
        with account.cast.database.reading() as session:
            assert len(session.scalars(select(Ticket)).all()) == 1
        account.until(lambda: not account.cast.conversations.kept("wechat"))


def test_too_many_messages_at_once(account: Account) -> None:
    """One sender's flood is answered in words, never by dropping; danger is never held back."""
    wang = account.platform.person()
    while not account.limits.session.take(f"wechat:{wang.openid}"):
        pass
    assert "发得太快了" in str(account.platform.say(wang, WISH))
    assert account.engine.turns == []
    account.platform.say(wang, "我不想活了，药都准备好了")
    assert [turn["text"] for turn in account.engine.turns] == ["我不想活了，药都准备好了"]
