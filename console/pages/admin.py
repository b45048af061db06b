"""Stations, people and blank spots of the own part of the map: reading only; changes come by import."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from console.auth import SignedIn, admin_only
from console.pages.render import page
from console.parts import Console
from tickets import access
from tickets.models import CoverageGap, Worker

router = APIRouter(prefix="/desk", tags=["admin"], dependencies=[Depends(admin_only)])

SHOWN = 100
MOST_GAPS = 300


@router.get("/stations", response_class=HTMLResponse)
def stations_page(
    request: Request,
    desk: SignedIn,
    parts: Console,
    q: Annotated[str, Query(max_length=40)] = "",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """The stations one answers for, with their people; `q` narrows by name or code."""
    with parts.database.reading() as session:
        wanted = q.strip()
        seen = access.stations_for(session, desk.bound(session))
        found = [each for each in seen if not wanted or wanted in each.name or each.code.startswith(wanted)]
        shown = found[start : start + SHOWN]
        staff: dict[str | None, list[Worker]] = {}
        people = select(Worker).where(Worker.station_code.in_([station.code for station in shown]))
        for each in session.scalars(people.order_by(Worker.display_name)):
            staff.setdefault(each.station_code, []).append(each)
        context = {
            "section": "stations", "stations": shown, "staff": staff, "total": len(found), "q": wanted, "start": start,
            "following": start + SHOWN if start + SHOWN < len(found) else None,
        }  # fmt: skip
        return page(request, "desk/stations.html", context)


@router.get("/gaps", response_class=HTMLResponse)
def gaps_page(request: Request, desk: SignedIn, parts: Console) -> Response:
    """Townships of one's own part of the map where people asked for help and no station works, most asked first."""
    with parts.database.reading() as session:
        worker = desk.bound(session)
        rows = session.scalars(select(CoverageGap).order_by(CoverageGap.count.desc(), CoverageGap.township))
        gaps = [
            {"place": parts.places.full(gap.township), "code": gap.township, "count": gap.count,
             "first": gap.first_seen, "last": gap.last_seen}
            for gap in rows if access.sees_queue(worker, gap.township)
        ]  # fmt: skip
        return page(request, "desk/gaps.html", {"section": "gaps", "gaps": gaps[:MOST_GAPS], "total": len(gaps)})
