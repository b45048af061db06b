"""The dated list of telephone numbers (data/hotlines.yml): numbers are data, never part of a text."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parents[2] / "data" / "hotlines.yml"


@dataclass(frozen=True)
class Hotline:
    """One number. `hours` is meant to be read out; `always` says that somebody answers day and night
    everywhere; `places` (division code prefixes) limits a number that means different things elsewhere."""

    number: str
    name: str
    purpose: str
    area: str
    hours: str
    source: str
    checked: str
    always: bool
    risks: tuple[str, ...] = ()
    minors: bool = False
    women: bool = False
    place_check: bool = False
    places: tuple[str, ...] = ()

    def shown_in(self, division: str | None) -> bool:
        """Whether it may be shown to somebody of this division (code of 2 to 12 digits, or unknown)."""
        return not self.place_check or bool(division and division.startswith(self.places or ("-",)))


@functools.cache
def hotlines(path: Path = PATH) -> dict[str, Hotline]:
    """All numbers in the order of the file, by number. Raises KeyError or yaml.YAMLError on a broken file."""
    with path.open(encoding="utf-8") as stream:
        entries = yaml.safe_load(stream)["hotlines"]
    return {
        entry["number"]: Hotline(
            number=entry["number"],
            name=entry["name"],
            purpose=entry["for"],
            area=entry["area"],
            hours=entry["hours"],
            source=entry["source"],
            checked=str(entry["checked"]),
            always=entry["always"],
            risks=tuple(entry["risks"]),
            minors=entry.get("minors", False),
            women=entry.get("women", False),
            place_check=entry.get("place_check", False),
            places=tuple(entry.get("places", ())),
        )
        for entry in entries
    }


def hotlines_for(risk: str, division: str | None = None) -> list[Hotline]:
    """The numbers for one risk code that may be shown in this division."""
    return [line for line in hotlines().values() if risk in line.risks and line.shown_in(division)]
