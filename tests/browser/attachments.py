"""What the browser really sent to the route for files, for tests of the page."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesParser

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
