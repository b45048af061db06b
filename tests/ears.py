"""An ear for tests, behind the real interface and in the real child process: the words lie in the file itself."""

from __future__ import annotations

import os
import time
from io import BytesIO
from typing import ClassVar

from PIL import Image

from tests.files import tone

MARK = b"words:"


def spoken(words: str) -> bytes:
    """A voice message in which `Spelled` hears these words ("": nothing)."""
    return tone(0.05) + MARK + words.encode()


class Spelled:
    """Hears what stands behind the mark; `!raise`, `!die`, `!wait` and `!swell` do what a broken decoder does."""

    def takes(self, media_type: str) -> bool:
        return media_type in ("audio/wav", "audio/mpeg")

    def prepare(self) -> None:
        """Nothing to load."""

    def text(self, content: bytes, media_type: str) -> str | None:
        words = content.partition(MARK)[2].decode()
        if words == "!raise":
            raise ValueError("王奶奶 13800000000")
        if words == "!die":
            os._exit(1)
        if words == "!wait":
            time.sleep(60)
        if words == "!swell":
            bytearray(3 * 1024**3)
        return words or None


class Sighted:
    """Reads a photo by its width: what is "written" on pictures of these widths."""

    WRITTEN: ClassVar[dict[int, str]] = {101: "我娘八十二了一个人在家没人做饭", 102: "他天天打我还要杀我"}

    def takes(self, media_type: str) -> bool:
        return media_type == "image/jpeg"

    def prepare(self) -> None:
        """Nothing to load."""

    def text(self, content: bytes, media_type: str) -> str | None:
        with Image.open(BytesIO(content)) as image:
            return self.WRITTEN.get(image.width)
