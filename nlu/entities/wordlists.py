"""Word lists of the extractors, each read once from its file in data/lexicon.

A file maps names to lists of words. A word is put into regular expressions as it stands, so it may be one itself, and
`{name}` in it stands for any word of that list. Lists may be nested, so that each row has a comment of its own. A name
may also map to a table: values, each with its words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.entities.entity import LEXICON

_NAME = re.compile(r"\{([a-z_]+)\}")  # never a quantifier: those have digits
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class WordListError(ValueError):
    """A file of words that is wrong: says which file, which list and what to do."""


@dataclass(frozen=True)
class WordLists:
    """The lists and tables of one file."""

    file: str
    lists: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Mapping[str, tuple[str, ...]]]

    def compile(self, template: str) -> re.Pattern[str]:
        """The regular expression `template` with every `{name}` replaced by an alternative of that list's words."""
        try:
            return re.compile(self._filled(template, ()))
        except re.error as error:
            raise WordListError(f"{self.file}: {error} in {template}") from error

    def _filled(self, template: str, within: tuple[str, ...]) -> str:
        def words(match: re.Match[str]) -> str:
            name = match[1]
            if name not in self.lists:
                raise WordListError(f"{self.file}: there is no list {name!r}; add it or mend {template!r}")
            if name in within:
                raise WordListError(f"{self.file}: list {name!r} names itself; write its words out")
            return f"(?:{'|'.join(self._filled(word, (*within, name)) for word in self.lists[name])})"

        return _NAME.sub(words, template)


@functools.cache
def word_lists(name: str, folder: Path = LEXICON) -> WordLists:
    """Reads and checks one file; raises WordListError."""
    try:
        content = yaml.load((folder / name).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 – a safe loader
    except yaml.YAMLError as error:
        raise WordListError(f"{name}: no YAML: {error}") from error
    if not isinstance(content, dict):
        raise WordListError(f"{name}: must map names to lists of words")
    lists: dict[str, tuple[str, ...]] = {}
    tables: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            tables[key] = {row: _checked(f"{name}: {key}.{row}", words) for row, words in value.items()}
        else:
            lists[key] = _checked(f"{name}: {key}", value)
    found = WordLists(name, lists, tables)
    for key, words in lists.items():
        for word in words:
            _usable(found, key, word)
    return found


def longest_first(words: Iterable[str]) -> str:
    """A regular expression for the longest of many plain words; by first character, so that few are tried."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())


def _checked(where: str, value: Any) -> tuple[str, ...]:
    """The words of one list, nested rows joined; none twice, since a second one never counts."""
    words = tuple(_flat(where, value))
    if not words:
        raise WordListError(f"{where}: is empty; add a word or remove the list")
    if twice := [word for word in dict.fromkeys(words) if words.count(word) > 1]:
        raise WordListError(f"{where}: {twice[0]} stands there twice; remove one")
    return words


def _flat(where: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _flat(where, each)
    else:
        raise WordListError(f"{where}: {value!r} is no word; put it in quotes")


def _usable(lists: WordLists, key: str, word: str) -> None:
    try:
        lists.compile(word)
    except WordListError as error:
        raise WordListError(f"{lists.file}: {key}: {word}: {error}") from error
