"""Who of the persons in a message is the one in need: what that person is to the speaker.

Every mention of a person becomes an entity, but only one is `primary`. It is chosen by what the text says near each
mention: 没人管, 瘫 and an age speak for it, 在外打工, 打我, 去世 and a telephone number against it. Without a better
candidate somebody who tells of their own hardship is 本人; where all speaks against everybody, nobody is `primary`.

The words are in data/lexicon/relations.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlu.entities.ages import find_ages
from nlu.entities.conditions import find_conditions
from nlu.entities.entity import Entity
from nlu.entities.persons import SELF, find_persons
from nlu.entities.wordlists import word_lists

_WORDS = word_lists("relations.yml")
_NEED, _AWAY, _JAILED, _UNREACHED = map(_WORDS.compile, ("{need}", "{away}", "{jailed}", "{unreached}"))
_SELF_NEED, _SELF_APPLIES, _HARDSHIP = map(_WORDS.compile, ("{self_need}", "{self_applies}", "{hardship}"))
_ASKS, _CARER, _OFFERS = map(_WORDS.compile, ("{asks}", "{carer}", "{offers}"))
_DESPAIR = _WORDS.compile(r"(?:^|[,。!?\s])(?:真的?|就|都|我|真是)*{despair}")
_DEAD = _WORDS.compile("[^,。!?;爹妈爸娘父母]{0,8}?{dead}")
_THEIR_PARENTS = _WORDS.compile("[的他她]?{their_parents}")  # 我孙子爸妈都在外打工: they are away
_PASSIVE = re.compile(r".{0,4}(?:被|没人|无人|不见|挨)|.{0,6}[打骂][他她]")
_ABOUT = _WORDS.compile("的{about_whom}")
_FOR = _WORDS.compile("{for_whom}$")
_ACTED_ON = _WORDS.compile("{acted_on}[着了过]?[他她]?$")
_CARRIED = _WORDS.compile(r"{brought_up}大?[一两三四二]?(?:个|岁的|个月的)?[小大细]?(?:上学的)?$")
_BESIDE_ME = re.compile(r"(?:我|俺|咱)[和跟与带][一两二三四]?个?[小大]?$")
_TOGETHER = re.compile(r"过|住|一起|生活|相依")

_PHONE_OF = _WORDS.compile(r"家?(?:的|那个)?{telephone}(?:号码?)?|[的是:]?\s*\+?[\d(]")
_NUMBER_NEAR = re.compile(
    r"$|[,。](?!打不|没人)|[^,。]{0,8}?\+?\d[\d\s\-.]{6,}|的?号码?(?:$|[,。])|的?(?:手机|电话|座机)[。!]?$|[^,。]{0,8}?[零〇一二三四五六七八九幺洞两拐]{7}"
)
_NUMBER_BEFORE = re.compile(r"\d\s*[(,]$")  # 13200000303（我儿子）, 13200000303，我儿子的
_OWNED = re.compile(r"\)|的?[。!]?$")
_CALL = _WORDS.compile("{calling}$")
_DIALLED = re.compile(r"幺|零零|〇〇|1[3-9][\d\s\-]{9,}|\d{7,}|电话")

# 我 as the one something is done to: 老公打我, 后妈不给我饭吃
_BEATS_ME = _WORDS.compile(
    r"{harmed}[着了过]?(我|俺|咱|额)(?!电话|手机|的?号|座机|[\d\s幺]|[妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽家外公老伯叔们邻侄朋同])"
)
_TAKES_ME = _WORDS.compile(
    "[把将](我|俺|咱|额)(?![妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽家外公老伯叔们的])[^,。!?;]{0,4}?{harmed_by_taking}|{taken_from_me}(我|俺|咱)(?=们?家|的)"
)
_SAID_SELF = _WORDS.compile(
    r"(?<!着)(?:我|俺|咱|额)(?:自己|本人)|(?:只?剩下?|留下)[我俺](?![的家])|[给帮为替]自己"
    r"|(?<![他她人其非由])本人(?![^,。]{0,6}(?:村医|社工|志愿|干部|网格|教师))"
    rf"|(?:就|只有|剩)?{SELF}(?:就是?|只是?|也是|是|都是)?(?:一?个|这个?|孤){{described_as}}*{{self_described}}"
    rf"|{SELF}(?:单亲|离异|全职|丧偶)(?:妈妈|爸爸|母亲|父亲|女人|男人)"
    rf"|(?:老头子|老太婆|老婆子|老汉|老太太|老身|老朽){SELF}(?![家的们])|(?<![着靠]){SELF}们?老?(?:两口子?|夫妻俩?|夫妇)"
)
_SELF = _WORDS.compile(r"(?<!{not_me_before})(我|俺|咱|偶|额|阮)(?:们(?=失独|都是|两个))?(?!{not_me})")
_ANY_SELF = re.compile(
    r"(?<![的给帮替叫找对])(我|俺)(?![们家的爸妈爹娘爷奶儿女孙婆公哥姐弟妹老崽伢堂舅姑叔伯外侄嗲]|想问|想咨询|想了解|是(?!外地|外省)|要(?:投诉|举报)|组织|想当|想捐)"
)
_SAYS_OUTRIGHT = re.compile(rf"{SELF}是(?:[他她老患当伤]|病|孩子|娃|小孩)")  # 我是她邻居

# 他 as the subject of a clause is the last person named before: 外孙放我这里，他有癫痫.
_PRONOUN = re.compile(
    r"[,。;!?](?:现在|如今|可|但)?[他她](?![们的爸妈爹娘爷奶父母哥姐弟妹儿女孙家老嫂婆公外叔伯姑舅媳])"
)
_TAIL = re.compile(r"[。!?;]")
_AND = ("", "和", "跟", "与", "、")
_TAILS_ONLY = 22  # how far behind a mention its circumstances are looked for
_NOBODY = -2.5


def find_relations(text: str, original: str) -> Iterator[Entity]:
    """Mentions of persons in normalised `text`; the one in need first and `primary`, the others not."""
    ages = [one.start for one in find_ages(text, original)]
    ills = [one.start for one in find_conditions(text, original)]
    persons = find_persons(text, original)
    own = _speaker(text, original, persons, ages, ills)
    mentions = sorted([*persons, *own], key=lambda one: one.start)
    if not mentions:
        if hint := _anyhow(text, original, persons):
            yield hint
        return
    scores = [_score(text, mention, mentions, ages, ills) for mention in mentions]
    best = max(range(len(mentions)), key=lambda number: (scores[number], -number))
    sure = scores[best] > (1.5 if _OFFERS.search(text) else _NOBODY)
    if not sure and (hint := _anyhow(text, original, persons)):
        yield hint
        best = -1
    else:
        yield replace(mentions[best], primary=sure)
    for number, mention in enumerate(mentions):
        if number != best:
            yield replace(mention, primary=False)


def _speaker(text: str, original: str, persons: list[Entity], ages: Sequence[int], ills: Sequence[int]) -> list[Entity]:
    """The speaker as somebody with troubles of their own: at most one mention."""

    def free(start: int, end: int) -> bool:
        return not any(one.start < end and start < one.end for one in persons)

    def entity(start: int, end: int) -> list[Entity]:
        return [Entity("relation", "本人", original[start:end], start, end)]

    if said := _SAID_SELF.search(text):
        # 就我一个老太婆: the word for the spouse inside is the speaker here
        inside = [one for one in persons if said.start() <= one.start and one.end <= said.end()]
        if inside or free(*said.span()):
            for one in inside:
                persons.remove(one)
            return entity(*said.span())
    # 我带着孩子没生活费, 我六十了，男人没了: such persons do not end what is said of the speaker
    others = [one for one in persons if not _in_passing(text, one)]
    best: tuple[float, int, int] | None = None
    for match in _SELF.finditer(text):
        if not free(*match.span(1)):
            continue
        after = _own_after(text, match.end(), others)
        weight = float(len(set(_SELF_NEED.findall(after)))) + any(match.end() <= age <= match.end() + 8 for age in ages)
        weight += any(match.end() <= ill < match.end() + len(after) for ill in ills)
        if _CARER.search(after[:12]):
            weight -= 1
        if _DESPAIR.search(text):
            weight += 2
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, *match.span(1))
    beaten = _BEATS_ME.search(text) or _TAKES_ME.search(text)
    if beaten and (best is None or best[0] < 3):
        return entity(*beaten.span(beaten.lastindex or 0))
    return entity(best[1], best[2]) if best else []


def _anyhow(text: str, original: str, persons: Sequence[Entity]) -> Entity | None:
    """Where nobody else can be meant, 我 anywhere in a message of hardship: 刚出狱，没钱，我该找谁."""
    hard = _SELF_NEED.search(text) or (_HARDSHIP.search(text) and not _ASKS.search(text))
    if _OFFERS.search(text) or not hard or not (found := _ANY_SELF.search(text)):
        return None
    start, end = found.span(1)
    if any(one.start < end and start < one.end for one in persons):
        return None
    return Entity("relation", "本人", original[start:end], start, end)


def _in_passing(text: str, person: Entity) -> bool:
    return (
        _CARRIED.search(text, max(0, person.start - 8), person.start) is not None
        or _BESIDE_ME.search(text, max(0, person.start - 6), person.start) is not None
        or _DEAD.match(text, person.end) is not None
    )


def _after(text: str, end: int, mentions: Sequence[Entity]) -> str:
    """The words behind a mention, up to the next one or the end of the sentence; 儿子儿媳 share what follows."""
    while beside := next(
        (one for one in mentions if 0 <= one.start - end <= 1 and text[end : one.start] in _AND), None
    ):
        end = beside.end
    stop = min([end + _TAILS_ONLY, *(one.start for one in mentions if one.start >= end)])
    tail = _TAIL.search(text, end, stop)
    return text[end : tail.start() if tail else stop]


def _own_after(text: str, end: int, mentions: Sequence[Entity]) -> str:
    """The words behind 我, up to where another person becomes the subject."""
    after = _after(text, end, mentions)
    pronoun = _PRONOUN.search(after)
    return after[: pronoun.start()] if pronoun else after


def _said_of_him(text: str, mention: Entity, mentions: Sequence[Entity]) -> str:
    """The clauses behind a mention whose 他 or 她 it is."""
    said = ""
    for pronoun in _PRONOUN.finditer(text, mention.end):
        if any(mention.end <= one.start < pronoun.start() and one.value != "本人" for one in mentions):
            break
        said += "," + _after(text, pronoun.end(), mentions)
    return said


def _clause(after: str) -> str:
    """The first clause of what follows a mention: where it is said what that person does."""
    return next((part for part in after.split(",") if part), "")


def _score(text: str, mention: Entity, mentions: Sequence[Entity], ages: Sequence[int], ills: Sequence[int]) -> float:
    """How much speaks for this mention being the person in need."""
    after = _after(text, mention.end, mentions)
    rest = text[mention.end : mention.end + 30]
    before = text[max(0, mention.start - 8) : mention.start]
    if mention.value == "本人":
        after = _own_after(text, mention.end, [one for one in mentions if not _in_passing(text, one)])
        return _score_own(text, mention, after, before, ages, ills)
    if not _UNREACHED.search(rest) and (
        (_PHONE_OF.match(rest) and _NUMBER_NEAR.match(rest))
        or (_NUMBER_BEFORE.search(before) and _OWNED.match(rest))
        or (_CALL.search(before) and _DIALLED.search(text))
    ):
        return -9.0
    if _DEAD.match(after):
        return -4.0
    score = float(min(len(set(_NEED.findall(after + _said_of_him(text, mention, mentions)))), 4))
    score += 0.5 if any(mention.end <= ill < mention.end + len(after) for ill in ills) else 0.0
    score += (
        0.75 if any(mention.end <= age <= mention.end + 8 and age - mention.end <= len(after) for age in ages) else 0.0
    )
    # 我妈被打, but 儿子打我妈: the word right behind decides who acts.
    away = _AWAY.search(_clause(after))
    if away and away.start() < 8 and not _PASSIVE.match(after) and not _THEIR_PARENTS.match(after):
        score -= 3.0
    if _JAILED.search(_clause(after)) and not _THEIR_PARENTS.match(after):
        score -= 3.0
    score += 2.0 if _FOR.search(before) else 0.0
    score += 1.0 if _ABOUT.match(after) else 0.0
    if _ACTED_ON.search(before):
        score += 3.0
    if before.endswith("被"):
        score -= 3.0
    if before.endswith(("跟", "和")) and _TOGETHER.match(after):
        score -= 1.5
    if _CARRIED.search(before):
        score = min(score, 1.0) - (1.5 if score >= 1.0 else 3.0)
    if mention.value == "村民":
        score += 1.0
    if _SAYS_OUTRIGHT.match(text, mention.start):
        score += 2.0
    return score


def _score_own(text: str, mention: Entity, after: str, before: str, ages: Sequence[int], ills: Sequence[int]) -> float:
    troubles = len(set(_SELF_NEED.findall(after)))
    score = (0.5 if len(mention.text) == 1 else 1.5) + min(troubles, 4)
    score += 2.0 if _DESPAIR.search(text) else 0.0
    score += 0.5 if _SELF_APPLIES.search(after) else 0.0
    beaten = _BEATS_ME.search(text, max(0, mention.start - 4), mention.end + 1) or (
        _TAKES_ME.match(text, max(0, mention.start - 1))
    )
    if not troubles and not beaten and len(mention.text) == 1:
        score -= 0.6  # a child that says how old it is, then that its mother is ill
    if any(mention.end <= age <= mention.end + 8 for age in ages):
        score += 0.5
    if any(mention.end <= ill < mention.end + len(after) for ill in ills):
        score += 0.5
    if beaten:
        score += 2.0
    if _FOR.search(before):
        score += 1.0
    if _CARER.search(after[:12]):
        score -= 2.0
    return score
