"""Ears and eyes: the words in a voice message and in a photo. Off unless switched on (`YIMI_SPEECH_MODEL`, `YIMI_OCR`).

`Transcriber` is the small interface; `speech` (sherpa-onnx) and `reading` (RapidOCR) are its adapters, `apart` runs an
adapter in a process of its own, `Listener` is what the conversation holds. Their packages are optional
(`requirements/media.in`); nothing of them is imported before it is needed.
"""

from bot.media.listener import CannotListen, Listener, Transcriber, open_listener

__all__ = ["CannotListen", "Listener", "Transcriber", "open_listener"]
