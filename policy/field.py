"""How much a question sounds like what stations are asked: naive Bayes over the messages of the understanding.

Messages of services against chit-chat and the matters of other offices (data/services, data/intents/out_of_scope.yml).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from policy.corpus import LOADER, facts
from policy.words import said, terms

_DATA = Path(__file__).resolve().parent.parent / "data"
_CLIP = 2.5  # no single term decides
_SINGLE = 0.4


def in_field(question: str) -> float:
    """Log odds, tempered by length: above 0 it sounds like our field, below like another's."""
    odds = _odds()
    own = [(_SINGLE if len(term) == 1 else 1.0, odds.get(term, 0.0)) for term in said(question)]
    return sum(weight * each for weight, each in own) / math.sqrt(sum(weight for weight, _ in own) + 1)


@cache
def _odds() -> dict[str, float]:
    services = [path for path in sorted((_DATA / "services").glob("*.yml")) if path.stem != "other"]
    ours, our_size = _count(
        [*(each for path in services for each in _messages(path)), *(fact.text for fact in facts())]
    )
    others = [*_messages(_DATA / "services" / "other.yml"), *_messages(_DATA / "intents" / "out_of_scope.yml")]
    theirs, their_size = _count(others)
    share = their_size / our_size
    return {
        term: max(
            -_CLIP,
            min(
                _CLIP,
                math.log((ours[term] + 1) / (our_size + 2))
                - math.log((theirs[term] + share) / (their_size + 2 * share)),
            ),
        )
        for term in {*ours, *theirs}
    }


def _count(texts: Iterable[str]) -> tuple[Counter[str], int]:
    counter: Counter[str] = Counter()
    size = 0
    for text in texts:
        counter.update(set(terms(text)))
        size += 1
    return counter, size


def _messages(path: Path) -> Iterator[str]:
    for block in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["nlu"]:  # noqa: S506 (a safe loader)
        for line in block["examples"].splitlines():
            if line.strip().startswith("- "):
                yield line.strip()[2:]
