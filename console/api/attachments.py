"""Files in the residents' chat: `POST /api/v1/chat/attachments`, a multipart form that is answered like a message.

| field        |                                                                     |
| ------------ | ------------------------------------------------------------------- |
| `session`    | of the conversation; `POST /api/v1/chat/open` gives one             |
| `file`       | one file, 20 MB at most; see `tickets.attachments` for what is taken |
| `message_id` | made by the client: a repeat is stored once and answered the same   |
| `text`       | words that belong to it, may be left out                            |

Refusals are problem documents: 413 too big, 415 not a kind we take, 422 empty or broken, 404 unknown session,
409 too many files, 429 too fast.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.conversation import Attached, Inbound, Reply
from bot.conversation.attachments import name_of
from bot.conversation.transcript import find
from console.api.chat import BOT, CHANNEL, MessageId, Token, Words, expired, in_session, take
from console.limits import limit_address, limit_session
from console.parts import Console, Parts
from console.problems import Problem
from tickets.attachments import LIMIT, TOO_MANY, Admitted, Refused, admit, full
from tickets.models import Attachment

router = APIRouter(prefix="/api/v1/chat/attachments", tags=["chat"])

READ_SECONDS = 240  # for a slow telephone; a stalled one must not hold its place for ever
STATUS = {"empty": 422, "too_big": 413, "wrong_type": 415, "broken": 422}


class UploadIn(BaseModel):
    """The words around a file."""

    model_config = ConfigDict(strict=True)

    session: Token
    message_id: MessageId | None = None
    text: Words | None = None


class _InMemory(MultiPartParser):
    """What a resident sends is never written to disk in clear, not even for a moment."""

    spool_max_size = LIMIT * 2  # more than the edge lets through


async def _form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(415, "请用 multipart/form-data 提交：session、file、message_id，可以带 text。")
    try:
        with anyio.fail_after(READ_SECONDS):
            return await _InMemory(request.headers, request.stream(), max_files=1, max_fields=8).parse()
    except MultiPartException:
        raise Problem(400, "表单的格式不对，请检查后重试。") from None
    except TimeoutError:
        raise Problem(408, "网太慢，文件没有传完。请换个信号好的地方，或者拍小一点再发。") from None


def _fields(form: FormData) -> UploadIn:
    """The fields around the file, checked like the fields of a message."""
    given = {name: value for name, value in form.items() if name != "file" and isinstance(value, str)}
    try:
        return UploadIn(**given)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _take_in(parts: Parts, inbound: Inbound, content: bytes, filename: str | None) -> tuple[Inbound, Admitted]:
    """The message with its file through the door. Raises `Problem` for an unknown session and whatever is refused."""
    name = name_of(inbound)
    with parts.database.reading() as session:
        conversation = find(session, CHANNEL, inbound.sender)
        if conversation is None and not parts.conversations.promised(inbound.sender):
            raise expired()
        if conversation and full(session, conversation) and session.get(Attachment, name) is None:
            raise Problem(409, TOO_MANY)
    try:
        admitted = admit(content, filename)
    except Refused as refusal:
        raise Problem(STATUS[refusal.reason], str(refusal)) from None
    attached = Attached(admitted.kind, admitted.media_type, admitted.filename, len(admitted.content), id=name)
    return (
        Inbound(CHANNEL, BOT, inbound.message_id, inbound.sender, text=inbound.text or None, attachment=attached),
        admitted,
    )


def _answer(parts: Parts, inbound: Inbound, content: bytes, filename: str | None) -> Reply:
    message, admitted = _take_in(parts, inbound, content, filename)
    reply: Reply = parts.conversations.answer(message, file=admitted)
    return reply


@router.post("")
async def upload(request: Request, parts: Console) -> dict[str, Any]:
    """Take one file of a resident and answer it, in the shape of `POST /api/v1/chat`."""
    limit_address(request, parts.limits.address)
    limit_address(request, parts.limits.upload_address)
    async with parts.uploads:
        form = await _form(request)
        try:
            body, file = _fields(form), form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem(422, "file：缺少这一项", errors=[{"field": "file", "message": "缺少这一项"}])
            limit_session("upload:" + body.session, parts.limits.upload)
            content, filename = await file.read(), file.filename
        finally:
            await form.close()
        inbound = Inbound(CHANNEL, BOT, in_session(body.session, body.message_id), body.session, text=body.text)
        return await take(parts, body.session, partial(_answer, parts, inbound, content, filename))
