"""What a question sounds like: naive Bayes over the messages of the understanding (data/services, data/intents).

How much it sounds like our field at all, and like which service: for that it need not share a word with the law.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import yaml

from policy.corpus import LOADER, facts
from policy.words import said, terms

_DATA = Path(__file__).resolve().parent.parent / "data"
_CLIP = 2.5  # no single term decides
_SINGLE = 0.4
_OTHERS = ("other", "out_of_scope")
_AT_LEAST = -1.5  # log odds of a term for a service; one that is missing says less than one that is there
_AT_MOST = 3.0
_PRIOR = 3.0  # messages' worth of belief that a term is as frequent in a service as in all


@dataclass(frozen=True)
class _Heard:
    """How many messages there are of each subject, and in how many of them each term is; `rest` are facts."""

    sizes: dict[str, int]
    counts: dict[str, dict[str, int]]
    rest: Counter[str]


def in_field(question: str) -> float:
    """Log odds, tempered by length: above 0 it sounds like our field, below like another's."""
    odds = [(_SINGLE if len(term) == 1 else 1.0, _odds(term)) for term in said(question)]
    return sum(weight * each for weight, each in odds) / math.sqrt(sum(weight for weight, _ in odds) + 1)


def likely(question: str) -> dict[str, float]:
    """How likely the question is about each service, by its code; what is left to 1 is not ours."""
    heard, own = _heard(), said(question)
    everything = sum(heard.sizes.values())
    points = dict.fromkeys(heard.sizes, 0.0)
    for term, weight in own.items():
        counts = heard.counts.get(term, {})
        share = sum(counts.values()) / everything
        for subject, times in counts.items():
            size = heard.sizes[subject]
            odds = math.log((times + _PRIOR * share) / (size + _PRIOR) / share)
            # A subject without the term has the least odds; only differences matter, so that is the nought.
            points[subject] += weight * (max(_AT_LEAST, min(_AT_MOST, odds)) - _AT_LEAST)
    tempered = {subject: each / math.sqrt(sum(own.values()) + 1) for subject, each in points.items()}
    shares = {subject: math.exp(each - max(tempered.values())) for subject, each in tempered.items()}
    return {subject: each / sum(shares.values()) for subject, each in shares.items() if subject not in _OTHERS}


def prepare() -> None:
    """Reads the messages now rather than at the first question."""
    _heard()


def _odds(term: str) -> float:
    heard = _heard()
    counts = heard.counts.get(term, {})
    their_size = sum(heard.sizes[each] for each in _OTHERS)
    our_size = sum(heard.sizes.values()) - their_size + len(facts())
    theirs = sum(counts.get(each, 0) for each in _OTHERS)
    ours = sum(counts.values()) - theirs + heard.rest[term]
    if not ours and not theirs:
        return 0.0
    share = their_size / our_size
    odds = math.log((ours + 1) / (our_size + 2)) - math.log((theirs + share) / (their_size + 2 * share))
    return max(-_CLIP, min(_CLIP, odds))


@cache
def _heard() -> _Heard:
    sizes: dict[str, int] = {}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for path in [*sorted((_DATA / "services").glob("*.yml")), _DATA / "intents" / "out_of_scope.yml"]:
        subject = path.stem
        messages = [set(terms(each)) for each in _messages(path)]
        sizes[subject] = len(messages)
        for term, times in Counter(chain.from_iterable(messages)).items():
            counts[term][subject] = times
    rest = Counter(term for fact in facts() for term in set(terms(fact.text)))
    # What a single message said is chance, and more than half of all terms.
    return _Heard(sizes, {term: each for term, each in counts.items() if sum(each.values()) > 1}, rest)


def _messages(path: Path) -> Iterator[str]:
    for block in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["nlu"]:  # noqa: S506 (a safe loader)
        for line in block["examples"].splitlines():
            if line.strip().startswith("- "):
                yield line.strip()[2:]
