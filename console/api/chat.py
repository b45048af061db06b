"""The residents' chat over HTTP: `POST /api/v1/chat` as in the contract, opening a session, a long poll for news."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.conversation import Inbound, Reply, Unrecorded
from bot.conversation.transcript import find, since
from bot.conversation.turn import UnknownSession
from bot.telegram.links import read_station_token
from console.limits import limit_address, limit_session
from console.live import Listener
from console.parts import Console, Parts
from console.problems import Problem, database_down
from tickets.access import tickets_of

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])

LONGEST_WAIT = 25.0  # seconds; proxies commonly cut a silent connection at 30 or 60
CHANNEL, BOT = "web", ""


def _clean(text: str) -> str:
    """Half emojis of old phones (lone surrogates) and NUL cannot be stored: they become "?" or go."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


Words = Annotated[str, AfterValidator(_clean)]
Token = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
# Made by the client, so that a repeat after a broken line is recognised within the session.
MessageId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w\-.:]+$")]
Start = Annotated[str, Field(max_length=200), AfterValidator(_clean)]


class ChatIn(BaseModel):
    """A resident's message: `text` or the `payload` of a pressed button."""

    model_config = ConfigDict(strict=True)

    session: Token | None = None
    text: Words | None = None
    payload: Annotated[str, Field(max_length=1000), AfterValidator(_clean)] | None = None
    message_id: MessageId | None = None
    # The token of a station's poster (deep link), heeded when the session opens.
    start: Start | None = None

    @model_validator(mode="after")
    def _one_of(self) -> ChatIn:
        if self.text is not None and self.payload is not None:
            raise ValueError("text 和 payload 只能给一个")
        if not self.payload and not (self.text or "").strip():
            raise ValueError("text 或 payload 要给一个，而且不能是空的")
        return self


class OpenIn(BaseModel):
    model_config = ConfigDict(strict=True)

    start: Start | None = None


class UpdatesIn(BaseModel):
    """Where the page is: everything after message id `after` is wanted."""

    model_config = ConfigDict(strict=True)

    session: Token
    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    # For how many seconds to wait when there is nothing new.
    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT, strict=False)] = LONGEST_WAIT


def expired() -> Problem:
    """The answer for a session nobody opened, or that is gone."""
    return Problem(404, "没有这个对话，可能已经过期了。不带 session 再发一次，就会开始一个新的对话。")


def _prefix(token: str) -> str:
    """Message ids are the client's: two sessions may well choose the same, so each has a space of its own."""
    return hashlib.sha256(b"message-id:" + token.encode()).hexdigest()[:16] + ":"


def in_session(token: str, message_id: str | None) -> str:
    """The name of a message in the inbox."""
    return _prefix(token) + (message_id or secrets.token_hex(16))


async def take(parts: Parts, token: str, turn: Callable[[], Reply]) -> dict[str, Any]:
    """Run a turn of a session and give its answer the contract's shape. Raises `Problem` for what went wrong, in
    words."""
    try:
        # Threads of their own: slow turns must not keep the pages of the workers waiting.
        reply = await anyio.to_thread.run_sync(turn, limiter=parts.turns)
    except UnknownSession:
        raise expired() from None
    except Unrecorded as error:
        if error.kept:
            return _kept(token, error)
        problem = database_down(error.__cause__ or error)
        problem.detail = "\n".join(error.messages)
        raise problem from error
    return {
        "session": reply.session, "messages": reply.messages, "awaiting": reply.awaiting,
        "urgency": reply.urgency, "tickets": reply.tickets,
    }  # fmt: skip


def _open(parts: Parts, start: str | None) -> str:
    """Begin a conversation; the poster's token, when one of our keys signed it, tells its station."""
    settings = parts.settings
    place = read_station_token(start, (settings.secret_key, *settings.secret_keys_old)) if start else None
    session: str = parts.conversations.open(place[:9] if place else None)
    return session


def _answer(parts: Parts, body: ChatIn, token: str) -> Reply:
    reply: Reply = parts.conversations.answer(
        Inbound(
            CHANNEL,
            BOT,
            in_session(token, body.message_id),
            token,
            text=body.text,
            payload=body.payload,
            start=body.start,
        )
    )
    return reply


def snapshot(parts: Parts, token: str, after: int) -> tuple[str, dict[str, Any]] | None:
    """The conversation's id and what the page shows of it after message id `after`; None for an unknown session."""
    prefix = _prefix(token)
    with parts.database.reading() as session:
        conversation = find(session, CHANNEL, token)
        if conversation is None:
            return None
        rows = since(session, conversation, after)
        for row in rows:
            own = row.pop("source_id") or ""
            if row["author"] == "resident":
                row["message_id"] = own.removeprefix(prefix)
        return conversation.id, {
            "messages": rows,
            "awaiting": conversation.awaiting,
            "urgency": conversation.urgency,
            "tickets": [ticket.number for ticket in tickets_of(session, conversation)],
        }


async def _opened(parts: Parts, start: str | None) -> str:
    return await anyio.to_thread.run_sync(_open, parts, start, limiter=parts.turns)


def _kept(token: str, error: Unrecorded) -> dict[str, Any]:
    """The answer to a message that lies in the spool: the database has none of it, so no message has a number."""
    messages: list[dict[str, Any]] = [{"id": 0, "text": text, "buttons": [], "image": None} for text in error.messages]
    return {"session": token, "messages": messages, "awaiting": None, "urgency": error.urgency, "tickets": []}


@router.post("")
async def chat(body: ChatIn, request: Request, parts: Console) -> dict[str, Any]:
    """Take one message of a resident and answer it. A repeated `message_id` gets the first answer again."""
    limit_address(request, parts.limits.address)
    if body.session:
        limit_session(body.session, parts.limits.session)
    token = body.session or await _opened(parts, body.start)
    return await take(parts, token, partial(_answer, parts, body, token))


@router.post("/open")
async def open_session(request: Request, parts: Console, body: OpenIn | None = None) -> dict[str, str]:
    """A session without a message, so that even the first message can be repeated safely over a bad line."""
    limit_address(request, parts.limits.address)
    return {"session": await anyio.to_thread.run_sync(_open, parts, body.start if body else None)}


@router.post("/updates")
async def updates(body: UpdatesIn, request: Request, parts: Console) -> Any:
    """New messages of a conversation, at once when there are any, otherwise as soon as there are (at most 25 s)."""
    limit_address(request, parts.limits.address)
    limit_session("updates:" + body.session, parts.limits.session)
    found = await anyio.to_thread.run_sync(snapshot, parts, body.session, body.after)
    if found is None:
        raise Problem(503) if parts.conversations.promised(body.session) else expired()
    conversation_id, answer = found
    if answer["messages"] or body.after == 0 or body.wait == 0:
        return answer
    async with parts.messages.listen(conversation_id) as listener:
        with anyio.move_on_after(body.wait):
            while not answer["messages"]:
                # Read after listening began: a message written in between would be missed otherwise.
                found = await anyio.to_thread.run_sync(snapshot, parts, body.session, body.after)
                if found is None:
                    raise expired()
                answer = found[1]
                if not answer["messages"] and not await _news(listener, request):
                    return Response(status_code=204)  # the page has gone away; nobody reads this
    return answer


async def _news(listener: Listener, request: Request) -> bool:
    """Wait for news of the conversation; False once the page has gone away."""
    while not await listener.wait(5.0):
        if await request.is_disconnected():
            return False
    return True
