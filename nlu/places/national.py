"""The national gazetteer of this process, loaded once, when the first place is looked up."""

from __future__ import annotations

from functools import lru_cache
from typing import Optional, Sequence, Union

from nlu.places.gazetteer import Gazetteer
from nlu.places.place import Place


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer itself."""
    return Gazetteer.load()


def locate(text: str, *, within: Union[str, Sequence[str], None] = None, asked: bool = False) -> Place:
    """Where the person in need lives; `within` and `asked` for an answer to our own question (see Gazetteer.locate)."""
    return gazetteer().locate(text, within=within, asked=asked)


def describe(code: str) -> str:
    """The full name of a division as shown to people."""
    return gazetteer().describe(code)


def short_label(code: str, among: Sequence[str] = ()) -> str:
    """A name for a button, long enough to tell it from the others."""
    return gazetteer().short_label(code, among)


def match_village(township: str, text: str) -> Optional[str]:
    """The village of a township that a text names."""
    return gazetteer().match_village(township, text)


def county_of(code: str) -> str:
    """The code of the county a township or village belongs to."""
    return gazetteer().county_of(code)
