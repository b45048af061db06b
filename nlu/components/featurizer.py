"""Sparse features: TF-IDF over character n-grams and words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
from marisa_trie import Trie
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.components.passages import Passages
from nlu.components.rows import add_block
from nlu.components.tokenizer import Words
from nlu.components.trained import Trained
from nlu.normalise import normalise

Reading = tuple[str, list[str]]  # the normalised text of a passage and its words
# Of a number of two digits, mostly an age, only the decade counts, of a long one only its length: whether somebody is
# 82 or 83 says nothing about what is needed, but each has its own n-grams, many of them rare.
_AGE, _LONG = re.compile(r"(?<!\d)([1-9])\d(?!\d)"), re.compile(r"\d{6,}")


def readings(message: Message, of: str = "passages") -> list[Reading]:
    """Text and words of each passage of a message, the whole message first; or of each clause."""
    text = _AGE.sub(r"\g<1>0", normalise(message.get(TEXT)).lower())
    text = _LONG.sub(lambda number: "0" * len(number[0]), text)
    tokens = message.get("text_tokens")
    return [
        (text[start:end], [text[token.start : token.end] for token in tokens if start <= token.start < end])
        for start, end in message.get(of)
    ]


def grams(reading: Reading) -> list[str]:
    """Character 1- to 4-grams within clauses, words, and pairs of words (marked, so that they don't mix)."""
    text, words = reading
    clauses = "".join([c if c.isalnum() else " " for c in text]).split()
    found = [
        clause[i : i + n]
        for clause in (f"^{c}$" for c in clauses)
        for n in (1, 2, 3, 4)
        for i in range(len(clause) - n + 1)
    ]
    found += [f"w:{word}" for word in words]
    found += [f"{a} {b}" for a, b in pairwise(words)]
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Ngrams(Trained, GraphComponent):
    """One sparse row of unit length, float32, for each passage of a message."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words and passages come first."""
        return [Words, Passages]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`min_df`: in how many training messages a gram must occur."""
        return {"min_df": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """ValueError when `min_df` is no positive number."""
        if config["min_df"] < 1:
            raise ValueError(f"config.yml: Ngrams: min_df={config['min_df']} must be 1 or more")

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which grams exist and how telling each is. `model`: a trie that numbers the grams (a dictionary of
        half a million would take a third of the engine's memory), and their weights, shape (grams,)."""
        learner = TfidfVectorizer(analyzer=grams, min_df=self.config["min_df"], dtype=np.float32)
        learner.fit([readings(m)[0] for m in training_data.training_examples if m.get("text_tokens")])
        numbers = Trie(learner.vocabulary_)
        weights = np.zeros(len(numbers))
        weights[[numbers[gram] for gram in learner.vocabulary_]] = learner.idf_[[*learner.vocabulary_.values()]]
        self.model = numbers, weights
        return self.keep()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the rows to the training messages, all in one batch."""
        messages = [m for m in training_data.training_examples if m.get("text_tokens")]
        rows = self._rows([readings(m)[0] for m in messages])
        for message, row in zip(messages, rows, strict=True):
            add_block(message, row)
        return training_data

    def add(self, message: Message) -> None:
        """Adds the block of n-grams, and `clause_rows`, a function: few messages need the rows of their clauses."""
        add_block(message, self._rows(readings(message)))
        if len(message.get("clauses") or ()) > 1:
            message.set("clause_rows", lambda: self._rows(readings(message, "clauses")))

    def _rows(self, texts: list[Reading]) -> csr_matrix:
        """The rows of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, at a third of its time."""
        numbers, weights = self.model
        columns, values, ends = [], [], [0]
        for reading in texts:
            known = Counter(map(numbers.get, grams(reading)))
            known.pop(None, None)
            places = list(known)
            row = (1 + np.log(np.fromiter(known.values(), float, len(known)))) * weights[places]
            columns += places
            values.append(row / (np.linalg.norm(row) or 1.0))
            ends.append(len(columns))
        return csr_matrix(
            (np.concatenate(values).astype(np.float32), columns, ends), shape=(len(texts), len(weights)), copy=False
        )
