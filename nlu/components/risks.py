"""Danger to a person: a trained classifier and the rules of the safety floor together."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from nlu.components.featurizer import Ngrams, row_of
from nlu.components.trained import Trained, labels_of
from nlu.linear import fit_many
from nlu.safety import assess

LEVELS = ("routine", "urgent", "emergency")
EMERGENCY = "emergency"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Risks(Trained, GraphComponent):
    """Sets `risks` (several may hold) and `urgency`. What the floor finds is never overruled by the model."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Reads the rows of `Ngrams`."""
        return [Ngrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the calibrated chances: of a risk, and of an emergency once there is a risk."""
        return {"c": 1.0, "risk": 0.5, "emergency": 0.4}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the risk classes, and from the messages with a risk which of them are emergencies."""
        examples = [m for m in training_data.intent_examples if m.get("text_tokens")]
        labels = [labels_of(m) for m in examples]
        rows = vstack([row_of(m) for m in examples]).tocsr()
        danger = [i for i, each in enumerate(labels) if each.get("risks")]
        self.model = {
            "risks": fit_many(rows, [each.get("risks", []) for each in labels], self.config["c"]),
            "urgency": fit_many(
                rows[danger],
                [[EMERGENCY] if labels[i].get("urgency") == EMERGENCY else [] for i in danger],
                self.config["c"],
            ),
        }
        return self.keep()

    def _bar(self, text: str) -> float:
        """The chance from which the model is believed. A bare answer (九岁, 孩子, 昨天) has too few words for a model
        to judge: there only the rules of the floor speak."""
        letters = sum(character.isalnum() for character in text)
        bar: float = self.config["risk"]
        return 2.0 if letters <= 4 else max(bar, 0.8) if letters <= 8 else bar

    def add(self, message: Message) -> None:
        """Sets `risks` as [{"code", "confidence"}, …], likeliest first, and `urgency`."""
        floor = assess(message.get(TEXT))
        row = row_of(message)
        model = self.model["risks"]
        chances = dict(zip(model.labels, map(float, model.sigmoid(row)), strict=True))
        bar = self._bar(message.get(TEXT))
        found = {code: chance for code, chance in chances.items() if chance >= bar}
        found.update({code: max(0.99, chances.get(code, 0.0)) for code in floor.risks})
        level = LEVELS.index(floor.urgency)
        if found:
            chance = float(self.model["urgency"].sigmoid(row)[0])
            level = max(level, 2 if chance >= self.config["emergency"] else 1)
            level = max(level, 2 if "medical_emergency" in found else 1)
        ordered = sorted(found.items(), key=lambda item: -item[1])
        message.set("risks", [{"code": c, "confidence": round(p, 4)} for c, p in ordered], add_to_output=True)
        message.set("urgency", LEVELS[level], add_to_output=True)
