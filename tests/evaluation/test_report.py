"""The page: every part is there, and says what was measured."""

from __future__ import annotations

import pytest

from evaluation import history
from evaluation.__main__ import NOTES
from evaluation.calibration import bins, expected_error, intent_answers, service_answers
from evaluation.corpus import ROOT, catalogue
from evaluation.errors import surest, unheard
from evaluation.figures import Heard, overview, proportion, speeds
from evaluation.peers import SHARED, SVM, row
from evaluation.report import Measured, report
from evaluation.tables import change, figure_row, quoted
from evaluation.targets import ALARM, MAIN
from tests.evaluation.cases import heard

COUNTS = {"messages": 2, "danger": 0, "hard": 0, "letters": 0}


def measured(cases: list[Heard], last: history.Run | None = None) -> Measured:
    figures, pace = overview(cases), speeds(cases, 0.5)
    run = history.run_of("2026-01-02", "abc", COUNTS, {each.name: each.value for each in figures} | pace)
    kept = {"messages": {SVM: row([proportion(name, [True]) for name in SHARED], 9, 2, 1, 1)}, "smp2017": {}}
    return Measured(cases, figures, pace, run, last, kept)


def test_the_report_holds_every_part_and_no_path() -> None:
    """Every code, peer, picture and the hand-written part as it is; nothing of this machine."""
    cases = [heard(("dibao",), ("dibao",)), heard((), ("funeral",), text="俺们村|的事")]
    text = report(measured(cases), catalogue(), "## 试过什么\n\n手写的一段\n")
    for code in (*catalogue()["services"], *catalogue()["risks"], *catalogue()["intents"]):
        assert code in text
    for part in ("手写的一段", SVM, "pictures/confusions.svg", "pictures/calibration.svg", "pictures/services.svg"):
        assert part in text
    assert "| 每秒解析（条） | 4.0 | — | ≥ 150 | ✗ |" in text
    assert "| 方言：豫鲁 | 1 |" in text and "俺们村｜的事" in text
    assert str(ROOT) not in text
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert len(heads) == len(set(heads)) and heads[0] == "# 理解质量"


def test_every_table_is_rectangular() -> None:
    """A message with a bar, or a forgotten column, would break a row."""
    cases = [heard(("dibao",), ("funeral",), (("violence",), ()), ("emergency", "routine"), text="a|b")]
    text = report(measured(cases), catalogue(), "")
    for block in text.split("\n\n"):
        widths = {line.count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block


def test_the_change_is_told_with_what_it_is_compared_to() -> None:
    """Percentage points since the last other model; other messages are said to be others."""
    last = history.run_of("2026-01-01", "old", COUNTS, {MAIN: 0.4}) | {"messages": "other"}
    text = report(measured([heard(("dibao",), ("dibao",))], last), catalogue(), "")
    assert "| +60.0 | 1 |" in text and "`old`（2026-01-01）" in text and "变化只作参考" in text
    assert change(0.5, 0.5, 100) == "0" and change(0.4, 0.5, 100) == "−10.0" and change(None, 0.5, 100) == ""


def test_a_figure_stands_beside_its_target() -> None:
    """Floors and ceilings, met or not; a figure of no cases meets nothing."""
    assert figure_row(proportion(MAIN, [True]), None)[3:5] == ["≥ 90%", "✓"]
    assert figure_row(proportion(ALARM, [True] + [False] * 99), None)[3:5] == ["≤ 0.5%", "✗"]
    assert figure_row(proportion(MAIN, []), None)[3:5] == ["≥ 90%", ""]


def test_the_surest_error_comes_first_and_only_errors_come() -> None:
    """Sorted by the confidence of the wrong answer; a message stands once."""
    right = heard(("dibao",), ("dibao",), sure=1.0)
    twice = heard(("dibao",), ("funeral",), ((), ("violence",)), sure=0.7)
    sure = heard((), (), intent=("thank", "greet"), sure=0.8)
    found = surest([right, twice, sure])
    assert [(each.sure, each.kind) for each in found] == [(0.8, "意图"), (0.7, "服务")]


def test_unheard_dangers_start_with_the_emergencies() -> None:
    """Danger taken for routine, the worst first; what was heard at all is not there."""
    urgent = heard(("crisis",), (), (("suicide_self_harm",), ()), ("urgent", "routine"))
    emergency = heard(("crisis",), (), (("suicide_self_harm",), ()), ("emergency", "routine"))
    known = heard(("crisis",), (), (("suicide_self_harm",), ()), ("emergency", "urgent"))
    assert unheard([urgent, known, emergency]) == [emergency, urgent]


def test_calibration_compares_confidence_with_truth() -> None:
    """Nine in ten right at 90 % is no error; half right is one of 40 points."""
    good = [heard((), (), sure=0.9)] * 9 + [heard((), (), intent=("thank", "greet"), sure=0.9)]
    assert expected_error(intent_answers(good)) == pytest.approx(0)
    half = [heard(("dibao",), ("dibao",)), heard(("dibao",), ("funeral",))]
    assert expected_error(service_answers(half)) == pytest.approx(0.4)
    assert expected_error([]) is None
    assert [(each.n, each.right) for each in bins([(1.0, True), (0.0, False), (0.05, True)])] == [(2, 0.5), (1, 1.0)]


def test_long_messages_are_cut() -> None:
    """A letter must not fill the page."""
    assert len(quoted("长" * 400)) < 120 and "共 400 字" in quoted("长" * 400)


def test_the_notes_are_there() -> None:
    """The hand-written part exists and starts below the page's own title."""
    assert NOTES.read_text(encoding="utf-8").startswith("## ")
