"""What people answer when asked whether they are satisfied: stars in many mouths, remarks, and other matters."""

from __future__ import annotations

from typing import Any

import pytest

from actions.effects import RateTicket
from actions.rating import stars_in, undone, verdict
from actions.turn import Turn


def turn(text: str, intent: str = "inform", services: tuple[str, ...] = (), **more: Any) -> Turn:
    """A message as the engine understood it, surely."""
    return Turn(
        text=text,
        intent=intent,
        confidence=0.9,
        services=[{"code": code, "confidence": 0.9} for code in services],
        ranking=[],
        risks=more.pop("risks", []),
        urgency="routine",
        entities=[],
        location={"status": "none"},
        area=None,
        values=more.pop("values", {}),
        awaiting=None,
        slots={},
    )


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("很满意", 5),
        ("非常满意，谢谢", 5),
        ("太好了，谢谢你们", 5),
        ("五星", 5),
        ("打5分", 5),
        ("5", 5),
        ("满意", 4),
        ("挺好", 4),
        ("还不错", 4),
        ("一般", 3),
        ("一般般吧", 3),
        ("马马虎虎", 3),
        ("还可以", 3),
        ("三颗星", 3),
        ("不满意", 2),
        ("不太满意", 2),
        ("不怎么好", 2),
        ("没给办好，没有解决", 2),
        ("太慢了", 2),
        ("很不满意", 1),
        ("太差了", 1),
        ("一点都不满意", 1),
        ("给1分", 1),
        ("来了两个人", None),
        ("15", None),
        ("他人是个老实人", None),
    ],
)
def test_stars_in_words(text: str, stars: int | None) -> None:
    """Negations before praise; a number only where it is one of stars."""
    assert stars_in(text) == stars


def test_a_button_says_which_request() -> None:
    """Stars and number as they were offered."""
    pressed = verdict(turn("", "rate_service", values={"stars": 1, "ticket": "43-1"}))
    assert pressed == RateTicket("", 1, "43-1")


@pytest.mark.parametrize("text", ["不想评", "跳过", "懒得评价了", "算了不用评了"])
def test_rather_not(text: str) -> None:
    """Nobody is pressed."""
    found = verdict(turn(text, "deny"))
    assert found and found.declined


@pytest.mark.parametrize(
    "other",
    [
        turn("低保要什么条件", "ask_policy", ("dibao",)),
        turn("我爸想办残疾证", "request_service", ("disability_certificate",)),
        turn("转人工", "talk_to_human"),
        turn("撤回", "withdraw"),
        turn("你好", "greet"),
        turn("不满意，不想活了", "rate_service", risks=["suicide_self_harm"]),
        turn("", "deny", values={"reopen": "43-1"}),
    ],
)
def test_other_matters_are_no_verdict(other: Turn) -> None:
    """Danger above all."""
    assert verdict(other) is None


def test_a_remark_is_kept_without_stars() -> None:
    """Free words count as a comment."""
    assert verdict(turn("小李人和气，来了三趟", "inform")) == RateTicket("小李人和气，来了三趟")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("根本没给我办好，钱没到账", True),
        ("什么都没解决", True),
        ("还要接着办啊", True),
        ("没有不满意", False),
        ("办好了，谢谢", False),
    ],
)
def test_finished_work_that_is_not(text: str, said: bool) -> None:
    """Only of something that was said to be done, and not when the words name a matter of their own."""
    heard = turn(text)
    assert not undone(heard)
    heard.context = {"finished": True}
    assert undone(heard) is said
    heard.services = [{"code": "other", "confidence": 0.3}]
    assert undone(heard) is said
    heard.services = [{"code": "dibao", "confidence": 0.9}]
    assert not undone(heard)
