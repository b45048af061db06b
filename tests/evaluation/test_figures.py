"""The report's arithmetic."""

from __future__ import annotations

import pytest

from evaluation.figures import (
    Heard,
    by_service,
    intent_macro_f1,
    misses,
    overview,
    proportion,
    service_confusions,
    services_f1,
    speeds,
    wilson,
)
from evaluation.targets import ALARM, MAIN, P50, P95, RATE, TARGETS
from tests.evaluation.cases import heard


def figure(cases: list[Heard], name: str) -> float | None:
    return next(each.value for each in overview(cases) if each.name == name)


def test_wilson_agrees_with_the_textbook() -> None:
    """8 of 10 gives 49.0 % to 94.3 %; nothing measured gives everything possible."""
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_nothing_to_measure_is_no_figure() -> None:
    """A share of no cases is unknown, not 0 %."""
    assert proportion("空", []).value is None


def test_micro_f1_counts_every_code() -> None:
    """Two meant and one of them found with one wrong: 2·1 / (2 + 2)."""
    assert services_f1([heard(("dibao", "tekun"), ("dibao", "other"))]) == pytest.approx(0.5)
    assert services_f1([heard((), ())]) == 1.0


def test_macro_f1_gives_rare_intents_the_same_weight() -> None:
    """Nine right requests do not hide a missed complaint."""
    cases = [heard((), ())] * 9 + [heard((), (), intent=("complain", "request_service"))]
    assert intent_macro_f1(cases) == pytest.approx((2 * 9 / (9 + 10) + 0) / 2)


def test_danger_and_false_alarms_are_counted_apart() -> None:
    """A missed danger lowers recall; an alarm without danger counts where the message comes from."""
    cases = [
        heard(("crisis",), ("crisis",), (("suicide_self_harm",), ("suicide_self_harm",)), ("emergency", "urgent")),
        heard(("crisis",), (), (("suicide_self_harm",), ()), ("emergency", "routine")),
        heard((), (), ((), ("violence",)), ("routine", "urgent"), source="risks"),
        heard((), (), source="risks"),
        heard((), ()),
    ]
    assert figure(cases, "危险被察觉（任何一类）") == 0.5
    assert figure(cases, "误报：听着像危险的话") == 0.5
    assert figure(cases, "误报：平常的话") == 0.0
    assert figure(cases, "紧急的至少判为急") == 0.5
    assert figure(cases, "紧急的判为紧急") == 0.0
    assert figure(cases, "缓急判低了") == pytest.approx(2 / 5)


def test_the_main_service_is_the_first() -> None:
    """The right two services in the wrong order are found, but the main one is missed."""
    cases = [heard(("dibao", "medical_aid"), ("medical_aid", "dibao"))]
    assert figure(cases, "主要服务判对") == 0.0
    assert figure(cases, "多个需求全部找到") == 1.0
    assert service_confusions(cases) == [(("dibao", "medical_aid"), 1)]
    row = by_service(cases, ["dibao"])[0]
    assert (row.n, row.main_right, row.precision, row.recall) == (1, 0.0, 1.0, 1.0)


def test_only_what_went_wrong_is_a_miss() -> None:
    """misses.jsonl names the part that differs."""
    right, wrong = heard(("dibao",), ("dibao",)), heard(("dibao",), ())
    assert [row["wrong"] for row in misses([right, wrong])] == [["main_service", "services"]]


def test_speed_is_the_middle_the_tail_and_the_rate() -> None:
    """Two messages in half a second are four a second."""
    cases = [heard((), ())] * 2
    assert speeds(cases, 0.5) == {P50: 5.0, P95: 5.0, RATE: 4.0}


def test_every_target_belongs_to_a_figure() -> None:
    """A renamed figure must not lose its target unseen."""
    cases = [heard((), ())]
    assert set(TARGETS) <= {each.name for each in overview(cases)} | set(speeds(cases, 1))


def test_a_target_is_a_floor_or_a_ceiling() -> None:
    """Recall may not fall below, false alarms may not rise above."""
    assert TARGETS[MAIN].met(0.90) and not TARGETS[MAIN].met(0.899)
    assert TARGETS[ALARM].met(0.005) and not TARGETS[ALARM].met(0.006)
