"""What a message says beyond the answer: facts given unasked."""

from __future__ import annotations

import re
from typing import Any

from actions.denied import denied
from actions.turn import Turn
from actions.villages import village_words

RICH = 15  # characters from which a request tells its own story and need not be described again
# Chances of the likeliest service. Below GUESS it is asked what the matter is; below SURE, if the next is at least
# CLOSE, which of the two it is: 32 of 2,334 needs in the evaluation; 24 were guessed right, 28 are one of the two.
GUESS, SURE, CLOSE = 0.15, 0.5, 0.05
SURE_WHO = 0.75  # below, one in two relations is wrong, and whom it is for is asked
UNRELATED = 0.6  # confidence from which a message counts as having nothing to do with us
_NUMBERS = re.compile(r"[\d\s]")
_ADVERT = re.compile(r"退订|微信同号|加微信|无抵押|^【[^】]+】")
_ANOTHERS = re.compile(
    r"多?岁?的?[老大小]?(?:爷爷|奶奶|外公|外婆|姥姥|姥爷|爸|妈|爹|娘|父|母|公公|婆婆|老伴|丈夫|妻子|老公|老婆|儿子|女儿|哥|姐|弟|妹|叔|伯|姑|舅|姨)"
)
ABOUT_US = ("privacy_request", "bot_question", "rate_service")
TELLS = ("request_service", "complain", "inform", "supplement", "offer_help")


def facts(turn: Turn) -> dict[str, Any]:
    """Slots the message fills by itself. A fact counts only if it is unmistakable: one age, one phone, one relation."""
    found: dict[str, Any] = {}
    unrelated = turn.intent == "out_of_scope" and turn.confidence >= UNRELATED
    if (unrelated or _ADVERT.search(turn.text)) and not turn.risks:
        return found  # a pasted advertisement has a phone number too
    if turn.services and turn.intent in (*TELLS, "ask_policy", "talk_to_human"):
        found.update(matter(turn))
    found.update(place(turn))
    if turn.intent in ABOUT_US and turn.confidence >= UNRELATED and not turn.services and not turn.risks:
        return found  # 会不会传到我婆婆那里去 says of nobody that they need help
    who = next(iter(turn.entity("relation")), None)  # the one in need comes first, then whoever else is named
    if who and (who.get("confidence", 1) >= SURE_WHO or turn.risks):  # in danger nobody is asked, and a guess helps
        found["beneficiary"] = who["value"]
    ages = {each["value"] for each in turn.entity("age") if _is_about(turn, each)}
    if len(ages) == 1:
        found["age"] = ages.pop()
    phones = {each["value"] for each in turn.entity("phone")}
    if len(phones) == 1:
        found["phone"] = phones.pop()
    needy = found.get("beneficiary") or turn.known("beneficiary") or "本人"
    names = {each["value"] for each in turn.entity("person_name") if needy == "本人" or not says_who_writes(turn, each)}
    if len(names) == 1:
        found["name"] = names.pop()
    if turn.intent in TELLS and len(_NUMBERS.sub("", turn.text)) >= RICH:  # 13800000005，白天打 is no story
        found["description"] = turn.text.strip()
    return found


def says_who_writes(turn: Turn, name: dict[str, Any]) -> bool:
    """Whether a name is said to be the writer's own: 我叫牛建国，老家就剩我妈."""
    return bool(re.search(r"(?<![给替帮是跟])[我俺咱](?:的名字)?(?:叫|是|姓|名叫)$", turn.text[: name["start"]]))


def matter(turn: Turn) -> dict[str, Any]:
    """The services; or the two between which the words leave it open; or nothing, if they say too little."""
    codes = [each["code"] for each in turn.services]
    codes = [code for code in codes if code not in denied(turn.text, codes)]
    likely, other = (*turn.ranking, {}, {})[:2]
    if len(codes) == 1 and not turn.risks and likely.get("confidence", 1) < SURE:
        if likely["confidence"] < GUESS:
            return {}
        if other.get("confidence", 0) >= CLOSE and "other" not in (likely["code"], other["code"]):
            return {"either": [likely["code"], other["code"]]}
    return {"service": [code for code in codes if code != "other"] or codes}


def which_of_two(turn: Turn, found: dict[str, Any]) -> dict[str, Any]:
    """护理补贴 may be either of two; 失能的 他87了 says which, as long as no story has been told."""
    known, told = turn.slots.get("service") or [], found.get("service") or []
    if not told or told[0] not in known[1:] or turn.slots.get("description") is not None:
        return {}
    return {"service": [told[0], *(each for each in known if each != told[0])]}


def _is_about(turn: Turn, age: dict[str, Any]) -> bool:
    """Whether an age is that of the person in need: 奶奶七十多 says nothing about the child."""
    relations = turn.entity("relation")
    if not relations:
        return True
    needy = relations[0]["value"]
    before = turn.text[: age["start"]]
    if _ANOTHERS.match(turn.text, age["end"]) and not 0 <= relations[0]["start"] - age["end"] <= 2:
        return False  # 跟着七十多岁的奶奶过
    if re.search(r"[我俺咱](?:自己|本人)?(?:今年|都|也|快|已经)*$", before):
        return bool(needy == "本人")
    owner = next((each for each in relations if 0 <= age["start"] - each["end"] <= 3), None)
    return owner is None or bool(owner["value"] == needy)


def place(turn: Turn) -> dict[str, Any]:
    """The place in the parse, as slots: settled, or what is left to choose from."""
    location = turn.location
    if location["status"] == "resolved":
        village = location.get("village_code")
        found = {"location": location["code"]}
        return {**found, "village": village, "village_text": village_words(village, turn.text)} if village else found
    if location["status"] == "ambiguous":
        return {"candidates": list(location["candidates"]), "area": turn.area}
    return {"area": turn.area} if turn.area else {}
