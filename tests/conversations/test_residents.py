"""Residents as people are: each says what they would say to whatever is asked, and the right thing must come of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from nlu.places.national import county_of
from tests.conversations.conftest import Figures, Office, Resident, code
from tests.conversations.people import PLAIN, SKIP, Answers, Hopes, Person, Step, answer, people

LONGEST = 30  # messages; whoever needs more has been lost
LEVELS = ("routine", "urgent", "emergency")


def cases() -> list[Any]:
    """Everybody; whoever is known not to be served well yet is played too, and reported as such."""
    marks = {name: [pytest.mark.xfail(reason=each.known)] if each.known else [] for name, each in people().items()}
    return [pytest.param(name, marks=marks[name]) for name in people()]


@pytest.mark.parametrize("name", cases())
def test_the_resident_gets_what_they_came_for(name: str, resident: Callable[[], Resident], office: Office) -> None:
    """Played to the end; then the tickets as the workers see them, and what was said."""
    person = people()[name]
    play = Play(person, resident(), office)
    later = any(each.numbers for each in (*person.asides, *person.then))
    for said in person.first:
        play.say(said, None if later or said != person.first[-1] else person.expect.numbers)
    play.through()
    assert not play.asides, f"never asked for {[each.at for each in play.asides]}"
    for step in person.then:
        play.go_on(step)
    play.finish()


class Play:
    """One resident in conversation."""

    def __init__(self, person: Person, talk: Resident, office: Office) -> None:
        self.person, self.talk, self.office = person, talk, office
        self.asides, self.asked = list(person.asides), Counter[str]()
        self.filed_after: int | None = None

    def say(self, text: str, numbers: list[str] | None = None) -> None:
        """One message; in danger its very answer names the numbers, and a person is called."""
        self.talk.say(text)
        assert all(each["text"].strip() for each in self.talk.last["messages"]) and self.talk.last["messages"], text
        self._after(text, numbers)

    def _after(self, text: str, numbers: list[str] | None = None) -> None:
        if self.filed_after is None and self.talk.last["tickets"]:
            self.filed_after = self.talk.spoken
        if numbers:
            assert self.named(numbers), f"{text}: {self.talk.words}"
            assert self.talk.last["tickets"], f"{text}: nobody was called"

    def named(self, numbers: list[str]) -> bool:
        """Whether the last answer names all of some numbers."""
        said = self.talk.words
        return bool(numbers) and all(re.search(rf"(?<!\d){number}(?!\d)", said) for number in numbers)

    def through(self, answers: Answers | None = None, seen: list[str] | None = None) -> None:
        """Answers whatever is awaited, in the person's own words, until nothing is."""
        own: Counter[str] = Counter()
        while awaited := self.talk.awaiting:
            assert self.talk.spoken < LONGEST, f"still asking for {awaited}"
            if seen is not None:
                seen.append(awaited)
            aside = next((each for each in self.asides if each.at == awaited), None)
            if aside:
                self.asides.remove(aside)
                self.say(aside.say, aside.numbers)
                assert aside.moves or self.talk.awaiting == awaited, f"{aside.say}: now asking for {self.talk.awaiting}"
                continue
            said = answer(answers or {}, awaited, own[awaited])
            own[awaited] += 1
            if said is None:
                said = answer(self.person.answers, awaited, self.asked[awaited])
                self.asked[awaited] += 1
            self.say(said or PLAIN.get(awaited, SKIP))

    def go_on(self, step: Step) -> None:
        """After the request."""
        before, seen = len(self.talk.transcript), list[str]()
        if step.press:
            self.talk.press(self._button(step.press))
            self._after(step.press, step.numbers)
        else:
            self.say(str(step.say), step.numbers)
        if not step.hold:
            self.through(step.answers, seen)
        said = "\n".join(self.talk.transcript[before:])
        self.spoken(step, said)
        assert not set(step.not_asked) & set(seen), seen
        numbers = self.talk.last["tickets"]
        assert step.tickets is None or len(numbers) == step.tickets
        assert step.status is None or self.office.ticket(numbers[0])["status"] == step.status
        if numbers:
            newest = self.office.ticket(numbers[-1])
            self.holds(newest, step, [self.office.ticket(number) for number in numbers])
            kept = str(newest["description"]) + str(newest["history"])
            assert all(each in kept for each in step.ticket_has), kept

    def _button(self, words: str) -> str:
        return next((each for each in self.talk.buttons if words in each and not each.startswith("不")), words)

    def finish(self) -> None:
        """What must hold at the end of the whole talk."""
        expect = self.person.expect
        self.spoken(expect, "\n".join(self.talk.transcript))
        numbers = self.talk.last["tickets"]
        if not expect.filed:
            first = [step for step in self.person.then if step.tickets]
            assert first or not self.office.tickets_of(self.talk)
            return
        assert numbers and self.filed_after, "nothing was filed"
        Figures.messages.append(self.filed_after)
        self.holds(self.office.ticket(numbers[0]), expect, [self.office.ticket(number) for number in numbers])
        assert expect.at_most is None or self.filed_after <= expect.at_most, self.filed_after

    def spoken(self, hopes: Hopes, transcript: str) -> None:
        """What the assistant said and did not say."""
        ours = "\n".join(line for line in transcript.split("居民：") for line in line.split("\n")[1:])
        assert all(each in ours for each in hopes.says), ours
        assert not [each for each in hopes.never if each in ours], ours

    def holds(self, ticket: dict[str, Any], hopes: Hopes, session: list[dict[str, Any]]) -> None:
        """The ticket as the worker sees it; danger may stand on any ticket of the session."""
        found = {
            "services": ticket["services"][:1] if hopes.services else [],
            "further": set(hopes.services) - set(ticket["services"]),
            "township": ticket["township"] if hopes.township or hopes.place else None,
            "county": county_of(str(ticket["township"] or ticket["queue"])) if hopes.county else None,
            "urgency": max((each["urgency"] for each in session), key=LEVELS.index) if hopes.urgency else None,
            "missing risks": set(hopes.risks or []) - {risk for each in session for risk in each["risks"]},
            "risks": [risk for each in session for risk in each["risks"]] if hopes.risks == [] else [],
        } | {key: ticket["beneficiary"][key] for key in ("relation", "age", "name", "phone") if getattr(hopes, key)}
        wanted = {
            "services": hopes.services[:1],
            "further": set(),
            "township": code(hopes.township) if hopes.township else None,
            "county": county_of(code(hopes.county)) if hopes.county else None,
            "urgency": hopes.urgency,
            "missing risks": set(),
            "risks": [],
        } | {key: getattr(hopes, key) for key in ("relation", "age", "name", "phone") if getattr(hopes, key)}
        assert found == wanted
