"""Photos as we keep them: decoded and encoded anew as JPEG.

What comes out holds pixels and nothing else: no place and no camera (EXIF), no comment, nothing hidden behind the
picture. Every browser shows it, also what an iPhone sent as HEIC.
"""

from __future__ import annotations

import threading
from io import BytesIO

import pi_heif
from PIL import Image, ImageOps

MOST_PIXELS = 65_000_000  # telephones make 64 million at most in their usual modes
LONGEST_SIDE = 4096  # pixels kept: an A4 page at 350 dpi
THUMBNAIL_SIDE = 320
QUALITY = 88
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # no other decoder of Pillow is ever tried

# A large photo takes a few hundred megabytes while it is decoded: one at a time in a process.
_one_at_a_time = threading.Lock()

pi_heif.register_heif_opener()


class Unreadable(ValueError):
    """No picture, or one that was cut off."""


class TooManyPixels(ValueError):
    """A picture that would take more memory than a photo may (a decompression bomb, or an unusual camera)."""


def cleaned(content: bytes) -> bytes:
    """A photo (JPEG, PNG, WebP, HEIC) as a clean upright JPEG, at most `LONGEST_SIDE` pixels a side."""
    return _encoded(content, LONGEST_SIDE)


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a photo, at most `THUMBNAIL_SIDE` pixels a side."""
    return _encoded(content, THUMBNAIL_SIDE)


def _encoded(content: bytes, side: int) -> bytes:
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise TooManyPixels
                image.draft("RGB", (side, side))  # JPEG: decoded at half or a quarter of its size already
                image.thumbnail((side, side))
                return _jpeg(ImageOps.exif_transpose(image))
        except TooManyPixels:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooManyPixels from None
        except Exception as error:  # whatever a broken file makes a decoder raise
            raise Unreadable(type(error).__name__) from None


def _jpeg(image: Image.Image) -> bytes:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    picture = image.convert("RGB")
    picture.info.clear()  # Pillow would write comments and profiles back
    packed = BytesIO()
    picture.save(packed, "JPEG", quality=QUALITY)
    return packed.getvalue()
