"""SMP2017-ECDT task 1, a public benchmark: 31 domains of short utterances, to compare our components with the world's.

The folder with train.jsonl, develop.jsonl and test.jsonl is given by whoever has it; its licence is not stated, so the
data is never part of the repository. Learns from train and develop, measures on test.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from evaluation.corpus import ROOT
from evaluation.figures import macro_f1, proportion, resampled
from evaluation.peers import Learner, Learnt, answered, row

LAST = "nlu.components.intent.Intent"  # what follows it in config.yml reads our own labels
OURS = "易米的组件"


FILES = ("train", "develop", "test")


def missing(folder: Path) -> list[str]:
    """The files that the folder lacks."""
    return [f"{name}.jsonl" for name in FILES if not (folder / f"{name}.jsonl").is_file()]


def read(folder: Path, *names: str) -> tuple[list[str], list[str]]:
    """(texts, labels) of some of its files."""
    lines = [line for name in names for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    return [each["text"] for each in rows], [each["label"] for each in rows]


def measure(folder: Path, learner: Learner) -> dict[str, Any]:
    """The row of one learner: accuracy and macro-F1 on test."""
    texts, labels = read(folder, "train", "develop")
    queries, meant = read(folder, "test")
    learnt = learner(texts, labels, queries)
    pairs = list(zip(meant, learnt.said, strict=True))
    figures = [proportion("准确率", (one == other for one, other in pairs)), resampled("macro-F1", pairs, macro_f1)]
    return row(figures, len(texts), len(queries), learnt.seconds, learnt.ms)


def pipeline() -> list[tuple[str, dict[str, Any]]]:
    """(class, settings) of the components of config.yml, up to the intent."""
    entries = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    named = [(entry["name"], {key: value for key, value in entry.items() if key != "name"}) for entry in entries]
    return named[: [name for name, _ in named].index(LAST) + 1]


def ours(texts: Sequence[str], labels: Sequence[str], queries: Sequence[str]) -> Learnt:
    """The project's own components, trained one after the other as Rasa's graph would, without the rest of Rasa."""
    from evaluation.engine import quiet

    with tempfile.TemporaryDirectory(prefix="yimi-smp-") as name, quiet():
        from rasa.engine.graph import ExecutionContext, GraphSchema
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.engine.storage.resource import Resource
        from rasa.shared.nlu.training_data.message import Message
        from rasa.shared.nlu.training_data.training_data import TrainingData

        storage, context = LocalModelStorage(Path(name)), ExecutionContext(GraphSchema({}))
        examples = [Message(data={"text": text, "intent": label}) for text, label in zip(texts, labels, strict=True)]
        data = TrainingData(examples)
        began = time.perf_counter()
        components = []
        for place, (path, settings) in enumerate(pipeline()):
            module, _, kind = path.rpartition(".")
            made = getattr(import_module(module), kind)
            config = {**made.get_default_config(), **settings}
            component = made.create(config, storage, Resource(f"{kind}{place}"), context)
            if hasattr(component, "train"):
                component.train(data)
            if path != LAST and hasattr(component, "process_training_data"):
                component.process_training_data(data)
            components.append(component)
        seconds = time.perf_counter() - began

    def answer(query: str) -> str:
        messages = [Message(data={"text": query})]
        for component in components:
            messages = component.process(messages)
        return str(messages[0].get("intent")["name"])

    return answered(answer, queries, seconds)
