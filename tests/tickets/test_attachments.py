"""The one door for files: what is taken, what is refused in words, and that nothing hides in a photo."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from tests.files import archive, doc, docx, film, pdf, picture, tone, voice
from tickets import pictures
from tickets.attachments import DOCX, LIMIT, Refused, admit, attachments_of, fill, keep
from tickets.database import Database
from tickets.filing import Intake, file_intake
from tickets.models import Attachment, Conversation, Station, new_data_key, utc_now
from yimi.settings import ROOT


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (picture("JPEG"), "photo", "image/jpeg"),
        (picture("PNG"), "photo", "image/jpeg"),
        (picture("WEBP"), "photo", "image/jpeg"),
        (voice(), "voice", "audio/ogg"),
        (b"#!AMR\n" + bytes(32), "voice", "audio/amr"),
        (b"#!AMR-WB\n" + bytes(32), "voice", "audio/amr-wb"),
        (b"ID3\x04" + bytes(64), "voice", "audio/mpeg"),
        (b"\xff\xf3\x90\x00" + bytes(64), "voice", "audio/mpeg"),
        (tone(0.1), "voice", "audio/wav"),
        (film(b"M4A "), "voice", "audio/mp4"),
        (b"\x02#!SILK_V3" + bytes(20), "voice", "audio/silk"),
        (film(), "video", "video/mp4"),
        (pdf(), "file", "application/pdf"),
        (doc(), "file", "application/msword"),
        (docx(), "file", DOCX),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_residents_send_is_known_by_its_content(content: bytes, kind: str, media_type: str) -> None:
    """Whatever the name says."""
    admitted = admit(content, "report.exe")
    assert (admitted.kind, admitted.media_type) == (kind, media_type)


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        (b"", "empty", "空的"),
        (bytes(LIMIT + 1), "too_big", "20 兆"),
        (b"MZ" + bytes(300), "wrong_type", "收不了"),
        (b"<html><script>alert(1)</script>", "wrong_type", "收不了"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong_type", "收不了"),
        (picture("GIF"), "wrong_type", "收不了"),
        (film(b"qt  "), "wrong_type", "收不了"),
        (archive("word.txt"), "wrong_type", "收不了"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "wrong_type", "收不了"),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "wrong_type", "收不了"),
        (b"PK\x03\x04" + bytes(200), "wrong_type", "收不了"),
        # The table of contents asks for a version of ZIP that nobody knows.
        (
            archive("word/document.xml").replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x63"),
            "wrong_type",
            "收不了",
        ),
        ("老人家走丢了".encode(), "wrong_type", "收不了"),
        (picture("JPEG", (600, 400))[:900], "broken", "打不开"),
        (b"\xff\xd8\xff" + bytes(300), "broken", "打不开"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_else_is_refused_in_words(content: bytes, reason: str, said: str) -> None:
    """Programs, pages, macros, halves and nothings."""
    with pytest.raises(Refused) as refusal:
        admit(content, "photo.jpg")
    assert refusal.value.reason == reason and said in str(refusal.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_its_place_and_camera_and_stands_upright(kind: str) -> None:
    """No EXIF, no comment; what the telephone held sideways is turned."""
    raw = picture(kind, place=True, turned=True)
    kept = admit(raw).content
    assert b"secret" in raw and b"secret" not in kept and b"Exif" not in kept
    with Image.open(BytesIO(kept)) as image:
        assert image.format == "JPEG" and image.size == (40, 60) and not image.getexif()
        pixel = image.getpixel((20, 5))
        assert isinstance(pixel, tuple) and pixel[0] > 200, "red is at the top now"


def test_a_program_behind_a_photo_is_gone() -> None:
    """A file that is a picture for one reader and something else for another keeps its pixels only."""
    assert b"<script>" not in admit(picture() + b"<script>alert(1)</script>").content


def test_an_iphones_photo_becomes_one_that_every_browser_shows() -> None:
    """HEIC in (64 × 48, made once with libheif's encoder), JPEG out."""
    raw = (ROOT / "tests" / "fixtures" / "photo.heic").read_bytes()
    admitted = admit(raw, "IMG_0001.HEIC")
    assert (admitted.media_type, admitted.filename) == ("image/jpeg", "IMG_0001.jpg")
    assert b"secret" in raw and b"secret" not in admitted.content
    with Image.open(BytesIO(admitted.content)) as image:
        assert image.format == "JPEG" and image.size == (64, 48)


def test_pictures_are_bounded() -> None:
    """Large ones are made smaller; one that would fill the memory is not even begun."""
    with Image.open(BytesIO(admit(picture("JPEG", (5000, 1000))).content)) as image:
        assert max(image.size) == pictures.LONGEST_SIDE
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")  # 81 million pixels in a few kilobytes
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(Refused) as refusal:
        admit(bomb.getvalue())
    assert refusal.value.reason == "too_big" and "尺寸" in str(refusal.value)
    huge = BytesIO()
    Image.new("1", (20000, 20000)).save(huge, "PNG")  # Pillow itself refuses this one
    with pytest.raises(Refused):
        admit(huge.getvalue())


def test_a_see_through_picture_gets_a_white_ground() -> None:
    """A screenshot with transparency does not turn black."""
    packed = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(packed, "PNG")
    with Image.open(BytesIO(admit(packed.getvalue()).content)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\照片\\娘的病历.pdf", "娘的病历.pdf"),
        ("a\u202egpj.pdf\n", "agpj.pdf"),
        ("", None),
        ("...", None),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_names_are_tidied(name: str, kept: str | None) -> None:
    """No folders, no line breaks, no turned-round letters, no endless names."""
    assert admit(pdf(), name).filename == kept


def test_a_voice_note_in_an_mp4_is_sound() -> None:
    """Recorders name sound alone like a film; its tracks tell."""
    sound, sight = (b"\x00\x00\x00\x20hdlr" + bytes(8) + kind + bytes(12) for kind in (b"soun", b"vide"))
    assert admit(film() + sound).media_type == "audio/mp4"
    assert admit(film() + sound + sight).kind == admit(film()).kind == "video"
    assert admit(film(), spoken=True).kind == "voice", "its tracks tell nothing: the channel does"
    assert admit(film() + sight, spoken=True).kind == "video" and admit(pdf(), spoken=True).kind == "file"


def test_everything_about_a_file_is_sealed_and_each_ticket_shows_its_own(database: Database) -> None:
    """No content, name, transcript or remote id in clear; a file of one request is not shown on another."""
    canary = b"%PDF-1.7 canary-content"
    with database.session() as session:
        session.add(Station(code="430121102", name="黄兴镇社工站", level="township"))
        talk = Conversation(channel="telegram", data_key=new_data_key(session), address="42")
        session.add(talk)
        session.flush()
        first = keep(session, talk, admit(canary, "canary-name.pdf"), "1" * 32)
        first.transcript = "canary-words"
        intake = {"channel": "telegram", "conversation_id": talk.id, "township": "430121102", "services": ["other"]}
        one = file_intake(session, Intake(draft_id="one", **intake), utc_now())
        waiting = Attachment(
            conversation_id=talk.id, data_key=talk.data_key, kind="photo", remote_id="canary-remote", id="2" * 32
        )
        session.add(waiting)
        session.flush()
        assert [row.id for row in attachments_of(session, one)] == [first.id, waiting.id]
        two = file_intake(session, Intake(draft_id="two", **intake), utc_now())
        assert [row.id for row in attachments_of(session, one)] == [first.id]
        assert [row.id for row in attachments_of(session, two)] == [waiting.id]
        session.commit()
    table = Attachment.__table__
    with database.engine.connect() as connection:
        rows = connection.execute(select(*table.columns)).all()
    assert len(rows) == 2 and not [value for row in rows for value in row if b"canary" in _bytes(value)]
    with database.session() as session:
        row = session.get_one(Attachment, waiting.id)
        assert row.remote_id == "canary-remote"
        fill(row, admit(picture(), "x.png"))
        session.commit()
    with database.session() as session:
        row = session.get_one(Attachment, waiting.id)
        assert (row.remote_id, row.media_type, row.filename) == (None, "image/jpeg", "x.jpg") and row.content


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
