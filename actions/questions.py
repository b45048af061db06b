"""The questions of the form whose words or buttons depend on what is known; the fixed ones are in domain/intake.yml."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import COMMON, NAMES
from actions.turn import SKIPPED, UNKNOWN, Turn, read
from nlu.places.national import describe, short_label

MOST_BUTTONS = 9  # of candidates that still fit on a phone; above that one question about the county is easier
_SHE = ("母亲", "女儿")
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
    """What is it about: the likeliest services if any, else the most asked for."""

    slot = "service"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """Buttons for at most eight services; free words are as welcome."""
        likely = [each["code"] for each in turn.ranking if each["confidence"] >= 0.05]
        codes = list(dict.fromkeys([*likely, *COMMON]))[:8]
        buttons = [button(NAMES[code], service=code) for code in codes if code != "other"]
        return (
            "您遇到了什么难处，或者想办什么事？用您自己的话说就行，也可以点下面的。",
            [*buttons, button("别的事", service="other")],
        )


class AskLocation(_Ask):
    """Where the person lives: buttons when several townships fit."""

    slot = "location"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """One question; the second and last one names what is still open."""
        candidates, area = turn.slots.get("candidates") or [], turn.slots.get("area")
        whose = _whose(turn)
        if candidates and len(candidates) <= MOST_BUTTONS:
            buttons = [button(short_label(code, candidates), location=code) for code in candidates]
            return f"叫这个名字的地方有 {len(candidates)} 个，{whose}在哪一个？", [
                *buttons,
                button("都不是", location="other"),
            ]
        if candidates:
            return f"全国有 {len(candidates)} 个地方叫这个名字。是哪个省、哪个县（市、区）的？", []
        if area:
            return f"{whose}住在{describe(area)}的哪个乡镇（街道）？哪个村也可以一起说。", []
        if turn.slots.get("risks"):
            return "请告诉我您（或者他）现在在哪里：哪个县、哪个乡镇、哪个村？我好叫最近的人。", []
        return f"{whose}住在哪个县、哪个乡镇（街道）？比如“湘潭县花石镇”。", []


class AskVillage(_Ask):
    """Which village or community of the township."""

    slot = "village"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """Names the township, so that a wrong one is noticed at once."""
        return f"{describe(turn.slots['location'])}，对吧？是哪个村（社区）、几组？不清楚可以跳过。", [
            button(SKIP, village=SKIPPED)
        ]


class AskAge(_Ask):
    """The age of the person in need."""

    slot = "age"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """You, she or he."""
        return f"{_who(turn)}今年多大岁数？", [button(SKIP, age=SKIPPED)]


class AskName(_Ask):
    """The name of the person in need."""

    slot = "name"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """A surname is enough."""
        return f"{_who(turn)}叫什么名字？只说姓也行，社工好称呼。", [button(SKIP, name=SKIPPED)]


class AskConfirm(_Ask):
    """Everything once more, before it is filed."""

    slot = "confirm"

    def words(self, turn: Turn) -> tuple[str, list[dict[str, str]]]:
        """A line for each answer; any of them can be corrected in words or by the button."""
        lines = [f"{label}：{value}" for label, value in summary(turn)]
        text = "请您看看对不对：\n" + "\n".join(lines) + "\n\n对的话我就交给社工站。哪一项不对，直接告诉我就行。"
        edits = [
            ("地方", "location"),
            ("电话", "phone"),
            ("名字", "name"),
            ("要办的事", "service"),
            ("情况", "description"),
        ]
        return text, [
            button("对，提交", confirm="yes"),
            *[button(f"改{title}", edit=slot) for title, slot in edits],
            {"title": "不办了", "payload": "/cancel"},
        ]


def summary(turn: Turn) -> list[tuple[str, str]]:
    """The answers in words, in the order of the form."""
    place = "没说清，先交给上一级" if turn.slots.get("location") == UNKNOWN else ""
    if turn.known("location"):
        place = describe(turn.known("village") or turn.known("location"))
        place += turn.slots.get("village_text") or "" if not turn.known("village") else ""
    elif turn.slots.get("area"):
        place = describe(turn.slots["area"])
    age = turn.known("age")
    rows = [
        ("要办的事", "、".join(NAMES.get(code, code) for code in turn.slots.get("service") or [])),
        ("地方", place),
        ("帮谁", turn.known("beneficiary") or "没说"),
        ("年龄", f"{age} 岁" if age is not None else "没说"),
        ("名字", turn.known("name") or "没说"),
        ("电话", turn.known("phone") or "没留（社工就在这里回复您）"),
        ("情况", _shortened(turn.known("description") or "没说")),
    ]
    return [(label, value) for label, value in rows if value]


def _shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[:most] + "……"


def _who(turn: Turn) -> str:
    relation = turn.known("beneficiary")
    if relation in (None, _SELF):
        return "您"
    return (
        "她"
        if relation in _SHE
        else "他（她）"
        if relation in ("配偶", "孙辈", "祖辈", "邻居", "村民", "其他")
        else "他"
    )


def _whose(turn: Turn) -> str:
    who = _who(turn)
    return "您" if who == "您" else f"{who}现在"
