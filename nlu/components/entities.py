"""Facts in a message: ages, phones, names, relations … (rules of `nlu.entities`)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.entities import extract


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Facts(GraphComponent, EntityExtractorMixin):
    """Adds entities; those of other extractors stay."""

    @classmethod
    def create(
        cls, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> Facts:
        """Rules need no training."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Each entity is {"entity", "value", "text", "start", "end", "extractor"}; offsets are those of the text."""
        for message in messages:
            found = []
            for entity in extract(message.get(TEXT) or ""):
                fields = dict(vars(entity))  # ten times as quick as `asdict`, which copies deeply
                if not fields.pop("primary"):  # a relation of somebody merely mentioned
                    continue
                found.append({"entity": fields.pop("type"), "extractor": "Facts", **fields})
            message.set("entities", message.get("entities", []) + found, add_to_output=True)
        return messages
