"""From a message to the township of the person in need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nlu.normalise import chinese_number, normalise
from nlu.places import residence
from nlu.places.chains import Chain, fit, link
from nlu.places.homophones import by_sound
from nlu.places.mentions import (
    Codes,
    Mention,
    bare_village,
    best_cover,
    division_mentions,
    most,
    nested,
    suffixed_villages,
)
from nlu.places.place import NOWHERE, Place
from nlu.taken import Taken

if TYPE_CHECKING:
    from nlu.places.gazetteer import Gazetteer

_ORDINAL = re.compile(
    r"第([一二三四五六七八九十]{1,6}|\d{1,6})(?:个|条|项|种)?|^\s{0,9}(\d{1,2})\s{0,9}[号.、]?\s{0,9}$|^(最后)(?:面)?(?:一个|那个)"
)
_HOME_CUE = re.compile(r"(?:住在|家住在?|家在|住|地址[是:]{0,3})(?=[一-鿿])")
_BARE_CUE, _ORDINARY_CUE = 1.7, 2.9
_NO_VERB = "人家"  # 一家人团结最重要


def locate(gazetteer: Gazetteer, text: str, *, within: str | Sequence[str] | None = None, asked: bool = False) -> Place:
    """Where the person in need lives, as far as `text` says.

    `within` narrows to a division (code prefix, "" for none) or to candidates offered before; `asked` says the text
    answers the question where they live. Either lets a bare name (花石) count. A text that clearly names a place
    outside of `within` is taken at its word: people correct themselves, and stations' posters travel.
    """
    plain = normalise(text)
    offered: Codes = () if within is None else ((within,) if isinstance(within, str) and within else tuple(within))
    if not offered:
        return _resolve(gazetteer, plain, (), asked)
    place = _resolve(gazetteer, plain, offered, True)
    if isinstance(within, str):
        return place if place != NOWHERE else _resolve(gazetteer, plain, (), False)
    chosen = _by_number(plain, offered)
    if chosen is not None and (place == NOWHERE or chosen in (place.code, *place.candidates)):
        return Place("resolved", chosen, gazetteer.describe(chosen))
    if place.status == "none" and place.area is None:
        return _resolve(gazetteer, plain, (), False)
    return place


def _by_number(text: str, offered: Codes) -> str | None:
    found = _ORDINAL.search(text)
    if not found:
        return None
    number = len(offered) if found.group(3) else chinese_number(found.group(1) or found.group(2))
    return offered[number - 1] if number and 1 <= number <= len(offered) else None


def _mentions(gazetteer: Gazetteer, text: str, offered: Codes) -> list[Mention]:
    divisions = most(division_mentions(gazetteer, text))
    if "村" in text or "社区" in text or "嘎查" in text or "居" in text:
        divisions += suffixed_villages(gazetteer, text)
    for mention in [mention for mention in divisions if len(mention.codes[0]) == 9 and not mention.ordinary]:
        at = mention.end + (text[mention.end : mention.end + 1] in (",", " ", "的"))
        village = (
            bare_village(gazetteer, text, at, mention.codes) if at < len(text) - 1 and not mention.villages else None
        )
        if village is not None:
            divisions.append(village)
    if offered:
        divisions = [mention for mention in divisions if _narrow(mention, offered)]
    return best_cover(divisions)


def _narrow(mention: Mention, offered: Codes) -> bool:
    mention.codes = nested(mention.codes, offered) or (nested(mention.spare, offered) if mention.spare else ())
    return bool(mention.codes)


def _cued_villages(gazetteer: Gazetteer, text: str, mentions: list[Mention], offered: Codes) -> list[Mention]:
    """Villages that follow 住在 without any suffix: 住石坪寨."""
    found = []
    taken = Taken(text, ((mention.start, mention.end) for mention in mentions))
    for cue in most(list(_HOME_CUE.finditer(text))):
        if taken.meets(cue.end(), cue.end() + 1):
            continue
        mention = bare_village(gazetteer, text, cue.end(), offered)
        if mention is not None and not mention.ordinary and not taken.meets(mention.start, mention.end):
            found.append(mention)
    return found


def _resolve(gazetteer: Gazetteer, text: str, offered: Codes, asked: bool) -> Place:
    mentions = _mentions(gazetteer, text, offered)
    if "住" in text or "家" in text:
        mentions = sorted(
            mentions + _cued_villages(gazetteer, text, mentions, offered), key=lambda mention: mention.start
        )
    if not mentions:
        return NOWHERE
    rated = _rate(gazetteer, text, link(gazetteer, text, mentions), asked)
    if not rated:
        return NOWHERE
    rated.sort(key=lambda pair: (-pair[0], not pair[1].named_township(), pair[1].only_village, pair[1].start))
    top, best = rated[0]
    used, codes, contradiction = [best], best.codes, best.contradiction
    for value, chain in rated[1:]:
        common = fit(chain, codes) or fit(best, chain.codes)
        if common and not chain.contradiction:
            used.append(chain)
            codes = common
        elif value >= top and chain.named_township() and best.named_township() and not chain.only_village:
            codes = tuple(dict.fromkeys((*codes, *chain.codes)))  # two homes said with equal right: ask
            used.append(chain)
    if not contradiction and (county := _one_county(codes)) is not None:
        codes = _heard(gazetteer, text, used, county) or codes
    return _answer(gazetteer, used, codes, contradiction)


def _one_county(codes: Codes) -> str | None:
    """The county all is about while no single township is: a misspelt name may stand behind it."""
    areas = {code for code in codes if len(code) < 9}
    counties = areas or {code[:6] for code in codes if len(codes) > 1}
    county = counties.pop() if len(counties) == 1 else ""
    return county if len(county) == 6 else None


def _heard(gazetteer: Gazetteer, text: str, used: list[Chain], county: str) -> Codes:
    for chain in used:
        for end in {chain.end, chain.mentions[0].end}:
            heard = by_sound(gazetteer, text, county, end)
            if heard is not None:
                mention = Mention(end, heard[1], (heard[0],), full=True)
                chain.mentions.append(mention)
                chain.mentions.sort(key=lambda one: one.end)
                return mention.codes
    return ()


def _rate(gazetteer: Gazetteer, text: str, chains: list[Chain], asked: bool) -> list[tuple[float, Chain]]:
    rated = []
    for number, chain in enumerate(chains):
        low = chains[number - 1].end if number else 0
        high = chains[number + 1].start if number + 1 < len(chains) else len(text)
        value = residence.score(text, chain.start, chain.end, low, high)
        if value <= residence.EXCLUDED:
            continue
        if not asked:
            if chain.ordinary and (value < _ORDINARY_CUE or text[max(0, chain.start - 1)] in _NO_VERB):
                continue
            known = 0.4 if chain.end - chain.start >= 3 else _BARE_CUE  # 白兔潭 is hardly anything else
            areas = tuple(code for code in chain.codes if len(code) < 9)
            if chain.bare and value < known and len(areas) < len(chain.codes) and _only_districts(gazetteer, areas):
                continue
        rated.append((value + (0.5 if len(chain.mentions) > 1 or not chain.bare else 0.0), chain))
    return rated


def _answer(gazetteer: Gazetteer, used: list[Chain], codes: Codes, contradiction: bool) -> Place:
    spans = tuple(sorted((chain.start, chain.end) for chain in used))
    frame = Place(start=spans[0][0], end=spans[-1][1], spans=spans)
    areas = tuple(code for code in codes if len(code) < 9)
    if len(used) == 1 and used[0].bare and areas and len(areas) < len(codes) and _only_districts(gazetteer, areas):
        areas = ()  # 我住太平: people name a district together with its city, a town alone
    townships = tuple(sorted({code for code in codes if len(code) == 9}))
    if contradiction or areas or not townships:
        return replace(frame, area=_common(gazetteer, areas or tuple(code[:6] for code in townships)))
    if len(townships) > 1:
        area = _common(gazetteer, tuple(code[:6] for code in townships))
        return replace(frame, status="ambiguous", candidates=townships, area=area)
    code = townships[0]
    villages = {village for chain in used for mention in chain.mentions for village in mention.villages.get(code, ())}
    village = villages.pop() if len(villages) == 1 else None
    name = gazetteer.describe(code)
    return replace(frame, status="resolved", code=code, name=name, village_code=village, area=code[:6])


def _only_districts(gazetteer: Gazetteer, areas: Codes) -> bool:
    return all(
        len(code) == 6 and gazetteer.name[code].endswith("区") and not gazetteer.name[code].endswith("新区")
        for code in areas
    )


def _common(gazetteer: Gazetteer, codes: Codes) -> str | None:
    """The smallest division that holds all of `codes`."""
    for length in (6, 4, 2):
        heads = {code[:length] for code in codes}
        if len(heads) == 1:
            head = heads.pop()
            if (
                head in gazetteer.name
                and len(head) == length
                and gazetteer.describe(head) != gazetteer.describe(head[:2])
            ):
                return head
            if length == 2:
                return head
    return None
