"""The evaluation messages themselves: right codes, by the labelling rules, enough of each kind, nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from evaluation.corpus import LETTER, catalogue, evaluation_messages, spread
from evaluation.overlap import plain
from nlu.messages import Labelled, read

MESSAGES = evaluation_messages()
CODES = catalogue()
LEFT_AT_HOME = {"greet", "goodbye", "affirm", "deny", "inform", "bot_question", "out_of_scope", "cancel"}


def where(message: Labelled) -> str:
    return f"{message.source}.yml:{message.line} {message.text}"


@pytest.mark.parametrize("kind", ["intent", "services", "risks", "urgency"])
def test_every_label_is_a_code_of_the_catalogue(kind: str) -> None:
    """A misspelt code would count as a miss for ever."""
    for message in MESSAGES:
        labels = getattr(message, kind)
        labels = {labels} if isinstance(labels, str) else set(labels)
        assert labels <= set(CODES[kind if kind in ("services", "risks", "urgency") else "intents"]), where(message)


def test_danger_is_never_routine_and_calm_is_never_urgent() -> None:
    """Every message with a risk is at least urgent, and only those are."""
    for message in MESSAGES:
        assert bool(message.risks) == (message.urgency != "routine"), where(message)


def test_danger_carries_its_service() -> None:
    """Self-harm adds crisis, harm to a minor child_protection, and no danger goes without a service."""
    for message in MESSAGES:
        if "suicide_self_harm" in message.risks:
            assert "crisis" in message.services, where(message)
        if "child_abuse" in message.risks:
            assert "child_protection" in message.services, where(message)
        assert not message.risks or message.services, where(message)


def test_small_talk_asks_for_no_service() -> None:
    """Greetings, bare answers and chit-chat have no service."""
    assert not [where(m) for m in MESSAGES if m.intent in LEFT_AT_HOME and m.services]


def test_no_message_is_there_twice() -> None:
    """Two equal messages would weigh double."""
    twice = [text for text, times in Counter(plain(m.text) for m in MESSAGES).items() if times > 1]
    assert twice == []


def test_no_message_has_markup_or_real_looking_numbers() -> None:
    """Rasa would read [x](y) as an annotation, and a phone number must be an invented one."""
    for message in MESSAGES:
        assert not re.search(r"\[.*?\][({]", message.text), where(message)
        assert all(re.fullmatch(r"1\d\d0{5}\d{3}", n) for n in re.findall(r"\d{11,}", message.text)), where(message)


def test_there_is_enough_of_everything() -> None:
    """Each share of the report rests on enough messages: services, intents, dangers, hard negatives, letters."""
    mains = Counter(m.services[0] for m in MESSAGES if m.source == "services")
    intents = Counter(m.intent for m in MESSAGES)
    risks = Counter(risk for m in MESSAGES for risk in m.risks)
    danger = [m for m in MESSAGES if m.risks]
    assert min(mains[code] for code in CODES["services"]) >= 12
    assert min(intents[code] for code in CODES["intents"]) >= 8
    assert min(risks[code] for code in CODES["risks"]) >= 20
    assert len(danger) >= 160
    assert 0.4 <= sum(m.urgency == "emergency" for m in danger) / len(danger) <= 0.6
    assert sum(m.hard_negative for m in MESSAGES) >= 160
    assert sum(len(m.services) > 1 for m in MESSAGES) >= 60
    assert sum(len(m.text) >= LETTER for m in MESSAGES) >= 40


def test_most_messages_never_say_the_official_name() -> None:
    """People describe a trouble; hardly anyone names the programme."""
    asking = [m for m in MESSAGES if m.source == "services"]
    names = {c: [n for n in re.split("[()与]", s["name"]) if n] for c, s in CODES["services"].items()}
    unnamed = sum(not any(name in m.text for code in m.services for name in names[code]) for m in asking)
    assert unnamed / len(asking) >= 0.65


def test_a_line_that_is_no_message_is_named(tmp_path: Path) -> None:
    """A slip in a file stops the reading with its line, instead of being measured."""
    bad = tmp_path / "bad.yml"
    bad.write_text("nlu:\n- intent: greet\n  examples: |\n    - 你好\n    没有横线\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yml:5"):
        read(bad)


def test_a_message_knows_where_it_stands() -> None:
    """File and line lead back to the message."""
    message = MESSAGES[-1]
    lines = (Path(__file__).parents[2] / f"evaluation/messages/{message.source}.yml").read_text("utf-8").splitlines()
    assert message.text in lines[message.line - 1]


def test_a_short_run_sees_every_file() -> None:
    """--limit takes its messages evenly, not only the first file's."""
    few = spread(MESSAGES, 50)
    assert len(few) == 50
    assert {m.source for m in few} == {"intents", "risks", "services"}
    assert spread(MESSAGES, 0) == MESSAGES
