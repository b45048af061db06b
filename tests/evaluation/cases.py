"""Made messages, and what a model could have made of them."""

from __future__ import annotations

from evaluation.figures import Heard
from nlu.messages import Labelled


def heard(
    meant: tuple[str, ...],
    got: tuple[str, ...],
    risks: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
    urgency: tuple[str, str] = ("routine", "routine"),
    intent: tuple[str, str] = ("request_service", "request_service"),
    source: str = "services",
    text: str = "一句话",
    sure: float = 0.9,
) -> Heard:
    """A message meant one way and understood another: every pair is (meant, understood)."""
    message = Labelled(text, intent[0], meant, frozenset(risks[0]), urgency[0], source, 1)
    named = [[{"code": code, "confidence": sure} for code in codes] for codes in (got, risks[1])]
    analysis = {"intent": intent[1], "intent_confidence": sure, "urgency": urgency[1]}
    return Heard(message, {**analysis, "services": named[0], "risks": named[1]}, 5.0, named[0])
