"""What each library got right, level by level: a library is asked for no level that it does not know.

Names count in any form in use (湖南 or 湖南省, 望城县 for 望城区), because registers differ by year. Of an ambiguous
message the levels count that its candidates share; whoever names more there is wrong and sure of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlu.places import Gazetteer, names

LEVELS = ("province", "city", "county", "township")
SIZES = (2, 4, 6, 9)
Said = Sequence["str | None"]


@dataclass(frozen=True)
class Gold:
    """Of each level the names that are right: none of them where the country has no such level there (the counties of
    a province itself have no city), None where the message leaves it open."""

    levels: tuple[frozenset[str] | None, ...]
    placed: bool
    """Whether the message says where the person lives at all."""


@dataclass
class Tally:
    """Right answers and questions of each level, and what was said wrongly without a doubt."""

    right: list[int]
    asked: list[int]
    wrong_county: int = 0
    wrong_township: int = 0
    placed: int = 0
    messages: int = 0


def gold_of(gazetteer: Gazetteer, row: dict[str, Any]) -> Gold:
    """From a row of evaluation/places.jsonl."""
    codes = [row["code"]] if row["code"] else row["candidates"]
    levels: list[frozenset[str] | None] = []
    for size in SIZES:
        heads = {code[:size] for code in codes}
        levels.append(_forms(gazetteer, heads.pop()) if len(heads) == 1 else None)
    return Gold(tuple(levels), bool(codes))


def _forms(gazetteer: Gazetteer, code: str) -> frozenset[str]:
    name, city = gazetteer.name[code], gazetteer.name.get(code[:4], "")
    if name in names.PSEUDO or (len(code) == 6 and name == city):
        return frozenset()
    if len(code) == 2:
        forms = names.province_forms(name)
    elif len(code) == 4:
        forms = names.city_forms(name)
    elif len(code) == 6:
        full, bare = names.county_forms(name, city)
        forms = full | names.former_county_forms(name), bare
    else:
        plain = names.plain_township(name, gazetteer.name[code[:6]], city)
        full, bare = names.township_forms(plain)
        forms = full | names.former_township_forms(plain) | {name}, bare
    return frozenset(forms[0] | forms[1])


def tally(gold: Sequence[Gold], said: Sequence[Said]) -> Tally:
    """Counts all messages."""
    count = Tally([0] * 4, [0] * 4)
    for truth, answer in zip(gold, said, strict=True):
        _count(count, truth, [None if name in names.PSEUDO else name for name in answer])
    return count


def _count(count: Tally, truth: Gold, said: list[str | None]) -> None:
    count.messages += 1
    count.placed += truth.placed
    right = [bool(forms) and name in (forms or ()) for forms, name in zip(truth.levels, said, strict=True)]
    # 江口镇 of another county is another town
    right[3] = right[3] and not any(
        name is not None and forms and not fits
        for name, forms, fits in zip(said[:3], truth.levels[:3], right[:3], strict=True)
    )
    for level, forms in enumerate(truth.levels):
        if forms:
            count.asked[level] += 1
            count.right[level] += right[level]
    # A message without a home may well name a county: only where there is a home can the county be the wrong one.
    if truth.placed and said[2] is not None and truth.levels[2] != frozenset():
        count.wrong_county += not right[2]
    if said[3] is not None:
        count.wrong_township += not right[3]
