"""Facts found in whole messages: right values at right places, few that are not there."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import extract
from nlu.entities.entity import LEXICON, word_table
from nlu.entities.names import _surnames
from nlu.entities.wordlists import word_lists

MESSAGES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "messages.yml").read_text(encoding="utf-8"))
TYPES = ("age", "phone", "id_number", "person_name", "condition", "amount", "time", "address_detail")
RELATIONS = {"本人", "父亲", "母亲", "配偶", "儿子", "女儿", "孙辈", "祖辈", "邻居", "村民", "其他"}


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case["text"])
def test_message(case: dict[str, Any]) -> None:
    """Exactly the values that stand in the message, and the person in need first."""
    found = extract(case["text"])
    values: dict[str, list[Any]] = defaultdict(list)
    for entity in found:
        assert case["text"][entity.start : entity.end] == entity.text
        values[entity.type].append(entity.value)
    for kind in TYPES:
        if kind in case:
            assert sorted(map(str, values[kind])) == sorted(map(str, case[kind])), found
    if "relation" in case:
        primary = [entity.value for entity in found if entity.type == "relation" and entity.primary]
        assert primary == [case["relation"]], found
        assert values["relation"][0] == case["relation"]


@pytest.mark.parametrize(
    ("awaiting", "text", "kind", "value"),
    [
        ("age", "八十二", "age", 82),
        ("phone", "80000000", "phone", "80000000"),
        ("name", "王桂英", "person_name", "王桂英"),
        ("name", "王奶奶", "person_name", "王奶奶"),
        ("name", "阿依古丽·买买提", "person_name", "阿依古丽·买买提"),
        ("village", "12号", "address_detail", "12号"),
    ],
)
def test_bare_answers_count_when_asked_for(awaiting: str, text: str, kind: str, value: Any) -> None:
    """A few characters mean something only as an answer."""
    assert [one.value for one in extract(text, awaiting=awaiting) if one.type == kind] == [value]
    assert [one for one in extract(text) if one.type == kind and kind != "person_name"] == []


@given(st.text(max_size=200))
def test_any_string_is_read(text: str) -> None:
    """No string raises; spans lie in the text; at most one relation is the person in need."""
    found = extract(text, awaiting="name")
    assert all(0 <= one.start < one.end <= len(text) and text[one.start : one.end] == one.text for one in found)
    assert sum(one.type == "relation" and one.primary for one in found) <= 1


@given(st.text(alphabet="我妈爸他今年八十三岁138 0-元万组号叫王，。了没病瘫的", max_size=120))
def test_heaps_of_fact_words_are_read(text: str) -> None:
    """Values stay in their ranges whatever stands together."""
    for one in extract(text):
        assert one.type != "age" or 0 <= int(one.value) <= 120
        assert one.type != "relation" or one.value in RELATIONS
        assert one.type != "phone" or str(one.value).replace("-", "").isdecimal()


def test_lexicon_is_rich_and_whole() -> None:
    """250 words for conditions at least, each once; relations only of the contract's values; 400 surnames."""
    words = [word for _, group in word_table("conditions.tsv") for word in group]
    assert len(words) >= 250
    assert len(words) == len(set(words)), sorted({word for word in words if words.count(word) > 1})
    assert set(word_lists("persons.yml").tables["kin"]) == RELATIONS - {"村民"}
    single, compound = _surnames()
    assert len(single) >= 400 and len(compound) >= 30
    assert (LEXICON / "surnames.txt").exists()


def test_it_is_fast() -> None:
    """A message takes well under a millisecond of processor time."""
    text = "我妈今年八十二岁了，瘫在床上，我儿子在外打工，没人管，一个月八百块，住3组12号，电话13800000000"
    extract(text)
    start = time.process_time()
    for _ in range(200):
        extract(text)
    assert (time.process_time() - start) / 200 < 0.0015
