"""The intent: what the resident is doing with the message."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.scores import SCORES, Scores, learnt
from nlu.components.trained import Trained
from nlu.readings import read_one

SHOWN = 3  # intents in the ranking


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Intent(Trained, IntentClassifier):
    """Exactly one of the 19 intents of the catalogue, with a calibrated confidence."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Judges by `Scores`."""
        return [Scores]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c`: the inverse strength of regularisation."""
        return {"c": 0.1}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every message with an intent."""
        examples, scores, _ = learnt(training_data)
        self.model = read_one(scores, [m.get("intent") for m in examples], self.config["c"])
        return self.keep()

    def add(self, message: Message) -> None:
        """Sets `intent` and `intent_ranking` in Rasa's shape."""
        chances = self.model.chances(message.get(SCORES))
        ranking = [
            {"name": self.model.labels[i], "confidence": float(chances[i])} for i in chances.argsort()[::-1][:SHOWN]
        ]
        message.set("intent", ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
