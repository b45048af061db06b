"""The desk's first page: the list of tickets a worker may see, in the order of work."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from console import words
from console.auth import SignedIn
from console.pages.render import page
from console.parts import Console, Parts
from tickets import access, holds
from tickets.access import Filters
from tickets.models import OPEN, Ticket, Worker
from tickets.view import row

router = APIRouter(prefix="/desk", tags=["queue"])

PAGE_SIZE = 30
FOUND_AT_MOST = 30

# tab -> (words, words of its empty list)
TABS = {
    "open": ("要办的", "没有要办的工单", "新的求助会自己出现在这里，不用刷新。"),
    "new": ("待受理", "没有等人受理的工单", "都有人管了。新的求助会自己出现在这里。"),
    "mine": ("我的", "您手上没有工单", "到“待受理”里看看，受理一张就归您办。"),
    "overdue": ("超时", "没有超时的工单", "都在时限里，辛苦了。"),
    "resolved": ("已办结", "还没有办结的工单", "办完一张、写明结果，就会到这里。"),
    "all": ("全部", "还没有工单", "居民在网页或 Telegram 上求助，工单会送到这里。"),
}

DONE = {"password": "密码改好了，其他地方的登录已经退出。", "gone": "已经转出去了，这张工单现在由接手的站点办理。"}


def _filters(tab: str, urgency: str | None, service: str | None, now: datetime) -> Filters:
    filters = Filters(urgency=urgency, service=service)
    if tab == "overdue":
        return replace(filters, overdue_at=now)
    if tab == "mine":
        return replace(filters, status="open", mine=True)
    return replace(filters, status=None if tab == "all" else tab)


def _counts(session: Session, worker: Worker, now: datetime) -> dict[str, int]:
    every = access.count_by_status(session, worker)
    mine = access.count_by_status(session, worker, Filters(status="open", mine=True))
    overdue = access.count_by_status(session, worker, Filters(overdue_at=now))
    return {
        "open": sum(every[status] for status in OPEN),
        "new": every["new"],
        "mine": sum(mine.values()),
        "overdue": sum(overdue.values()),
    }


def listed(parts: Parts, ticket: Ticket, now: datetime, waits: bool = False) -> dict[str, Any]:
    """One masked line of a list, with places in words and its running clock. `waits`: the resident wants a person."""
    place = parts.places.short(ticket.township) + parts.places.short(ticket.village)
    return {
        **row(ticket),
        "place": place or parts.places.short(ticket.county) or "地点不详",
        "station": ticket.station.name,
        "clock": words.due(ticket, now),
        "created": ticket.created_at,
        "waits": waits,
        "risk_names": [words.of(words.RISK, code) for code in ticket.risks],
    }


def _search(session: Session, worker: Worker, text: str) -> list[Ticket]:
    """Visible tickets whose number holds `text`, newest first."""
    query = access.tickets_for(worker).where(Ticket.number.contains(text, autoescape=True))
    return list(session.scalars(query.order_by(Ticket.created_at.desc()).limit(FOUND_AT_MOST)))


@router.get("", response_class=HTMLResponse)
def queue_page(
    request: Request,
    desk: SignedIn,
    parts: Console,
    tab: str = "open",
    urgency: str = "",
    service: str = "",
    after: Annotated[str, Query(max_length=400)] = "",
    q: Annotated[str, Query(max_length=60)] = "",
    done: str = "",
) -> Response:
    """The list; asked by htmx, only the list itself, for swapping in."""
    now = datetime.now(UTC)
    tab = tab if tab in TABS else "open"
    wanted = re.sub(r"[^0-9\-]", "", q)
    with parts.database.reading() as session:
        worker = desk.bound(session)
        try:
            filters = _filters(tab, urgency or None, service or None, now)
            order = "recent" if tab in ("resolved", "all") else "work"
            if wanted:
                rows, following = _search(session, worker, wanted), None
            else:
                found = access.page(session, worker, filters, after=after or None, limit=PAGE_SIZE, order=order)
                rows, following = found.tickets, found.next
        except access.BadFilter:  # an old bookmark: the plain list is more use than an error
            return RedirectResponse("/desk", 303)
        fragment = bool(request.headers.get("hx-request"))
        if len(rows) == 1 and wanted == rows[0].number and not fragment:
            return RedirectResponse(f"/desk/tickets/{wanted}", 303)
        waits = holds.waiting(session, rows)
        asked = {"tab": tab, "urgency": urgency, "service": service, "q": wanted}
        context = {
            "section": "queue",
            "tab": tab,
            "tabs": TABS,
            "counts": _counts(session, worker, now),
            "rows": [listed(parts, ticket, now, ticket.id in waits) for ticket in rows],
            "next": following,
            "after": after,
            "urgency": urgency,
            "service": service,
            "q": q.strip(),
            "searched": bool(wanted),
            "query": urlencode({name: value for name, value in asked.items() if value}),
            "done": DONE.get(done, ""),
            "several_queues": worker.role != "worker",
        }
        return page(request, "desk/queue_list.html" if fragment else "desk/queue.html", context)
