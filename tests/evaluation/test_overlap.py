"""Nothing the model learnt may be in what it is measured on."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

from evaluation.corpus import evaluation_messages, training_messages
from evaluation.overlap import ALIKE, listing, overlaps, plain
from nlu.messages import Labelled


def message(text: str) -> Labelled:
    return Labelled(text, "request_service", (), frozenset(), "routine", "made", 1)


def test_the_evaluation_repeats_no_training_message() -> None:
    """No message is trained on and measured, not even with other marks or a word changed."""
    pairs = overlaps(evaluation_messages(), training_messages())
    assert not pairs, listing(pairs)


def test_other_marks_and_traditional_characters_are_the_same_message() -> None:
    """Punctuation, width, case and script do not make a new message."""
    assert overlaps([message("OK，幫我辦低保！")], [message("ok 帮我办低保")])[0][2] == 1.0


def test_a_changed_word_is_still_the_same_message() -> None:
    """A template filled twice is found out."""
    one, other = message("我妈八十二岁了想申请高龄津贴怎么办"), message("我爸八十三岁了想申请高龄津贴怎么办")
    assert [pair[:2] for pair in overlaps([one], [other])] == [(one, other)]


def test_the_same_trouble_in_other_words_is_another_message() -> None:
    """Only the wording counts, not the matter."""
    assert not overlaps([message("我妈满八十了，那份老人钱咋领")], [message("八十岁高龄津贴怎么申请")])


def test_no_pair_is_lost_by_not_comparing_every_pair() -> None:
    """The quick search finds exactly what comparing all pairs finds."""
    dice = random.Random(7)
    texts = ["".join(dice.choices("甲乙丙丁戊己", k=dice.randint(1, 9))) for _ in range(300)]
    mine, theirs = texts[:100], texts[100:]
    every = {
        (one, other)
        for one in mine
        for other in theirs
        if SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE
    }
    quick = overlaps(map(message, mine), map(message, theirs))
    assert {(plain(one.text), plain(other.text)) for one, other, _ in quick} == every
    assert every
