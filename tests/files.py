"""Small real files of every kind residents send, made here: nobody's."""

from __future__ import annotations

import struct
import wave
import zipfile
from io import BytesIO

from PIL import ExifTags, Image


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, place: bool = False, turned: bool = False
) -> bytes:
    """A picture, red on its left and blue on its right; with a GPS place or held sideways when asked for."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    if place:
        exif[ExifTags.Base.Make] = "secret-camera"
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (27.0, 30.0, 0.0)
    if turned:
        exif[ExifTags.Base.Orientation] = 6
    packed = BytesIO()
    image.save(packed, kind, exif=exif.tobytes(), **({"comment": b"secret-comment"} if kind == "JPEG" else {}))
    return packed.getvalue()


def tone(seconds: float = 1.0, rate: int = 8000) -> bytes:
    """A WAV file with a soft saw tooth."""
    packed = BytesIO()
    with wave.open(packed, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", (n * 160) % 8000 - 4000) for n in range(int(seconds * rate))))
    return packed.getvalue()


def voice() -> bytes:
    """The beginning of an Ogg Opus file."""
    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 0, 48000, 0, 0)
    return b"OggS\x00\x02" + bytes(8) + b"yimi" + bytes(8) + b"\x01" + bytes([len(head)]) + head


def film(brand: bytes = b"isom") -> bytes:
    """The beginning of an MP4 file (`M4A `: sound only; `qt  `: QuickTime)."""
    return b"\x00\x00\x00\x14ftyp" + brand + b"\x00\x00\x02\x00" + brand + b"\x00\x00\x00\x08free" + bytes(40)


def pdf() -> bytes:
    return b"%PDF-1.7\n%yimi-canary\n%%EOF\n"


def doc() -> bytes:
    """An old Word file: the compound file's head, and Word's own mark in the first sector."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + bytes.fromhex("eca5c100") + bytes(508)


def archive(*names: str) -> bytes:
    """A ZIP file with these names in it; `word/document.xml` makes it a Word document."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return packed.getvalue()


def docx() -> bytes:
    return archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
