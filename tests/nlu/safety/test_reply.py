"""What residents in danger read: right numbers, right order, no forbidden word."""

from __future__ import annotations

import itertools
import re

import pytest

from nlu.safety import Alarm, hotlines, hotlines_for, safety_messages
from nlu.safety.rules import load_rules
from tests.wording import IN_DANGER, NOWHERE

RISKS = load_rules().order


def every_alarm() -> list[Alarm]:
    ones = [(risk,) for risk in RISKS]
    return [
        Alarm(risks, urgency, ())
        for risks in [*ones, *itertools.permutations(RISKS, 2), tuple(RISKS)]
        for urgency in ("urgent", "emergency")
    ]


def texts(alarm: Alarm) -> list[str]:
    return [
        text
        for minor in (None, True, False)
        for called in (True, False)
        for text in safety_messages(alarm, minor=minor, called=called)
    ]


@pytest.mark.parametrize("alarm", every_alarm(), ids=str)
def test_no_forbidden_words(alarm: Alarm) -> None:
    """Nothing in any reply blames, promises, names a method or tells on a victim."""
    said = "\n".join(texts(alarm))
    assert [word for word in (*NOWHERE, *IN_DANGER) if word in said] == []


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
        ("violence", ["110", "120", "12338"], ["12349", "12356", "12348"]),
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


def test_the_law_comes_when_nobody_is_being_hurt_just_now() -> None:
    """12348 is offered for violence that is over for the moment, never before 110."""
    said = safety_messages(Alarm(("violence",), "urgent"))[1]
    assert said.index("110") < said.index("12348")


def test_the_fire_brigade_is_called_to_heights_and_machines() -> None:
    """Who stands at an edge or is caught needs to be got down or out."""
    assert "119" in safety_messages(Alarm(("suicide_self_harm",), "emergency", ("suicide_self_harm.edge",)))[1]
    assert "119" not in safety_messages(Alarm(("suicide_self_harm",), "urgent", ("suicide_self_harm.wish",)))[1]


def test_nobody_is_sent_to_the_family_where_the_family_may_be_the_danger() -> None:
    """A child who is beaten and thinks of death is told to find somebody trusted."""
    said = safety_messages(Alarm(("suicide_self_harm", "child_abuse"), "urgent"))[0]
    assert "信得过的人" in said and "家里人" not in said


def test_without_a_worker_none_is_said_to_be_told() -> None:
    """While the database is away no alarm can be filed, and nobody is promised one."""
    said = "".join(safety_messages(Alarm(("violence",), "emergency"), called=False))
    assert "通知" not in said and "110" in said and "一直在这里" in said
