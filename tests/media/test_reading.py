"""Photos of writing through the real RapidOCR."""

from __future__ import annotations

import shutil
import subprocess
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.files import picture
from tickets.attachments import admit

pytest.importorskip("rapidocr_onnxruntime", reason="optional: make media")

from bot.media import open_listener

LINES = ("我娘今年八十二岁", "一个人住在花石镇", "想请人上门做饭")


def font() -> str:
    """The CJK font of this machine (`fonts-noto-cjk` comes with the browser tests); its third face is Chinese."""
    if shutil.which("fc-match") is None:
        pytest.skip("no fontconfig")
    found = subprocess.run(["fc-match", "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True).stdout
    if not Path(found).is_file() or "CJK" not in found:
        pytest.skip("no Chinese font: fonts-noto-cjk")
    return found


def letter(*lines: str, tilt: float = 0.0) -> bytes:
    """A photographed letter, as it is kept."""
    page = Image.new("RGB", (1000, 140 * len(lines) + 120), "#f4f1e8")
    pen = ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        pen.text((80, 70 + row * 130), line, font=ImageFont.truetype(font(), 64, index=2), fill="#222233")
    packed = BytesIO()
    page.rotate(tilt, expand=True, fillcolor="#888").save(packed, "JPEG", quality=80)
    return admit(packed.getvalue()).content


def test_a_letter_is_read_line_by_line() -> None:
    """Straight and a little tilted; a photo without writing, and a brand's name, are None."""
    listener = open_listener(None, ocr=True)
    try:
        assert listener.takes("image/jpeg") and not listener.takes("audio/ogg")
        for tilt in (0.0, 4.0):
            read = listener.text(letter(*LINES, tilt=tilt), "image/jpeg") or ""
            assert SequenceMatcher(None, "\n".join(LINES), read).ratio() >= 0.95, read  # one sign of 24 may be wrong
        assert listener.text(admit(picture("JPEG", (800, 600))).content, "image/jpeg") is None
        assert listener.text(letter("OPPO"), "image/jpeg") is None
        assert listener.text(b"no picture", "image/jpeg") is None
    finally:
        listener.close()
