"""The place of the person in need, on whole messages."""

from __future__ import annotations

import random

import pytest

from nlu.places import Gazetteer


def test_messages_it_was_tuned_on(cases) -> None:
    """Every message of cases.tsv gives exactly what it must."""
    wrong = [fault for text, expected in cases.read("cases.tsv") if (fault := cases.judge(text, expected))]
    assert not wrong, "\n".join(wrong)


def test_messages_it_was_not_tuned_on(cases) -> None:
    """Of heldout.tsv at least 97 % are right and at most 1 % wrong but sure."""
    rows = cases.read("heldout.tsv")
    wrong = [fault for text, expected in rows if (fault := cases.judge(text, expected))]
    sure = [fault for fault in wrong if fault.startswith("SURE")]
    assert len(wrong) <= 0.03 * len(rows) and len(sure) <= 0.01 * len(rows), "\n".join(wrong)


@pytest.mark.parametrize(
    "phrase",
    [
        "我是{county}{town}的，老父亲瘫痪在床",
        "{town}，{county}的",
        "{city}{county}{town}",
        "儿子在东莞打工，我和老伴住在{county}{town}",
        "户口在长沙县黄兴镇，人在{county}{town}",
        "在{county}{town}，老娘去北京看病花光了钱",
        "以前住湘潭县花石镇，现在搬到{county}{town}了",
    ],
)
def test_any_township_with_its_county(gazetteer: Gazetteer, phrase: str) -> None:
    """County and township together are never mistaken, wherever in the country."""
    chosen = random.Random(phrase).sample(
        [code for code in gazetteer.townships if gazetteer.name[code][-1] in "镇乡"], 300
    )
    wrong = []
    for code in chosen:
        county, city = gazetteer.name[code[:6]], gazetteer.name[code[:4]]
        city = "" if "直辖" in city or city in ("市辖区", "县", county) else city
        text = phrase.format(county=county, town=gazetteer.name[code], city=city)
        place = gazetteer.locate(text)
        if place.code != code and code not in place.candidates:
            wrong.append((text, place))
    assert len(wrong) <= 1, wrong


def test_every_kind_of_name_can_be_said(gazetteer: Gazetteer) -> None:
    """No registered or popular form of a name breaks the resolver, before or after other words."""
    for form in random.Random(7).sample(sorted(gazetteer.forms), 3000):
        gazetteer.locate(f"我住{form}的，{form}12号")
