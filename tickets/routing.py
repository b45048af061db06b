"""Which desk a request belongs to. Rows decide, never code: what is not in `stations` goes to the next desk
above."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.database import insert_into
from tickets.models import LEVELS, TRIAGE, CoverageGap, Station, utc_now

log = logging.getLogger(__name__)


def desk_for(session: Session, township: str | None, county: str | None = None, now: datetime | None = None) -> Station:
    """The active desk for a place: its township's station, else the desk of its county, city, province,
    else triage.

    `township` has 9 digits, `county` 6 (or 4 or 2 when only the city or province is known); either may be
    None. A township without an active station of its own is counted as a coverage gap, once per call.
    """
    place = township or county or ""
    codes = [place[:length] for length in LEVELS if len(place) >= length]
    found = {
        desk.code: desk
        for desk in session.scalars(select(Station).where(Station.code.in_(codes), Station.active.is_(True)))
    }
    if township and township not in found:
        _count_gap(session, township, now or utc_now())
    return next((found[code] for code in codes if code in found), None) or triage_desk(session)


def triage_desk(session: Session) -> Station:
    """The desk of last resort, made when it is first needed."""
    insert = insert_into(session, Station).values(
        code=TRIAGE, name="待分派台", level="province", active=True, is_demo=False
    )
    session.execute(insert.on_conflict_do_nothing())
    return session.get_one(Station, TRIAGE)


def _count_gap(session: Session, township: str, now: datetime) -> None:
    insert = insert_into(session, CoverageGap).values(township=township, first_seen=now, last_seen=now, count=1)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["township"], set_={"count": CoverageGap.count + 1, "last_seen": now}
        )
    )
    log.info("township %s has no active station", township)
