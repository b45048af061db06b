"""What a message says beyond the answer: facts given unasked, and corrections of earlier answers."""

from __future__ import annotations

import re
from typing import Any

from actions.turn import SKIPPED, Turn
from nlu.places.national import describe

RICH = 15  # characters from which a request tells its own story and need not be described again
_TELLS = ("request_service", "complain", "inform", "supplement", "offer_help")

_WRONG = re.compile(r"不是|不对|错了|搞错|说错|写错|打错|填错|更正|改成|改为|改一下|应该是|改|换成|有误|不正确")
_FIELDS = {  # words by which people name an answer
    "phone": r"电话|手机|号码|联系方式",
    "name": r"名字|姓名|名儿|姓",
    "age": r"年龄|岁数|年纪|几岁|多大",
    "village": r"村|社区",
    "location": r"地址|地方|乡镇|街道|住址|镇|位置",
    "beneficiary": r"关系|谁|帮我自己|替",
    "service": r"事项|服务|要办|办的|业务",
    "description": r"情况|描述|说明|内容",
}


def facts(turn: Turn) -> dict[str, Any]:
    """Slots the message fills by itself. A fact counts only if it is unmistakable: one age, one phone, one relation."""
    found: dict[str, Any] = {}
    if turn.services and turn.intent in (*_TELLS, "ask_policy", "talk_to_human"):
        found["service"] = [each["code"] for each in turn.services]
    found.update(place(turn))
    ages = {each["value"] for each in turn.entity("age")}
    if len(ages) == 1:
        found["age"] = ages.pop()
    phones = {each["value"] for each in turn.entity("phone")}
    if len(phones) == 1:
        found["phone"] = phones.pop()
    relations = [each["value"] for each in turn.entity("relation")]
    if relations:
        found["beneficiary"] = relations[0]
    names = {each["value"] for each in turn.entity("person_name")}
    if len(names) == 1:
        found["name"] = names.pop()
    if turn.intent in _TELLS and len(turn.text) >= RICH:
        found["description"] = turn.text.strip()
    return found


def place(turn: Turn) -> dict[str, Any]:
    """The place in the parse, as slots: settled, or what is left to choose from."""
    location = turn.location
    if location["status"] == "resolved":
        village = location.get("village_code")
        found = {"location": location["code"]}
        return {**found, "village": village, "village_text": describe(village)} if village else found
    if location["status"] == "ambiguous":
        return {"candidates": list(location["candidates"]), "area": turn.area}
    return {"area": turn.area} if turn.area else {}


def corrections(turn: Turn) -> dict[str, Any]:
    """Slots to overwrite; a slot set to None is asked again."""
    if not _WRONG.search(turn.text) or len(turn.text) > 60:
        return {}
    said = facts(turn)
    said.pop("description", None)
    named = [slot for slot, words in _FIELDS.items() if re.search(words, turn.text)]
    changed = {slot: value for slot, value in said.items() if turn.slots.get(slot) not in (None, value)}
    if changed:
        if "location" in changed and "village" not in changed:
            changed["village"] = SKIPPED
        return changed
    return reopen(named[0]) if named else {}


def reopen(slot: str) -> dict[str, Any]:
    """What must be forgotten so that a slot is asked again."""
    if slot == "location":
        return {
            "location": None,
            "village": None,
            "village_text": None,
            "candidates": None,
            "area": None,
            "place_asked_again": None,
        }
    return {slot: None, **({"village_text": None} if slot == "village" else {})}
