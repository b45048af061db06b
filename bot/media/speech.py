"""Speech to text with sherpa-onnx and a model of the station's own, as its project publishes them.

A model is a folder with `tokens.txt` and
- one `model.onnx` or `model.int8.onnx` that says in its metadata what it is (SenseVoice, Paraformer, Zipformer-CTC,
  WeNet-CTC; TeleSpeech and Dolphin for dialects), or
- `encoder….onnx`, `decoder….onnx` and `joiner….onnx` (a Zipformer transducer).
The smaller `int8` file is taken where both are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.media import audio
from bot.media.listener import CannotListen
from bot.media.onnx_metadata import metadata

SENSE_VOICE, PARAFORMER, TRANSDUCER = "sense-voice", "paraformer", "transducer"
# The beginning of `model_type` in the metadata → what it is. The CTC models all load alike.
CTC = {"zipformer": "zipformer", "wenet": "wenet", "telespeech": "telespeech", "dolphin": "dolphin"}
_TYPES = {"sense_voice": SENSE_VOICE, "paraformer": PARAFORMER, **CTC}
THREADS = 2


@dataclass(frozen=True)
class Layout:
    """What lies in a model folder: its kind, and the files by the name sherpa-onnx gives them."""

    kind: str
    files: dict[str, str]


def layout_of(folder: Path) -> Layout:
    """Recognise a model folder. CannotListen, naming the folder and what is missing, when it is none."""
    tokens = _one(folder, "tokens.txt", "*tokens.txt")
    if tokens is None:
        raise CannotListen(f"YIMI_SPEECH_MODEL={folder}：里面没有 tokens.txt，不是 sherpa-onnx 的语音模型")
    parts = {name: _one(folder, f"{name}*.int8.onnx", f"{name}*.onnx") for name in ("encoder", "decoder", "joiner")}
    if all(parts.values()):
        return Layout(TRANSDUCER, {"tokens": str(tokens), **{name: str(path) for name, path in parts.items()}})
    model = _one(folder, "model.int8.onnx", "model*.int8.onnx", "model*.onnx")
    if model is None:
        raise CannotListen(f"YIMI_SPEECH_MODEL={folder}：里面没有 model.onnx，也没有 encoder、decoder、joiner 三个文件")
    said = metadata(model).get("model_type", "")
    kind = next((kind for head, kind in _TYPES.items() if said.startswith(head)), None)
    if kind is None:
        raise CannotListen(
            f"YIMI_SPEECH_MODEL={folder}：不认识这种模型（{said or '没有 model_type'}）；"
            "能用的有 SenseVoice、Paraformer、Zipformer、WeNet、TeleSpeech、Dolphin"
        )
    return Layout(kind, {"tokens": str(tokens), "model": str(model)})


def _one(folder: Path, *patterns: str) -> Path | None:
    """The first file of the first pattern that finds any."""
    return next((path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()), None)


@dataclass
class Speech:
    """The ears. `prepare` loads the model (hundreds of megabytes); without it the first message does."""

    layout: Layout
    _recogniser: Any = field(default=None, repr=False)

    def takes(self, media_type: str) -> bool:
        """Voice messages of every format we keep."""
        return media_type in audio.CONTAINERS or media_type == audio.SILK

    def prepare(self) -> None:
        """Load the model."""
        import sherpa_onnx

        make, files = sherpa_onnx.OfflineRecognizer, self.layout.files
        tokens = files["tokens"]
        if self.layout.kind == TRANSDUCER:
            self._recogniser = make.from_transducer(**files, num_threads=THREADS)
        elif self.layout.kind == SENSE_VOICE:
            self._recogniser = make.from_sense_voice(
                model=files["model"], tokens=tokens, num_threads=THREADS, language="zh", use_itn=True
            )
        elif self.layout.kind == PARAFORMER:
            self._recogniser = make.from_paraformer(paraformer=files["model"], tokens=tokens, num_threads=THREADS)
        else:
            load = getattr(make, f"from_{self.layout.kind}_ctc")
            self._recogniser = load(model=files["model"], tokens=tokens, num_threads=THREADS)

    def text(self, content: bytes, media_type: str) -> str | None:
        """What was said; None when nothing was."""
        if self._recogniser is None:
            self.prepare()
        said = [self._said(piece) for piece in audio.pieces(audio.samples(content, media_type))]
        return "".join(said).strip() or None

    def _said(self, sound: Any) -> str:
        stream = self._recogniser.create_stream()
        stream.accept_waveform(audio.RATE, sound)
        self._recogniser.decode_stream(stream)
        return str(stream.result.text)
