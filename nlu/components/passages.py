"""Passages: a long message is also read piece by piece, because the need often stands in one sentence of many.

Clauses: where in a message something is told, because the need that is told first is the main one.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LONGEST = 2000  # characters read; a 10,000-character letter says what it wants within them
CLAUSE = 6  # characters; a shorter one joins the next, the last excepted
MOST = 60  # clauses; the last one is the rest
_CLAUSE = re.compile(r"[^，,。！？!?；;\n]*[，,。！？!?；;\n]*")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]*")


def passages(text: str, length: int) -> list[tuple[int, int]]:
    """The whole text (at most `LONGEST` characters) and, if it is longer than `length`, its passages of whole
    sentences of about `length` characters, as (start, end)."""
    whole = min(len(text), LONGEST)
    spans = [(0, whole)]
    if whole <= length:
        return spans
    start = end = 0
    for sentence in _SENTENCE.finditer(text, 0, whole):
        if sentence.end() - start > length and end > start:
            spans.append((start, end))
            start = end
        end = sentence.end()
        while end - start > 2 * length:  # voice input comes without marks
            spans.append((start, start + length))
            start += length
    if end > start:
        spans.append((start, end))
    return spans


def clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a text (at most `LONGEST` characters), as (start, end): where in it something is told."""
    spans: list[tuple[int, int]] = []
    start = 0
    for clause in _CLAUSE.finditer(text, 0, min(len(text), LONGEST)):
        if clause.end() - start >= CLAUSE and len(spans) < MOST - 1:
            spans.append((start, clause.end()))
            start = clause.end()
    end = min(len(text), LONGEST)
    return [*spans, (start, end)] if end > start else spans


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class Passages(GraphComponent):
    """Sets `passages` and `clauses` for the components after it. Training messages are read as wholes only."""

    def __init__(self, length: int) -> None:
        self._length = length

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`length`: characters of a passage, and from which a message has passages at all."""
        return {"length": 100}

    @classmethod
    def create(
        cls, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> Passages:
        """Nothing to learn."""
        return cls(config["length"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Gives every training message its one passage."""
        for message in training_data.training_examples:
            message.set("passages", passages(message.get(TEXT) or "", LONGEST))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Gives every message its passages and clauses."""
        for message in messages:
            text = message.get(TEXT) or ""
            message.set("passages", passages(text, self._length))
            message.set("clauses", clauses(text))
        return messages
