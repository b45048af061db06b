"""Township names written by ear or by a slip: 长沙县皇兴镇 → 黄兴镇, 醴陵市白免潭镇 → 白兔潭镇.

Only inside a known county, and only if one township there fits."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlu.places.names import township_forms

if TYPE_CHECKING:
    from nlu.places.gazetteer import Gazetteer

_FILE = Path(__file__).resolve().parents[2] / "data" / "divisions" / "sounds.txt"
_NAMED = re.compile(r"街道|镇|乡|苏木")


@cache
def _sounds() -> dict[str, str]:
    sounds: dict[str, str] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        syllable, characters = line.split()
        # what southern speakers and sound-based keyboards mix up: zh/z, ch/c, sh/s, n/l, -ng/-n
        syllable = re.sub(r"^([zcs])h", r"\1", syllable)
        syllable = re.sub(r"^n", "l", re.sub(r"ng$", "n", syllable))
        sounds |= dict.fromkeys(characters, syllable)
    return sounds


def _alike(said: str, name: str) -> bool:
    sounds = _sounds()
    wrong = [(a, b) for a, b in zip(said, name, strict=True) if a != b]
    if not wrong or len(wrong) == len(name) > 2:
        return False
    return all(sounds.get(a, a) == sounds.get(b, b) for a, b in wrong)


def _misspelt(said: str, name: str) -> bool:
    """One character of three or more is another: 白免潭 for 白兔潭."""
    return len(name) > 2 and sum(a != b for a, b in zip(said, name, strict=True)) == 1


def sounds_like(said: str, name: str) -> bool:
    """Whether `said` is `name` written by ear: as long, not the same, and alike in every other character."""
    return len(said) == len(name) and _alike(said, name)


def by_sound(gazetteer: Gazetteer, text: str, county: str, position: int) -> tuple[str, int] | None:
    """(township code, end) for a name at text[position:] that sounds like exactly one township of `county`, or None."""
    suffix = _NAMED.search(text, position + 2, position + 8)
    if suffix is None:
        return None
    said = text[position : suffix.start()]
    for alike in (_alike, _misspelt):
        fits = [
            code
            for code in gazetteer.children(county)
            if any(len(form) == len(said) and alike(said, form) for form in township_forms(gazetteer.name[code])[1])
        ]
        if fits:
            return (fits[0], suffix.end()) if len(fits) == 1 else None
    return None
