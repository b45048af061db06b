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
        stack.wait()
        time.sleep(5.2)  # the app leaves a failing engine alone for five seconds


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


@pytest.mark.parametrize("said", ["我想办低保", BEATEN])
def test_without_the_database_nothing_is_called_accepted(said: str, stack: Stack, resident: Begin) -> None:
    """503 with an honest sentence and numbers to call; in danger the full hotlines. Afterwards the talk goes on."""
    talk = resident()
    talk.play("你好")
    with broken_database(stack):
        began = time.monotonic()
        answer = stack.client.post("/api/v1/chat", json={"session": talk.session, "text": said})
        assert time.monotonic() - began <= 2.0
    assert answer.status_code == 503, answer.text
    detail = answer.json()["detail"]
    assert "没有记下来" in detail and "110" in detail and "120" in detail and "受理号" not in detail
    assert ("请现在就打" in detail) == (said == BEATEN)
    stack.wait()
    talk.play("想办低保")
    assert talk.awaiting == "consent"
