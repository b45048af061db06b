"""The training data: valid labels, enough of everything, nothing twice."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

import yaml

from tickets import catalogue
from yimi.settings import ROOT

LEAST_A_SERVICE, LEAST_AN_INTENT = 60, 40
LEVELS = ("routine", "urgent", "emergency")


class Line(NamedTuple):
    """One message with its labels."""

    file: str
    text: str
    intent: str
    services: tuple[str, ...]
    risks: tuple[str, ...]
    urgency: str


@cache
def lines() -> tuple[Line, ...]:
    """Every training message."""
    found: list[Line] = []
    for folder in ("services", "intents", "risks"):
        for path in sorted((ROOT / "data" / folder).glob("*.yml")):
            for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
                labels = group.get("metadata") or {}
                for line in group["examples"].splitlines():
                    assert line.startswith("- "), (path.name, line)
                    found.append(
                        Line(
                            path.name,
                            line[2:].strip(),
                            group["intent"],
                            tuple(labels.get("services", [])),
                            tuple(labels.get("risks", [])),
                            labels.get("urgency", "routine"),
                        )
                    )
    return tuple(found)


def test_every_label_is_in_the_catalogue() -> None:
    """Intents, services, risks, urgency; and a risk is never routine."""
    for line in lines():
        assert line.intent in catalogue.intents(), line
        assert set(line.services) <= set(catalogue.services()), line
        assert set(line.risks) <= set(catalogue.risks()), line
        assert line.urgency in LEVELS and (not line.risks or line.urgency != "routine"), line


def test_there_is_enough_of_every_service_and_intent() -> None:
    """At least 60 messages a service (as the main one) and 40 an intent."""
    services = Counter(line.services[0] for line in lines() if line.services)
    intents = Counter(line.intent for line in lines())
    assert {code: services[code] for code in catalogue.services() if services[code] < LEAST_A_SERVICE} == {}
    assert {code: intents[code] for code in catalogue.intents() if intents[code] < LEAST_AN_INTENT} == {}


def test_no_message_stands_twice() -> None:
    """The same words twice would count twice."""
    assert [text for text, count in Counter(line.text for line in lines()).items() if count > 1] == []


def test_no_message_holds_markup_or_a_command() -> None:
    """Rasa would read [x](y) as an entity and a leading slash as a button."""
    assert [line for line in lines() if "](" in line.text or line.text.startswith("/") or not line.text] == []
