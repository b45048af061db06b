"""The questions of the form whose words or buttons depend on what is known; the fixed ones are in domain/intake.yml."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import COMMON, NAMES
from actions.turn import SKIPPED, Turn, read
from actions.villages import village_name
from nlu.consents import HANDLING, present
from nlu.places.national import describe, short_label

MOST_BUTTONS = 9  # of candidates that still fit on a phone; above that one question about the county is easier
_SELF = "本人"


def button(title: str, **values: Any) -> dict[str, str]:
    """A button that answers the form."""
    return {"title": title, "payload": "/inform" + json.dumps(values, ensure_ascii=False)}


SKIP = "跳过"


class _Ask(Action):
    slot = ""

    def name(self) -> str:
        """Rasa's name for the action that asks for a slot of `intake_form`."""
        return f"action_ask_intake_form_{self.slot}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Asks once."""
        text, buttons = self.words(read(tracker))
        dispatcher.utter_message(text=text, buttons=buttons)
        return []

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """The question and its buttons."""
        raise TypeError(f"{type(self).__name__} asks nothing")


class AskService(_Ask):
    """What is it about: one of two if the words leave it open, else the likeliest, else the most asked for."""

    slot = "service"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """Buttons for two services, or at most eight; free words are as welcome."""
        told, either = turn.known("description"), turn.slots.get("either")
        if either:
            one, other = (NAMES[code] for code in either)
            return f"好，我听明白了大半，再问一句：您主要是想办“{one}”，还是“{other}”？", [
                *(button(NAMES[code], service=code) for code in either),
                button("两样都要", service="both"),
                button("都不是", service="neither"),
            ]
        likely = [each["code"] for each in turn.ranking if each["confidence"] >= 0.05]
        codes = list(dict.fromkeys([*likely, *COMMON]))[:8]
        buttons = [button(NAMES[code], service=code) for code in codes if code != "other"]
        words = (
            "您说的我记下了。算是下面哪一类？拿不准就点“别的事”。"
            if told
            else "您遇到了什么难处，或者想办什么事？用您自己的话说就行，也可以点下面的。"
        )
        return words, [*buttons, button("别的事", service="other")]


class AskConsent(_Ask):
    """May it be written down: in full once, in one sentence when something else was said instead."""

    slot = "consent"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """The texts are in data/consents.yml, since their version is what is agreed to."""
        asked = present(HANDLING)
        again = (turn.slots.get("turns") or 0) > 1
        return asked.again if again else asked.text, [button("同意", consent=True), button("不同意", consent=False)]


class AskLocation(_Ask):
    """Where the person lives: buttons when several townships fit."""

    slot = "location"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """One question; the second and last one names what is still open."""
        candidates, area = turn.slots.get("candidates") or [], turn.slots.get("area")
        home = _home(turn)
        if candidates and len(candidates) <= MOST_BUTTONS:
            buttons = [button(short_label(code, candidates), location=code) for code in candidates]
            return f"叫这个名字的地方有 {len(candidates)} 个，是哪一个？", [
                *buttons,
                button("都不是", location="other"),
            ]
        if candidates:
            return f"叫这个名字的地方有 {len(candidates)} 个，是哪个省、哪个县（市、区）的？", []
        if area:
            return f"{home}在{describe(area)}的哪个乡镇（街道）？哪个村也可以一起说。", []
        if turn.slots.get("risks"):
            return "说个大概地方就行：哪个县、哪个乡镇、哪个村？社工好找最近的人过去。", []
        return f"{home}在哪个县、哪个乡镇（街道）？比如“湘潭县花石镇”。", []


class AskVillage(_Ask):
    """Which village or community of the township."""

    slot = "village"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """Names the township, so that a wrong one is noticed at once."""
        return f"{describe(turn.slots['location'])}，记下了。是哪个村（社区）、几组？不清楚就跳过。", [
            button(SKIP, village=SKIPPED)
        ]


class AskAge(_Ask):
    """The age of the person in need."""

    slot = "age"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """You, your mother, the child …"""
        return f"{_who(turn)}今年多大岁数？", [button(SKIP, age=SKIPPED)]


class AskName(_Ask):
    """The name of the person in need."""

    slot = "name"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """A surname is enough."""
        return f"{_who(turn)}叫什么名字？只说姓也行。", [button(SKIP, name=SKIPPED)]


class AskPhone(_Ask):
    """How the writer is reached; in danger a call may make things worse."""

    slot = "phone"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """Any number will do."""
        if turn.slots.get("risks"):
            words = "方便的话留个电话，社工好马上找您。不方便接电话就跳过，社工在这里回您。"
        else:
            words = "社工打哪个电话能找到您？手机、座机都行。"
        return words, [button(SKIP, phone=SKIPPED)]


class AskConfirm(_Ask):
    """Everything once more, before it is filed."""

    slot = "confirm"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """A line for each answer; any of them can be corrected in words or by the button."""
        lines = [f"{label}：{value}" for label, value in summary(turn)]
        text = "请您看看对不对：\n" + "\n".join(lines) + "\n\n对的话我就交给社工。哪一项不对，直接告诉我就行。"
        return text, [
            button("对，提交", confirm="yes"),
            *[button(f"改{title}", edit=slot) for title, slot in _EDITS],
            {"title": "不办了", "payload": "/cancel"},
        ]


_EDITS = (
    ("要办的事", "service"),
    ("地方", "location"),
    ("帮谁", "beneficiary"),
    ("年龄", "age"),
    ("名字", "name"),
    ("电话", "phone"),
    ("情况", "description"),
)
_CALLED = {  # how the person in need is spoken of
    "本人": "您",
    "父亲": "您父亲",
    "母亲": "您母亲",
    "配偶": "您爱人",
    "儿子": "您儿子",
    "女儿": "您女儿",
    "孙辈": "孩子",
    "祖辈": "老人家",
    "邻居": "这位邻居",
    "村民": "这位乡亲",
}

_OF_CHILDREN = {
    "child_hardship",
    "child_protection",
    "left_behind_child",
    "orphan_support",
    "parenting",
    "education_aid",
}


def summary(turn: Turn) -> list[tuple[str, str]]:
    """The answers in words, in the order of the form."""
    age, phone = turn.known("age"), turn.known("phone")
    rows = [
        ("要办的事", "、".join(NAMES.get(code, code) for code in turn.slots.get("service") or [])),
        ("地方", _place(turn)),
        ("帮谁", _for_whom(turn)),
        ("年龄", f"{age} 岁" if age is not None else "没说"),
        ("名字", turn.known("name") or "没说"),
        ("电话", phone or "没留（社工就在这里回复您）"),
        ("情况", _shortened(turn.known("description") or "没说")),
    ]
    return [(label, value) for label, value in rows if value]


def _place(turn: Turn) -> str:
    township, area = turn.known("location"), turn.slots.get("area")
    if not township:
        return f"{describe(area)}（哪个乡镇还不清楚）" if area else "还不清楚，社工会问您"
    village = turn.known("village")
    return describe(township) + (turn.slots.get("village_text") or (village_name(village) if village else ""))


def _for_whom(turn: Turn) -> str:
    relation = turn.known("beneficiary")
    if relation is None:
        return "没说"
    return "您自己" if relation == _SELF else _CALLED.get(relation, "家里人或者别人")


def _shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[:most] + "……"


def _who(turn: Turn) -> str:
    relation = turn.known("beneficiary")
    if relation == "其他" and _OF_CHILDREN & set(turn.slots.get("service") or []):
        return "孩子"
    return _CALLED.get(relation or _SELF, "要帮的这个人")


def _home(turn: Turn) -> str:
    """Whose home is asked for; before it is said whom it is for, simply home."""
    relation = turn.known("beneficiary")
    return "您家" if relation == _SELF else f"{_who(turn)}现在住" if relation else "家"
