"""What the trained components share: a model kept with joblib in Rasa's model storage."""

from __future__ import annotations

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

FILE = "model.joblib"


class Trained(GraphComponent):
    """A component whose `model` (anything joblib can keep) is made by `train` and used by `process`."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Any = None) -> None:
        self.config, self.model = config, model
        self._storage, self._resource = storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Trained:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Trained:
        """The component with the model that `keep` wrote."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / FILE))

    def keep(self) -> Resource:
        """Writes the model into the storage."""
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self.model, folder / FILE, compress=3)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what the component finds to each message that has tokens."""
        for message in messages:
            if message.get("text_tokens"):
                self.add(message)
        return messages

    def add(self, message: Message) -> None:
        """Adds to one message; never removes or overwrites what another component found."""
        raise TypeError(f"{type(self).__name__} says nothing about single messages")


def labels_of(message: Message) -> dict[str, Any]:
    """The hand-given labels of a training message: {"services": […], "risks": […], "urgency": …}."""
    metadata = message.get("metadata") or {}
    return {**(metadata.get("intent") or {}), **(metadata.get("example") or {})}
