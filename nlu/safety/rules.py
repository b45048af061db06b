"""Loads the safety floor's rules from data/lexicon/risk-*.yml; the notation is explained in patterns.py.

`risk-shared.yml` holds the word lists and guards that several risks use; each other file is one risk:

    risk: code of spec/services.yml
    lists: {name: [words]}            only for this file
    guards: [names]                   what silences a match unless the group says otherwise
    patterns:                         groups of patterns with the same meaning
      - cue: name for the log
        level: urgent | emergency
        match: [patterns]
        with: [patterns]              one of them must also be found near (or, with_scope, elsewhere)
        unless: [names or patterns]   further guards; patterns are looked for in the clause
        guards: [names]               instead of the file's
    raise: [groups]                   found anywhere beside a match: the urgency is an emergency
    gives_way: {to: code, unless: [patterns]}   this risk is dropped where the other one is found too, unless
                                      one of the patterns is in the message
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.safety.patterns import Pattern, PatternError, compile_pattern

LEXICON = Path(__file__).resolve().parents[2] / "data" / "lexicon"
SCOPES = ("overlap", "inside", "before", "after", "clause", "near", "message")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Guard:
    """What silences a match. `scope`: the text in which it is looked for (see floor.py)."""

    name: str
    scope: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Rule:
    """One pattern of one risk. `needed` (if any) must be found in `needed_scope` too."""

    risk: str
    cue: str
    level: str
    pattern: Pattern
    guards: tuple[Guard, ...]
    needed: tuple[Pattern, ...]
    needed_scope: str


@dataclass(frozen=True)
class Rules:
    """All rules, with an index from key to the numbers of the rules that it may wake."""

    rules: tuple[Rule, ...]
    raising: Mapping[str, tuple[Rule, ...]]
    index: Mapping[str, tuple[int, ...]]
    always: tuple[int, ...]
    order: tuple[str, ...]
    gives_way: Mapping[str, tuple[str, tuple[Pattern, ...]]]


@functools.cache
def load_rules(folder: Path = LEXICON) -> Rules:
    """Read and compile the rule files once; raises PatternError naming the file that is wrong."""
    shared = _read(folder / "risk-shared.yml")
    base_lists = _lists(shared)
    guards = {
        name: Guard(name, item["scope"], _compile(item["match"], base_lists)) for name, item in shared["guards"].items()
    }
    rules: list[Rule] = []
    raising: dict[str, tuple[Rule, ...]] = {}
    gives_way: dict[str, tuple[str, tuple[Pattern, ...]]] = {}
    for code in shared["order"]:
        path = folder / f"risk-{code}.yml"
        content = _read(path)
        try:
            found, lifts = _one_risk(code, content, base_lists, guards)
        except (KeyError, PatternError) as error:
            raise PatternError(f"{path.name}: {error}") from error
        if "gives_way" in content:
            lists = {**base_lists, **_lists(content)}
            gives_way[code] = content["gives_way"]["to"], _compile(content["gives_way"]["unless"], lists)
        rules += found
        raising[code] = tuple(lifts)
    index: dict[str, list[int]] = {}
    always = []
    for number, rule in enumerate(rules):
        if not rule.pattern.keys:
            always.append(number)
        for key in rule.pattern.keys:
            index.setdefault(key, []).append(number)
    frozen = {key: tuple(numbers) for key, numbers in index.items()}
    return Rules(tuple(rules), raising, frozen, tuple(always), tuple(shared["order"]), gives_way)


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as stream:
        content: dict[str, Any] = yaml.load(stream, Loader=_Loader)  # noqa: S506 – a safe loader, the C one where there is one
        return content


def _lists(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """The file's word lists with the lists they name put in; YAML reads 84 as a number, but it is a word here."""
    lists: dict[str, list[str]] = {}
    for name, words in content.get("lists", {}).items():
        lists[name] = [str(word) for word in words]
    return lists


def _compile(sources: list[str], lists: Mapping[str, list[str]]) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(source, lists) for source in sources)


def _one_risk(
    code: str, content: dict[str, Any], base_lists: Mapping[str, list[str]], shared_guards: Mapping[str, Guard]
) -> tuple[list[Rule], list[Rule]]:
    if content["risk"] != code:
        raise PatternError(f"risk is {content['risk']!r}, not {code!r}")
    lists = {**base_lists, **_lists(content)}
    own = {
        name: Guard(name, item["scope"], _compile(item["match"], lists))
        for name, item in content.get("own_guards", {}).items()
    }
    guards = {**shared_guards, **own}
    for guard in guards.values():
        if guard.scope not in SCOPES:
            raise PatternError(f"guard {guard.name}: no scope {guard.scope!r}")

    def group(item: dict[str, Any], level: str | None = None) -> list[Rule]:
        names = list(item.get("guards", content.get("guards", []) if level is None else []))
        inline: list[str] = []
        for entry in item.get("unless", []):
            (names if entry in guards else inline).append(entry)
        chosen = [guards[name] for name in names]
        if inline:
            chosen.append(Guard(f"{item['cue']}.unless", "clause", _compile(inline, lists)))
        return [
            Rule(
                code, item["cue"], level or item["level"], pattern, tuple(chosen),
                _compile(item.get("with", []), lists), item.get("with_scope", "near"),
            )
            for pattern in _compile(item["match"], lists)
        ]  # fmt: skip

    rules = [rule for item in content["patterns"] for rule in group(item)]
    lifts = [rule for item in content.get("raise", []) for rule in group(item, "emergency")]
    return rules, lifts
