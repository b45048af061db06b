"""Reads labelled messages: the evaluation's own, and the training data they must not repeat."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlu.messages import Labelled, read_all

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "evaluation" / "messages"
TRAINING = [ROOT / "data" / name for name in ("services", "intents", "risks")]
LETTER = 140  # characters from which a message counts as a letter


@cache
def catalogue() -> dict[str, Any]:
    """The codes: services, intents, risks and urgency levels of data/services.yml."""
    catalogue: dict[str, Any] = yaml.safe_load((ROOT / "data" / "services.yml").read_text(encoding="utf-8"))
    return catalogue


def evaluation_messages() -> list[Labelled]:
    """Every message of evaluation/messages, in the order of the files."""
    return read_all([MESSAGES])


def training_messages() -> list[Labelled]:
    """Every message the model is trained on."""
    return read_all(TRAINING)


def spread(messages: list[Labelled], limit: int) -> list[Labelled]:
    """At most `limit` messages (0: all), evenly over the whole list, so that a short run sees every file."""
    if not limit or limit >= len(messages):
        return messages
    return [messages[i * len(messages) // limit] for i in range(limit)]
