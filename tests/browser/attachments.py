"""The server's side of sent photos, for tests of the page.

`Recorder` sees what the browser really sent. `stand_in` adds a small real route where the application has none yet
(branch `media` brings it; then `stand_in` does nothing and this half can go).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any

import anyio
from fastapi import FastAPI, Form, UploadFile
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation import Attached, Inbound
from bot.conversation.turn import UnknownSession
from console.problems import Problem
from tests.console.world import World

PATH = "/api/v1/chat/attachments"


@dataclass(frozen=True)
class Sent:
    """One part of a multipart form."""

    content: bytes
    media_type: str
    filename: str | None


class Recorder:
    """An outermost ASGI layer that keeps the forms sent to `PATH`, as {field: Sent}."""

    def __init__(self, app: ASGIApp, forms: list[dict[str, Sent]]) -> None:
        self.app, self.forms = app, forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != PATH:
            return await self.app(scope, receive, send)
        body = bytearray()

        async def recording() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                self.forms.append(_form(dict(scope["headers"])[b"content-type"], bytes(body)))
            return message

        await self.app(scope, recording, send)


def _form(content_type: bytes, body: bytes) -> dict[str, Sent]:
    parsed = BytesParser().parsebytes(b"Content-Type: " + content_type + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): Sent(
            bytes(part.get_payload(decode=True) or b""), part.get_content_type(), part.get_filename()
        )
        for part in parsed.get_payload()
    }


def stand_in(app: FastAPI, cast: World) -> None:
    """A route that checks the picture by its first bytes and takes a real turn; the picture itself is not kept."""
    if any(route.path == PATH for route in iter_route_contexts(app.routes)):
        return

    @app.post(PATH)
    async def attach(
        file: UploadFile, session: str = Form(), message_id: str = Form(), text: str | None = Form(None)
    ) -> dict[str, Any]:
        content = await file.read()
        if not content.startswith(b"\xff\xd8\xff"):
            raise Problem(415, "这种文件我们收不了。能收的有：照片。")
        inbound = Inbound(
            "web", "", "stand-in:" + message_id, session, text=text,
            attachment=Attached("photo", "image/jpeg", file.filename, len(content)),
        )  # fmt: skip
        try:
            reply = await anyio.to_thread.run_sync(cast.conversations.answer, inbound)
        except UnknownSession:
            raise Problem(404, "没有这个对话。") from None
        return {
            "session": reply.session, "messages": reply.messages, "awaiting": reply.awaiting,
            "urgency": reply.urgency, "tickets": reply.tickets,
        }  # fmt: skip
