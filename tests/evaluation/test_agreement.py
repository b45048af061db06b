"""The second reader's labels: complete codes, and agreement high enough to trust what is measured."""

from __future__ import annotations

from evaluation.agreement import agreement, pairs
from evaluation.corpus import catalogue, evaluation_messages


def test_the_second_reader_agrees() -> None:
    """At least 95 % of the evaluation was read twice, and on intent, service and danger both readers mostly agree."""
    both = pairs()
    assert len(both) >= 0.95 * len(evaluation_messages())
    known = catalogue()
    for _, reading in both:
        assert reading["intent"] in known["intents"] and reading["urgency"] in known["urgency"]
        assert set(reading["services"]) <= set(known["services"]) and set(reading["risks"]) <= set(known["risks"])
    intent, main, empty, heard, invented, urgency = (figure.value for figure in agreement(both))
    assert min(intent, main, empty, urgency) > 0.95 and heard > 0.99 and invented < 0.01
