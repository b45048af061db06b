"""The errors worth reading: what went wrong with the greatest confidence, and danger nobody heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.figures import NONE, Heard


@dataclass(frozen=True)
class Mistake:
    """One wrong answer: how sure the model was (0…1), of what kind, and meant against understood."""

    sure: float
    kind: str
    meant: str
    understood: str
    h: Heard


def surest(heard: Sequence[Heard], most: int = 25) -> list[Mistake]:
    """The wrong answers the model was surest of, one a message: intents, and services and risks
    that are not meant at all (the right ones in the wrong order are not here)."""
    worst = [max(found, key=lambda each: each.sure) for h in heard if (found := _mistakes(h))]
    return sorted(worst, key=lambda each: (-each.sure, each.h.message.source, each.h.message.line))[:most]


def _mistakes(h: Heard) -> list[Mistake]:
    meant, got = h.message, h.analysis
    found = []
    if got["intent"] != meant.intent:
        found.append(Mistake(got["intent_confidence"], "意图", meant.intent, str(got["intent"]), h))
    for kind, named, right in (("服务", got["services"], meant.services), ("危险", got["risks"], sorted(meant.risks))):
        for each in named:
            if each["code"] not in right:
                found.append(Mistake(each["confidence"], kind, "、".join(right) or NONE, each["code"], h))
    return found


def unheard(heard: Sequence[Heard]) -> list[Heard]:
    """Dangers taken for routine, the emergencies first: a wrong silence carries no confidence to sort by."""
    missed = [h for h in heard if h.message.urgency != "routine" and h.analysis["urgency"] == "routine"]
    return sorted(missed, key=lambda h: (h.message.urgency != "emergency", h.message.source, h.message.line))
