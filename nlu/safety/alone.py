"""Danger while the engine cannot be asked: the floor alone."""

from __future__ import annotations

from nlu.safety.floor import Alarm, assess


def assess_alone(text: str) -> Alarm:
    """What the floor finds."""
    return assess(text)
