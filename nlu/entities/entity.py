"""What an extractor finds, and where the word lists of all extractors lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEXICON = Path(__file__).resolve().parents[2] / "data" / "lexicon"


@dataclass(frozen=True)
class Entity:
    """One fact in a message. `text` is the original text at `start`:`end`; `value` is what it means: int years for
    age, digits for phone and id_number, yuan for amount, else a string. `primary` is False only for a relation
    that is mentioned but is not the person in need; `confidence` is the chance that it is (1 for other facts)."""

    type: str
    value: int | float | str
    text: str
    start: int
    end: int
    primary: bool = True
    confidence: float = 1.0


def word_table(name: str) -> Iterator[tuple[str, list[str]]]:
    """Lines `canonical<TAB>word word …` of a lexicon file; # starts a comment line."""
    for line in (LEXICON / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            canonical, words = line.split("\t")
            yield canonical, words.split()
