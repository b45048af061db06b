"""Danger to a person: a trained judgement and the rules of the safety floor together."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.scores import DANGER, EMERGENCY, SCORES, Scores, columns, heads_of, learnt
from nlu.components.trained import Trained
from nlu.readings import read_together
from nlu.safety import assess, says_nothing

LEVELS = ("routine", "urgent", "emergency")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Risks(Trained, GraphComponent):
    """Sets `risks` (several may hold) and `urgency`."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Judges by `Scores`."""
        return [Scores]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the chances: of danger; of danger where the floor hears something urgent or an emergency
        (below, the model is sure that it misheard); of each risk beside the likeliest; of an emergency once there is
        danger."""
        return {"danger": 0.56, "misheard": {"urgent": 0.5, "emergency": 0.25}, "further": 0.5, "emergency": 0.4}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns danger, each risk and emergency together; keeps (codes, reading), the first output being danger."""
        examples, scores, heads = learnt(training_data)
        _, codes = columns(heads, "risk")
        wanted = [DANGER, EMERGENCY, *(f"risk:{code}" for code in codes)]
        held = np.array([[label in heads_of(m) for label in wanted] for m in examples])
        self.model = codes, read_together(scores, held)
        return self.keep()

    def add(self, message: Message) -> None:
        """Sets `risks` as [{"code", "confidence"}, …], likeliest first, and `urgency`."""
        floor = assess(message.get(TEXT))
        codes, reading = self.model
        danger, emergency, *each = map(float, reading.chances(message.get(SCORES)))
        chances = dict(zip(codes, each, strict=True))
        found: dict[str, float] = {}
        level = 0
        if floor and danger >= self.config["misheard"][floor.urgency]:
            found = {code: max(0.9, chances[code]) for code in floor.risks}
            level = LEVELS.index(floor.urgency)
        if danger >= self.config["danger"] and (floor or not says_nothing(message.get(TEXT))):
            likeliest = max(chances, key=lambda code: chances[code])
            for code, chance in chances.items():
                if code == likeliest or chance >= self.config["further"]:
                    found[code] = max(found.get(code, 0.0), chance, danger if code == likeliest else 0.0)
            level = max(level, 1)
        if found and (emergency >= self.config["emergency"] or "medical_emergency" in found):
            level = 2
        ordered = sorted(found.items(), key=lambda item: -item[1])
        message.set("risks", [{"code": c, "confidence": round(p, 4)} for c, p in ordered], add_to_output=True)
        message.set("urgency", LEVELS[level], add_to_output=True)
