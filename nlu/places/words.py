"""Words that look like places: read from data/lexicon/place-words.txt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).resolve().parents[2] / "data" / "lexicon" / "place-words.txt"


@dataclass(frozen=True)
class PlaceWords:
    """Names that are also ordinary words, and words that never are a place; see the comments in the file."""

    ordinary: frozenset[str]
    generic: frozenset[str]
    never: frozenset[str]
    no_village: frozenset[str]

    @classmethod
    def load(cls, path: Path = _FILE) -> PlaceWords:
        """Read the sections of the file. Raises ValueError naming a line outside of the known sections."""
        sections: dict[str, set[str]] = {"ordinary": set(), "generic": set(), "never": set(), "no_village": set()}
        section = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.partition("#")[0].strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line:
                if section not in sections:
                    raise ValueError(f"{path.name}:{number}: unknown section {section!r}")
                sections[section].update(line.split())
        return cls(**{name: frozenset(words) for name, words in sections.items()})
