"""The whole model behind the engine's own door."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given

from bot.engine import Engine
from tests.fuzz.slowest import Slowest
from tests.fuzz.texts import WHOLE, texts
from tests.stack import Stack
from tickets import catalogue
from yimi.processes import open_engine


@pytest.fixture(scope="module")
def engine(stack: Stack) -> Iterator[Engine]:
    """A client of the running engine."""
    client = open_engine(stack.settings)
    yield client
    client.close()


@WHOLE
@given(text=texts())
def test_any_text_is_analysed(engine: Engine, slowest: Slowest, text: str) -> None:
    """An analysis in the contract's shape, whose entities lie in the text and quote it."""
    began = time.perf_counter()
    found = engine.analyze(text)
    slowest.note(time.perf_counter() - began, text)
    assert found["text"] == text
    assert found["urgency"] in catalogue.urgencies()
    assert found["location"]["status"] in ("resolved", "ambiguous", "none")
    assert found["intent"] is None or found["intent"] in catalogue.intents()
    assert 0 <= found["intent_confidence"] <= 1
    for each in [*found["services"], *found["risks"]]:
        assert 0 <= each["confidence"] <= 1
    for each in found["entities"]:
        assert 0 <= each["start"] < each["end"] <= len(text)
        assert text[each["start"] : each["end"]] == each["text"]
