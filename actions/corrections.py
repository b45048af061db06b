"""An earlier answer is corrected, at any time: in words, by naming the item, or by the button of the summary."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable

from actions.bare import is_bare, says_yes
from actions.turn import SKIPPED, Turn
from actions.villages import village_beside, village_words
from actions.volunteered import facts
from nlu.entities import parse_age, parse_name, parse_phone, parse_relation, refers_back
from nlu.places.national import locate, match_village

_WRONG = re.compile(
    r"(?<!是)不是|不对|错[了咯哒啦嘞喽]|[搞说写打填讲记弄报听按输]错|更正|应该是|改|换成|换个|换一个|有误|不正确|不要[^,。，]{2,8}[了,，]|不办[^,。，]{2,8}[了,，]"
)
_FIELDS = {  # words by which people name an answer, most specific first
    "phone": r"电话|手机|号码|联系方式",
    "name": r"名字|姓名|名儿|(?<!老百)姓",
    "age": r"年龄|岁数|年纪|几岁|多大|[虚实周]岁",
    "beneficiary": r"帮谁|给谁|关系|[帮给替]我自己|其实是[我俺]"
    r"|(?<!是)不是[帮给替]?我(?:自己|本人|[,， ]|[爷奶爸妈爹娘儿女孙邻])"
    r"|(?<!是不)是[帮给替为][我俺咱](?=[办弄报申要领搞做整]|[,，。 ]|$)"
    r"|的是[我俺咱额](?!的?(?:电话|手机|号|名字|地址))",
    "location": r"地址|地方|乡镇|街道|住址|镇|乡(?!亲)|位置",
    "village": r"村|社区|[一二三四五六七八九十\d]组",
    "service": r"事项|服务|要办|办的|业务",
    "description": r"情况|描述|说明|内容",
}
# The speaker as the one in need, in so many words; 我要办的是… only says who writes.
_OUTRIGHT = re.compile(
    r"[给帮替为][我俺咱](?!们?家?的?[爷奶爸妈爹娘儿女孙老邻])|[我俺咱]自己|本人|[的实]是[我俺咱](?=[,，。 ]|$)"
)
_CALLED = re.compile(r"[,，。、 ][他她]?(?:名字)?叫([一-鿿]{2,4}?)(?=[,，。、 ]|$)")
_TAIL = re.compile(r"应该是|改成|改为|换成|(?<!不)是|叫|为|[,，。:：;；\s]|改")
_READ_INTO = ("service", "beneficiary")  # understood rather than said: no correction beside one that is sure
_PARSERS: dict[str, Callable[[str], Any]] = {
    "phone": parse_phone,
    "name": parse_name,
    "age": parse_age,
    "beneficiary": parse_relation,
}
LONGEST = 60  # characters; a longer message tells a story and corrects nothing
TELLING = 14  # characters from which words about a wrong description are the right one


def corrections(turn: Turn) -> dict[str, Any]:
    """Slots to overwrite; a slot set to None is asked again."""
    wrong = bool(_WRONG.search(turn.text))
    if not (wrong or turn.awaiting == "confirm") or len(turn.text) > LONGEST:
        return {}
    moved = _moved(turn)
    words = moved.pop("village_text", None)
    said = _said(turn, wrong)
    named = [slot for slot, words in _FIELDS.items() if re.search(words, turn.text)]
    told_anew = wrong and named[:1] == ["description"] and len(turn.text) >= TELLING
    if told_anew:  # 情况写错了，不是摔断脚，是中风: another story, not another matter
        said = {slot: value for slot, value in said.items() if slot not in _READ_INTO}
    stated = {**{slot: value for slot, value in said.items() if not moved or slot not in _READ_INTO}, **moved}
    changed = {slot: new for slot, new in stated.items() if turn.slots.get(slot) not in (None, new)}
    if words and (changed.keys() & moved.keys() or turn.known("village") == moved.get("village")):
        changed["village_text"] = words
    if "location" in changed and "village" not in changed:
        changed.update(village=None, village_text=None)
    if stated or not wrong:  # what is said a second time is right by now
        return changed
    if told_anew:
        told = turn.known("description")
        return {"description": turn.text.strip() + (f"（先前说的：{told}）" if told else "")}
    return reopen(named[0]) if named and turn.slots.get(named[0]) is not None else {}


def beside(turn: Turn) -> Turn | None:
    """The turn with the sentence beside the correction: 何金龙。那个电话错了，…; None where there is none."""
    sentences = [each for each in re.split(r"[。；;!！\n]", turn.text) if each.strip()]
    plain = [each for each in sentences if not _WRONG.search(each)]
    return replace(turn, text=plain[0]) if plain and len(plain) < len(sentences) else None


def _said(turn: Turn, wrong: bool) -> dict[str, Any]:
    """The new values of everything but the place."""
    said = facts(turn)
    for slot in ("description", "location", "village", "village_text", "candidates", "area"):
        said.pop(slot, None)
    either = said.pop("either", None)
    if turn.intent == "ask_policy":  # 一个月大概有几多钱 tells no age
        return {}
    outright = re.search(_FIELDS["beneficiary"], turn.text) or _OUTRIGHT.search(turn.text)
    somebody_else = turn.known("beneficiary") not in (None, "本人") and refers_back(turn.text)
    if not outright and (said.get("beneficiary") == "本人" or somebody_else):
        said.pop("beneficiary", None)
    if not wrong:  # at the summary a bare fact corrects; a matter read into a few words does not
        said.pop("service", None)
        return said if not says_yes(turn) else {}
    if either:  # 不是上门，是生活补助: who corrects is not asked between two again
        said["service"] = either[:1]
    elif "service" not in said and turn.services:  # 那不要养老院了，改成请人上门: no request by its intent
        said["service"] = [each["code"] for each in turn.services]
    if said.get("service", [None])[0] in (turn.known("service") or []) and re.search(r"不要|改成|换成|不是", turn.text):
        others = [each["code"] for each in turn.ranking if each["code"] not in (turn.known("service") or [])]
        said["service"] = others[:1] or said["service"]
    if "name" not in said and (called := _CALLED.search(turn.text)):
        said |= {"name": name} if (name := parse_name(called[1])) else {}
    tails = _tails(turn.text)
    for slot, parse in _PARSERS.items():
        meant = re.search(_FIELDS[slot], turn.text) or slot == turn.awaiting or slot in said
        if meant or (turn.known(slot) and str(turn.known(slot)) in turn.text):
            value = next((found for tail in tails if (found := parse(tail)) is not None), None)
            if value is not None:
                said[slot] = value
    sure = any(turn.slots.get(slot) not in (None, said[slot]) for slot in ("age", "name", "phone") if slot in said)
    return {slot: value for slot, value in said.items() if not sure or slot not in _READ_INTO or _names(turn, slot)}


def _tails(text: str) -> list[str]:
    """The pieces of a correction, the last first: what is said last counts."""
    return [tail for tail in reversed(_TAIL.split(text)) if tail]


def _names(turn: Turn, slot: str) -> bool:
    return slot == turn.awaiting or bool(re.search(_FIELDS[slot], turn.text))


def _moved(turn: Turn) -> dict[str, Any]:
    """The new place: what is said last counts, 不是黄兴镇，是江背镇; within the county named before."""
    township = turn.known("location")
    if not township or is_bare(turn):
        return {}
    tails = _tails(turn.text)
    for tail in tails:
        for place in (locate(tail), locate(tail, within=township[:6], asked=True)):
            if place.status == "resolved" and place.code and place.code != township:
                village = place.village_code
                moved = {"location": place.code, "village": village or village_beside(place.code, tail)}
                if moved["village"]:
                    return {**moved, "village_text": village_words(moved["village"], tail)}
                return {"location": place.code}
    tail = tails[0] if tails else ""
    village = match_village(township, tail)
    if not village:
        return {}
    words = village_words(village, tail)
    same = turn.slots.get("village") == village and turn.slots.get("village_text") == words
    return {} if same else {"village": village, "village_text": words}


def reopen(slot: str) -> dict[str, Any]:
    """What must be forgotten so that a slot is asked again."""
    if slot == "location":
        return dict.fromkeys(("location", "village", "village_text", "candidates", "area", "place_asked_again"))
    with_it = {"village": "village_text", "service": "either"}
    return dict.fromkeys((slot, with_it[slot]) if slot in with_it else (slot,))


def told_more(turn: Turn) -> dict[str, Any]:
    """At the summary: more about the matter is added to the description."""
    text, known = turn.text.strip(), turn.known("description")
    tells = turn.intent in ("request_service", "supplement", "inform", "complain") and len(text) >= 6
    if turn.awaiting != "confirm" or not tells or is_bare(turn) or _WRONG.search(text):
        return {}
    return {"description": f"{known}；{text}" if known and known != SKIPPED else text}
