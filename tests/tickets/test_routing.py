"""Rows decide where a request goes; nothing gets lost for want of a station."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tickets.database import Database
from tickets.models import CoverageGap, Station
from tickets.routing import desk_for


@pytest.mark.parametrize(
    ("township", "county", "desk"),
    [
        ("430121102", "430121", "430121102"),  # its own station
        ("430121999", None, "430121"),  # no station: the county desk
        (None, "430121", "430121"),
        (None, "4301", "43"),  # only the city is known, and it has no desk
        ("430122101", None, "43"),  # another county without any desk
        ("110101001", None, "triage"),
        (None, None, "triage"),
    ],
)
def test_next_desk_above(database: Database, cast: Any, township: str | None, county: str | None, desk: str) -> None:
    """The station of the township, else the desk of the county, city, province, else triage."""
    with database.session() as session:
        session.add(Station(code="43", name="湖南省总台", level="province"))
        session.flush()
        assert desk_for(session, township, county).code == desk


def test_inactive_station_is_skipped_and_counted(database: Database, cast: Any, now: datetime) -> None:
    """A closed station hands over to its county; every request is counted as a gap with first and last time."""
    with database.session() as session:
        session.get_one(Station, "430121102").active = False
        session.flush()
        for hours in range(3):
            assert desk_for(session, "430121102", now=now + timedelta(hours=hours)).code == "430121"
        gap = session.scalars(select(CoverageGap)).one()
        assert (gap.township, gap.count) == ("430121102", 3)
        assert (gap.first_seen, gap.last_seen) == (now, now + timedelta(hours=2))


def test_known_place_is_no_gap(database: Database, cast: Any) -> None:
    """A township with a station, or a request without a place, counts no gap."""
    with database.session() as session:
        desk_for(session, "430121102")
        desk_for(session, None)
        desk_for(session, None)
        assert session.scalar(select(CoverageGap.township)) is None
