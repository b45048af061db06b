"""Tickets for programs, as in the contract: `Authorization: Bearer <worker token>`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from console.limits import limit_address
from console.parts import Console, Parts
from console.problems import Problem
from tickets.access import Filters, page, served_elsewhere, ticket_for
from tickets.lifecycle import act
from tickets.models import Worker
from tickets.people import worker_by_token
from tickets.view import as_json

_scheme = HTTPBearer(auto_error=False, description="yimi worker token <账号>")


def bearer(
    request: Request, parts: Console, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> str:
    """The bearer token of the request. Raises `Problem` 401 when there is none."""
    limit_address(request, parts.limits.address)
    if credentials is None:
        raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
    return credentials.credentials


Token = Annotated[str, Depends(bearer)]
router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], dependencies=[Depends(bearer)])

ActionName = Literal["claim", "transfer", "refer", "note", "reply", "resolve", "close", "reopen", "hold", "hand_back"]


class ActionIn(BaseModel):
    """`note`: remark, reply or result. `to`: queue code or login (transfer), name of the department (refer)."""

    model_config = ConfigDict(strict=True)

    note: Annotated[str | None, Field(max_length=5000)] = None
    to: Annotated[str | None, Field(max_length=100)] = None


@contextmanager
def _as_worker(parts: Parts, token: str, *, writing: bool = False) -> Iterator[tuple[Session, Worker]]:
    """A session and whose token it is. Raises `Problem` 401 for a token that is wrong, expired or withdrawn."""
    with parts.database.session() if writing else parts.database.reading() as session:
        worker = worker_by_token(session, token)
        if worker is None:
            raise Problem(
                401, "令牌不对、过期了，或者已被停用。请让管理员重新发一个。",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )  # fmt: skip
        yield session, worker


@router.get("")
def list_tickets(
    parts: Console,
    token: Token,
    queue: Annotated[str | None, Query(max_length=12)] = None,
    status: Annotated[str | None, Query(max_length=20)] = None,
    urgency: Annotated[str | None, Query(max_length=20)] = None,
    service: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """One page of the worker's tickets in the order of work; `next` is the cursor of the following page, or null."""
    with _as_worker(parts, token) as (session, worker):
        filters = served_elsewhere(session, Filters(status, queue, urgency, service))
        found = page(session, worker, filters, after=cursor, limit=limit)
        return {"tickets": [as_json(ticket) for ticket in found.tickets], "next": found.next}


@router.get("/{number}")
def show_ticket(number: str, parts: Console, token: Token) -> dict[str, Any]:
    """One ticket; 404 for a wrong number and for another station's ticket alike."""
    with _as_worker(parts, token) as (session, worker):
        return as_json(ticket_for(session, worker, number))


@router.post("/{number}/{action}")
def act_on_ticket(
    number: str, action: ActionName, parts: Console, token: Token, body: ActionIn | None = None
) -> dict[str, Any]:
    """Do one thing with a ticket; 409 with the reason when its state does not allow it."""
    given = body or ActionIn()
    with _as_worker(parts, token, writing=True) as (session, worker):
        ticket = act(session, ticket_for(session, worker, number), action, worker, note=given.note, to=given.to)
        answer = as_json(ticket)
        session.commit()
    return answer
