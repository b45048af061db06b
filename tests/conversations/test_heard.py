"""Which danger of several stands first."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.danger import heard_danger
from nlu.safety import assess

CHILD, VIOLENCE = "child_abuse", "violence"


def parse(*codes: str) -> dict[str, Any]:
    """The engine's judgement, the likeliest first."""
    return {"risks": [{"code": code, "confidence": 0.9} for code in codes], "urgency": "emergency"}


@pytest.mark.parametrize(
    "text",
    ["爸爸又打妈妈了 用板凳打的 妈妈头上流血 我躲在被子里 我四年级", "我读三年级 爷爷喝醉了拿棍子打奶奶 奶奶躺在地上"],
)
def test_a_child_that_tells_of_a_beaten_woman(text: str) -> None:
    """The rules hear who is beaten, the engine that a child writes: the beaten one comes first, the child is kept."""
    assert heard_danger(assess(text), parse(CHILD, VIOLENCE)).risks == (VIOLENCE, CHILD)


def test_a_beaten_child_stays_first() -> None:
    """… where it is the child that is beaten, whatever the engine hears first."""
    floor = assess("我11岁 我爸喝多了拿皮带抽我 腿都出血了 我现在躲在柜子里")
    assert floor.risks == (CHILD,)
    assert heard_danger(floor, parse(CHILD, VIOLENCE)).risks == (CHILD, VIOLENCE)
    assert heard_danger(floor, parse(VIOLENCE, CHILD)).risks == (CHILD, VIOLENCE)


def test_a_mother_that_hides_with_her_child_is_the_beaten_one() -> None:
    """The rules hear no left child in 我跟娃娃躲在厕所."""
    text = "我男人喝了酒在客厅砸东西 我跟娃娃躲在厕所头 他说我敢出去就弄死我"
    assert assess(text).risks == (VIOLENCE,)
    assert heard_danger(assess(text), parse(VIOLENCE, CHILD)).risks == (VIOLENCE, CHILD)


def test_other_dangers_keep_the_order_of_the_engine() -> None:
    """Two small children locked in are no missing persons, though the rules hear 前天出去就冇回."""
    floor = assess("对门屋里锁到两个伢，大的五岁，细的才一岁多，他姆妈前天出去打牌就冇回")
    assert heard_danger(floor, parse(CHILD, "missing_person")).risks == (CHILD, "missing_person")


def test_what_only_one_of_them_hears() -> None:
    """The engine overrules the rules; without it they are alone."""
    floor = assess("爸爸又打妈妈了 用板凳打的")
    assert heard_danger(floor, parse()).risks == ()
    assert heard_danger(floor, None).risks == floor.risks
