"""Who of the persons in a message is the one in need: what that person is to the speaker.

Every mention of a person becomes an entity, but at most one is `primary`. The choice is among the persons named, the
speaker and nobody: each has its signs (signs.py), each sign a weight, and the highest sum wins. The weights are learned
by `python -m evaluation.relations` and lie in data/lexicon/relation-weights.yml; here they are only added.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Optional

import yaml

from nlu.entities.ages import find_ages
from nlu.entities.conditions import find_conditions
from nlu.entities.entity import LEXICON, Entity
from nlu.entities.hearing import Message, Span
from nlu.entities.persons import SELF, find_persons
from nlu.entities.signs import Signs, of_nobody, of_person, of_speaker
from nlu.entities.wordlists import word_lists
from nlu.normalise import normalise

WEIGHTS = LEXICON / "relation-weights.yml"
_WORDS = word_lists("relations.yml")
_SAID_SELF = _WORDS.compile(
    r"(?<!着)(?:我|俺|咱|额)(?:自己|本人)|(?:只?剩下?|留下)[我俺](?![的家])|[给帮为替]自己"
    r"|(?<![他她人其非由])本人(?![^,。]{0,6}(?:村医|社工|志愿|干部|网格|教师))"
    rf"|(?:就|只有|剩)?{SELF}(?:就是?|只是?|也是|是|都是)?(?:一?个|这个?|孤){{described_as}}*{{self_described}}"
    rf"|{SELF}(?:一个)?(?:单亲|单身|离异|全职|丧偶)(?:妈妈|爸爸|母亲|父亲|女人|男人)"
    rf"|(?:老头子|老太婆|老婆子|老汉|老太太|老身|老朽){SELF}(?![家的们])|(?<![着靠]){SELF}们?老?(?:[两俩]口子?|[两俩]公婆|[两俩]老(?![人])|夫妻[两俩]?|夫妇[两俩]?|老[两俩]口)"
    rf"|(?:帮帮|救救|可怜可怜|管管){SELF}(?![的家们妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽外公老伯叔邻侄朋同男媳])"
)
_SELF = _WORDS.compile(r"(?<!{not_me_before})(我|俺|咱|偶|额|阮)(?:们(?=失独|都是|两个))?(?!{not_me})")
_PRONOUN = re.compile(r"(?<![其吉])[他她佢](?![们人])")
READ = 800  # characters: whom a letter is about stands well before, and reading takes their square
_ANY_SELF = re.compile(r"我|俺|咱|偶|阮|本人|自己")


@dataclass(frozen=True)
class Candidate:
    """One who may be the person in need, or nobody (no entity), with the signs for and against it."""

    kind: str  # person, speaker or nobody: the same sign is worth different things
    entity: Optional[Entity]
    signs: Signs

    def score(self) -> float:
        """The sum of the signs, each by its weight."""
        worth = weights()[self.kind]
        return sum(worth.get(name, 0.0) * number for name, number in self.signs.items())


def find_relations(
    text: str, original: str, ages: Optional[Sequence[Entity]] = None, ills: Optional[Sequence[Entity]] = None
) -> Iterator[Entity]:
    """Mentions of persons in normalised `text`; the one in need first and `primary`, the others not. Ages and
    conditions are found here if they have not been before."""
    among = candidates(text, original, ages, ills)
    best = max(among, key=Candidate.score)
    if best.entity:
        yield replace(best.entity, confidence=_chance(best, among))
    for one in among:
        # 我 inside of 我妈 is no mention of the speaker unless it is the speaker who is in need
        if one is not best and one.entity and (one.entity.value != "本人" or "subject" in one.signs):
            yield replace(one.entity, primary=False)


def refers_back(text: str) -> bool:
    """Whether 他 or 她 is somebody whom the message itself does not name: 不是她自己摔的，是俺弟弟推的."""
    plain = normalise(text)
    pronoun = _PRONOUN.search(plain)
    return pronoun is not None and all(pronoun.start() < one.start for one in find_persons(plain, text))


def _chance(best: Candidate, among: Sequence[Candidate]) -> float:
    """How sure the choice is: the weights are those of a log-linear model, and two mentions of the mother are one."""
    highest = best.score()
    parts = {id(one): math.exp(one.score() - highest) for one in among}
    value = best.entity and best.entity.value
    same = sum(parts[id(one)] for one in among if (one.entity and one.entity.value) == value)
    return round(same / sum(parts.values()), 4)


def candidates(
    text: str, original: str, ages: Optional[Sequence[Entity]] = None, ills: Optional[Sequence[Entity]] = None
) -> list[Candidate]:
    """Everybody who may be the person in need: persons in order of the text, the speaker if named, and nobody."""
    text, original = text[:READ], original[:READ]
    persons = find_persons(text, original)
    outright = _outright(text, persons)
    for one in [one for one in persons if one.value == "本人"]:
        persons.remove(one)
        outright = outright or (one.start, one.end)
    own = [span for span in (match.span(1) for match in _SELF.finditer(text)) if not _overlaps(span, persons)]
    if outright and not any(outright[0] <= start < outright[1] for start, _ in own):
        own = sorted([*own, outright])
    ages = list(find_ages(text, original)) if ages is None else [one for one in ages if one.end <= READ]
    ills = list(find_conditions(text, original)) if ills is None else [one for one in ills if one.end <= READ]
    message = Message(text, persons, own, outright, ages, ills)
    found = [Candidate("person", one, of_person(message, one)) for one in persons]
    anywhere = _ANY_SELF.search(text)
    said = outright or (own[0] if own else anywhere and anywhere.span())
    if said:
        entity = Entity("relation", "本人", original[said[0] : said[1]], *said)
        found.append(Candidate("speaker", entity, of_speaker(message)))
    return [*found, Candidate("nobody", None, of_nobody(message))]


@functools.cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """What each sign is worth, by the kind of candidate."""
    read: dict[str, dict[str, float]] = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    return read


def _overlaps(span: Span, persons: Sequence[Entity]) -> bool:
    return any(one.start < span[1] and span[0] < one.end for one in persons)


def _outright(text: str, persons: list[Entity]) -> Optional[Span]:
    """Where somebody says that it is themselves; the word for the spouse in 就我一个老太婆 is the speaker there."""
    if not (said := _SAID_SELF.search(text)):
        return None
    start, end = said.span()
    inside = [one for one in persons if start <= one.start and one.end <= end]
    if not inside and _overlaps((start, end), persons):
        return None
    for one in inside:
        persons.remove(one)
    return start, end
