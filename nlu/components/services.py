"""The services a message asks for or is about: none, one or several."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.scores import SCORES, Scores, columns, learnt
from nlu.components.trained import Trained, labels_of
from nlu.readings import read_any, read_together


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Services(Trained, GraphComponent):
    """Sets `services` (acted upon, the main one first) and `service_ranking` (the three likeliest).

    Both are empty for a message that is about no service.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Judges by `Scores`."""
        return [Scores]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the chances: that the message is about any service at all; of the likeliest, which needs
        little of its own, since who asks for something is taken at their word; of each service beside it. Services
        at least `plain` are all asked for, and come in the order in which they are told."""
        return {"any": 0.64, "likeliest": 0.05, "further": 0.5, "plain": 0.9}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns what the scores of the service heads are worth, and from all scores whether a message is about a
        service; keeps (places of the heads, codes, the two readings)."""
        examples, scores, heads = learnt(training_data)
        places, codes = columns(heads, "service")
        held = np.array([[code in (labels_of(m).get("services") or []) for code in codes] for m in examples])
        self.model = (
            places,
            codes,
            read_any(scores[:, places], held),
            read_together(scores, held.any(axis=1, keepdims=True)),
        )
        return self.keep()

    def add(self, message: Message) -> None:
        """Sets both lists: [{"code", "confidence"}, …]."""
        places, codes, single, together = self.model
        scores = message.get(SCORES)
        chances = single.chances(scores[places])
        asks = together.chances(scores)[0] >= self.config["any"] and chances.max() >= self.config["likeliest"]
        ranking = [{"code": codes[i], "confidence": round(float(chances[i]), 4)} for i in chances.argsort()[::-1][:3]]
        acted = ranking[:1] + [each for each in ranking[1:] if each["confidence"] >= self.config["further"]]
        where = message.data.pop("where", None)
        message.data.pop("clause_rows", None)
        plain = [each for each in acted if each["confidence"] >= self.config["plain"]]
        if len(plain) > 1 and where:
            told = dict(zip(codes, where(), strict=True))
            acted = [*sorted(plain, key=lambda each: told[each["code"]]), *acted[len(plain) :]]
        message.set("service_ranking", ranking if asks else [], add_to_output=True)
        message.set("services", acted if asks else [], add_to_output=True)
