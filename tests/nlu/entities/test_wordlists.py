"""A mistake in a file of words is told with the file, the list and the word."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.entities.wordlists import WordListError, longest_first, word_lists


def test_lists_go_into_patterns(tmp_path: Path) -> None:
    """Nested rows are one list; a list may name another; a table keeps its values."""
    (tmp_path / "words.yml").write_text("a: [[甲, 乙], [丙?丁]]\nb: ['{a}人']\nt: {值: [一, 二]}\n", encoding="utf-8")
    words = word_lists("words.yml", tmp_path)
    assert words.compile("^{b}$").match("丁人")
    assert not words.compile("^{b}{2}$").match("甲人")
    assert words.tables["t"]["值"] == ("一", "二")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [甲, 甲]", "words.yml: a: 甲 stands there twice"),
        ("a: []", "words.yml: a: is empty"),
        ("a: [84]", "words.yml: a: 84 is no word"),
        ("a: ['(甲']", r"words.yml: a: \(甲"),
        ("a: ['{b}']", "there is no list 'b'"),
        ("a: ['{a}']", "list 'a' names itself"),
        ("- 甲", "must map names to lists"),
        ("a: [", "words.yml: no YAML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: str, said: str) -> None:
    """Each mistake stops the reading."""
    (tmp_path / "words.yml").write_text(content, encoding="utf-8")
    with pytest.raises(WordListError, match=said):
        word_lists("words.yml", tmp_path)


def test_the_longest_word_wins() -> None:
    """Whatever the order of the words."""
    import re

    assert re.match(longest_first(["外", "外孙", "外孙女"]), "外孙女儿")[0] == "外孙女"  # type: ignore[index]
