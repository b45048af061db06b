"""Ranks the articles for a question: by its words, what they mean, facts that cite an article, likely services."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest

from nlu.normalise import normalise
from policy import field
from policy.corpus import Fact, articles, asked, facts, rows
from policy.index import Index
from policy.words import meant, said

# Every figure here was chosen on the questions that are not held out; see docs/policy.md.
MOST = 5
CANDIDATES = 60  # articles that are weighed by more than their words
THROUGH_FACTS = 0.5  # weight of the best fact's score for the articles it cites
OF_SERVICE = 0.5  # a fact counts so much more as the question is likely about its service …
OF_ARTICLE = 1.0  # … and an article, as it is likely about the services whose facts cite it …
OF_LAW = 0.5  # … of which this share is that of its whole law
NEAREST = 15  # articles that are weighed again against each other …
APART = 1.0  # … by the words that tell them apart …
IN_LAW = 0.5  # … which say less in the text of the law than in how people ask or what a fact says
OF_PART = 1.2  # a fact under the heading for what is asked (where, what to bring, how long) counts more
HEARD = 1.0  # weight of how people ask what a fact says, for the articles it cites …
HEARD_FACT = 1.0  # … and for the fact
TITLE = 0.5  # weight of the name of its service for a fact
OLDER = 0.65  # what the newer law says comes first where both speak

PARTS = (
    ("带什么", re.compile("带[什啥哪些点]|材料|证件|要交[什啥哪]|准备[什啥哪些]|啥子?东西|哪些东西")),
    ("去哪里", re.compile("去哪|到哪|在哪|向哪|跟哪个|找哪|哪个部门|哪里[申办报领]|找谁")),
    ("多久", re.compile("多久|好久|几天|几时|多长时间|多少天|什么时候|几个月|期限")),
)


@dataclass(frozen=True)
class Ranked:
    """The row of an article, its score among the articles for this question, and what its words alone gave it."""

    row: int
    score: float
    words: float


@dataclass(frozen=True)
class Search:
    """What a search found, best first. `by_fact` are the scores of facts by row; scores divided by `size`, the root of
    what the question could have reached, compare between questions of different length; `likely` are the services it
    may be about; `meant`: an everyday word stood for an official one; `own` are the terms said, with their weight."""

    ranked: list[Ranked]
    by_fact: dict[int, float]
    size: float
    likely: dict[str, float]
    meant: bool
    own: dict[str, float]

    def fit(self, row: int) -> float:
        """How well an article fits what was said itself."""
        return _tables().articles.scores(self.own, row).get(row, 0.0) / self.size

    def facts_by_own_words(self) -> dict[int, float]:
        """How well facts fit what was said itself, without those of the articles they cite."""
        return {row: points / self.size for row, points in _tables().plain.scores(self.own).items()}


def search(question: str, services: Sequence[str] = ()) -> Search | None:
    """Ranks the articles; `services` are what the understanding took it to be about. None when nothing is said."""
    own, official = said(question), meant(question)
    if not own:
        return None
    tables = _tables()
    weighted = {**official, **{term: max(weight, official.get(term, 0.0)) for term, weight in own.items()}}
    likely = {**field.likely(question), **{service: 1.0 for service in services if service != "other"}}
    by_fact = _favoured(tables.facts.scores(weighted), likely, question)
    rarities = tables.articles.rarities(own)
    size = math.sqrt(sum(weight * rarities[term] for term, weight in own.items()))
    ranked = _told_apart(_ranked(tables.articles.scores(weighted), by_fact, likely), weighted, size)
    return Search(ranked[:MOST], by_fact, size, likely, bool(official), own)


def prepare() -> None:
    """Builds the index now rather than at the first question."""
    _tables()
    field.prepare()


def basis(fact: Fact) -> list[int]:
    """The rows of the articles a fact rests on."""
    return [rows()[cited] for cited in fact.cited if cited in rows()]


@dataclass(frozen=True)
class _Tables:
    articles: Index
    facts: Index  # with the words of the articles they cite
    plain: Index  # without
    plain_words: list[str]  # how an article is asked for, what the facts say that cite it, and its law, by its row
    services: dict[int, frozenset[str]]  # of the facts that cite an article, by its row
    shares: dict[str, dict[str, float]]  # of the services in the citations of a law, by its short name


@cache
def _tables() -> _Tables:
    citing: dict[int, list[Fact]] = {}
    for fact in facts():
        for row in basis(fact):
            citing.setdefault(row, []).append(fact)
    by_law: dict[str, Counter[str]] = {}
    for row, cited_by in citing.items():
        by_law.setdefault(articles()[row].short, Counter()).update(fact.service for fact in cited_by if fact.service)
    return _Tables(
        Index(
            [
                [(each.short, 2.0), (each.chapter, 0.5), (each.text, 1.0), (asked().get(row, ""), 3.0)]
                + [(fact.text, 1.0) for fact in citing.get(row, ())]
                + [(fact.heard, HEARD) for fact in citing.get(row, ())]
                for row, each in enumerate(articles())
            ]
        ),
        Index(
            [
                [(fact.text, 1.0), (fact.title, TITLE), (fact.heard, HEARD_FACT)]
                + [(articles()[row].text, 0.3) for row in basis(fact)]
                + [(asked().get(row, ""), 0.7) for row in basis(fact)]
                for fact in facts()
            ]
        ),
        Index([[(fact.text, 1.0), (fact.title, TITLE), (fact.heard, 1.0)] for fact in facts()]),
        [
            " ".join([asked().get(row, ""), each.short, *(fact.text + fact.heard for fact in citing.get(row, ()))])
            for row, each in enumerate(articles())
        ],
        {row: frozenset(fact.service for fact in cited_by if fact.service) for row, cited_by in citing.items()},
        {
            law: {service: n / counts.total() for service, n in counts.items()}
            for law, counts in by_law.items()
            if counts
        },
    )


def _favoured(scores: Mapping[int, float], likely: Mapping[str, float], question: str) -> dict[int, float]:
    parts = {part for part, words in PARTS if words.search(normalise(question))}
    return {
        row: score
        * (1 + OF_SERVICE * likely.get(facts()[row].service, 0.0))
        * (OF_PART if facts()[row].part in parts else 1.0)
        for row, score in scores.items()
    }


def _ranked(scores: Mapping[int, float], by_fact: Mapping[int, float], likely: Mapping[str, float]) -> list[Ranked]:
    through: dict[int, float] = {}
    for number, score in by_fact.items():
        for row in basis(facts()[number]):
            through[row] = max(through.get(row, 0.0), score)
    of_law = {
        law: sum(share * likely.get(service, 0.0) for service, share in shares.items())
        for law, shares in _tables().shares.items()
    }
    words = {row: scores.get(row, 0.0) + THROUGH_FACTS * through.get(row, 0.0) for row in {*scores, *through}}
    found = []
    for row in nlargest(CANDIDATES, words, key=lambda row: words[row]):
        fit = words[row] * _aged(row)
        found.append(Ranked(row, fit * (1 + OF_ARTICLE * _likely(row, likely, of_law)), fit))
    return _best_first(found)[:NEAREST]


def _told_apart(ranked: Sequence[Ranked], weighted: Mapping[str, float], size: float) -> list[Ranked]:
    """Weighs the nearest articles again: a word that most of them have says nothing about which of them is meant."""
    held = [_held(each.row, weighted) for each in ranked]
    held_by = Counter(term for terms in held for term in terms)
    tells = {term: math.log((len(ranked) + 1) / (n + 0.5)) for term, n in held_by.items()}
    share = APART * size / math.sqrt(sum(weighted.values()))
    return _best_first(
        Ranked(
            each.row,
            each.score
            + share * _aged(each.row) * sum(weighted[term] * part * tells[term] for term, part in terms.items()),
            each.words,
        )
        for each, terms in zip(ranked, held, strict=True)
    )


def _held(row: int, weighted: Mapping[str, float]) -> dict[str, float]:
    """How much each term that an article has counts for it."""
    law, plain = articles()[row].text, _tables().plain_words[row]
    return {term: 1.0 if term in plain else IN_LAW for term in weighted if term in plain or term in law}


def _aged(row: int) -> float:
    return OLDER if articles()[row].older else 1.0


def _best_first(found: Iterable[Ranked]) -> list[Ranked]:
    return sorted(found, key=lambda each: (-each.score, each.row))


def _likely(row: int, likely: Mapping[str, float], of_law: Mapping[str, float]) -> float:
    """How likely the question is about what an article is about: 0 to 1."""
    nearest = max((likely.get(service, 0.0) for service in _tables().services.get(row, ())), default=0.0)
    return (1 - OF_LAW) * nearest + OF_LAW * of_law.get(articles()[row].short, 0.0)
