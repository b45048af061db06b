"""Signs, near each person of a message, that it is this one who is in need, or not.

A sign is a name and a number, mostly 1; what it is worth is learned (data/lexicon/relation-weights.yml). A sign is
worth adding only if somebody who reads its name can say why it speaks for or against the person.

The words are in data/lexicon/relations.yml.
"""

from __future__ import annotations

import re

from nlu.entities.entity import Entity
from nlu.entities.hearing import BESIDE_ME, CARRIED, DEAD, Message
from nlu.entities.wordlists import word_lists

_WORDS = word_lists("relations.yml")
Signs = dict[str, float]

_JAILED, _UNREACHED, _CARER = map(_WORDS.compile, ("{jailed}", "{unreached}", "{carer}"))
_AWAY, _HARMS, _HELPS = map(_WORDS.compile, ("{away}", "{harms}", "{helps}"))
_HARDSHIP, _ASKS = map(_WORDS.compile, ("{hardship}", "{asks}"))
_OFFERS, _OF_CHILD, _OF_OLD = map(_WORDS.compile, ("{offers}", "{of_child}", "{of_old}"))
_DESPAIR = _WORDS.compile(r"(?:^|[,。!?\s])(?:真的?|就|都|我|真是)*{despair}")
# 我孙子爸妈都在外打工; 孙子十岁，他爸坐牢: it is of them that this is said
_THEIR_PARENTS = _WORDS.compile("的?{their_parents}|[^。]{0,8}?[他她]{their_parents}")
_PASSIVE = re.compile(r".{0,4}(?:被|没人|无人|不见|挨)|.{0,6}[打骂][他她]")
_FOR, _CALL = _WORDS.compile("{for_whom}$"), _WORDS.compile("{calling}$")
_SUFFERS = re.compile("[^,。]{0,2}(?:被|挨)")
_ACTED_ON = _WORDS.compile("{acted_on}[着了过]?[他她]?$")
_TOGETHER = re.compile(r"过|住|一起|生活|相依")

_PHONE_OF = _WORDS.compile(r"家?(?:的|那个)?{telephone}(?:号码?)?|[的是:]?\s*\+?[\d(]")
_NUMBER_NEAR = re.compile(
    r"$|[,。](?!打不|没人)|[^,。]{0,8}?\+?\d[\d\s\-.]{6,}|的?号码?(?:$|[,。])|的?(?:手机|电话|座机)[。!]?$|[^,。]{0,8}?[零〇一二三四五六七八九幺洞两拐]{7}"
)
_NUMBER_BEFORE = re.compile(r"\d\s*[(,]$")  # 13200000303（我儿子）, 13200000303，我儿子的
_OWNED = re.compile(r"\)|的?[。!]?$")
_DIALLED = re.compile(r"幺|零零|〇〇|1[3-9][\d\s\-]{9,}|\d{7,}|电话")
_NUMBER_OF_MINE = re.compile(r"\d[\d\s\-.,_()]{6,}|[零〇一二三四五六七八九幺洞两拐]{7}")

# 我 as the one something is done to: 老公打我, 后妈不给我饭吃
_BEATS_ME = _WORDS.compile(
    r"{harmed}[着了过]?(我|俺|咱|额)(?!电话|手机|的?号|座机|\s*[\d幺]|[妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽家外公老伯叔们邻侄朋同])"
)
_TAKES_ME = _WORDS.compile(
    "[把将](我|俺|咱|额)(?![妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽家外公老伯叔们的])[^,。!?;]{0,4}?{harmed_by_taking}|{taken_from_me}(我|俺|咱)(?=们?家|们?的|[地田房屋墙院门路宅])"
    "|[把将](?:我|俺|咱)?们?的?(?:铺盖|行李|被[子褥]|东西|衣服|家当|家具)[^,。!?;]{0,4}?(?:扔|丢|甩|撂|搬|赶)"
)
_BACK = re.compile(r"[他她](?!们|[爸妈爹娘爷奶父母哥姐弟妹儿女孙家老嫂婆公外叔伯姑舅媳])|老人家?|孩子|人家")
_SAYS_OUTRIGHT = re.compile("(?:我|俺|咱|额|偶|阮|吾)是(?:[他她老患当伤]|病|孩子|娃|小孩)")  # 我是她邻居
_OFFICIAL = _WORDS.compile("我[是们]{who_reports}")
_PUPIL = _WORDS.compile("{pupil}")
_CLAUSE = re.compile(r"[,。!?;:、\s]")

_ROLE = {
    "父亲": "parent", "母亲": "parent", "祖辈": "grandparent", "配偶": "spouse", "儿子": "child", "女儿": "child",
    "孙辈": "grandchild", "邻居": "neighbour", "村民": "neighbour",
}  # fmt: skip
_YOUNG = re.compile(r"孩|娃|儿|崽|女|侄|甥|弟|妹|学生|孤|伢|仔")
_OLD = re.compile(r"老|爷|奶|婆|公|岳|伯|叔|姑|舅|姨")


def of_person(message: Message, person: Entity) -> Signs:
    """What speaks for and against one person named in the message."""
    text, start, end = message.text, person.start, person.end
    number = message.persons.index(person)
    signs: Signs = {"base": 1.0, _ROLE.get(str(person.value), "other"): 1.0}
    reach = message.reach(end)
    after = text[end:reach]
    clause = _clause(after)
    rest, before = text[end : end + 30], text[max(0, start - 8) : start]
    if not _UNREACHED.search(rest) and (
        (_PHONE_OF.match(rest) and _NUMBER_NEAR.match(rest))
        or (_NUMBER_BEFORE.search(before) and _OWNED.match(rest))
        or (_CALL.search(before) and (_DIALLED.search(text) or _PHONE_OF.match(rest)))
    ):
        signs["telephone"] = 1.0
    gone = DEAD.match(after) is not None
    theirs = _THEIR_PARENTS.match(after) is not None
    passive = _PASSIVE.match(after) is not None
    if gone:
        signs["dead"] = 1.0
        if message.own or len(message.persons) > 1:
            signs["dead, others left"] = 1.0
    spans = [(end, reach), *message.said_of(person)]
    words = {word for at, word in message.needs if any(a <= at < b for a, b in spans)}
    if words:
        signs["need"] = 1.0
        signs["more need"] = min(len(words), 4) - 1.0
    if len(spans) > 1:
        signs["taken up again"] = 1.0
    if any(a <= one.start < b for one in message.ills for a, b in spans):
        signs["ill"] = 1.0
    if any(end <= one.start <= end + 8 and one.start < reach for one in message.ages):
        signs["age behind"] = 1.0
    if any(start - 3 <= one.end <= start for one in message.ages):
        signs["age before"] = 1.0
    if _SUFFERS.match(after):
        signs["suffers"] = 1.0
    if not passive and not theirs:
        for name, pattern in (("away", _AWAY), ("harms", _HARMS), ("helps", _HELPS)):
            if (found := pattern.search(clause)) and found.start() < 8:
                signs[name] = 1.0
    if not theirs and _JAILED.search(clause):
        signs["jailed"] = 1.0
    if any(pattern.search(text, end, message.next(end)) for pattern in (_BEATS_ME, _TAKES_ME)):
        signs["harms me"] = 1.0
    if _FOR.search(before) and not ("harms" in signs and before.endswith("是")):  # 是弟弟推的: who did it
        signs["for"] = 1.0
    if _ACTED_ON.search(before):
        signs["acted on"] = 1.0
    if before.endswith("被"):
        signs["by"] = 1.0
    if before.endswith(("跟", "和", "与")) and _TOGETHER.match(after):
        signs["lived with"] = 1.0
    if CARRIED.search(before):
        signs["brought up"] = 1.0
    elif BESIDE_ME.search(text, max(0, start - 6), start):
        signs["beside me"] = 1.0
    if _SAYS_OUTRIGHT.match(text, start):
        signs["said outright"] = 1.0
    young, old = _generation(text[start:end], person)
    if young and _OF_CHILD.search(text):
        signs["child's matter"] = 1.0
        if "brought up" in signs:
            signs["child's matter, brought up"] = 1.0
    elif old and _OF_OLD.search(text):
        signs["old one's matter"] = 1.0
    if any(int(one.value) < 18 for one in message.ages):
        signs["age fits" if young else "age misfits"] = 1.0
    if any(int(one.value) >= 60 for one in message.ages):
        signs["age misfits" if young else "age fits"] = 1.0
    if number == 0:
        signs["first"] = 1.0
        if start == 0 or _CLAUSE.match(text[start - 1]):
            signs["opens"] = 1.0
    elif number == len(message.persons) - 1:
        signs["last"] = 1.0
    if number == len(message.persons) - 1 and any(at >= reach for at, _ in message.needs):
        signs["need far behind"] = 1.0
    if not after.strip(",。!?; "):
        signs["nothing behind"] = 1.0
    if text[start] in "我俺咱额偶阮家":
        signs["mine"] = 1.0
    return signs


def of_speaker(message: Message) -> Signs:
    """What speaks for and against the one who writes."""
    text = message.text
    signs: Signs = {"base": 1.0}
    if message.outright:
        signs["outright"] = 1.0
    spans = [(end, message.own_reach(end)) for _, end in message.own]
    if spans:
        signs["subject"] = 1.0
    words = {word for at, word in message.own_needs if any(a <= at < b for a, b in spans)}
    if words:
        signs["need"] = 1.0
        signs["more need"] = min(len(words), 4) - 1.0
    if any(a <= one.start < b for one in message.ills for a, b in spans):
        signs["ill"] = 1.0
    if any(a <= one.start <= a + 8 for one in message.ages for a, _ in spans):
        signs["age"] = 1.0
    if any(_CARER.search(text, a, min(a + 12, b)) for a, b in spans):
        signs["carer"] = 1.0
        if message.outright:
            signs["carer, outright"] = 1.0
    if any(_FOR.search(text, max(0, a - 6), a) for a, _ in message.own):
        signs["for"] = 1.0
    if _DESPAIR.search(text):
        signs["despair"] = 1.0
    if _BEATS_ME.search(text) or _TAKES_ME.search(text):
        signs["harmed"] = 1.0
    if _PUPIL.search(text):
        signs["pupil"] = 1.0
    head = min((one.start for one in message.persons), default=len(text))
    if any(one.end < head - 3 for one in message.ages):
        signs["age before all"] = 1.0
    if message.persons:
        signs["beside others"] = 1.0
        if _BACK.search(text):
            signs["somebody else meant"] = 1.0
        if _OF_CHILD.search(text) and any(_generation(text[one.start : one.end], one)[0] for one in message.persons):
            signs["child's matter"] = 1.0
        if all(_gone(message, one) for one in message.persons):
            signs["others gone"] = 1.0
    if not words and "ill" not in signs and "age" not in signs and "harmed" not in signs:
        signs["nothing told"] = 1.0
    if _OFFICIAL.search(text):
        signs["official"] = 1.0
    if not message.persons and (message.own_needs or _HARDSHIP.search(text)) and not _ASKS.search(text):
        signs["hardship"] = 1.0
    return signs


def of_nobody(message: Message) -> Signs:
    """What speaks for nobody being in need."""
    text = message.text
    signs: Signs = {"base": 1.0}
    if not message.needs and not message.own_needs:
        signs["no need"] = 1.0
        if _NUMBER_OF_MINE.search(text):
            signs["number, no need"] = 1.0
    if _OFFERS.search(text):
        signs["offers"] = 1.0
    if _NUMBER_OF_MINE.search(text):
        signs["number"] = 1.0
    if not message.persons:
        signs["no person"] = 1.0
    return signs


def _generation(said: str, person: Entity) -> tuple[bool, bool]:
    """Whether the person is young, and whether old, by what they are to the speaker or by the word for them."""
    role = _ROLE.get(str(person.value))
    if role in ("child", "grandchild"):
        return True, False
    if role in ("parent", "grandparent", "spouse"):
        return False, True
    return _YOUNG.search(said) is not None, _OLD.search(said) is not None


def _gone(message: Message, person: Entity) -> bool:
    """Whether somebody is dead, away or does harm: who is left then is the speaker."""
    after = message.text[person.end : message.next(person.end)][:16]
    if DEAD.match(after):
        return True
    clause = _clause(after)[:10]
    return not _PASSIVE.match(after) and any(pattern.search(clause) for pattern in (_AWAY, _HARMS, _JAILED))


def _clause(after: str) -> str:
    """The first clause of what follows a person: where it is said what that person does."""
    return next((part for part in after.split(",") if part), "")
