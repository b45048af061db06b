"""A message with the persons in it, and which of its words are said of whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Optional

from nlu.entities.entity import Entity
from nlu.entities.wordlists import word_lists

Span = tuple[int, int]

_WORDS = word_lists("relations.yml")
_NEED, _OWN_NEED = map(_WORDS.compile, ("{need}", "{self_need}"))
DEAD = _WORDS.compile("[^,。!?;爹妈爸娘父母]{0,8}?{dead}")
CARRIED = _WORDS.compile(r"{brought_up}大?[一两三四二]?(?:个|岁的|个月的)?[小大细]?(?:上学的)?$")
BESIDE_ME = re.compile(r"(?:我|俺|咱)[和跟与带][一两二三四]?个?[小大]?$")
# 他 as the subject of a clause is the last person named before: 外孙放我这里，他有癫痫.
_PRONOUN = re.compile(
    r"[,。;!?](?:现在|如今|可|但)?[他她](?![们的爸妈爹娘爷奶父母哥姐弟妹儿女孙家老嫂婆公外叔伯姑舅媳])"
)
_END = re.compile(r"[。!?;]")
_AND = ("", "和", "跟", "与", "、")
_NEAR = 22  # how many characters behind a person what is said of them may be


@dataclass(frozen=True)
class Message:
    """A normalised message with what has been found in it; `own` is where the speaker is a subject, `outright` where
    somebody says that it is themselves (我自己, 我一个老太婆)."""

    text: str
    persons: Sequence[Entity]
    own: Sequence[Span]
    outright: Optional[Span]
    ages: Sequence[Entity]
    ills: Sequence[Entity]

    @cached_property
    def needs(self) -> list[tuple[int, str]]:
        """Words of need and where they begin."""
        return [(match.start(), match[0]) for match in _NEED.finditer(self.text)]

    @cached_property
    def own_needs(self) -> list[tuple[int, str]]:
        """Words of need as one says them of oneself, and where they begin."""
        return [(match.start(), match[0]) for match in _OWN_NEED.finditer(self.text)]

    @cached_property
    def _subjects(self) -> list[int]:
        """Where a person becomes the subject; in 我带着孩子没生活费 and 我六十了，男人没了 it stays the speaker."""
        return [one.start for one in self.persons if not _in_passing(self.text, one)]

    def next(self, end: int) -> int:
        """Where the next person behind `end` is named, or the message ends."""
        return min([len(self.text), *(one.start for one in self.persons if one.start >= end)])

    def reach(self, end: int) -> int:
        """Where the words said of the person that ends at `end` stop: at the next one or the end of the sentence.
        儿子儿媳 share what follows."""
        for one in self.persons:
            if 0 <= one.start - end <= 1 and self.text[end : one.start] in _AND:
                end = one.end
        stop = min([end + _NEAR, self.next(end), *(start for start, _ in self.own if start >= end)])
        tail = _END.search(self.text, end, stop)
        return tail.start() if tail else stop

    def own_reach(self, end: int) -> int:
        """Where the words behind 我 stop: where somebody else becomes the subject."""
        stop = min([end + _NEAR, len(self.text), *(start for start in self._subjects if start >= end)])
        tail = _END.search(self.text, end, stop) or _PRONOUN.search(self.text, end, stop)
        return tail.start() if tail else stop

    def said_of(self, person: Entity) -> list[Span]:
        """The clauses whose 他 or 她 is this person."""
        said = []
        for pronoun in _PRONOUN.finditer(self.text, person.end):
            if any(person.end <= one.start < pronoun.start() for one in self.persons):
                break
            said.append((pronoun.end(), self.reach(pronoun.end())))
        return said


def _in_passing(text: str, person: Entity) -> bool:
    return (
        CARRIED.search(text, max(0, person.start - 8), person.start) is not None
        or BESIDE_ME.search(text, max(0, person.start - 6), person.start) is not None
        or DEAD.match(text, person.end) is not None
    )
