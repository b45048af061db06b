"""Sparse features: TF-IDF over character n-grams and words."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.components.trained import Trained
from nlu.normalise import normalise

LONGEST = 2000  # characters read; a 10,000-character letter says what it wants within them


def grams(message: Message) -> list[str]:
    """Character 1- to 4-grams within sentences, words, and pairs of words (marked, so that they don't mix)."""
    text = normalise(message.get(TEXT))[:LONGEST]
    runs = "".join(c if c.isalnum() else " " for c in text).lower().split()
    characters = (
        run[i : i + n] for run in (f"^{r}$" for r in runs) for n in (1, 2, 3, 4) for i in range(len(run) - n + 1)
    )
    words = [token.text.lower() for token in message.get("text_tokens") if token.start < LONGEST]
    pairs = (f"{a} {b}" for a, b in pairwise(words))
    return list(chain(characters, (f"w:{w}" for w in words), pairs))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Ngrams(Trained, SparseFeaturizer):
    """One sparse row a message, unit length, float32."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words come first."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`min_df`: in how many training messages a gram must occur."""
        return {"min_df": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """ValueError when `min_df` is no positive number."""
        if config["min_df"] < 1:
            raise ValueError(f"config.yml: Ngrams: min_df={config['min_df']} must be 1 or more")

    def __init__(self, config: dict[str, Any], *rest: Any) -> None:
        Trained.__init__(self, config, *rest)
        self._identifier = "Ngrams"

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which grams exist and how telling each is."""
        self.model = TfidfVectorizer(analyzer=grams, min_df=self.config["min_df"], sublinear_tf=True, dtype=np.float32)
        self.model.fit([m for m in training_data.training_examples if m.get("text_tokens")])
        return self.keep()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the rows to the training messages."""
        self.process(training_data.training_examples)
        return training_data

    def add(self, message: Message) -> None:
        """Adds one row of shape (1, features)."""
        row = self.model.transform([message])
        message.add_features(Features(row.tocoo(), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


def row_of(message: Message) -> scipy.sparse.csr_matrix:
    """The sparse row that `Ngrams` gave a message, shape (1, features)."""
    _, sentence = message.get_sparse_features(TEXT)
    return scipy.sparse.csr_matrix(sentence.features)
