"""Finds the articles that answer a question, and says it in plain words with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from policy.corpus import Article, Fact, articles, facts
from policy.index import index, question_tokens, tokens

MOST = 5
THROUGH_FACTS = 0.9  # weight of a fact's score for the articles it cites
OF_SERVICE = 1.25  # a fact of the service the question is about counts more
COVERED = 0.34  # share of the question's words that the best fact and articles must hold, else it is not answered
QUOTED = 90  # characters of an article that are quoted

NOT_KNOWN = "这个我手上的政策里没有查到，不敢乱说。您可以打 12345 问，也可以让我转给当地社工站帮您问清楚。"
LOCAL = "这个各地不一样，以当地的规定为准。我可以帮您转给当地社工站问清楚。"


@dataclass(frozen=True)
class Answer:
    """One article that answers; `score` is comparable within one question only."""

    article: Article
    score: float


@dataclass(frozen=True)
class Found:
    """Articles, best first, and the fact that fits best; nothing when the corpus does not answer."""

    answers: list[Answer]
    fact: Fact | None


NOTHING = Found([], None)


def find(question: str, services: Sequence[str] = ()) -> Found:
    """The articles for a question in plain speech; `services` are what the understanding took it to be about."""
    words = question_tokens(question)
    if not words:
        return NOTHING
    best_facts = [
        (row, score * (OF_SERVICE if facts()[row].service in services else 1.0))
        for row, score in index().search("facts", words, 30)
    ]
    best_facts.sort(key=lambda each: -each[1])
    scores: dict[int, float] = dict(index().search("articles", words, 50))
    for place, (row, score) in enumerate(best_facts[:12]):
        for cited in facts()[row].cited:
            number = _rows().get(cited)
            if number is not None:
                scores[number] = scores.get(number, 0.0) + THROUGH_FACTS * score / (1 + 0.15 * place)
    ranked = sorted(scores.items(), key=lambda each: -each[1])[:MOST]
    fact = facts()[best_facts[0][0]] if best_facts else None
    if not ranked or _coverage(words, fact, [articles()[row] for row, _ in ranked[:2]]) < COVERED:
        return NOTHING
    return Found([Answer(articles()[row], round(score, 3)) for row, score in ranked], fact)


def answer_in_words(question: str, services: Sequence[str] = ()) -> str:
    """What the resident reads: the fact, the article it rests on; or that it varies; or that we do not know."""
    found = find(question, services)
    if not found.answers or found.fact is None:
        return NOT_KNOWN
    if found.fact.source != "法":
        return f"{found.fact.text}\n{LOCAL}" if found.fact.source == "地" else LOCAL
    basis = next((row for row in (_rows().get(cited) for cited in found.fact.cited) if row is not None), None)
    article = articles()[basis] if basis is not None else found.answers[0].article
    quoted = article.text.replace("\n", "")
    quoted = quoted if len(quoted) <= QUOTED else quoted[:QUOTED] + "……"
    return f"{found.fact.text}\n依据：《{article.short}》{article.label}：“{quoted}”\n具体到您家，由当地核实后决定。"


def _coverage(words: Sequence[str], fact: Fact | None, best: Sequence[Article]) -> float:
    held = set(tokens((fact.text if fact else "") + " ".join(f"{each.short}{each.text}" for each in best)))
    return sum(word in held for word in words) / len(words)


@cache
def _rows() -> dict[tuple[str, int], int]:
    return {(each.short, each.number): row for row, each in enumerate(articles())}
