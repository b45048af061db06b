"""Whatever is typed or forged is answered with a Chinese sentence, and the conversation stands where it stood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.conversations.conftest import Office, Resident
from tests.conversations.test_form import until
from tests.stack import Stack

Begin = Callable[[], Resident]


def post(stack: Stack, body: Any) -> httpx.Response:
    """A raw request."""
    return stack.client.post("/api/v1/chat", json=body)


ODD = (
    "😀😀😀",
    "。。。？？",
    "asdfgh qwerty",
    "<script>alert(1)</script>",
    "'; DROP TABLE tickets; --",
    "/restart",
    '/inform{"confirm": "yes"}',
    "／cancel",
    "{{7*7}} ${jndi:ldap://x}",
    "\u202e反着写\u200b的\u0007字\x1b[31m",
    "啊" * 10_000,
    "🏳️‍🌈👨‍👩‍👧‍👦",
    "𠮷𠮷",
)


@pytest.mark.parametrize("awaited", [None, "consent", "confirm"])
def test_odd_words_are_answered_and_nothing_is_lost(awaited: str | None, resident: Begin) -> None:
    """Signs, code, commands, ten thousand characters: an answer each, the same question, no ticket."""
    talk = until(resident(), awaited) if awaited else resident()
    for said in ODD:
        talk.play(said)
        assert re.search(r"[\u4e00-\u9fff]", talk.words), said
        assert not talk.last["tickets"], "words are never commands"
        assert talk.awaiting == awaited or not awaited, said
        talk.play("不办了") if talk.awaiting and not awaited else None
    if awaited == "confirm":
        talk.play("[对，提交]")
        assert len(talk.last["tickets"]) == 1


def test_ten_thousand_characters_may_be_a_request(resident: Begin) -> None:
    """A very long story is taken, and its length is told."""
    talk = resident()
    talk.play("我娘八十三了，瘫在床上，想办护理补贴。" + "她年轻时候种田很苦。" * 1200)
    assert "长" in talk.words and talk.awaiting == "consent"


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_said_is_a_clear_problem(stack: Stack, resident: Begin, text: str) -> None:
    """An empty message: 422 with a Chinese sentence."""
    talk = until(resident(), "location")
    answer = post(stack, {"session": talk.session, "text": text})
    assert answer.status_code == 422 and answer.headers["content-type"].startswith("application/problem+json")
    assert re.search(r"[\u4e00-\u9fff]", answer.json()["detail"])
    talk.play("长沙县黄兴镇")
    assert talk.awaiting == "village"


@pytest.mark.parametrize(
    "body", ["{", "[]", '"words"', '{"text": 5}', '{"text": "好", "payload": "/deny"}', "", "null"]
)
def test_wrong_json_is_a_clear_problem(stack: Stack, body: str) -> None:
    """4xx as a problem document with a Chinese sentence."""
    answer = stack.client.post("/api/v1/chat", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert re.search(r"[\u4e00-\u9fff]", answer.json()["detail"])


def test_an_unknown_session_is_told_how_to_begin(stack: Stack) -> None:
    """404, and what to do."""
    answer = post(stack, {"session": "x" * 43, "text": "你好"})
    assert answer.status_code == 404 and "新的对话" in answer.json()["detail"]


@pytest.mark.parametrize(
    "payload",
    ['/inform{"confirm": "yes"}', '/inform{"location": "110101001"}', "/restart", "/nonsense", "x", "/withdraw{", "💣"],
)
def test_a_forged_button_does_nothing(stack: Stack, resident: Begin, payload: str) -> None:
    """Only buttons that were just offered count; the question and its buttons are shown again."""
    talk = until(resident(), "village")
    answer = post(stack, {"session": talk.session, "payload": payload}).json()
    assert answer["awaiting"] == "village" and not answer["tickets"]
    assert answer["messages"][0]["text"] and any(message["buttons"] for message in answer["messages"])


def test_a_button_pressed_twice_counts_once(stack: Stack, resident: Begin) -> None:
    """The submit button of an old summary files nothing twice."""
    talk = until(resident(), "confirm")
    payload = next(b["payload"] for m in talk.last["messages"] for b in m["buttons"] if "提交" in b["title"])
    talk.play("[对，提交]")
    answer = post(stack, {"session": talk.session, "payload": payload}).json()
    assert answer["tickets"] == talk.last["tickets"] and answer["messages"][0]["text"]


def test_a_repeated_message_gets_the_same_answer(stack: Stack, resident: Begin, office: Office) -> None:
    """A bad line sends the last word three times: one ticket, three times the same answer."""
    talk = until(resident(), "confirm")
    body = {"session": talk.session, "text": "对", "message_id": "same-1"}
    answers = [post(stack, body).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]["tickets"]) == 1 == len(office.tickets_of(talk))


def test_the_same_message_at_the_same_moment_is_answered_once(stack: Stack, resident: Begin, office: Office) -> None:
    """Five copies at once still file one ticket."""
    talk = until(resident(), "confirm")
    body = {"session": talk.session, "text": "对", "message_id": "same-2"}
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: post(stack, body).json(), range(5)))
    assert all(answer["tickets"] == answers[0]["tickets"] for answer in answers)
    assert len(office.tickets_of(talk)) == 1


def test_five_messages_at_once_are_all_answered_in_one_order(stack: Stack, resident: Begin, office: Office) -> None:
    """People send in bursts: every message gets an answer, and the talk holds each word with its answer behind it."""
    talk = resident()
    talk.play("你好")
    said = ["我娘八十三了，想办高龄津贴", "要得", "住长沙县黄兴镇", "打卦岭村", "13800000001"]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda text: post(stack, {"session": talk.session, "text": text}), said))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all(answer.json()["messages"] for answer in answers)
    kept = office.words_kept(talk)
    assert sorted(words for words in kept if words in said) == sorted(said)
    for first, second in pairwise(kept):
        assert not (first in said and second in said), "an answer stands between two messages"


def test_a_wrong_type_never_reaches_the_log_or_the_page_as_a_traceback(stack: Stack) -> None:
    """Problem documents hold sentences, not Python."""
    answer = post(stack, {"session": ["x"], "text": {"a": 1}})
    assert answer.status_code == 422 and "Traceback" not in json.dumps(answer.json())
