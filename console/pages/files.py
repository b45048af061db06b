"""A ticket's files at the desk: for whoever may see the ticket, never cached, and nothing in them can run."""

from __future__ import annotations

import logging
import re

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console.auth import Desk, SignedIn
from console.parts import Console, Parts
from console.problems import Problem
from tickets import access, pictures
from tickets.attachments import attachments_of
from tickets.models import Attachment

log = logging.getLogger(__name__)

router = APIRouter(prefix="/desk/tickets/{number}/files/{file_id}", tags=["files"])

# Shown in the browser itself; everything else is handed over as a file.
SHOWN_TYPES = frozenset({"image/jpeg", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav", "video/mp4"})
# On top of the headers of every answer. `sandbox`: were a browser ever to take a file for a page, it could do nothing.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; sandbox; frame-ancestors 'none'",
    "Cache-Control": "no-store, private",
    "Accept-Ranges": "bytes",
}


def playable(parts: Parts, file: Attachment) -> bool:
    """Whether the page can offer a player for a voice message: browsers play it, or we make it playable."""
    return file.kind == "voice" and (file.media_type in SHOWN_TYPES or parts.player.takes(file.media_type or ""))


def _found(session: Session, desk: Desk, number: str, file_id: str) -> tuple[str, bytes]:
    """(media type, content); the same 404 for a wrong, a foreign and a not yet fetched one."""
    ticket = access.ticket_for(session, desk.bound(session), number)
    found = next((each for each in attachments_of(session, ticket) if each.id == file_id), None)
    content = found.content if found else None
    if found is None or not content:
        raise Problem(404, "没有这个附件，或者还没有取到。")
    log.info("%s: attachment %s handed to %s", number, file_id, desk.worker.login)
    return found.media_type or "", content


def _part(request: Request, content: bytes, media_type: str) -> Response:
    """The content, or the one range of it that players on telephones ask for."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if asked is None or not any(asked.groups()):
        return Response(content, media_type=media_type, headers=HEADERS)
    first, last, size = asked[1], asked[2], len(content)
    begin = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if begin > end:
        return Response(status_code=416, headers=HEADERS | {"Content-Range": f"bytes */{size}"})
    headers = HEADERS | {"Content-Range": f"bytes {begin}-{end}/{size}"}
    return Response(content[begin : end + 1], 206, media_type=media_type, headers=headers)


@router.get("")
def open_file(number: str, file_id: str, request: Request, desk: SignedIn, parts: Console) -> Response:
    """One attachment of a ticket one may see: shown when browsers know how, otherwise a download."""
    with parts.database.reading() as session:
        media_type, content = _found(session, desk, number, file_id)
    if media_type in SHOWN_TYPES:
        return _part(request, content, media_type)
    suffix = {"application/pdf": ".pdf", "application/msword": ".doc"}.get(media_type, "")
    suffix = suffix or (".docx" if media_type.startswith("application/vnd.openxml") else "")
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{file_id}{suffix}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/small")
def small(number: str, file_id: str, desk: SignedIn, parts: Console) -> Response:
    """A photo small enough for a list."""
    with parts.database.reading() as session:
        media_type, content = _found(session, desk, number, file_id)
    if media_type != "image/jpeg":
        raise Problem(404, "这个附件不是照片。")
    return Response(pictures.thumbnail(content), media_type="image/jpeg", headers=HEADERS)


@router.get("/play")
def play(number: str, file_id: str, request: Request, desk: SignedIn, parts: Console) -> Response:
    """A voice message as every browser plays it."""
    with parts.database.reading() as session:
        media_type, content = _found(session, desk, number, file_id)
    if media_type in SHOWN_TYPES:
        return _part(request, content, media_type)
    sound = parts.player.wav(content, media_type)
    if sound is None:
        raise Problem(404, "这段语音在网页里放不出来，请下载后用手机或电脑上的播放器听。")
    return _part(request, sound, "audio/wav")
