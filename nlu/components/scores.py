"""One linear head for each intent, service and risk: the scores from which the components after it judge.

The component stands in the pipeline once for each set of features: heads of services read n-grams alone, the others
n-grams and meaning (docs/understanding.md says why).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import linear
from nlu.components.featurizer import Ngrams
from nlu.components.rows import blocks_of, stacked
from nlu.components.trained import Trained, labels_of

SCORES, HEADS = "scores", "heads"
HELD_OUT = "held_out.npy"
DANGER, EMERGENCY = "danger", "emergency"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Scores(Trained, GraphComponent):
    """Adds its heads' scores to `scores`, shape (heads,) float32. Labels are those that `heads_of` gives a message."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Reads the rows that `Ngrams` (and `Meaning`) made."""
        return [Ngrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`kinds` of heads; `c`: the inverse strength of regularisation; `where`: whether to say in which clause of
        a message each head hears its label most (heads of n-grams alone)."""
        return {"kinds": [], "c": 0.8, "where": False}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """ValueError when `where` is asked of heads of several kinds: `Services` reads it as that of its heads."""
        if config["where"] and config["kinds"] != ["service"]:
            raise ValueError(f"config.yml: Scores: where is for kinds: [service], not {config['kinds']}")

    def train(self, training_data: TrainingData) -> Resource:
        """Trains the heads, and keeps beside them the scores of messages by heads that had not seen them."""
        examples = messages_of(training_data)
        carried = [heads_of(m) for m in examples]
        labels = sorted({label for each in carried for label in each if label.split(":")[0] in self.config["kinds"]})
        targets = np.array([[label in each for label in labels] for each in carried])
        self.model, held_out = linear.fit(stacked(examples), targets, labels, self.config["c"])
        resource = self.keep()
        with self._storage.write_to(resource) as folder:
            np.save(folder / HELD_OUT, held_out.astype(np.float16))
        return resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Gives each training message the held-out scores: what comes after learns from them how far to trust."""
        with self._storage.read_from(self._resource) as folder:
            held_out = np.load(folder / HELD_OUT).astype(np.float32)
        for message, scores in zip(messages_of(training_data), held_out, strict=True):
            self._extend(message, scores)
            message.set(HEADS, (message.get(HEADS) or []) + self.model.labels)
        return training_data

    def add(self, message: Message) -> None:
        """Scores one message, its passages included; sets `where`, a function: the clause of each head, (heads,)."""
        self._extend(message, self.model.scores(blocks_of(message)))
        clause_rows = message.get("clause_rows")
        if self.config["where"] and clause_rows:
            message.set("where", lambda: (clause_rows() @ self.model.weights).argmax(axis=0))

    def _extend(self, message: Message, scores: np.ndarray) -> None:
        earlier = message.get(SCORES)
        message.set(SCORES, scores if earlier is None else np.concatenate([earlier, scores]))


def messages_of(training_data: TrainingData) -> list[Message]:
    """The training messages with an intent and with words, in their order."""
    return [m for m in training_data.intent_examples if m.get("text_tokens")]


def heads_of(message: Message) -> set[str]:
    """The labels of a training message: `intent:…`, `service:…`, `risk:…`, `danger` and `emergency`."""
    labels = labels_of(message)
    carried = {f"intent:{message.get('intent')}"}
    carried |= {f"service:{code}" for code in labels.get("services") or []}
    carried |= {f"risk:{code}" for code in labels.get("risks") or []}
    if labels.get("risks"):
        carried.add(DANGER)
    if labels.get("urgency") == EMERGENCY:
        carried.add(EMERGENCY)
    return carried


def learnt(training_data: TrainingData) -> tuple[list[Message], np.ndarray, list[str]]:
    """Training messages, their held-out scores (messages, heads), and the heads' labels."""
    examples = messages_of(training_data)
    return examples, np.stack([m.get(SCORES) for m in examples]), examples[0].get(HEADS)


def columns(heads: list[str], kind: str) -> tuple[np.ndarray, list[str]]:
    """Where the heads of one kind (`service`, `risk`) stand among the scores, and their codes."""
    places = [i for i, head in enumerate(heads) if head.startswith(f"{kind}:")]
    return np.array(places), [heads[i].removeprefix(f"{kind}:") for i in places]
