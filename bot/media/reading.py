"""The words in a photo with RapidOCR (its models, PP-OCR for Chinese, come in its package)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SURE = 0.7  # confidence from which a line counts
FEWEST = 6  # characters; fewer are a sign over a door or a brand, not somebody's words
MOST = 3000  # characters kept of a page


@dataclass
class Reading:
    """The eyes. `prepare` loads the models (15 MB)."""

    _reader: Any = field(default=None, repr=False)

    def takes(self, media_type: str) -> bool:
        """Photos, as they are kept."""
        return media_type == "image/jpeg"

    def prepare(self) -> None:
        """Load the models."""
        from rapidocr_onnxruntime import RapidOCR

        self._reader = RapidOCR()

    def text(self, content: bytes, media_type: str) -> str | None:
        """The lines of writing from the top down; None where there is no writing worth the name."""
        if self._reader is None:
            self.prepare()
        found, _ = self._reader(content)
        lines = [text.strip() for _, text, sure in found or [] if float(sure) >= SURE]
        chinese = sum("一" <= sign <= "鿿" for line in lines for sign in line)
        return "\n".join(lines)[:MOST] if chinese >= FEWEST else None
