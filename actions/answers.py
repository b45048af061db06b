"""Reads the answer to the question that was just asked, before any classifier has a say.

Each reader takes the turn and returns the slots it could fill; an empty dict means "this was no answer".
"""

from __future__ import annotations

import re
from typing import Any, Callable

from actions.turn import SKIPPED, UNKNOWN, Turn
from actions.villages import village_words
from actions.volunteered import reopen
from nlu.entities import parse_age, parse_name, parse_phone, parse_relation
from nlu.normalise import normalise
from nlu.places.national import county_of, locate, match_village

# Both match the whole answer: 可以 agrees, 可以办多少钱 asks.
_YES = re.compile(
    r"(?:(?:是|对|对头|好|行|可以|同意|嗯+|恩|要得|要|中|得|係|系|ok|okay|yes|y|没问题|没有问题|没错|没事|不错|正确|没意见|"
    r"愿意|当然|确认|确定|提交|交|报|办|记|得行|使得|阔以|成|都对|就这样|就这|就是|帮我|给我|给他|给她|我|你|您|您们|你们|"
    r"就|都|全|吧|的|了|啊|呀|嘛|哦|呢|滴|哒|咧|呗|哈|喽|咯|1)[,、 ]*)+"
)
_AGREES = re.compile(r"是|对|好|行|可以|同意|嗯|恩|要|中|得|係|系|ok|yes|y|没问题|没错|没事|不错|正确|没意见|愿意|确|交|报|办|就这|1|记")
_NO = re.compile(
    r"(?:我|俺)?(?:不|否|别|莫|冇|no|2|不同意|不可以|不行|不要|不愿意|不愿|不给|不想|不对|不是|错|错了|有误|拒绝|别记|莫记|不让|"
    r"不用|不用了|搞错|搞错了|不得行|不中|不要得|算了)(?:的|了|吧|啊|呀|哦|呢|记|说|登记|这样|这里|这个|地方|镇|我|嘛|哈|,| )*"
)
_LEAD = r"(?:我|俺|他|她|也|都|真|就|先|这个|那个|具体|电话|手机|号码?|名字|姓名|村子?|村名|年龄|年纪|岁数)*"
_REST = (
    r"(?:这个|那个|他|她|我|的|是|叫|有|什么|哪个|哪里|哪|几|第|组|村|社区|电话|手机|座机|号码?|名字|姓名|多大|年纪|年龄|"
    r"岁数|具体|说|讲|留|填|写|记|了|呢|吧|啊|呀|哦|嘛|,| )*"
)
_SKIP = re.compile(
    _LEAD + r"(?:跳过|略过|下一[个项步]|skip|不想|不方便|不愿意?|不告诉你?|不填|不写|不留|暂时不|保密|不知道|不清楚|不晓得|唔知|"
    r"晓不得|记不得|记不清|不记得|记不住|记不到|忘了|忘记了?|没有?|无|冇得?|都没有|没得|没了|算了|以后再|先不|空着|没带|不会用|不详|"
    r"说不清楚?|没装|不用)" + _REST
)
_HAMLET = re.compile(r"[村社组队屯寨坪湾庄街路巷号栋楼院岗岭冲沟坝塘营堡桥区苑园坑]|[0-9一二三四五六七八九十]组")
_NO_AGE = re.compile(r"一下|一会|[组村队号栋]")

DIGRESSIONS = ("greet", "thank", "goodbye", "bot_question", "ask_policy", "privacy_request", "out_of_scope", "ask_status")


def _plain(turn: Turn) -> str:
    return normalise(turn.text).strip(" ,。.!！?？、~…").lower()


def digresses(turn: Turn) -> bool:
    """Whether the message is surely something else than an answer."""
    return turn.intent in DIGRESSIONS and turn.confidence >= 0.6 or bool(turn.risks)


def says_yes(turn: Turn) -> bool:
    """Whether the words or the intent agree; a question agrees to nothing."""
    text = _plain(turn)
    if _YES.fullmatch(text) and _AGREES.search(text):
        return True
    return turn.intent == "affirm" and turn.confidence > 0.6 and len(text) <= 12 and not _asks(turn)


def says_no(turn: Turn) -> bool:
    """Whether the words or the intent disagree."""
    text = _plain(turn)
    if _NO.fullmatch(text):
        return True
    return turn.intent == "deny" and turn.confidence > 0.7 and not says_skip(turn) and not _asks(turn)


def _asks(turn: Turn) -> bool:
    return bool(re.search(r"[?？吗么]|多少|什么|怎么|为啥|为什么", turn.text))


def says_skip(turn: Turn) -> bool:
    """Whether the resident would rather not say, or cannot."""
    text = _plain(turn)
    return len(text) <= 16 and bool(_SKIP.fullmatch(text))


def read_consent(turn: Turn) -> dict[str, Any]:
    """Consent is taken from a clear yes only."""
    if says_no(turn):
        return {"consent": False}
    return {"consent": True} if says_yes(turn) else {}


def read_service(turn: Turn) -> dict[str, Any]:
    """The services understood; after a second unclear answer the matter is `other` and a person reads the words."""
    found = [each["code"] for each in turn.services]
    if not found and turn.ranking and turn.intent in ("request_service", "inform", "ask_policy", "complain"):
        found = [turn.ranking[0]["code"]] if turn.ranking[0]["confidence"] >= 0.15 else []
    if found:
        return {"service": found}
    if turn.slots.get("service_asked") and turn.intent not in ("ask_policy", "greet", "bot_question", "thank"):
        return {"service": ["other"]}
    return {}


def read_location(turn: Turn) -> dict[str, Any]:
    """The township, from the words and from what was said before; never more than one question more."""
    candidates, area = turn.slots.get("candidates") or [], turn.slots.get("area")
    places = [locate(turn.text, within=candidates, asked=True)] if candidates else []
    if area:
        places.append(locate(turn.text, within=area, asked=True))
    places.append(locate(turn.text, asked=True))
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
    if says_skip(turn):
        return {"village": SKIPPED}
    if says_no(turn):  # not this township
        return reopen("location")
    township = turn.known("location")
    code = match_village(township, turn.text) if township else None
    if code:
        return {"village": code, "village_text": village_words(code, turn.text)}
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
        return {"age": age}
    return {"age": SKIPPED} if says_skip(turn) else {}


def read_name(turn: Turn) -> dict[str, Any]:
    """A name, or a surname with a title."""
    if says_skip(turn):
        return {"name": SKIPPED}
    name = parse_name(turn.text)
    return {"name": name} if name else {}


def read_phone(turn: Turn) -> dict[str, Any]:
    """A mainland mobile or landline number."""
    phone = parse_phone(turn.text)
    if phone:
        return {"phone": phone}
    return {"phone": SKIPPED} if says_skip(turn) else {}


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
