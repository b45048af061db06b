"""The work done for a message grows with its length, not with the square of it: counted, never timed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest

from nlu import entities, normalise
from nlu.entities import ages, conditions, names, numbers, quantities, relations
from nlu.places import Gazetteer, residence
from nlu.safety import assess

parser: Any = re._parser  # type: ignore[attr-defined]  # the standard library's own, to look into patterns

HALF, WHOLE = 3_000, 6_000
UNITS = [
    "我", "我妈", "儿子儿媳", "有个老人", "孩子", "邻居的", "八十岁", "82,", "11 ", "我八十，", "13800001234",
    "第3组 ", "工资3", "·一", "九旬",
    "花石镇", "红星村", "王庄村", "住长沙市", "八十", "东村", "村里", "社区", "我住北京",
    "不肯回家等于", "旧伤停药吗这儿活", "七八九十两几找吃再也不醒打不动了锁到", "我不想活了，", "老公打我", "自 杀 ",
]  # fmt: skip


def work(call: Callable[[str], object], text: str) -> int:
    """How many functions, Python's and C's, were called."""
    count = 0

    def counting(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counting)
    try:
        call(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """One for all texts, warmed up."""
    loaded = Gazetteer.load()
    for unit in UNITS:
        loaded.locate(unit)
        entities.extract(unit)
        assess(unit)
    return loaded


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_is_twice_the_work(gazetteer: Gazetteer, unit: str) -> None:
    """Any of these again and again, the worst for lists of what was found: linear, with room for a constant."""
    half, whole = (unit * WHOLE)[:HALF], (unit * WHOLE)[:WHOLE]
    for call in (gazetteer.locate, entities.extract, assess):
        assert work(call, whole) < 2.6 * work(call, half) + 3_000, call


def unbounded(tree: Any) -> Iterator[str]:
    """The repeats without a limit in a parsed pattern."""
    for operation, argument in tree:
        name = str(operation)
        if name.endswith("_REPEAT"):
            if argument[1] is parser.MAXREPEAT:
                yield name
            yield from unbounded(argument[2])
        elif name == "SUBPATTERN":
            yield from unbounded(argument[-1])
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from unbounded(branch)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from unbounded(argument[1])


@pytest.mark.parametrize("module", [ages, conditions, names, numbers, quantities, normalise])
def test_patterns_over_whole_messages_repeat_only_so_often(module: ModuleType) -> None:
    """`[一二三]+组` reads a run of ten thousand numerals anew from each of them; `{1,4}` does not."""
    patterns = {name: one for name, one in vars(module).items() if isinstance(one, re.Pattern)}
    allowed = {"_ARABIC"}  # is matched against a whole numeral only
    found = {name for name, one in patterns.items() if list(unbounded(parser.parse(one.pattern)))}
    assert patterns or module is conditions
    assert found <= allowed


def test_persons_are_looked_for_in_the_opening_of_a_message_only() -> None:
    """Their patterns repeat freely, and who is in need is weighed against everybody else: what is read is bounded."""
    opening = "我妈八十了，" * (relations.READ // 6)
    read = work(lambda text: list(relations.find_relations(text, text)), opening)
    assert work(lambda text: list(relations.find_relations(text, text)), opening * 10) < 1.1 * read + 1_000


def test_of_a_clause_without_end_only_the_words_near_the_place_are_read(gazetteer: Gazetteer) -> None:
    """Cues are looked for near a name: 现在 ten thousand times before it takes no longer, and the place is found."""
    text = "我" * 9_000 + "住在湘潭县花石镇"
    left, earlier = residence._clause_before(text, text.index("湘"), 0)
    assert len(left) == 200 and len(earlier) <= 400
    assert gazetteer.locate(text).code == "430321107"
