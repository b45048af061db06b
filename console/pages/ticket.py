"""One ticket at the desk: everything needed to help, and the actions its state allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.conversation.transcript import since
from console import words
from console.auth import SignedIn, guard
from console.pages.files import playable
from console.pages.render import page
from console.parts import Console, Parts
from tickets import access
from tickets.attachments import attachments_of
from tickets.holds import hold_of
from tickets.lifecycle import NotAllowed, act, allowed_actions
from tickets.models import OPEN, Conversation, Hold, Station, Ticket, Worker

router = APIRouter(prefix="/desk/tickets", tags=["ticket"])

TRANSCRIPT = 300  # messages shown of a conversation, the newest ones
STALE = "这张工单在您看的时候有了变化，刚才的操作没有办。请看看下面最新的情况，再决定。"
# Actions that rest on what the page showed; a note or a reply is right whatever happened meanwhile.
ON_WHAT_WAS_SEEN = frozenset({"transfer", "refer", "resolve", "close", "reopen"})

DONE = {
    "claim": "已受理，这张工单归您办了。",
    "transfer": "已经转出。",
    "refer": "已经转介，请继续跟进。",
    "note": "备注记下了。",
    "reply": "回复已经发给居民。",
    "resolve": "已办结。",
    "close": "已关闭。",
    "reopen": "已重新打开。",
    "hold": "接管了。您写的话居民马上能看到，助手不插话；说完了请点“交回给助手”。",
    "hand_back": "已经交回给助手。",
}

ActionName = Literal["claim", "transfer", "refer", "note", "reply", "resolve", "close", "reopen", "hold", "hand_back"]


@dataclass(frozen=True)
class Attempt:
    """What somebody tried and could not do: shown above the ticket, with their words put back into the form."""

    action: str
    reason: str
    note: str = ""
    to: str = ""


def _names(session: Session, logins: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Worker.login, Worker.display_name).where(Worker.login.in_(logins)))
    return words.ACTOR | dict(rows.all())


def _destinations(session: Session, worker: Worker, ticket: Ticket) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a ticket can be handed to, in groups: colleagues, the desks above, the other stations of the county."""
    people = select(Worker).where(Worker.station_code == ticket.queue, Worker.active).order_by(Worker.display_name)
    already = (worker.id, ticket.assigned_to)
    colleagues = [(each.login, each.display_name) for each in session.scalars(people) if each.id not in already]
    county = (ticket.county or ticket.township or ticket.queue)[:6]
    above = [county[:2], county[:4], county, "triage"]
    stations = session.scalars(
        select(Station)
        .where(Station.active, or_(Station.code.startswith(county, autoescape=True), Station.code.in_(above)))
        .order_by(Station.code)
        .limit(200)
    ).all()
    others = [each for each in stations if each.code != ticket.queue]
    return [
        ("本站同事", colleagues),
        ("上级和总台", [(each.code, each.name) for each in others if len(each.code) != 9]),
        ("本县（区）其他社工站", [(each.code, each.name) for each in others if len(each.code) == 9]),
    ]


def _talk(session: Session, ticket: Ticket, hold: Hold | None) -> list[dict[str, Any]] | None:
    """The conversation the ticket came from; None when the resident has not agreed that it is used for handling. What
    is said while a worker speaks with the resident is said to that worker, and needs no other agreement."""
    conversation = session.get(Conversation, ticket.conversation_id) if ticket.conversation_id else None
    if conversation is None or (conversation.consent_at is None and hold is None):
        return None
    rows = [
        {**each, "at": datetime.fromisoformat(each["at"])}
        for each in since(session, conversation, 0, TRANSCRIPT)
        if each["text"]
    ]
    if conversation.consent_at is None and hold is not None:
        rows = [each for each in rows if each["at"] >= hold.began_at]
    return rows


def _seen(ticket: Ticket, hold: Hold | None) -> str:
    """What of a ticket a page shows besides the talk: while it stays the same, only words were exchanged."""
    said = ("supplemented", "replied") if hold else ()
    steps = sum(entry.event not in said for entry in ticket.history)
    status = "accepted" if ticket.status == "in_progress" else ticket.status  # the first reply
    return f"{status}|{ticket.assigned_to}|{hold.worker_id if hold else ''}|{steps}|{ticket.urgency}"


def _context(parts: Parts, session: Session, worker: Worker, ticket: Ticket, attempt: Attempt | None) -> dict[str, Any]:
    can = [action for action in allowed_actions(ticket) if access.can_act(worker, ticket, action)]
    if ticket.conversation_id is None:
        can = [each for each in can if each not in ("reply", "hold", "hand_back")]  # nobody is there to read it
    place = parts.places.full(ticket.village or ticket.township or ticket.county)
    hold = hold_of(session, ticket)
    mine = hold is not None and hold.worker_id == worker.id
    unfit = {"hand_back"} if hold is None else {"hold"} if mine else set()
    can = [each for each in can if each not in unfit]
    return {
        "section": "queue",
        "ticket": ticket,
        "mine": ticket.assigned_to == worker.id,
        "due": words.due(ticket, datetime.now(UTC)),
        "place": place,
        "station": ticket.station.name,
        "names": _names(session, [entry.actor for entry in ticket.history]),
        "talk": _talk(session, ticket, hold),
        "seen": _seen(ticket, hold),
        "hold": hold,
        "speaking": mine,
        "files": [(file, playable(parts, file)) for file in attachments_of(session, ticket)],
        "can": can,
        "destinations": _destinations(session, worker, ticket) if "transfer" in can else [],
        "department": ticket.department or words.department(ticket.services),
        "attempt": attempt,
        "unfinished": ticket.status in OPEN,
        "done": "",
    }


@router.get("/{number}", response_class=HTMLResponse)
def ticket_page(number: str, request: Request, desk: SignedIn, parts: Console, done: str = "") -> Response:
    with parts.database.reading() as session:
        worker = desk.bound(session)
        ticket = access.ticket_for(session, worker, number)
        context = _context(parts, session, worker, ticket, None) | {"done": DONE.get(done, "")}
        return page(request, "desk/ticket.html", context)


@router.get("/{number}/talk", response_class=HTMLResponse)
def talk_lines(number: str, request: Request, desk: SignedIn, parts: Console) -> Response:
    """The lines of the conversation alone, for the open page to show what was just said."""
    with parts.database.reading() as session:
        ticket = access.ticket_for(session, desk.bound(session), number)
        hold = hold_of(session, ticket)
        context = {"ticket": ticket, "talk": _talk(session, ticket, hold), "seen": _seen(ticket, hold)}
        return page(request, "desk/talk.html", context)


@router.post("/{number}/{action}", response_class=HTMLResponse, dependencies=[Depends(guard)])
def act_on_ticket(
    number: str,
    action: ActionName,
    request: Request,
    desk: SignedIn,
    parts: Console,
    note: Annotated[str, Form(max_length=5000)] = "",
    to: Annotated[str, Form(max_length=100)] = "",
    version: Annotated[int, Form()] = 0,
) -> Response:
    """Do it and show the ticket as it now is; when it cannot be done, the reason above it (409)."""
    with parts.database.session() as session:
        worker = desk.bound(session)
        ticket = access.ticket_for(session, worker, number)
        try:
            if action in ON_WHAT_WAS_SEEN and version and version != ticket.version:
                raise NotAllowed(STALE)
            act(session, ticket, action, worker, note=note, to=to)
            session.commit()
        except NotAllowed as error:
            session.rollback()
            attempt: Attempt | None = Attempt(action, str(error), note, to)
        else:
            attempt = None
            visible = access.sees_queue(worker, ticket.queue)
    if attempt is None:
        if visible:
            return RedirectResponse(f"/desk/tickets/{number}?done={action}", 303)
        if request.headers.get("hx-request"):
            return Response(status_code=200, headers={"HX-Redirect": "/desk?done=gone"})
        return RedirectResponse("/desk?done=gone", 303)
    with parts.database.reading() as session:
        worker = desk.bound(session)
        context = _context(parts, session, worker, access.ticket_for(session, worker, number), attempt)
        return page(request, "desk/ticket.html", context, status=409)
