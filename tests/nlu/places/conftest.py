"""One gazetteer for all tests of the places; the reader of the case files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.places import Gazetteer
from nlu.places.names import plain_township, township_forms

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


class Cases:
    """Messages with what they must give; the format is told at the top of cases.tsv."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.codes: dict[str, str] = {}
        for code in gazetteer.name:
            self.codes.setdefault(gazetteer.describe(code), code)

    def read(self, file: str) -> list[tuple[str, str]]:
        lines = (HERE / file).read_text(encoding="utf-8").splitlines()
        return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]

    def _named(self, name: str, prefix: str) -> set[str]:
        known, found = self.gazetteer.name, set()
        for code in self.gazetteer.townships:
            if code.startswith(prefix):
                plain = plain_township(known[code], known[code[:6]], known[code[:4]])
                if plain in (name, name + "办事处") or (name[-1] == "*" and name[:-1] in township_forms(plain)[1]):
                    found.add(code)
        return found

    def judge(self, text: str, expected: str) -> str:
        """ "" when right, else what went wrong; begins with SURE when a wrong township was given as certain."""
        place = self.gazetteer.locate(text)
        kind, _, rest = expected.partition(" ")
        name, _, village = rest.partition("/")
        if kind == "=":
            wanted = {self.codes[name]}
        elif kind == "?":
            name, _, prefix = rest.partition("@")
            wanted = (
                self._villages(name, prefix)
                if name.startswith("村:")
                else self._named(name, self.codes.get(prefix, ""))
            )
        else:
            wanted = set()
        status = "none" if not wanted else "resolved" if len(wanted) == 1 else "ambiguous"
        got = {place.code} if place.code else set(place.candidates)
        if (place.status, got) != (status, wanted):
            return f"{'SURE ' if place.code else ''}{text}: {expected}, got {place}"
        if kind == "=" and village and village not in self.gazetteer.describe(place.village_code or place.code):
            return f"{text}: village {village}, got {place.village_code}"
        if kind == "-" and rest and place.area != self.codes[rest]:
            return f"{text}: area {rest}, got {place.area}"
        return ""

    def _villages(self, name: str, prefix: str) -> set[str]:
        return {code[:9] for code, _ in self.gazetteer.villages_named(name[2:], (self.codes[prefix],))}


@pytest.fixture(scope="session")
def cases(gazetteer: Gazetteer) -> Cases:
    return Cases(gazetteer)
