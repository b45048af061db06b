# ruff: noqa: E501 – word lists
"""What residents in danger read: right numbers, right order, no forbidden word."""

from __future__ import annotations

import itertools
import re

import pytest

from nlu.safety import Alarm, hotlines, hotlines_for, safety_messages
from nlu.safety.rules import load_rules

RISKS = load_rules().order
FORBIDDEN = [
    # brushing off, blame, debate
    "想开点", "别冲动", "别想不开", "想不开", "看开", "坚强", "会好的", "没事的", "一切都会", "忍一忍", "为了孩子", "别闹", "不应该", "你怎么",
    "您怎么", "自私", "冷静", "别哭", "活着就有希望", "珍惜生命", "我理解您的感受", "我理解你的感受", "佛", "上帝", "神",
    # methods
    "自杀", "跳楼", "农药", "安眠药", "割腕", "上吊", "剂量", "煤气", "百草枯",
    # promises, secrecy, diagnosis, an end of the talk
    "保证", "一定会", "肯定会", "保密", "不告诉", "绝对", "抑郁症", "精神病", "诊断", "治疗", "再见", "结束对话", "会话", "超时", "已派",
    "马上到", "已经报警", "已报警", "未遂", "成功",
    # what would expose a victim to somebody who reads along, or send her to confront
    "家暴", "虐待", "施暴", "性侵", "老公", "丈夫", "父母", "跟他谈", "找他说", "质问", "监护人",
]  # fmt: skip


def every_alarm() -> list[Alarm]:
    ones = [(risk,) for risk in RISKS]
    return [
        Alarm(risks, urgency, ())
        for risks in [*ones, *itertools.permutations(RISKS, 2), tuple(RISKS)]
        for urgency in ("urgent", "emergency")
    ]


def texts(alarm: Alarm) -> list[str]:
    return [text for minor in (None, True, False) for text in safety_messages(alarm, minor=minor)]


@pytest.mark.parametrize("alarm", every_alarm(), ids=str)
def test_no_forbidden_words(alarm: Alarm) -> None:
    """Nothing in any reply blames, promises, names a method or tells on a victim."""
    said = "\n".join(texts(alarm))
    assert [word for word in FORBIDDEN if word in said] == []


@pytest.mark.parametrize("alarm", every_alarm(), ids=str)
def test_every_reply_has_number_worker_and_question(alarm: Alarm) -> None:
    """Acknowledgement, a number answered day and night, the worker, one question; short enough to read."""
    first, numbers, last = safety_messages(alarm)
    assert not re.search(r"\d{3}", first[:12]), "acknowledge first"
    assert any(number in numbers for number in ("110", "120"))
    assert "我正在通知值班社工" in last
    assert last.rstrip().endswith(("？", "行。"))
    assert all(len(text) <= 190 for text in (first, numbers, last))


def test_calm_gets_no_safety_messages() -> None:
    """Without an alarm nothing is said."""
    assert safety_messages(Alarm()) == []


@pytest.mark.parametrize(
    ("risk", "wanted", "unwanted"),
    [
        ("suicide_self_harm", ["120", "110", "12356"], ["12349", "12345"]),
        ("violence", ["110", "120", "12338"], ["12349", "12356"]),
        ("child_abuse", ["110", "12355"], ["12349", "12338"]),
        ("missing_person", ["110"], ["12356", "12349"]),
        ("medical_emergency", ["120"], ["12356", "12338"]),
        ("survival", ["12345", "120"], ["12349"]),
    ],
)
def test_numbers_of_each_risk(risk: str, wanted: list[str], unwanted: list[str]) -> None:
    """Each risk shows its own numbers."""
    numbers = re.findall(r"\d{3,5}", safety_messages(Alarm((risk,), "emergency"))[1])
    assert set(wanted) <= set(numbers)
    assert not set(unwanted) & set(numbers)


def test_12356_stands_with_its_hours_and_never_alone() -> None:
    """12356 need not answer at night, so it comes after numbers that do, with its hours."""
    numbers = safety_messages(Alarm(("suicide_self_harm",), "urgent"))[1]
    assert numbers.index("120") < numbers.index("12356")
    assert "18个小时" in numbers


def test_a_minor_is_shown_12355() -> None:
    """A child who thinks of death gets the line for the young as well."""
    assert "12355" in safety_messages(Alarm(("suicide_self_harm",), "urgent"), minor=True)[1]
    assert "12355" not in safety_messages(Alarm(("suicide_self_harm",), "urgent"), minor=False)[1]


def test_12349_is_never_shown_without_a_place_check() -> None:
    """12349 means different things in different places."""
    line = hotlines()["12349"]
    assert not line.shown_in(None)
    assert not line.shown_in("430121001")
    assert all(line not in hotlines_for(risk) for risk in RISKS)


def test_hotline_data_is_whole() -> None:
    """Every number has hours, source and the date it was checked."""
    for number, line in hotlines().items():
        assert re.fullmatch(r"\d{3,5}", number)
        assert line.hours and line.source and line.area and line.purpose
        assert re.match(r"20\d\d", line.checked)
        assert set(line.risks) <= set(RISKS)
        assert line.always == (line.hours == "全天")
