"""Voice messages in formats that no browser plays (AMR of WeChat and old telephones, SILK), made into WAV."""

from __future__ import annotations

from importlib.util import find_spec

from bot.media import audio
from bot.media.apart import Apart

MADE_PLAYABLE = frozenset({"audio/amr", "audio/amr-wb", audio.SILK})
SECONDS = 20.0


class Player:
    """Works where the decoders are installed (`make media`); elsewhere such files are downloaded."""

    def __init__(self) -> None:
        self._installed = all(find_spec(name) for name in ("av", "numpy", "pysilk"))
        self._apart: Apart[bytes] = Apart(audio.as_wav, audio.nothing_to_prepare, SECONDS)

    def takes(self, media_type: str) -> bool:
        """Whether a file of this type can be made playable here."""
        return self._installed and media_type in MADE_PLAYABLE

    def wav(self, content: bytes, media_type: str) -> bytes | None:
        """The same sound as WAV (16,000 a second, mono); None when it cannot be had."""
        return self._apart.ask(content, media_type) if self.takes(media_type) else None

    def close(self) -> None:
        """End the process behind it."""
        self._apart.close()
