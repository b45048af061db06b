"""What the benchmark counts and writes."""

from __future__ import annotations

import pytest

from nlu.places import Gazetteer
from tests.bench.figures import with_section
from tests.bench.places import ask, measure
from tests.bench.places.judge import LEVELS, gold_of, tally


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """The names of the country."""
    return Gazetteer.load()


HUASHI = {"code": "430321107", "candidates": []}  # 湖南省湘潭市湘潭县花石镇
CHANGAN = {"code": "441900119", "candidates": []}  # 广东省东莞市长安镇: a city without counties
JIANGKOU = {"code": None, "candidates": ["500156102", "500235131"]}  # two of 重庆, in different counties
NOWHERE = {"code": None, "candidates": []}


def test_levels_are_counted_each_by_itself(gazetteer: Gazetteer) -> None:
    """Short and full names are as good; a level left out is not right, and not wrong for sure."""
    gold = [gold_of(gazetteer, HUASHI)] * 3
    said = [["湖南省", "湘潭市", "湘潭县", "花石镇"], ["湖南", None, "湘潭", None], [None] * 4]
    count = tally(gold, said)
    assert (count.right, count.asked) == ([2, 1, 2, 1], [3, 3, 3, 3])
    assert (count.wrong_county, count.wrong_township) == (0, 0)


def test_a_town_of_the_right_name_in_a_wrong_county_is_wrong(gazetteer: Gazetteer) -> None:
    """长沙县花石镇 is not 湘潭县花石镇, and was given as sure."""
    count = tally([gold_of(gazetteer, HUASHI)], [["湖南省", "长沙市", "长沙县", "花石镇"]])
    assert count.right == [1, 0, 0, 0]
    assert (count.wrong_county, count.wrong_township) == (1, 1)


def test_a_level_that_the_country_does_not_have_is_not_asked_for(gazetteer: Gazetteer) -> None:
    """东莞 has no counties: neither its absence nor a repeated city name counts."""
    gold = [gold_of(gazetteer, CHANGAN)] * 2
    count = tally(gold, [["广东省", "东莞市", None, "长安镇"], ["广东省", "东莞市", "东莞市", "长安镇"]])
    assert (count.right, count.asked) == ([2, 2, 0, 2], [2, 2, 0, 2])
    assert (count.wrong_county, count.wrong_township) == (0, 0)


def test_of_an_ambiguous_message_only_what_is_common_counts(gazetteer: Gazetteer) -> None:
    """重庆 is sure, the county is not: to name one is wrong."""
    gold = [gold_of(gazetteer, JIANGKOU)] * 2
    count = tally(gold, [["重庆市", None, None, None], ["重庆市", "市辖区", "武隆区", "江口镇"]])
    assert (count.right[0], count.asked[0], count.asked[2], count.asked[3]) == (2, 2, 0, 0)
    assert (count.wrong_county, count.wrong_township, count.placed) == (1, 1, 2)


def test_a_message_without_a_home_may_name_a_county_but_no_town(gazetteer: Gazetteer) -> None:
    """住在成都 is no mistake; a town given for 和平饭店 is one."""
    gold = [gold_of(gazetteer, NOWHERE)] * 2
    count = tally(gold, [["四川省", "成都市", None, None], ["吉林省", None, "和平区", "和平镇"]])
    assert (count.wrong_county, count.wrong_township, count.placed, count.messages) == (0, 1, 0, 2)


def test_ours_is_asked_in_the_same_way_as_the_peers() -> None:
    """The adapter gives names of four levels, and of an ambiguous message what is common."""
    locate, read = ask.yimi()
    assert read(locate("我住湘潭县花石镇日华村")) == ["湖南省", "湘潭市", "湘潭县", "花石镇"]
    assert read(locate("我住重庆江口镇"))[0] == "重庆市" and read(locate("我住重庆江口镇"))[3] is None
    assert list(read(locate("你好"))) == [None] * 4


def test_a_level_a_library_does_not_know_is_a_dash(gazetteer: Gazetteer) -> None:
    """Nobody is blamed for what they never offered."""
    count = tally([gold_of(gazetteer, HUASHI)], [["湖南省", "湘潭市", "湘潭县", None]])
    answer = {"version": "1", "load": 0.5, "memory": 100.0, "ms": [[1.0, 3.0], [2.0, 2.0]]}
    lines = measure.table({"yimi": answer, "cpca": answer}, {"yimi": count, "cpca": count})
    rows = {line.split("|")[1].strip(): line.split("|")[2:4] for line in lines}
    assert set(rows) >= {f"{level} right" for level in LEVELS}
    assert [cell.strip() for cell in rows["county right"]] == ["1 / 1", "1 / 1"]
    assert [cell.strip() for cell in rows["township right"]] == ["0 / 1", "–"]
    assert [cell.strip() for cell in rows["wrong township given as sure"]] == ["0 / 1", "–"]
    assert [cell.strip() for cell in rows["ms a message, p50 / p95"]] == ["2.00 / 3.00"] * 2


def test_a_section_replaces_its_like_and_leaves_the_others() -> None:
    """A new one goes to the end."""
    page = with_section(with_section("# P\n\nhead\n", "A", ["1"]), "B", ["2"])
    assert page == "# P\n\nhead\n\n## A\n\n1\n\n## B\n\n2\n"
    assert with_section(page, "A", ["3"]) == "# P\n\nhead\n\n## A\n\n3\n\n## B\n\n2\n"
