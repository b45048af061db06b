# ruff: noqa: E501 – tables of answers
"""Bare answers to the questions of the form."""

from __future__ import annotations

import pytest

from nlu.entities import names_speaker, parse_age, parse_answer, parse_name, parse_phone, parse_relation
from nlu.entities.numbers import valid_id_number


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("八十二", 82), ("82", 82), ("82了", 82), ("67 岁", 67), ("今年六十七", 67), ("三岁半", 3), ("八个月", 0), ("刚满月", 0),
        ("快八十了", 80), ("一百零一", 101), ("八十多", 80), ("虚岁九十", 90), ("大概七十五吧", 75), ("７６", 76), ("十二", 12), ("廿五", 25),
        ("七十好几", None), ("属龙的", None), ("不知道", None), ("三年级", None), ("六七十", None), ("1944年的", None), ("", None),
        ("13800000000", None), ("你好", None), ("200", None), ("跳过", None),
    ],
)  # fmt: skip
def test_age(text: str, years: int | None) -> None:
    """An age in any form, or None where no number is sure."""
    assert parse_age(text) == years


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800000000", "13800000000"), ("139 0000 0000", "13900000000"), ("139-0000-1234", "13900001234"), ("+86 13900001234", "13900001234"),
        ("一三九零零零零一二三四", "13900001234"), ("我的电话是13800000000。", "13800000000"), ("0731-80000000", "0731-80000000"),
        ("80000000", "80000000"), ("1 3 8 0 0 0 0 0 0 0 0", "13800000000"), ("１３８００００００００", "13800000000"),
        ("没有电话", None), ("12345", None), ("138000000", None), ("23800000000", None), ("不方便说", None), ("", None),
    ],
)  # fmt: skip
def test_phone(text: str, number: str | None) -> None:
    """A number that can be dialled, or None."""
    assert parse_phone(text) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王桂英", "王桂英"), ("我叫王桂英", "王桂英"), ("姓王，王桂英", "王桂英"), ("就叫我老李吧", "老李"), ("王奶奶", "王奶奶"), ("小张", "小张"),
        ("欧阳建国", "欧阳建国"), ("阿依古丽·买买提", "阿依古丽·买买提"), ("张三", "张三"), ("李秀英。", "李秀英"), ("我姓张", "张"),
        ("俺爹叫胡全有", "胡全有"), ("我喊做盘良玉", "盘良玉"), ("发错了 小孩叫符亚龙", "符亚龙"), ("老人叫陈建国", "陈建国"), ("王 桂 英", "王桂英"), ("是刘大山", "刘大山"), ("李大爷", "李大爷"),
        ("不知道", None), ("跳过", None), ("没有", None), ("不想说", None), ("", None), ("13800000000", None), ("保密", None),
    ],
)  # fmt: skip
def test_name(text: str, name: str | None) -> None:
    """A name or form of address; a refusal is none."""
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我自己", "本人"), ("我", "本人"), ("本人", "本人"), ("给自己办", "本人"), ("俺娘", "母亲"), ("我妈", "母亲"), ("妈", "母亲"), ("爸", "父亲"),
        ("老伴", "配偶"), ("堂客", "配偶"), ("我孙子", "孙辈"), ("外孙女", "孙辈"), ("奶奶", "祖辈"), ("外婆", "祖辈"), ("隔壁的", "邻居"), ("邻居", "邻居"),
        ("村里一个老人", "村民"), ("我公公", "其他"), ("同学", "其他"), ("我儿子", "儿子"), ("闺女", "女儿"), ("朋友", "其他"), ("我哥", "其他"),
        ("不知道", None), ("", None), ("八十二", None),
    ],
)  # fmt: skip
def test_relation(text: str, value: str | None) -> None:
    """Who it is to the speaker, in the contract's words."""
    assert parse_relation(text) == value


def test_answers_by_slot() -> None:
    """The form asks by the name of the slot; an unknown slot is a mistake of ours."""
    assert parse_answer("age", "82") == 82
    assert parse_answer("beneficiary", "我妈") == "母亲"
    with pytest.raises(KeyError):
        parse_answer("colour", "红")


@pytest.mark.parametrize(
    ("number", "valid"),
    [("110101199003070011", True), ("110101199003070012", False), ("110101199013070011", False), ("990101199003070011", False), ("1101", False)],
)  # fmt: skip
def test_id_number(number: str, valid: bool) -> None:
    """Province, birth date and check character must fit."""
    assert valid_id_number(number) == valid


@pytest.mark.parametrize("text", ["先给我找就行", "就我自己", "写我吧", "我们老两口", "给我们俩口子", "一家四口"])
def test_the_speaker_is_named(text: str) -> None:
    """An answer that is nothing but oneself or one's household."""
    assert names_speaker(text) and parse_relation(text) == "本人"


@pytest.mark.parametrize("text", ["我要找真人", "给我找个人", "给我妈找", "我老婆", "我不知道", "帮我转人工"])
def test_the_speaker_is_not_named(text: str) -> None:
    """… and what is not."""
    assert not names_speaker(text)
