"""The texts residents agree to (data/consents.yml): versioned data, shown by the engine, recorded by the app."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parents[1] / "data" / "consents.yml"
HANDLING, QUALITY = "handling", "quality"


@dataclass(frozen=True)
class ConsentText:
    """One version of a question for consent; `again` is the short form after something else was said."""

    version: str
    text: str
    again: str = ""


@functools.cache
def consent_texts(path: Path = PATH) -> dict[str, tuple[ConsentText, ...]]:
    """All versions by purpose, oldest first. Raises TypeError or yaml.YAMLError on a broken file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {purpose: tuple(ConsentText(**each) for each in versions) for purpose, versions in content.items()}


def present(purpose: str) -> ConsentText:
    """The version that is asked now."""
    return consent_texts()[purpose][-1]
