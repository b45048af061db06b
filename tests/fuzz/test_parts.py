"""The parts of understanding that need no engine: normalisation, facts, answers, places and the safety floor."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import entities
from nlu.normalise import chinese_number, normalise
from nlu.places import Gazetteer
from nlu.safety import assess
from nlu.safety.floor import LEVELS
from nlu.safety.rules import load_rules
from tests.fuzz.slowest import Slowest
from tests.fuzz.texts import PROFILE, texts

KINDS = {
    "age", "phone", "id_number", "person_name", "relation", "condition", "amount", "time", "address_detail",
}  # fmt: skip
AWAITED = (None, "age", "phone", "name", "relation", "village", "location", "address_detail")
SLOTS = ("age", "phone", "name", "relation", "beneficiary")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """One for all inputs, as in the product."""
    return Gazetteer.load()


def check_facts(text: str, awaiting: str | None) -> None:
    """Every fact lies in the text, quotes it, and can be sent."""
    for fact in entities.extract(text, awaiting=awaiting):
        assert fact.type in KINDS
        assert 0 <= fact.start < fact.end <= len(text) and text[fact.start : fact.end] == fact.text
        json.dumps(fact.value, allow_nan=False)


def check_place(gazetteer: Gazetteer, text: str, within: str | list[str] | None, asked: bool) -> None:
    """A place is known, or none; where it is said lies in the text."""
    place = gazetteer.locate(text, within=within, asked=asked)
    assert place.status in ("resolved", "ambiguous", "none")
    assert (place.status == "resolved") == (place.code is not None)
    assert (place.status == "ambiguous") == bool(place.candidates)
    for code in filter(None, (place.code, place.area, *place.candidates)):
        assert gazetteer.describe(code)
    assert all(0 <= start < end <= len(text) for start, end in place.spans)


@PROFILE
@given(
    text=texts(),
    awaiting=st.sampled_from(AWAITED),
    within=st.sampled_from((None, None, "", "43", "430321", ["430321107", "430321100"])),
    asked=st.booleans(),
)
def test_any_text_is_understood_somehow(
    gazetteer: Gazetteer, slowest: Slowest, text: str, awaiting: str | None, within: str | list[str] | None, asked: bool
) -> None:
    """No text makes a part fail, point outside of it, or name what does not exist."""
    began = time.perf_counter()
    assert len(normalise(text)) == len(text)
    check_facts(text, awaiting)
    check_place(gazetteer, text, within, asked)
    alarm = assess(text)
    slowest.note(time.perf_counter() - began, text)
    assert alarm.urgency in LEVELS and set(alarm.risks) <= set(load_rules().order)
    assert bool(alarm.risks) == (alarm.urgency != "routine")
    for slot in SLOTS:
        json.dumps(entities.parse_answer(slot, text), allow_nan=False)
    chinese_number(text)


@pytest.mark.parametrize("text", ["\ud800", "花石镇\udfff我八十二岁", "\ud83d" * 100])
def test_half_characters_are_read_as_spaces(gazetteer: Gazetteer, text: str) -> None:
    """A lone surrogate, left when something cut an emoji in two, is no reason to fail."""
    check_facts(text, None)
    check_place(gazetteer, text, None, True)
    assess(text)


@pytest.mark.parametrize(
    "text", ["9" * 400 + "万块", "一" * 5000, "一万" * 2000 + "块", "工资" + "9" * 5000, "0." + "9" * 400 + "元"]
)
def test_numbers_too_long_to_be_meant_are_none(text: str) -> None:
    """Nobody earns so much: no overflow, no amount of four hundred digits."""
    assert chinese_number(text) is None
    for fact in entities.extract(text):
        assert not isinstance(fact.value, int | float) or fact.value < 10**18
