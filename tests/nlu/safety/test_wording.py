"""Every sentence the product can say, held against section 4 of the design on reliability."""

from __future__ import annotations

import re

import pytest

from bot.conversation import words
from tests.wording import IN_DANGER, NOWHERE, OF_DANGER, ROOT, WORDS_OF_DANGER, spoken, strings

EVERYTHING = list(spoken())


@pytest.mark.parametrize("word", NOWHERE)
def test_no_sentence_brushes_off_blames_or_promises(word: str) -> None:
    """None of the forbidden words is in any text that a resident can read, on any channel."""
    assert [where for where, text in EVERYTHING if word in text] == []


def test_the_review_sees_the_texts() -> None:
    """A moved file must not silently leave the review."""
    seen = "\n".join(text for _, text in EVERYTHING)
    for sample in (
        "我正在通知值班社工",
        "心理援助热线",
        "方便时回我一个字就行",
        "我来帮您",
        "已受理，受理号",
        "社工打哪个电话能找到您",
    ):
        assert sample in seen, sample
    assert len(EVERYTHING) > 200


def test_what_is_said_in_danger_names_no_method_and_tells_on_nobody() -> None:
    """The texts of an alarm and after it may be read by whoever holds the telephone."""
    said = [text for file in OF_DANGER for _, text in strings(ROOT / file)]
    said += [str(getattr(words, name)) for name in WORDS_OF_DANGER]
    assert [(word, text) for text in said for word in (*NOWHERE, *IN_DANGER) if word in text] == []


def test_whoever_is_told_to_wait_is_told_whom_to_call() -> None:
    """Every text of an outage names numbers that are answered day and night, or points at those just given."""
    for name in ("NOT_RECORDED", "KEPT", "PAUSED", "SET_ASIDE", "ERASED", "ERASED_LATER"):
        assert re.search(r"110.*120", str(getattr(words, name)), re.S), name
    for name in ("KEPT_IN_DANGER", "NOT_RECORDED_IN_DANGER"):
        assert "先打上面的电话" in str(getattr(words, name))


def test_nothing_kept_on_the_disk_is_called_filed() -> None:
    """Before the commit there is no 已提交, no 已受理, no number."""
    for name in ("NOT_RECORDED", "NOT_RECORDED_IN_DANGER", "KEPT", "KEPT_IN_DANGER"):
        said = str(getattr(words, name))
        assert not re.search(r"已提交|已受理|受理号|通知", said), name
    assert "已记下" in words.KEPT and "系统恢复后" in words.KEPT and "给您编号" in words.KEPT
