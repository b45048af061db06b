"""A file may crash, hang or poison its reader: never the process that talks with residents."""

from __future__ import annotations

import logging
import time

import pytest

from bot.media import Listener
from bot.media.apart import Apart
from bot.media.audio import MOST_SILK, _silk
from tests.ears import Spelled, spoken


def test_words_come_back_and_a_broken_file_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """One child serves many files; an error in it, its death, and an endless loop cost that one file only."""
    ears = Spelled()
    apart: Apart[str] = Apart(ears.text, ears.prepare, seconds=2)
    try:
        with caplog.at_level(logging.INFO, "listening"):
            assert apart.ask(spoken("我娘病了"), "audio/wav") == "我娘病了"
            assert apart.ask(spoken(""), "audio/wav") is None
            assert apart.ask(spoken("!raise"), "audio/wav") is None
            assert apart.ask(spoken("!die"), "audio/wav") is None
            began = time.monotonic()
            assert apart.ask(spoken("!wait"), "audio/wav") is None
            assert time.monotonic() - began < 20
            assert apart.ask(spoken("还在"), "audio/wav") == "还在"
        assert "王奶奶" not in caplog.text and "我娘" not in caplog.text, "the log holds kinds and sizes, never words"
        assert "ValueError" in caplog.text and "TimeoutError" in caplog.text
    finally:
        apart.close()
    apart.close()


def test_a_file_that_unpacks_to_gigabytes_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    """The reader may take two gigabytes for one file; the next file is read by the same reader."""
    ears = Spelled()
    apart: Apart[str] = Apart(ears.text, ears.prepare)
    try:
        with caplog.at_level(logging.INFO, "listening"):
            assert apart.ask(spoken("!swell"), "audio/wav") is None
            assert apart.ask(spoken("还在"), "audio/wav") == "还在"
        assert "MemoryError" in caplog.text
    finally:
        apart.close()


def test_a_long_silk_message_is_not_decoded() -> None:
    """Its decoder takes it whole: two megabytes are ten minutes."""
    with pytest.raises(ValueError, match="too long"):
        _silk(b"\x02#!SILK_V3" + bytes(MOST_SILK))


def test_a_listener_asks_only_who_takes_the_type() -> None:
    """Nobody takes a film: it is not even sent there."""
    listener = Listener([Spelled()])
    try:
        assert listener.takes("audio/wav") and not listener.takes("video/mp4") and not listener.takes(None)
        assert listener.text(spoken("在吗"), "audio/wav") == "在吗"
        assert listener.text(b"x", "video/mp4") is None
    finally:
        listener.close()
    assert not Listener([]).takes("audio/wav")
