"""The interface of everything that turns a file into words, and the one object that the conversation asks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from bot.media.apart import Apart

INSTALL = "请先运行 make media 安装"


class CannotListen(Exception):
    """Ears or eyes were asked for and cannot be had; the message names the setting and the cure in one line."""


class Transcriber(Protocol):
    """Turns files of some types into the words in them."""

    def takes(self, media_type: str) -> bool:
        """Whether files of this type can be listened to or read at all."""

    def prepare(self) -> None:
        """Loads what it needs; `text` does it too when this was not called."""

    def text(self, content: bytes, media_type: str) -> str | None:
        """The words in a file; None when there are none. Raises what its decoder raises for a broken one."""


class Listener:
    """Asks whichever transcriber takes a type, each in a process of its own. Never raises: a file that is not
    understood is None."""

    def __init__(self, transcribers: Sequence[Transcriber]) -> None:
        self._ears = [(each, Apart(each.text, each.prepare)) for each in transcribers]

    def takes(self, media_type: str | None) -> bool:
        """Whether anybody here takes this type."""
        return media_type is not None and any(each.takes(media_type) for each, _ in self._ears)

    def text(self, content: bytes, media_type: str) -> str | None:
        """The words in a file, or None."""
        for each, apart in self._ears:
            if each.takes(media_type):
                return (apart.ask(content, media_type) or "").strip() or None
        return None

    def warm(self) -> None:
        """Loads the models in the background, so that the first voice message need not wait for them."""
        for _, apart in self._ears:
            threading.Thread(target=apart.warm, name="warming", daemon=True).start()

    def close(self) -> None:
        """Ends the processes behind it."""
        for _, apart in self._ears:
            apart.close()


def open_listener(speech_model: Path | None, ocr: bool) -> Listener:
    """The ears and eyes that the settings ask for, none of them loaded yet. CannotListen when one cannot work."""
    from bot.media.reading import Reading
    from bot.media.speech import Speech, layout_of

    transcribers: list[Transcriber] = []
    if speech_model is not None:
        _need("YIMI_SPEECH_MODEL", "sherpa_onnx", "av", "numpy", "pysilk")
        transcribers.append(Speech(layout_of(speech_model)))
    if ocr:
        _need("YIMI_OCR", "rapidocr_onnxruntime")
        transcribers.append(Reading())
    return Listener(transcribers)


def _need(setting: str, *modules: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise CannotListen(f"{setting}：缺少 {'、'.join(missing)}，{INSTALL}，或者不设 {setting}")
