"""The one door for files of every channel: what a file really is, whether we take it, and what of it is kept.

| taken    | as                                     | kept as                                    |
| -------- | -------------------------------------- | ------------------------------------------ |
| photo    | JPEG, PNG, WebP, HEIC                  | JPEG made anew (`tickets.pictures`)        |
| voice    | Ogg (Opus), AMR, MP3, WAV, M4A, SILK   | as it came                                 |
| video    | MP4                                    | as it came                                 |
| file     | PDF, Word (doc, docx without macros)   | as it came, handed out as a download only  |

The type is read from the content; what a channel or a browser calls it is not believed. Content, name and transcript
are sealed with the person's data key.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

import filetype
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from tickets import pictures
from tickets.models import Attachment, Conversation, Ticket, utc_now

LIMIT = 20 * 1024 * 1024  # bytes; also what a Telegram bot may fetch
MOST_IN_A_CONVERSATION = 40
LONGEST_NAME = 100

EMPTY = "这个文件是空的，没有传上来，请再选一次。"
TOO_BIG = "文件太大了，最多 20 兆。请拍短一点、小一点再发。"
WRONG_TYPE = "这种文件我们收不了。能收的有：照片、语音、MP4 视频、PDF、Word 文档。"
BROKEN = "这张照片打不开，可能没有传完整，请再拍一张发来。"
TOO_MANY_PIXELS = "这张照片的尺寸太大了，请用手机的普通模式再拍一张。"
TOO_MANY = "这次对话里的附件已经很多了，社工都看得到。别的请直接说给我听，或者当面交给社工。"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What `filetype` calls it → (kind, media type we hand it out as).
_TAKEN = {
    "image/jpeg": ("photo", "image/jpeg"),
    "image/png": ("photo", "image/jpeg"),
    "image/webp": ("photo", "image/jpeg"),
    "image/heic": ("photo", "image/jpeg"),
    "audio/ogg": ("voice", "audio/ogg"),
    "audio/amr": ("voice", "audio/amr"),
    "audio/mpeg": ("voice", "audio/mpeg"),
    "audio/x-wav": ("voice", "audio/wav"),
    "audio/mp4": ("voice", "audio/mp4"),
    "video/mp4": ("video", "video/mp4"),
    "application/pdf": ("file", "application/pdf"),
    "application/msword": ("file", "application/msword"),
    DOCX: ("file", DOCX),
}
# Voice formats that `filetype` does not know: WeChat's own, and AMR with more tones.
_SPEECH = {b"#!SILK": "audio/silk", b"\x02#!SILK": "audio/silk", b"#!AMR-WB\n": "audio/amr-wb"}
_TRACK = re.compile(rb"hdlr.{8}(vide|soun)", re.DOTALL)  # an MP4 says of each track what it is
_SUFFIX = {"image/jpeg": ".jpg"}


class Refused(ValueError):
    """A file we do not take. `reason`: empty | too_big | wrong_type | broken | not_agreed; the text is for them."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


@dataclass(frozen=True)
class Admitted:
    """A file as it will be kept. `kind`: photo | voice | video | file."""

    kind: str
    media_type: str
    content: bytes
    filename: str | None = None


def admit(content: bytes, filename: str | None = None, *, spoken: bool = False) -> Admitted:
    """Look at a file and make of it what is kept; Refused with a sentence for the resident otherwise.

    `spoken`: the channel calls it a voice message. Only of an MP4, which may hold either, is that believed.
    """
    if not content:
        raise Refused("empty", EMPTY)
    if len(content) > LIMIT:
        raise Refused("too_big", TOO_BIG)
    kind, media_type = _what(content, spoken)
    if kind == "photo":
        try:
            content = pictures.cleaned(content)
        except pictures.TooManyPixels:
            raise Refused("too_big", TOO_MANY_PIXELS) from None
        except pictures.Unreadable:
            raise Refused("broken", BROKEN) from None
    return Admitted(kind, media_type, content, _tidy(filename, media_type))


def _what(content: bytes, spoken: bool) -> tuple[str, str]:
    """(kind, media type) by the content alone."""
    for head, media_type in _SPEECH.items():
        if content.startswith(head):
            return "voice", media_type
    guess = filetype.guess(content)
    found = guess.mime if guess else ""
    if found in ("application/zip", DOCX):
        found = DOCX if _is_word(content) else ""
    if found not in _TAKEN:
        raise Refused("wrong_type", WRONG_TYPE)
    if found == "video/mp4":
        tracks = {track[1] for track in _TRACK.finditer(content)}
        if tracks == {b"soun"} or (spoken and b"vide" not in tracks):
            found = "audio/mp4"  # recorders name sound alone like a film, too
    return _TAKEN[found]


def _is_word(content: bytes) -> bool:
    """Whether an archive is a Word document without macros. Only its table of contents is read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except Exception:  # a stranger's archive: zipfile raises more than it says (NotImplementedError, for one)
        return False
    return "word/document.xml" in names and not any("vbaproject" in name.lower() for name in names)


def _tidy(filename: str | None, media_type: str) -> str | None:
    """The name alone, without folders and control characters; photos end in .jpg, whatever they were."""
    name = PurePosixPath((filename or "").replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable()).strip(". ")
    suffix = _SUFFIX.get(media_type)
    if suffix and name:
        name = name.rpartition(".")[0] + suffix if "." in name else name + suffix
    return name[-LONGEST_NAME:] or None


def keep(session: Session, conversation: Conversation, admitted: Admitted, attachment_id: str) -> Attachment:
    """Seal a file into a conversation. The caller commits."""
    row = Attachment(
        id=attachment_id,
        conversation_id=conversation.id,
        data_key=conversation.data_key,
        kind=admitted.kind,
        media_type=admitted.media_type,
        filename=admitted.filename,
        size=len(admitted.content),
        content=admitted.content,
    )
    session.add(row)
    return row


def fill(row: Attachment, admitted: Admitted) -> None:
    """Put the content into the row of a file that had still to be fetched; where it lay is forgotten."""
    row.kind, row.media_type = admitted.kind, admitted.media_type
    row.filename = admitted.filename or row.filename
    row.content, row.size = admitted.content, len(admitted.content)
    row.remote_id = None


def settle_hearing(row: Attachment, transcript: str | None) -> None:
    """Note what a machine made of it; None when it made nothing of it, or when no machine listens."""
    row.transcript, row.heard_at = transcript, utc_now()


def full(session: Session, conversation: Conversation) -> bool:
    """Whether a conversation holds as many files as it may."""
    count = select(func.count()).select_from(Attachment).where(Attachment.conversation_id == conversation.id)
    return (session.scalar(count) or 0) >= MOST_IN_A_CONVERSATION


def attachments_of(session: Session, ticket: Ticket) -> list[Attachment]:
    """What belongs to a ticket: its own files, and those of its conversation that belong to no other ticket."""
    own = Attachment.ticket_id == ticket.id
    if ticket.conversation_id:
        own = or_(own, and_(Attachment.conversation_id == ticket.conversation_id, Attachment.ticket_id.is_(None)))
    return list(session.scalars(select(Attachment).where(own).order_by(Attachment.created_at, Attachment.id)))
