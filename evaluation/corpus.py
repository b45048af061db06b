"""Reads labelled messages: the evaluation's own, and the training data they must not repeat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "evaluation" / "messages"
TRAINING = tuple(ROOT / "data" / name for name in ("services", "intents", "risks"))
LETTER = 140  # characters from which a message counts as a letter


@dataclass(frozen=True)
class Labelled:
    """One message and what two careful readers would call it; `source` is the file's stem, `line` its line there."""

    text: str
    intent: str
    services: tuple[str, ...]
    risks: frozenset[str]
    urgency: str
    source: str
    line: int

    @property
    def hard_negative(self) -> bool:
        """Sounds like danger and is none: the messages without a risk in risks.yml."""
        return self.source == "risks" and not self.risks


@cache
def catalogue() -> dict[str, Any]:
    """The codes: services, intents, risks and urgency levels of data/services.yml."""
    catalogue: dict[str, Any] = yaml.safe_load((ROOT / "data" / "services.yml").read_text(encoding="utf-8"))
    return catalogue


def read(path: Path) -> list[Labelled]:
    """All messages of one file. Raises ValueError with file and line for a line that is no `- message`.

    Read as a tree, not as values: only the tree knows the lines, and a miss is found by its line.
    """
    messages = []
    tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(tree, yaml.MappingNode):
        raise ValueError(f"{path.name}: 开头应是 version 和 nlu")
    for key, groups in tree.value:
        if key.value != "nlu":
            continue
        for group in groups.value:
            nodes = {name.value: node for name, node in group.value}
            metadata = yaml.safe_load(yaml.serialize(nodes["metadata"])) if "metadata" in nodes else {}
            examples = nodes["examples"]
            for offset, line in enumerate(examples.value.splitlines(), examples.start_mark.line + 2):
                if not line.startswith("- ") or not line[2:].strip():
                    raise ValueError(f"{path.name}:{offset}: 每行应是“- 一句话”")
                messages.append(
                    Labelled(
                        line[2:].strip(),
                        nodes["intent"].value,
                        tuple(metadata.get("services") or ()),
                        frozenset(metadata.get("risks") or ()),
                        metadata.get("urgency") or "routine",
                        path.stem,
                        offset,
                    )
                )
    return messages


def evaluation_messages() -> list[Labelled]:
    """Every message of evaluation/messages, in the order of the files."""
    return [message for path in sorted(MESSAGES.glob("*.yml")) for message in read(path)]


def training_messages() -> list[Labelled]:
    """Every message the model is trained on."""
    return [message for folder in TRAINING for path in sorted(folder.glob("*.yml")) for message in read(path)]


def spread(messages: list[Labelled], limit: int) -> list[Labelled]:
    """At most `limit` messages (0: all), evenly over the whole list, so that a short run sees every file."""
    if not limit or limit >= len(messages):
        return messages
    return [messages[i * len(messages) // limit] for i in range(limit)]
