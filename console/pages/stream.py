"""Live news for open desk pages: server-sent events about tickets of the worker's own queues."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from console.auth import Desk, SignedIn, desk_of
from console.pages.queue import listed
from console.parts import Console, Parts
from tickets import access
from tickets.holds import hold_of
from tickets.models import Ticket, Worker

router = APIRouter(prefix="/desk", tags=["stream"])

PULSE = 15.0  # seconds; a comment line keeps proxies from cutting a silent stream
# What is announced beside the list, and to whom.
HEADS = {
    "ticket.new": "新工单",
    "person.wanted": "居民要找真人",
    "ticket.danger": "对话里有危险",
    "ticket.complaint": "居民投诉",
    "resident.said": "居民有新的话",
}
LONGEST = 15 * 60.0  # seconds; the browser connects again, to whichever process answers


def event(name: str, data: dict[str, Any]) -> str:
    """One server-sent event; JSON holds no line break, so one data line is enough."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _news(parts: Parts, desk: Desk, keys: set[str]) -> list[str] | None:
    """What of the announcements concerns this worker, as events; None once the session has ended."""
    fresh = desk_of(parts, desk.secret, in_use=False)
    if fresh is None:
        return None
    kinds: dict[str, set[str]] = {}
    for key in keys:
        kind, queue, ticket_id = key.split(" ")
        if ticket_id and access.sees_queue(fresh.worker, queue):
            kinds.setdefault(ticket_id, set()).add(kind)
    if not kinds:
        return []
    now = datetime.now(UTC)
    with parts.database.reading() as session:
        worker = fresh.bound(session)
        visible = session.scalars(access.tickets_for(worker).where(Ticket.id.in_(kinds))).all()
        events = []
        for ticket in visible:
            line = listed(parts, ticket, now)
            # Only labels and the number: the page fetches the rest itself, under its own check.
            heads = (kind for kind in HEADS if kind in kinds[ticket.id])
            told = next((kind for kind in heads if _concerns(session, worker, kind, ticket)), "")
            data = {
                "head": HEADS.get(told, ""),
                "talk": told == "resident.said",
                "number": ticket.number,
                "what": "、".join(line["service_names"]) or "求助",
                "urgency": ticket.urgency,
                "urgency_name": line["urgency_name"],
                "place": line["place"],
            }
            if told:
                events.append(event("arrival", data))
            events.append(event("changed", {"number": ticket.number}))
    # Something left this queue: the list must be drawn again though the ticket itself is out of sight.
    return events or [event("changed", {"number": ""})]


def _concerns(session: Session, worker: Worker, kind: str, ticket: Ticket) -> bool:
    """Whether somebody at the desk is disturbed by it: new work and danger are everybody's, a talk its worker's."""
    if kind in ("ticket.new", "ticket.danger"):
        return True
    if kind == "resident.said":
        hold = hold_of(session, ticket)
        return hold is not None and hold.worker_id == worker.id
    mine = ticket.assigned_to in (None, worker.id)
    return mine or (kind == "ticket.complaint" and worker.role != "worker")


async def _stream(parts: Parts, desk: Desk, request: Request) -> AsyncIterator[str]:
    with anyio.move_on_after(LONGEST):
        async with parts.notices.listen() as listener:
            # From here on nothing is missed; what came between the page and this moment, the page asks for.
            yield event("ready", {})
            while not await request.is_disconnected():
                keys = await listener.wait(PULSE)
                try:
                    news = await anyio.to_thread.run_sync(_news, parts, desk, keys)
                except SQLAlchemyError:
                    yield ": 数据库暂时连不上\n\n"
                    continue
                if news is None:
                    yield event("signedout", {})
                    return
                yield "".join(news) or ": \n\n"


@router.get("/stream")
async def stream(request: Request, desk: SignedIn, parts: Console) -> StreamingResponse:
    """Events `ready`, `arrival` (a new ticket), `changed` (draw again), `signedout`. An open stream is no activity."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(parts, desk, request), media_type="text/event-stream", headers=headers)
