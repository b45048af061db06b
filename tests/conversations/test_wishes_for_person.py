"""Wishes that are heard without the engine: for a person, and back to the assistant. Everything else is a matter."""

from __future__ import annotations

import pytest

from bot.conversation.inbound import Inbound
from bot.conversation.person import BACK, asks_for_person, is_answer, wants_assistant


def said(text: str | None = None, payload: str | None = None) -> Inbound:
    """A message."""
    return Inbound("web", "", "1", "session", text=text, payload=payload)


@pytest.mark.parametrize(
    "text",
    ["转人工", "我要找真人社工", "叫个活人来！", "找个人跟我说", "帮我找一下社工", "能不能换人工？"],
)
def test_a_person_is_wanted(text: str) -> None:
    """Heard with the engine down."""
    assert asks_for_person(text)


@pytest.mark.parametrize("text", ["", "找社工上门给我娘做饭", "我找人帮忙修房子", "转学要什么手续", "转人工" * 5000])
def test_a_matter_is_no_such_wish(text: str) -> None:
    """Nor is anything long."""
    assert not asks_for_person(text)


@pytest.mark.parametrize("text", ["不等了", "算了，不等了，跟你说吧", "不找社工了", "不等社工了，先跟助手说"])
def test_back_to_the_assistant(text: str) -> None:
    """In words or by the button."""
    assert wants_assistant(said(text)) and wants_assistant(said(payload=BACK))


@pytest.mark.parametrize("text", ["", "不要了", "找社工", "跟你说个事", "不等他回来就没米了", "不等了" * 4000])
def test_words_for_the_worker_stay_theirs(text: str) -> None:
    """不要了 answers the worker; it does not send the worker away."""
    assert not wants_assistant(said(text))


def test_to_a_worker_the_assistant_must_be_named() -> None:
    """不等了 is said to the worker who speaks; 跟助手说 is not."""
    assert not wants_assistant(said("不等了"), waiting=False) and not wants_assistant(said("跟你说吧"), waiting=False)
    assert wants_assistant(said("还是跟助手说吧"), waiting=False)


@pytest.mark.parametrize(
    ("intent", "services", "expected"),
    [
        ("inform", [], True),
        ("affirm", [], True),
        ("request_service", ["dibao"], True),
        ("request_service", ["funeral"], False),
        ("ask_status", [], False),
        ("talk_to_human", [], False),
    ],
)
def test_what_answers_a_worker(intent: str, services: list[str], expected: bool) -> None:
    """Whatever is not clearly another matter; and everything when nobody can tell."""
    parse = {"intent": intent, "services": [{"code": code} for code in services]}
    assert is_answer(parse, ["dibao"]) is expected
    assert is_answer(None, ["dibao"])
