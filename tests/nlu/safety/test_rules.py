"""The notation of the rule files, and the rule files themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nlu.safety import LEVELS
from nlu.safety.floor import _view
from nlu.safety.patterns import BORDER, PatternError, compile_pattern
from nlu.safety.rules import LEXICON, load_rules

HERE = Path(__file__).parent
LISTS = {"poison": ["农药", "百草枯"], "age": ["/[1-9]岁/"], "both": ["{poison}", "药"]}


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("喝|吃 了? ~3 {poison}", "他喝了一瓶百草枯", True),
        ("喝|吃 了? ~3 {poison}", "喝了四个字以上的农药", False),
        ("喝 ~4 {poison}", f"喝{BORDER}农药", False),
        ("喝 ~~4 {poison}", f"喝{BORDER}农药", True),
        ("跳楼 !价|大甩卖", "跳楼价", False),
        ("跳楼 !价|大甩卖", "要跳楼", True),
        ("<!没|不 想死", "不想死", False),
        ("^ 想死", f"好{BORDER}想死", True),
        ("^ 想死", "我想死", False),
        ("想死 $", f"想死{BORDER}好", True),
        ("死 了|$", "死", True),
        ("米缸~3空|断粮 了", "米缸都是空了", True),
        ("{age} 孩子", "5岁孩子", True),
        ("喝 {both}", "喝药", True),
        ("佢|我 不想活", "他不想活", True),
    ],
)
def test_notation(source: str, text: str, found: bool) -> None:
    """Each sign of the notation does what patterns.py says."""
    pattern = compile_pattern(source, LISTS)
    assert bool(pattern.regex.search(text)) == found
    if found and pattern.keys:
        pairs = {*text, *(text[i : i + 2] for i in range(len(text)))}
        assert pattern.keys & pairs


@pytest.mark.parametrize("source", ["{nothing}", "喝 ~x 药", "喝||药"])
def test_a_wrong_pattern_is_named(source: str) -> None:
    """A mistake in a rule file is reported with the pattern it stands in."""
    with pytest.raises(PatternError, match=r"喝|nothing"):
        compile_pattern(source, LISTS)


def test_rule_files_are_whole() -> None:
    """Every risk of the vocabulary has rules; every rule a known level and a plain name for the log."""
    rules = load_rules()
    assert set(rules.order) == {
        "suicide_self_harm", "violence", "child_abuse", "missing_person", "medical_emergency", "survival"
    }  # fmt: skip
    assert {rule.risk for rule in rules.rules} == set(rules.order)
    assert all(rule.level in LEVELS[1:] for rule in rules.rules)
    assert all(rule.cue.isascii() and rule.cue.isidentifier() for rule in rules.rules)


def test_no_rule_is_searched_in_every_text() -> None:
    """Each pattern offers keys, otherwise every message would pay for it."""
    assert load_rules().always == ()


def test_no_pattern_matches_the_empty_text() -> None:
    """A pattern of optional steps only would alarm everywhere."""
    rules = load_rules()
    every = [*rules.rules, *(rule for group in rules.raising.values() for rule in group)]
    assert [rule for rule in every if rule.pattern.regex.search("") or rule.pattern.regex.search("嗯")] == []


def test_keys_never_hide_a_match() -> None:
    """Where a pattern matches a message of the test sets, its keys are in that message."""
    rules = load_rules().rules
    for path in HERE.glob("risks_*.yml"):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")):
            for text in group["texts"]:
                view = _view(text)
                pairs = {*view, *(view[i : i + 2] for i in range(len(view)))}
                for rule in rules:
                    assert not rule.pattern.regex.search(view) or rule.pattern.keys & pairs, (text, rule.cue)


def test_a_broken_rule_file_is_named(tmp_path: Path) -> None:
    """The start fails with the name of the file that is wrong."""
    for path in LEXICON.glob("risk-*.yml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    broken = tmp_path / "risk-violence.yml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("{partner}", "{gone}"), encoding="utf-8")
    with pytest.raises(PatternError, match=r"risk-violence\.yml"):
        load_rules(tmp_path)
