"""Due times follow data/deadlines.yml; the catalogue is complete."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tickets import catalogue
from tickets.deadlines import add_span, due_for
from tickets.models import LOCAL, URGENCIES


def test_due_by_urgency(now: datetime) -> None:
    """Half an hour and a day; two hours and a week; one working day and 15 days."""
    assert due_for("emergency", [], now).acknowledge == now + timedelta(minutes=30)
    assert due_for("emergency", [], now).resolve == now + timedelta(hours=24)
    assert due_for("urgent", [], now).resolve == now + timedelta(days=7)
    # A Friday: the next working day is Monday.
    assert due_for("routine", [], now).acknowledge == now + timedelta(days=3)
    assert due_for("routine", ["dibao"], now).resolve == now + timedelta(days=15)


def test_stricter_service_wins(now: datetime) -> None:
    """A service with a stricter span brings the deadline forward."""
    assert due_for("routine", ["dibao", "child_protection"], now).acknowledge == now + timedelta(minutes=30)


@pytest.mark.parametrize(("day", "expected"), [(19, 20), (20, 23), (21, 23), (22, 23), (23, 24)])
def test_weekends_do_not_count(day: int, expected: int) -> None:
    """One working day from Thursday is Friday; from Friday, Saturday and Sunday it is Monday."""
    start = datetime(2026, 11, day, 9, 30, tzinfo=LOCAL)
    assert add_span(start, {"working_days": 1}) == start.replace(day=expected)


def test_unknown_unit_is_refused(now: datetime) -> None:
    """A typing error in the file does not pass silently."""
    with pytest.raises(ValueError, match="fortnights"):
        add_span(now, {"fortnights": 1})


def test_catalogue_is_whole() -> None:
    """Every service has a known domain, a name, an acting unit; the urgencies are the domain's own."""
    services = catalogue.services()
    assert len(services) == 37
    assert {service.domain for service in services.values()} == set(catalogue.domains())
    assert all(service.name and service.covers for service in services.values())
    assert services["medical_aid"].department == "医保局"
    assert services["dibao"].department is None
    assert tuple(catalogue.urgencies()) == URGENCIES
    assert "suicide_self_harm" in catalogue.risks() and "ask_policy" in catalogue.intents()
    assert catalogue.service_names(["dibao", "x"]) == ["最低生活保障(低保)", "x"]
