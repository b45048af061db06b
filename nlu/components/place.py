"""Where the person in need lives (the resolver of `nlu.places`)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.places.national import gazetteer, locate


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Place(GraphComponent):
    """Sets `location` in the shape of the contract, and `area`: the smallest division understood above a township."""

    @classmethod
    def create(
        cls, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> Place:
        """The gazetteer needs no training; it is opened now, so that nobody's first message waits for it."""
        gazetteer()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds `location` and `area` to each message."""
        for message in messages:
            place = locate(message.get(TEXT) or "")
            message.set(
                "location",
                {
                    "status": place.status,
                    "code": place.code,
                    "name": place.name,
                    "village_code": place.village_code,
                    "candidates": list(place.candidates),
                },
                add_to_output=True,
            )
            message.set("area", place.area, add_to_output=True)
        return messages
