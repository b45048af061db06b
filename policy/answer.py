"""Finds the articles that answer a question in plain speech, or finds that the corpus does not answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.normalise import normalise
from policy.corpus import Article, Fact, Topic, articles, facts, topics
from policy.field import in_field
from policy.search import PARTS, Search, search

# Every figure here was chosen on the questions that are not held out; see docs/policy.md.
EACH_END = 300  # characters of a long letter that are read at its beginning and at its end
ENOUGH = 4.2  # strength below which a question is not answered
UNDERSTOOD = 1.0  # strength of an everyday word of our field, or of a service that was understood
FIELD = 0.8  # weight of how much a question sounds like our field
OUTSIDE = 4.0  # strength lost by a word of a matter the corpus leaves out
SURE = 4.0  # strength of what was said itself (not only meant) for an article to be told without a reserve …
AHEAD = 1.1  # … if it is so much stronger than the next; 19 of 20 such answers were right
FITS = 1.3  # strength of a fact's own words for it to be told
LIKELY = 0.3  # how likely a question must be about a service for what is usually brought to be told
LOCAL_FITS = 3.5  # strength of all words for a fact that varies by place to be told instead of the law

_AMOUNT = re.compile(
    r"(多少|几多|好多|(?<![十百千万])几)(钱|块|元|万|百|千)|[补给领发交][得到]?(多少|几多|好多)|(标准|比例|额度|封顶线|起付线|收费|价格|费).{0,4}(是?(多少|几多|好多))"
    r"|几个钱|[领拿发补贴收](好多|几多)|(补贴|补助|津贴|一户|大概).{0,2}(多少|几多|好多)"
    r"|涨到?(多少|几多)|(一个月|每个?月|一年|今年|一次|一天).{0,6}(多少|几多|好多)|(费用|收费|价钱).{0,2}(贵不贵|怎么收)"
)
_FINE = re.compile("罚|赔|退|几成")  # amounts that the law itself sets
_FIGURE = re.compile(r"百分之|[一二三四五六七八九十百千万\d]元|倍")
_GIVEN = re.compile("补|给|领|津贴|标准|比例|封顶|起付")
_SETS = re.compile("(标准|金额|补助多少).*定")  # says who sets an amount
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
    if len(question) > 2 * EACH_END:
        question = f"{question[:EACH_END]}，{question[-EACH_END:]}"
    topic = _topic(question)
    found = None if topic and topic.say else search(question, services)
    if not found or not found.ranked:
        return Found([], topic=topic)
    first = found.ranked[0]
    understood = found.meant or any(each != "other" for each in services)
    strength = (
        first.words / found.size + FIELD * in_field(question) + UNDERSTOOD * understood - OUTSIDE * (topic is not None)
    )
    if strength < ENOUGH:
        return Found([], topic=topic)
    best = articles()[first.row]
    text = normalise(question)
    if _AMOUNT.search(text) and not _has_amount(best, text):
        return (
            Found([], topic=topic)
            if topic
            else Found([], _amount_fact(found.by_fact, services), local=True, amount=True)
        )
    answers = [Answer(articles()[each.row], round(each.score, 3)) for each in found.ranked]
    by_own_words = found.facts_by_own_words()
    local = _local_papers(text, found, services) or _nearer_local_fact(found)
    if local:
        return Found(answers, local, local=True)
    ahead = len(found.ranked) == 1 or first.score >= AHEAD * found.ranked[1].score
    sure = ahead and found.fit(first.row) >= SURE
    return Found(answers, _fact(best, by_own_words) or (None if sure else _nearest_fact(best, found.by_fact)), sure)


def _topic(question: str) -> Topic | None:
    text = normalise(question)
    return next((topic for topic in topics() if any(word in text for word in topic.words)), None)


def _fact(best: Article, by_own_words: Mapping[int, float]) -> Fact | None:
    """The fact that says in plain words what the best article says, if its own words fit the question."""
    key = (best.short, best.number)
    citing = [row for row, fact in enumerate(facts()) if fact.source == "法" and key in fact.cited]
    fitting = max(citing, key=lambda row: by_own_words.get(row, 0.0), default=None)
    return facts()[fitting] if fitting is not None and by_own_words.get(fitting, 0.0) >= FITS else None


def _nearest_fact(best: Article, by_fact: Mapping[int, float]) -> Fact | None:
    """The fact nearest of all, what was meant counted too, if it is about the best article: told with a reserve."""
    nearest = max(by_fact, key=lambda row: by_fact[row], default=None)
    if nearest is None or facts()[nearest].source != "法":
        return None
    return facts()[nearest] if (best.short, best.number) in facts()[nearest].cited else None


def _nearer_local_fact(found: Search) -> Fact | None:
    """The fact that is nearest of all when it is one that varies by place and clearly ahead of what the law says."""
    best = max(found.by_fact, key=lambda row: found.by_fact[row], default=None)
    if best is None or facts()[best].source == "法" or found.by_fact[best] < LOCAL_FITS * found.size:
        return None
    law = max((score for row, score in found.by_fact.items() if facts()[row].source == "法"), default=0.0)
    return facts()[best] if found.by_fact[best] >= AHEAD * law else None


def _local_papers(text: str, found: Search, services: Sequence[str]) -> Fact | None:
    """What is usually brought, when that is asked and only the place says what must be."""
    part, words = PARTS[0]
    if not words.search(text) or not found.by_fact:
        return None
    service = _service(found.by_fact, services)
    under = [fact for fact in facts() if fact.part == part and fact.service == service]
    local = under and all(fact.source != "法" for fact in under)
    return under[0] if local and found.likely.get(service, 0.0) >= LIKELY else None


def _service(by_fact: Mapping[int, float], services: Sequence[str]) -> str:
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


def _amount_fact(by_fact: Mapping[int, float], services: Sequence[str]) -> Fact | None:
    """What the law says of an amount that each place sets (who sets it), for the service the question is about."""
    if not by_fact:
        return None
    service = _service(by_fact, services)
    sets = [
        row
        for row, fact in enumerate(facts())
        if (fact.service, fact.source) == (service, "地") and fact.cited and _SETS.search(fact.text)
    ]
    best = max(sets, key=lambda row: by_fact.get(row, 0.0), default=None)
    return facts()[best] if best is not None else None
