"""Residents written down in YAML: what each says, whatever is asked, and what must come of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).with_name("residents")
# What a resident says who has nothing of their own to say to a question.
PLAIN = {"consent": "同意", "confirm": "对，提交"}
SKIP = "跳过"
Answers = dict[str, str | list[str]]


class Strict(BaseModel):
    """A misspelt key is an error, not a wish that is never checked."""

    model_config = ConfigDict(extra="forbid")


class Hopes(Strict):
    """What a careful human reader is certain of; None and empty ask for nothing. Of a ticket: what it must hold."""

    says: list[str] = []
    never: list[str] = []
    numbers: list[str] = []
    urgency: str | None = None
    risks: list[str] | None = None
    services: list[str] = []
    township: str | None = None
    county: str | None = None
    place: str | None = None  # unknown
    relation: str | None = None
    age: int | None = None
    name: str | None = None
    phone: str | None = None


class Aside(Strict):
    """Said once when `at` is awaited, before the answer. `moves`: it answers or changes something itself, so that the
    same question need not be open afterwards. `numbers`: hotlines that the very answer must name."""

    at: str
    say: str
    moves: bool = False
    numbers: list[str] = []


class Outcome(Hopes):
    """Of the first ticket, at the end of the whole talk; `at_most` counts the resident's messages up to it."""

    filed: bool = True
    at_most: int | None = None


class Step(Hopes):
    """Said when the form has come to rest. `says` and `never` are about what is said from here on, the rest about
    the newest ticket. `hold`: what is awaited afterwards is left to the next step."""

    say: str | None = None
    press: str | None = None
    answers: Answers = {}
    hold: bool = False
    tickets: int | None = None
    status: str | None = None  # of the first ticket
    not_asked: list[str] = []
    ticket_has: list[str] = []


class Person(Strict):
    """One scripted resident."""

    name: str
    group: str
    known: str | None = None  # why this one is not served well yet
    first: list[str]
    answers: Answers = {}
    asides: list[Aside] = []
    expect: Outcome = Outcome()
    then: list[Step] = []


def answer(answers: Answers, awaited: str, time: int) -> str | None:
    """What is said when something is awaited for the `time`-th time, counted from 0; None: nothing of their own."""
    said: Any = answers.get(awaited)
    return said[min(time, len(said) - 1)] if isinstance(said, list) else said


@cache
def people() -> dict[str, Person]:
    """Everybody by name; ValueError for a name given twice."""
    found: dict[str, Person] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        for each in yaml.safe_load(path.read_text(encoding="utf-8")):
            person = Person(**each)
            if person.name in found:
                raise ValueError(f"{path.name}: {person.name} is there twice")
            found[person.name] = person
    return found
