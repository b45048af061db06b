"""Whether a confidence means what it says: of the answers given with 80 %, four in five should be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.figures import Heard, wilson

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Answers of about one confidence: the mean confidence, the share that was right and its 95 % interval."""

    confidence: float
    right: float
    low: float
    high: float
    n: int


def intent_answers(heard: Sequence[Heard]) -> list[tuple[float, bool]]:
    """(confidence, right) of every intent."""
    return [(h.analysis["intent_confidence"], h.analysis["intent"] == h.message.intent) for h in heard]


def service_answers(heard: Sequence[Heard]) -> list[tuple[float, bool]]:
    """(confidence, right) of the three likeliest services of every message, acted upon or not."""
    return [(each["confidence"], each["code"] in h.message.services) for h in heard for each in h.ranking]


def bins(answers: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Ten equally wide bins of confidence; empty ones are left out."""
    piles: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in answers:
        piles[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return [
        Bin(
            sum(confidence for confidence, _ in pile) / len(pile),
            sum(right for _, right in pile) / len(pile),
            *wilson(sum(right for _, right in pile), len(pile)),
            len(pile),
        )
        for pile in piles
        if pile
    ]


def expected_error(answers: Sequence[tuple[float, bool]]) -> float | None:
    """The mean distance between confidence and share right over the bins, weighted (ECE, 0…1)."""
    if not answers:
        return None
    return sum(each.n * abs(each.confidence - each.right) for each in bins(answers)) / len(answers)
