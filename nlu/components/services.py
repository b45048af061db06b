"""The services a message asks for or is about: none, one or several."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from nlu.components.featurizer import Ngrams, row_of
from nlu.components.trained import Trained, labels_of
from nlu.linear import fit_many

# Intents that ask for nothing: a service in such a message would be an accident of wording.
WITHOUT_SERVICE = frozenset(
    [
        "greet",
        "thank",
        "goodbye",
        "affirm",
        "deny",
        "bot_question",
        "out_of_scope",
        "cancel",
        "talk_to_human",
        "privacy_request",
    ]
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Services(Trained, GraphComponent):
    """Sets `services` (acted upon, likeliest first) and `service_ranking` (the three likeliest)."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Reads the rows of `Ngrams` (and, when it runs, the intent found before it)."""
        return [Ngrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the calibrated chance: of the first service, and of each further one."""
        return {"c": 1.0, "first": 0.3, "further": 0.45}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the hand-given `services` of every message."""
        examples = [m for m in training_data.intent_examples if m.get("text_tokens")]
        self.model = fit_many(
            vstack([row_of(m) for m in examples]).tocsr(),
            [labels_of(m).get("services", []) for m in examples],
            self.config["c"],
        )
        return self.keep()

    def add(self, message: Message) -> None:
        """Sets both lists: [{"code", "confidence"}, …]."""
        chances = self.model.sigmoid(row_of(message))
        ranking = [
            {"code": self.model.labels[i], "confidence": round(float(chances[i]), 4)}
            for i in chances.argsort()[::-1][:3]
        ]
        asks = (message.get("intent") or {}).get("name") not in WITHOUT_SERVICE
        acted = [
            each
            for place, each in enumerate(ranking)
            if asks and each["confidence"] >= self.config["further" if place else "first"]
        ]
        message.set("service_ranking", ranking if asks else [], add_to_output=True)
        message.set("services", acted, add_to_output=True)
