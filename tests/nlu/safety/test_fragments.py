"""Pieces of a sentence and yes said for somebody else are no danger; whatever could be one is not among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.messages import read_all
from nlu.safety import assess_alone, says_nothing

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "text",
    [
        "我想",
        "我要",
        "办那个",
        "我想问",
        "帮我",
        "想请你们",
        "爷爷在旁边，他说可以",
        "妈说可以",
        "我和弟弟",
        "给我妈",
        "是我爷爷",
        "我问了奶奶，她说行",
        "外婆讲要得",
    ],
)
def test_nothing_is_said_yet(text: str) -> None:
    """No alarm, neither with the engine nor without."""
    assert says_nothing(text)
    assert not assess_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "我想死",
        "我不想",
        "我想走",
        "救我",
        "我怕",
        "打我",
        "他在旁边，说行",
        "他说可以",
        "我老公说行",
        "爷爷在旁边，打我",
        "我和弟弟怕",
        "给我妈打的",
        "",
        "。。",
    ],
)
def test_what_may_be_danger_is_left_to_the_model(text: str) -> None:
    """Two characters can be a cry; and who is with somebody violent may say 他说行."""
    assert not says_nothing(text)


def test_no_danger_that_is_known_is_taken_for_nothing() -> None:
    """None of the messages of danger that were trained on or measured with."""
    messages = read_all([ROOT / "data" / "risks", ROOT / "evaluation" / "messages"])
    assert not [each.text for each in messages if each.risks and says_nothing(each.text)]
