"""Reads the answer to the question that was just asked, before any classifier has a say.

Each reader takes the turn and returns the slots it could fill; an empty dict means "this was no answer".
"""

from __future__ import annotations

import re
from typing import Any, Callable

from actions.bare import digresses, plain, says_no, says_skip, says_wait, says_yes
from actions.corrections import reopen
from actions.turn import SKIPPED, UNKNOWN, Turn
from actions.villages import village_words
from nlu.entities import parse_age, parse_name, parse_phone, parse_relation, rare_name
from nlu.places.national import county_of, locate, match_village

_HAMLET = re.compile(r"[村社组队屯寨坪湾庄街路巷号栋楼院岗岭冲沟坝塘营堡桥区苑园坑]|[0-9一二三四五六七八九十]组")
# Which of two that were offered, as a short reply of its own; 残疾证，第一次办 chooses nothing by its 第一.
_CHOICE = "(?:我|就|那|是|选|要|办|想要?|应该是?|主要是?)*{}(?:那?[个样种项]|者)?(?:吧|的|了|呢|啊|嘛)*"
_NEITHER = re.compile(
    r"(?:这?[两二][个样种项者]?)?(?:事情?)?[都全]不(?:是|对|要|办).*|一[个样种][也都]?不(?:是|要).*|[两二]者皆非"
)
_BOTH = re.compile(
    _CHOICE.format(
        "(?:这?[两二](?:[个样种项]|者)?(?:事情?)?[都全](?:是|要|想|办|有|需要)*|[都全](?:想?要|想?办|需要)|一起办)"
    )
)
_ONE_OF_TWO = (
    re.compile(_CHOICE.format("(?:第一|前一?|前面|头一|上面)")),
    re.compile(_CHOICE.format("(?:第二|后一?|后面|下面)")),
)
# The writer beside the person who was asked for: 俺叫刘建芳，俺弟弟叫刘建军.
_WRITER = re.compile(
    r"(?<![给替帮是跟])[我俺咱](?:叫|是|姓|名叫)[^,，。、；;\s]{1,6}(?:[,，。、；;\s]|$)"
    r"|(?<=[,，。、；;\s])(?:你|您)?(?:就)?[叫喊称][我俺咱][^,，。、；;\s]{1,7}(?:[,，。、；;\s]|$)"
)
_DEAD = re.compile(r"[^\d]{0,8}(?:停机|打不通|空号|不用了|别打|莫打|没人接|打错|错了)")
# 莫打 会响, 不要打 爸爸听见: whoever is with somebody violent must not be asked for a number twice.
_NO_CALL = re.compile(
    r"(?:别|莫|甭|勿|不要|不用|不能|不许|唔好|千万别)(?:再|给我|往我|先)?(?:打(?:电话|过来|来|给我|我)?(?![针工])|来电|拨)"
    r"|(?:不敢|不能|不方便|没法|不好)接"
)
_THAT = re.compile("[办弄搞整]那个.?")  # a piece of a sentence, no yes
_NO_AGE = re.compile(r"一下|一会|[组村队号栋]")


def read_consent(turn: Turn) -> dict[str, Any]:
    """Consent is taken from a clear yes only."""
    if says_no(turn):
        return {"consent": False}
    return {"consent": True} if says_yes(turn) and not _THAT.fullmatch(turn.text.strip()) else {}


def read_service(turn: Turn) -> dict[str, Any]:
    """One or both of two that were offered, else the services understood.

    After a second unclear answer the matter is `other`, and a person reads the words.
    """
    if chosen := choice(turn):
        return chosen
    found = [each["code"] for each in turn.services]
    if not found and turn.ranking and turn.intent in ("request_service", "inform", "ask_policy", "complain"):
        found = [turn.ranking[0]["code"]] if turn.ranking[0]["confidence"] >= 0.15 else []
    if found:
        return {"service": found}
    if turn.slots.get("service_asked") and turn.intent not in ("ask_policy", "greet", "bot_question", "thank"):
        return {"service": (turn.slots.get("either") or ["other"])[:1]}
    return {}


def choice(turn: Turn) -> dict[str, Any]:
    """What a short reply chooses of two services that were offered: 前面那个, 两样都要, 都不是."""
    either, text = turn.slots.get("either") or [], plain(turn)
    if turn.awaiting != "service" or not either:
        return {}
    if _NEITHER.fullmatch(text) or says_no(turn):
        return {"either": []}
    if _BOTH.fullmatch(text):
        return {"service": either}
    if says_skip(turn):  # who can't tell leaves it to the station
        return {"service": either[:1]}
    return next(({"service": [one]} for one, said in zip(either, _ONE_OF_TWO, strict=True) if said.fullmatch(text)), {})


def read_location(turn: Turn) -> dict[str, Any]:
    """The township, from the words and from what was said before; never more than one question more."""
    candidates, area = turn.slots.get("candidates") or [], turn.slots.get("area")
    places = [locate(turn.text, within=candidates, asked=True)] if candidates else []
    if area:
        places.append(locate(turn.text, within=area, asked=True))
    # Outside the county that was named only a place that is said to be one counts: 在山里头 is none.
    places.append(locate(turn.text, asked=not area))
    for place in places:
        if place.status == "resolved" and place.code:
            return {"location": place.code, "village": place.village_code or turn.slots.get("village")}
    again = bool(turn.slots.get("place_asked_again"))
    for place in places:
        if place.status == "ambiguous" and not again:
            return {"candidates": list(place.candidates), "area": place.area, "place_asked_again": True}
    narrower = next((place.area for place in places if place.area), None)
    if narrower and narrower != area and not again:
        return {"candidates": [], "area": narrower, "place_asked_again": True}
    if says_skip(turn) or (again and not digresses(turn)):
        return {"location": UNKNOWN, "area": narrower or area, "village": SKIPPED}
    return {}


def settle_unknown_area(candidates: list[str], area: str | None) -> str | None:
    """The county that takes a request without a township: the one named, or the one all candidates share."""
    if area:
        return area
    counties = {county_of(code) for code in candidates}
    return counties.pop() if len(counties) == 1 else None


def read_village(turn: Turn) -> dict[str, Any]:
    """A village of the township by name, or the words as they are (a hamlet or group the gazetteer lacks)."""
    township = turn.known("location")
    code = match_village(township, turn.text) if township else None
    if code:
        return {"village": code, "village_text": village_words(code, turn.text)}
    if says_skip(turn):
        return {"village": SKIPPED}
    if says_no(turn):  # not this township
        return reopen("location")
    text = turn.text.strip()
    named_like_one = _HAMLET.search(text) or (len(text) <= 6 and not parse_name(text) and not digresses(turn))
    if len(text) <= 25 and named_like_one and not parse_phone(text) and not says_yes(turn):
        return {"village": SKIPPED, "village_text": text}
    return {}


def read_beneficiary(turn: Turn) -> dict[str, Any]:
    """Who the help is for, as a relation to the writer."""
    relation = parse_relation(turn.text)
    if relation or says_yes(turn):  # yes to "for yourself?"
        return {"beneficiary": relation or "本人"}
    return {"beneficiary": SKIPPED} if says_skip(turn) else {}


def read_age(turn: Turn) -> dict[str, Any]:
    """Years."""
    age = None if _NO_AGE.search(turn.text) else parse_age(turn.text)
    if age is not None and 0 <= age <= 120:
        return {**_whose(turn), "age": age}
    return {"age": SKIPPED} if says_skip(turn) else {}


def read_name(turn: Turn) -> dict[str, Any]:
    """A name, or a surname with a title; of the writer and the person in need the latter's."""
    text = turn.text
    if turn.slots.get("beneficiary") not in ("本人", None, SKIPPED):
        text = _WRITER.sub("", text) or text
    name = parse_name(text)
    if name and not says_skip(turn):
        return {**_whose(turn), "name": name}
    if says_skip(turn):
        return {"name": SKIPPED}
    unclear = says_yes(turn) or says_no(turn) or says_wait(turn) or (digresses(turn) and turn.confidence > 0.9)
    name = None if unclear else rare_name(text)
    return {"name": name} if name else {}


def _whose(turn: Turn) -> dict[str, Any]:
    """奶奶85, to the question how old the father is, says whom it is all about."""
    known = turn.known("beneficiary")
    said = next((each for each in turn.entity("relation") if each["start"] <= 1), None)
    return {"beneficiary": said["value"]} if said and known and said["value"] not in (known, "本人", "其他") else {}


def read_phone(turn: Turn) -> dict[str, Any]:
    """A mainland mobile or landline number; of several the last that is not said to be wrong or dead."""
    found = turn.entity("phone")
    alive = [each for each in found if not _DEAD.match(turn.text[each["end"] :])]
    if len(found) > 1 and alive:
        return {"phone": alive[-1]["value"]}
    phone = parse_phone(turn.text)
    if phone:
        return {"phone": phone}
    return {"phone": SKIPPED} if says_skip(turn) or _NO_CALL.search(turn.text) else {}


def read_description(turn: Turn) -> dict[str, Any]:
    """The words themselves."""
    if says_skip(turn):
        return {"description": SKIPPED}
    text = turn.text.strip()
    aside = digresses(turn) and not turn.risks and not (turn.intent == "out_of_scope" and len(text) > 12)
    return {"description": text} if len(text) >= 2 and not aside else {}


def read_confirm(turn: Turn) -> dict[str, Any]:
    """Only a clear yes files; corrections are read before this."""
    return {"confirm": "yes"} if says_yes(turn) and not says_no(turn) else {}


READERS: dict[str, Callable[[Turn], dict[str, Any]]] = {
    "consent": read_consent,
    "service": read_service,
    "location": read_location,
    "village": read_village,
    "beneficiary": read_beneficiary,
    "age": read_age,
    "name": read_name,
    "phone": read_phone,
    "description": read_description,
    "confirm": read_confirm,
}
