"""A part of the product is down in the middle of a conversation: the truth is told, and the words are kept."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.conversations.conftest import HUANGXING, Office, Resident
from tests.conversations.test_danger import BEATEN
from tests.conversations.test_form import until
from tests.stack import Stack

Begin = Callable[[], Resident]


@contextmanager
def without(stack: Stack, name: str) -> Iterator[None]:
    """A process is stopped, and running again afterwards."""
    stack.stop(name)
    try:
        yield
    finally:
        stack.start(name)
        time.sleep(
            5.2
        )  # the app leaves a failing engine alone, and trusts its last look at the parts, for five seconds
        stack.wait()


@pytest.mark.parametrize("name", ["engine", "actions", "redis"])
def test_words_are_kept_and_the_talk_goes_on_afterwards(
    name: str, stack: Stack, resident: Begin, office: Office
) -> None:
    """Down: the request is filed as it was said, with hotlines and an honest word. Up again: the talk goes on."""
    talk = resident()
    talk.play("你好")
    with without(stack, name):
        talk.play("我娘八十三了瘫在床上，想办护理补贴，住长沙县黄兴镇，电话13800000001")
        assert "抢修" in talk.words and "12345" in talk.words and "120" in talk.words
        (number,) = talk.last["tickets"]
        (row,) = office.tickets_of(talk)
        assert row.degraded and row.queue == HUANGXING and "瘫在床上" in str(row.description)
        talk.play("谢谢")
        assert talk.words and talk.last["tickets"] == [number]
        talk.play("她还有糖尿病，眼睛也看不清了")
        assert talk.last["tickets"] == [number], "the whole outage is one ticket"
        assert "糖尿病" in str(office.ticket(number)["description"])
        assert_danger_is_answered(resident(), office)
    talk.play("你好，我想给我爸办残疾证")
    assert talk.awaiting == "consent", talk.transcript


def test_a_form_goes_on_where_it_stood(stack: Stack, resident: Begin, office: Office) -> None:
    """The engine goes away between two questions; after it is back, the answers before are still known."""
    talk = until(resident(), "name")
    with without(stack, "engine"):
        talk.play("王桂英")
        assert "抢修" in talk.words
    talk.play("王桂英")
    assert talk.awaiting == "phone"
    talk.play("13800000001")
    assert "83" in talk.words and "打卦岭" in talk.words and "王桂英" in talk.words


def assert_danger_is_answered(talk: Resident, office: Office) -> None:
    """Whatever is down: hotlines within two seconds, and an alarm."""
    began = time.monotonic()
    talk.play(BEATEN)
    assert time.monotonic() - began <= 2.0
    assert "110" in talk.words and talk.last["urgency"] == "emergency"
    assert office.ticket(talk.last["tickets"][0])["urgency"] == "emergency"


@contextmanager
def broken_database(stack: Stack) -> Iterator[None]:
    """The table every message goes to is gone: each statement on it fails, as on a damaged file."""
    path = stack.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=15, isolation_level=None)) as other:
        other.execute("ALTER TABLE inbox RENAME TO inbox_away")
        try:
            yield
        finally:
            other.execute("ALTER TABLE inbox_away RENAME TO inbox")


def assert_kept_and_not_filed(talk: Resident, said: str) -> None:
    """An honest word within two seconds, numbers to call, in danger the full hotlines; nothing is called filed."""
    began = time.monotonic()
    talk.play(said)
    assert time.monotonic() - began <= 2.0
    assert "已记下" in talk.words and "系统恢复后" in talk.words and "110" in talk.words and "120" in talk.words
    assert not any(word in talk.words for word in ("受理号", "已受理", "已提交", "通知"))
    assert ("请现在就打" in talk.words) == (said == BEATEN)
    assert talk.last["tickets"] == [] and talk.last["urgency"] == ("emergency" if said == BEATEN else "routine")


def until_heard(office: Office, talk: Resident, word: str) -> str:
    """What the assistant said in the database, once it holds a word; within ten seconds."""
    ends = time.monotonic() + 10
    while True:
        said = "\n".join(office.words_kept(talk)) if office.knows(talk) else ""
        if word in said or time.monotonic() > ends:
            return said
        time.sleep(0.2)


@pytest.mark.parametrize("said", ["我想办低保，住长沙县黄兴镇", BEATEN])
def test_without_the_database_words_are_kept_and_answered_afterwards(
    said: str, stack: Stack, resident: Begin, office: Office
) -> None:
    """Kept on the disk, answered by itself when the database is back, with the number of the alarm."""
    talk = resident()
    talk.play("你好")
    with broken_database(stack):
        assert_kept_and_not_filed(talk, said)
        assert list((stack.settings.var_dir / "spool").glob("*.kept"))
    heard = until_heard(office, talk, "系统恢复了")
    assert said in heard and "系统恢复了" in heard
    assert not list((stack.settings.var_dir / "spool").glob("*.kept"))
    if said == BEATEN:
        (ticket,) = office.tickets_of(talk)
        assert ticket.urgency == "emergency" and ticket.number in heard
    stack.wait()
    talk.play("同意" if said != BEATEN else "长沙县黄兴镇")
    assert talk.last["urgency"] == ("emergency" if said == BEATEN else "routine") and talk.awaiting


def test_several_messages_are_answered_in_their_order(stack: Stack, resident: Begin, office: Office) -> None:
    """The place comes after the cry, and both are in one alarm."""
    talk, said = resident(), [BEATEN, "长沙县黄兴镇打卦岭村三组", "门快要被他砸开了"]
    talk.play("你好")
    with broken_database(stack):
        talk.play(*said)
    until_heard(office, talk, "系统恢复了")
    ends = time.monotonic() + 10
    while len(kept := [each for each in office.words_kept(talk) if each in said]) < len(said):
        assert time.monotonic() < ends, kept
        time.sleep(0.2)
    assert kept == said
    (ticket,) = office.tickets_of(talk)
    assert ticket.queue == HUANGXING and ticket.village and "砸开" in str(office.ticket(ticket.number))


def test_with_everything_down_the_hotlines_come(stack: Stack, resident: Begin, office: Office) -> None:
    """Engine, actions, Redis and database away: the first message of somebody new is answered within two seconds."""
    talk, names = resident(), ("engine", "actions", "redis")
    stack.stop(*names)
    try:
        with broken_database(stack):
            assert_kept_and_not_filed(talk, BEATEN)
    finally:
        stack.start(*reversed(names))
        time.sleep(5.2)
        stack.wait()
    until_heard(office, talk, BEATEN)
    (ticket,) = office.tickets_of(talk)
    assert ticket.urgency == "emergency" and BEATEN in str(ticket.description)


def test_after_a_restart_the_kept_words_are_answered(stack: Stack, resident: Begin, office: Office) -> None:
    """The web process dies during the outage; the next one takes them up."""
    talk = resident()
    talk.play("你好")
    with broken_database(stack):
        assert_kept_and_not_filed(talk, BEATEN)
        stack.kill("web")
    stack.start("web")
    stack.wait()
    until_heard(office, talk, "系统恢复了")
    (ticket,) = office.tickets_of(talk)
    assert ticket.urgency == "emergency"
