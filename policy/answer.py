"""Finds the articles that answer a question in plain speech, or finds that the corpus does not answer it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nlu.normalise import normalise
from policy.corpus import Article, Fact, Topic, articles, asked, facts, rows, topics
from policy.field import in_field
from policy.index import Index
from policy.words import meant, said

# Every figure here was chosen on the half of tests/policy/questions.yml that is not held out; see docs/policy.md.
MOST = 5
THROUGH_FACTS = 0.5  # weight of the best fact's score for the articles it cites
OF_SERVICE = 1.25  # a fact of the service the question is about counts more
OF_PART = 1.2  # as does one under the heading for what is asked (where, what to bring, how long)
TITLE = 0.5  # weight of the name of its service for a fact
OLDER = 0.8  # an older law loses to the newer one that says the same
ENOUGH = 4.2  # strength below which a question is not answered
UNDERSTOOD = 1.0  # strength of an everyday word of our field, or of a service that was understood
FIELD = 0.8  # weight of how much a question sounds like our field
OUTSIDE = 4.0  # strength lost by a word of a matter the corpus leaves out
SURE = 4.0  # strength of what was said itself (not only meant) for an article to be told without a reserve …
AHEAD = 1.1  # … if it is so much stronger than the next; 19 of 20 such answers were right
FITS = 1.3  # strength of a fact's own words for it to be told
LOCAL_FITS = 2.0  # … for a fact that varies by place to be told instead of the law

_AMOUNT = re.compile(
    r"(多少|几多|好多|几)(钱|块|元|万|百|千)|[补给领发交][得到]?(多少|几多|好多)|(标准|比例|额度|封顶线|起付线|收费|价格|费).{0,4}(是?(多少|几多|好多))"
    r"|涨到?(多少|几多)|(一个月|每个?月|一年|今年|一次|一天).{0,6}(多少|几多|好多)|(费用|收费|价钱).{0,2}(贵不贵|怎么收)"
)
_FINE = re.compile("罚|赔|退|几成")  # amounts that the law itself sets
_PARTS = (
    ("带什么", re.compile("带[什啥哪些点]|材料|证件|要交[什啥哪]|准备[什啥哪些]|啥子?东西|哪些东西")),
    ("去哪里", re.compile("去哪|到哪|在哪|向哪|跟哪个|找哪|哪个部门|哪里[申办报领]|找谁")),
    ("多久", re.compile("多久|好久|几天|几时|多长时间|多少天|什么时候|几个月|期限")),
)
_FIGURE = re.compile(r"百分之|[一二三四五六七八九十百千万\d]元|倍")
_GIVEN = re.compile("补|给|领|津贴|标准|比例|封顶|起付")
_FREE = re.compile("免费|不收|不得.{0,8}收|免收|免交|无偿")  # answers what something costs, not what one is given


@dataclass(frozen=True)
class Answer:
    """One article that answers; `score` is comparable within one question only."""

    article: Article
    score: float


@dataclass(frozen=True)
class Found:
    """Articles, best first, and the fact to tell; no articles when the corpus does not answer.

    `sure`: the first article is told without a reserve; `local`: each place has its own rule (`fact` then says of
    what), `amount` when it is one of money; `topic`: the matter of another office the question is about."""

    answers: list[Answer]
    fact: Fact | None = None
    sure: bool = False
    local: bool = False
    amount: bool = False
    topic: Topic | None = None


def find(question: str, services: Sequence[str] = ()) -> Found:
    """The articles for a question in plain speech; `services` are what the understanding took it to be about."""
    own, official = said(question), meant(question)
    topic = _topic(question)
    if not own or (topic and topic.say):
        return Found([], topic=topic)
    tables = _tables()
    weighted = {**official, **{term: max(weight, official.get(term, 0.0)) for term, weight in own.items()}}
    by_fact = _favoured(tables.facts.scores(weighted), services, question)
    ranked = _ranked(tables.articles.scores(weighted), by_fact)
    if not ranked:
        return Found([], topic=topic)
    # Scores grow with the length of a question; divided by the root of what it could reach they do not.
    size = math.sqrt(sum(weight * tables.articles.rarity(term) for term, weight in own.items()))
    understood = bool(official) or any(each != "other" for each in services)
    strength = (
        ranked[0][1] / size + FIELD * in_field(question) + UNDERSTOOD * understood - OUTSIDE * (topic is not None)
    )
    if strength < ENOUGH:
        return Found([], topic=topic)
    row, score = ranked[0]
    best = articles()[row]
    text = normalise(question)
    if _AMOUNT.search(text) and not _has_amount(best, text):
        return Found([], topic=topic) if topic else Found([], _amount_fact(by_fact, services), local=True, amount=True)
    answers = [Answer(articles()[each], round(points, 3)) for each, points in ranked]
    by_own_words = {each: points / size for each, points in tables.plain.scores(own).items()}
    local = _local_papers(text, by_fact, services) or _nearer_local_fact(by_fact, by_own_words)
    if local:
        return Found(answers, local, local=True)
    ahead = len(ranked) == 1 or score >= AHEAD * ranked[1][1]
    sure = ahead and tables.articles.scores(own).get(row, 0.0) >= SURE * size
    return Found(answers, _fact(best, by_own_words) if sure else None, sure)


@dataclass(frozen=True)
class _Tables:
    articles: Index
    facts: Index  # with the words of the articles they cite
    plain: Index  # facts by their own words only


@cache
def _tables() -> _Tables:
    citing: dict[int, list[str]] = {}
    for fact in facts():
        for row in _basis(fact):
            citing.setdefault(row, []).append(fact.text)
    return _Tables(
        Index(
            [
                [(each.short, 2.0), (each.chapter, 0.5), (each.text, 1.0), (asked().get(row, ""), 3.0)]
                + [(text, 1.0) for text in citing.get(row, ())]
                for row, each in enumerate(articles())
            ]
        ),
        Index(
            [
                [(fact.text, 1.0), (fact.title, TITLE)]
                + [(articles()[row].text, 0.3) for row in _basis(fact)]
                + [(asked().get(row, ""), 0.7) for row in _basis(fact)]
                for fact in facts()
            ]
        ),
        Index([[(fact.text, 1.0), (fact.title, TITLE)] for fact in facts()]),
    )


def prepare() -> None:
    """Builds the index now rather than at the first question."""
    _tables()


def _basis(fact: Fact) -> list[int]:
    return [rows()[cited] for cited in fact.cited if cited in rows()]


def _favoured(scores: dict[int, float], services: Sequence[str], question: str) -> dict[int, float]:
    parts = {part for part, words in _PARTS if words.search(normalise(question))}
    return {
        row: score
        * (OF_SERVICE if facts()[row].service in services else 1.0)
        * (OF_PART if facts()[row].part in parts else 1.0)
        for row, score in scores.items()
    }


def _ranked(scores: dict[int, float], by_fact: dict[int, float]) -> list[tuple[int, float]]:
    through: dict[int, float] = {}
    for number, score in by_fact.items():
        for row in _basis(facts()[number]):
            through[row] = max(through.get(row, 0.0), score)
    total = {row: scores.get(row, 0.0) + THROUGH_FACTS * through.get(row, 0.0) for row in {*scores, *through}}
    weighed = ((row, score * (OLDER if articles()[row].older else 1.0)) for row, score in total.items())
    return sorted(weighed, key=lambda each: (-each[1], each[0]))[:MOST]


def _topic(question: str) -> Topic | None:
    text = normalise(question)
    return next((topic for topic in topics() if any(word in text for word in topic.words)), None)


def _fact(best: Article, by_own_words: dict[int, float]) -> Fact | None:
    """The fact that says in plain words what the best article says, if its own words fit the question."""
    key = (best.short, best.number)
    citing = [row for row, fact in enumerate(facts()) if fact.source == "法" and key in fact.cited]
    fitting = max(citing, key=lambda row: by_own_words.get(row, 0.0), default=None)
    return facts()[fitting] if fitting is not None and by_own_words.get(fitting, 0.0) >= FITS else None


def _nearer_local_fact(by_fact: dict[int, float], by_own_words: dict[int, float]) -> Fact | None:
    """The fact that fits best of all when it is one that varies by place and fits by its own words."""
    best = max(by_fact, key=lambda row: by_fact[row], default=None)
    if best is None or facts()[best].source == "法" or by_own_words.get(best, 0.0) < LOCAL_FITS:
        return None
    return facts()[best]


def _local_papers(text: str, by_fact: dict[int, float], services: Sequence[str]) -> Fact | None:
    """What is usually brought, when that is asked and only the place says what must be."""
    part, words = _PARTS[0]
    if not words.search(text) or not by_fact:
        return None
    service = _service(by_fact, services)
    under = [fact for fact in facts() if fact.part == part and fact.service == service]
    return under[0] if under and all(fact.source != "法" for fact in under) else None


def _service(by_fact: dict[int, float], services: Sequence[str]) -> str:
    """The service that was understood, else the one most of the best facts belong to."""
    if services:
        return services[0]
    shares: dict[str, float] = {}
    for row in sorted(by_fact, key=lambda row: -by_fact[row])[:8]:
        shares[facts()[row].service] = shares.get(facts()[row].service, 0.0) + by_fact[row]
    return max(shares, key=lambda service: shares[service])


def _has_amount(article: Article, text: str) -> bool:
    if _FINE.search(text) or _FIGURE.search(article.text):
        return True
    return bool(_FREE.search(article.text)) and not _GIVEN.search(text)


def _amount_fact(by_fact: dict[int, float], services: Sequence[str]) -> Fact | None:
    """What the law says of an amount that each place sets (who sets it), for the service the question is about."""
    if not by_fact:
        return None
    service = _service(by_fact, services)
    sets = [row for row, fact in enumerate(facts()) if (fact.service, fact.source) == (service, "地") and fact.cited]
    best = max(sets, key=lambda row: by_fact.get(row, 0.0), default=None)
    return facts()[best] if best is not None else None
