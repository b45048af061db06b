"""Speaking first: within 48 hours, five times; what does not get through waits, and the worker is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation import transcript
from bot.wechat import window
from bot.wechat.channel import WeChat
from bot.wechat.words import HELD
from tests.wechat.conftest import Account
from tests.wechat.test_pieces import heard
from tickets.models import Conversation, Inbox, Outbox, utc_now

HOURS = timedelta(hours=48)


def held_notes(account: Account, number: str) -> list[str]:
    """What the system told the worker about messages that wait."""
    return [note for actor, event, note in account.history(number) if (actor, event) == ("system", "noted")]


def test_what_a_worker_does_reaches_the_resident(account: Account) -> None:
    """Claimed, replied, resolved: each comes as a message of its own, the reply marked as the worker's."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.work(number, "claim")
    account.reads(wang, "社工已经接手")
    account.work(number, "reply", "请带上户口本，周三上午来站里")
    assert account.reads(wang, "户口本") == "【社工回复】\n请带上户口本，周三上午来站里"
    account.work(number, "resolve", "已经上门做饭")
    account.reads(wang, "办好了")
    assert len(account.platform.api.sent()) == 3
    account.until(lambda: account.conversation().reach_left == 2)
    assert account.waiting() == [] and held_notes(account, number) == []


def test_the_sixth_message_waits_and_goes_out_with_the_next_answer(account: Account) -> None:
    """Five are sent; the worker reads why the sixth was not, once; the resident's next word brings it."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.work(number, "claim")
    account.reads(wang, "已经接手")
    for count in range(1, 7):
        account.work(number, "reply", f"第{count}句")
        if count < 5:
            account.reads(wang, f"第{count}句")
    account.until(lambda: held_notes(account, number), what="the worker was not told")
    assert set(held_notes(account, number)) == {HELD["used"]}
    assert len(account.platform.api.sent()) == 5 and account.waiting() == ["第5句", "第6句"]
    with account.cast.database.reading() as session:
        kinds = session.scalars(select(Outbox.kind).where(Outbox.kind == "ticket.undelivered")).all()
        assert kinds  # a bound worker's Telegram says it too
    said = account.platform.say(wang, "你好")
    assert said == "【社工回复】\n第5句\n\n【社工回复】\n第6句\n\n好，您的话社工能看到。"
    assert account.conversation().reach_left == 5, "a new message, a new allowance"
    account.until(lambda: account.waiting() == [])
    account.work(number, "reply", "第7句")
    account.reads(wang, "第7句")


def test_after_48_hours_nothing_is_tried(account: Account) -> None:
    """The worker is told to telephone; WeChat is not even asked."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.set_conversation(reach_until=utc_now() - timedelta(seconds=1))
    account.work(number, "claim")
    account.until(lambda: held_notes(account, number) == [HELD["closed"]], what="the worker was not told")
    assert "48 小时" in HELD["closed"] and "打电话" in HELD["closed"]
    assert account.platform.api.sent() == []
    assert "社工已经接手" in str(account.platform.say(wang, "你好"))


@pytest.mark.parametrize(
    ("code", "why"),
    [(45015, "closed"), (45047, "used"), (43004, "gone"), (48002, "gone"), (48001, "barred"), (48008, "barred")],
)
def test_wechats_own_word_counts(account: Account, code: int, why: str) -> None:
    """Our count may be wrong: what WeChat refuses is held all the same, and the worker reads the true reason."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.platform.api.codes = [code]
    account.work(number, "claim")
    account.until(lambda: held_notes(account, number) == [HELD[why]], what="the worker was not told")
    assert [text for text in wang.box if "已经接手" in text] == []
    conversation = account.conversation()
    assert (window.why_not(conversation, utc_now()) == why) == (why != "barred")
    assert "社工已经接手" in str(account.platform.say(wang, "你好"))


def test_what_wechat_never_takes_is_told_and_holds_nothing_up(account: Account) -> None:
    """An error number that nobody knows: not called sent, not tried for ever; the worker is told to telephone."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.platform.api.codes = [45999]
    account.work(number, "claim")
    account.until(lambda: held_notes(account, number) == [HELD["refused"]], what="the worker was not told")
    assert account.waiting() == [] and account.conversation().reach_left == 5
    with account.cast.database.reading() as session:
        assert session.scalars(select(Outbox).where(Outbox.kind == "ticket.undelivered")).all()
    account.work(number, "reply", "请带上户口本")
    account.reads(wang, "户口本")


def test_who_stops_following_is_not_written_to(account: Account) -> None:
    """Until they are back: then they get what waits."""
    wang = account.platform.person()
    number = account.file_request(wang)
    assert account.platform.send(wang, "unsubscribe") is None
    account.until(lambda: account.conversation().unreachable_at)
    account.work(number, "claim")
    account.until(lambda: held_notes(account, number) == [HELD["gone"]], what="the worker was not told")
    assert account.platform.api.sent() == []
    assert "社工已经接手" in str(account.platform.send(wang, "subscribe"))


def test_a_poster_scanned_gives_a_minute_and_takes_nothing(account: Account) -> None:
    """Three messages in a minute after an event; what a message has given stays."""
    wang = account.platform.person()
    account.platform.send(wang, "subscribe")
    conversation = account.conversation()
    assert conversation.reach_left == 3
    assert timedelta(0) < conversation.reach_until - utc_now() < timedelta(minutes=1)  # type: ignore[operator]
    account.platform.say(wang, "你好")
    account.platform.send(wang, "scan")
    conversation = account.conversation()
    assert conversation.reach_left == 5 and conversation.reach_until - utc_now() > timedelta(hours=47)  # type: ignore[operator]


def test_a_network_failure_costs_nothing_but_time(account: Account) -> None:
    """WeChat away or busy: tried again, no note to the worker, no message of the allowance lost."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.platform.api.codes = [-1, 45009]
    account.work(number, "claim")
    account.reads(wang, "社工已经接手", seconds=20)
    assert held_notes(account, number) == [] and wang.box.count(wang.box[-1]) == 1
    account.until(lambda: account.waiting() == [])
    assert account.conversation().reach_left == 4


def test_what_was_sent_of_a_long_answer_is_not_sent_again(account: Account) -> None:
    """WeChat goes away after the second of three pieces: later only the third is sent."""
    wang = account.platform.person()
    account.file_request(wang)
    before = len(wang.box)
    whole = "一二三四五六七八九十。\n" * 150
    with account.cast.database.session() as session:
        conversation = session.get_one(Conversation, account.conversation().id)
        transcript.add(session, conversation, "system", whole, "long")
        session.commit()
    account.platform.api.codes = [0, 0, -1]

    def deliver() -> str:
        assert account.wechat._loop
        sending = account.wechat._outgoing.deliver(account.conversation().id)
        return asyncio.run_coroutine_threadsafe(sending, account.wechat._loop).result(10)

    assert deliver() == "later" and len("".join(account.waiting())) < len(whole) / 2
    assert deliver() == "sent"
    assert len(wang.box) == before + 1 and account.waiting() == []


def test_an_answer_of_wechats_that_does_not_come_costs_the_message(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have arrived: it is not put back into the allowance, so that it cannot be repeated for ever."""
    wang = account.platform.person()
    number = account.file_request(wang)
    monkeypatch.setattr("bot.wechat.api.TIMEOUT", (1.0, 0.5))
    account.platform.api.slow = [1.5]
    account.work(number, "claim")
    account.until(lambda: len([text for text in wang.box if "已经接手" in text]) == 2, seconds=20)
    account.until(lambda: account.conversation().reach_left == 3)


def test_two_senders_cannot_share_one_message(account: Account) -> None:
    """The allowance is taken by one conditional UPDATE."""
    account.platform.say(account.platform.person(), "你好")
    conversation = account.conversation()
    taken = []
    for _ in range(7):
        with account.cast.database.session() as session:
            taken.append(window.claim(session, conversation.id, utc_now()))
            session.commit()
    assert taken == [True] * 5 + [False] * 2
    with account.cast.database.session() as session:
        window.use_up(session, conversation.id)
        session.commit()
        row = session.get_one(Conversation, conversation.id)
        assert window.why_not(row, utc_now()) == "used" and window.why_not(row, utc_now() + HOURS) == "closed"


def test_what_a_crash_left_is_answered_after_the_start(account: Account) -> None:
    """Stored, then killed: the next start answers and sends; the resident need not say it twice."""
    wang = account.platform.person()
    account.platform.say(wang, "你好")
    left = heard("text", FromUserName=wang.openid, Content="我娘八十二了，一个人在家没人做饭")
    assert account.cast.conversations.store(left.inbound(account.platform.app_id))
    with account.cast.database.session() as session:
        row = session.get_one(Inbox, ("wechat", account.platform.app_id, left.message_id))
        row.received_at -= timedelta(minutes=1)
        session.commit()
    second = WeChat(account.cast.settings, account.cast.database, account.cast.conversations)
    second._answer_left()
    asyncio.run(second._outgoing.sweep())
    assert "哪个乡镇" in wang.box[-1] and len(wang.box) == 2
    assert account.waiting() == []
