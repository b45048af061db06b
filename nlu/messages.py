"""Labelled messages: the training data in data/ and the evaluation's own, in Rasa's YAML.

A file is `nlu: [{intent, metadata: {services, risks, urgency}, examples: |}]`, an example a line that starts `- `.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


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
        """Sounds like danger and is none: the messages without a risk in the evaluation's risks.yml."""
        return self.source == "risks" and not self.risks


def read(path: Path) -> list[Labelled]:
    """All messages of one file. Raises ValueError with file and line for a line that is no `- message`.

    Read as a tree, not as values: only the tree knows the lines, and a miss is found by its line.
    """
    messages = []
    tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(tree, yaml.MappingNode):
        raise ValueError(f"{path.name}: 开头应是 version 和 nlu")
    for key, groups in tree.value:
        if key.value != "nlu":
            continue
        for group in groups.value:
            nodes = {name.value: node for name, node in group.value}
            metadata = yaml.safe_load(yaml.serialize(nodes["metadata"])) if "metadata" in nodes else {}
            if "examples" not in nodes:
                raise ValueError(f"{path.name}:{group.start_mark.line + 1}: 这一组没有 examples")
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


def read_all(folders: list[Path]) -> list[Labelled]:
    """Every message of the folders' files, in their order."""
    return [message for folder in folders for path in sorted(folder.glob("*.yml")) for message in read(path)]
