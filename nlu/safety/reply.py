"""What the resident reads at once when the floor has found danger.

Order of every reply: acknowledge, the numbers to call, that a worker is being told, one or two questions about
safety. Short and plain, for an old farmer or a child. Never a method, blame, a promise of an outcome or of secrecy, a
diagnosis, an end of the talk; and nothing that names the trouble aloud where the offender may read along.
tests/wording.py holds the forbidden words, for these texts and for everything else that residents read.
"""

from __future__ import annotations

from dataclasses import dataclass

from nlu.safety.floor import Alarm
from nlu.safety.hotlines import Hotline, hotlines

# Said only where it is true: the app writes the alarm for the duty worker before it sends these texts.
WORKER = "我正在通知值班社工。您可以一直在这里跟我说，我不会走开。"
ALONE = "您可以一直在这里跟我说，我不会走开。"
# Cues of the floor: the fire brigade gets people down and out.
_RESCUE = frozenset({"suicide_self_harm.edge", "medical_emergency.machine"})
_FAMILY, _TRUSTED = "家里人或者邻居", "信得过的人"


@dataclass(frozen=True)
class _Wording:
    """One risk: what is said first, what can be done now, the numbers, and the one question."""

    first: str
    first_urgent: str
    act: str
    call: tuple[str, ...]
    also: tuple[str, ...]
    ask: str


_WORDING: dict[str, _Wording] = {
    "medical_emergency": _Wording(
        first="这是急事，先救人，别的都不急。",
        first_urgent="这是急事，先救人，别的都不急。",
        act="请马上打 120，说清楚在哪里、人怎么样，电话先别挂，听医生的。旁边有人就请他来帮忙。",
        call=("120",),
        also=("119",),
        ask="您现在在哪里（哪个村、哪个组、几号）？人还有没有反应？",
    ),
    "suicide_self_harm": _Wording(
        first="谢谢您告诉我。听到这些，我很担心，现在最要紧的是人平安。",
        first_urgent="谢谢您愿意说出来，听得出现在很难熬。这些话我都当真，我在这里听。",
        act=f"请让{_FAMILY}马上过来陪着，不要一个人待着；身边能伤到人的东西，请交给别人拿走，或者离远一点。",
        call=("120", "110"),
        also=("12356",),
        ask="现在身边有没有人陪着？人在哪里，有没有受伤？",
    ),
    "child_abuse": _Wording(
        first="谢谢你说出来，这不是孩子的错。现在先让孩子到安全的地方。",
        first_urgent="谢谢你说出来，这不是孩子的错。这样的事应该有人管。",
        act="能离开就先离开，到有大人、有亮光的地方去，比如邻居家、学校、村委会。不用细说发生了什么。",
        call=("110", "120"),
        also=("12355", "12345"),
        ask="孩子现在在哪里，身边有没有信得过的大人？有没有受伤？",
    ),
    "violence": _Wording(
        first="谢谢您告诉我，这不是您的错。先顾人要紧，别的以后再说。",
        first_urgent="谢谢您告诉我，这不是您的错。遇到这样的事，您可以找人帮忙。",
        act="能走开就先走到有人的地方，带好手机和身份证；走不开就待在有门能出去的屋里，离厨房远一点。"
        "看完可以把这几句删掉。",
        call=("110", "120"),
        also=("12338", "12348"),
        ask="那个人现在还在旁边吗？您在哪里，有没有受伤？不方便说话，回一个“1”也行。",
    ),
    "missing_person": _Wording(
        first="先别一个人找，现在报警最快，走失不用等24小时。",
        first_urgent="人没有消息，您一定很着急。报警不用等满24小时，时间久了也可以报。",
        act="请打 110，说清楚姓名、年龄、穿什么衣服、最后在哪里看见。请一个人留在家里等，再请村干部和邻居一起找。",
        call=("110",),
        also=(),
        ask="人叫什么、多大年纪？什么时候、在哪里最后看见？",
    ),
    "survival": _Wording(
        first="先顾身体，吃的、住的、药的事，社工来想办法对接。",
        first_urgent="您说的我记下了。没吃的、没药、没地方住，是今天就要处理的事。",
        act="人要是没力气、发晕、冻僵了，马上打 120，也请邻居或者村委会先搭把手。",
        call=("120",),
        also=("12345",),
        ask="您现在在哪里？身边还有几个人，有没有老人、孩子或者病人？",
    ),
}


def safety_messages(
    alarm: Alarm, *, minor: bool | None = None, division: str | None = None, called: bool = True
) -> list[str]:
    """The messages to send at once, in order; [] without an alarm.

    `minor`: the person in danger is known to be under 18 (None: unknown). `division`: code of the place, for
    numbers that exist only in some. `called`: a worker is being told; False while nobody can be.
    One text about the first risk, then the numbers of all, the worker, the questions.
    """
    known = [risk for risk in alarm.risks if risk in _WORDING]
    if not known:
        return []
    main = _WORDING[known[0]]
    emergency = alarm.urgency == "emergency"
    words = [main.first if emergency else main.first_urgent, main.act]
    # Advice for two dangers at once confuses, and some does not go together; first aid is the exception.
    words += [_WORDING[risk].act for risk in known[1:] if risk == "medical_emergency"]
    said = "".join(words)
    if {"violence", "child_abuse"} & set(known):  # the family may be where the danger comes from
        said = said.replace(_FAMILY, _TRUSTED)
    young = "child_abuse" in known if minor is None else minor
    if young:  # a child has none, and need not look for it
        said = said.replace("带好手机和身份证", "带好手机")
    numbers = _numbers(alarm, known, young, division)
    return [said, numbers, f"{WORKER if called else ALONE}\n{main.ask}"]


def _numbers(alarm: Alarm, risks: list[str], young: bool, division: str | None) -> str:
    emergency = alarm.urgency == "emergency"
    calls = list(dict.fromkeys(number for risk in risks for number in _WORDING[risk].call))
    if _RESCUE & set(alarm.cues):
        calls.append("119")
    also = list(dict.fromkeys(number for risk in risks for number in _WORDING[risk].also if number not in calls))
    if young and {"suicide_self_harm", "child_abuse", "violence"} & set(risks) and "12355" not in also:
        also.insert(0, "12355")
    if emergency and "12348" in also:  # the law can wait until everybody is safe
        also.remove("12348")
    book = hotlines()
    lines = ["请现在就打：" if emergency else "随时可以打："]
    lines += [_line(book[number]) for number in calls + also if book[number].shown_in(division)]
    return "\n".join(lines)


def _line(line: Hotline) -> str:
    hours = "全天有人接" if line.always else line.hours
    return f"{line.number} {line.name}（{hours}）"
