"""What a speech model is, is read from its folder; a wrong one is told in one line before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.media import CannotListen, open_listener
from bot.media.onnx_metadata import metadata
from bot.media.speech import layout_of


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def onnx(**entries: str) -> bytes:
    """An ONNX file with some weights and this metadata."""
    said = b"".join(_field(14, _field(1, key.encode()) + _field(2, value.encode())) for key, value in entries.items())
    return b"\x08\x08" + _field(2, b"tests") + _field(7, bytes(5000)) + _field(8, b"\x10\x11") + said


@pytest.mark.parametrize(
    ("files", "kind", "model"),
    [
        ({"model.onnx": "sense_voice_ctc"}, "sense-voice", "model.onnx"),
        ({"model.onnx": "paraformer", "model.int8.onnx": "paraformer"}, "paraformer", "model.int8.onnx"),
        ({"model.int8.onnx": "zipformer2_ctc"}, "zipformer", "model.int8.onnx"),
        ({"model.onnx": "wenet_ctc"}, "wenet", "model.onnx"),
        ({"model.int8.onnx": "telespeech_ctc"}, "telespeech", "model.int8.onnx"),
        ({"model.int8.onnx": "dolphin"}, "dolphin", "model.int8.onnx"),
    ],
)
def test_a_single_file_says_what_it_is(tmp_path: Path, files: dict[str, str], kind: str, model: str) -> None:
    """The type is read from the metadata; the small file is preferred."""
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    for name, said in files.items():
        (tmp_path / name).write_bytes(onnx(comment="x" * 300, model_type=said))
    layout = layout_of(tmp_path)
    assert layout.kind == kind
    assert layout.files == {"tokens": str(tmp_path / "tokens.txt"), "model": str(tmp_path / model)}


def test_three_files_are_a_transducer(tmp_path: Path) -> None:
    """The names that zipformer models are published with."""
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    for part in ("encoder", "decoder", "joiner"):
        (tmp_path / f"{part}-epoch-12-avg-4.onnx").write_bytes(onnx())
    (tmp_path / "encoder-epoch-12-avg-4.int8.onnx").write_bytes(onnx())
    layout = layout_of(tmp_path)
    assert layout.kind == "transducer" and layout.files["encoder"].endswith("encoder-epoch-12-avg-4.int8.onnx")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "tokens.txt"),
        ({"tokens.txt": b""}, "model.onnx"),
        ({"tokens.txt": b"", "encoder.onnx": b""}, "model.onnx"),
        ({"tokens.txt": b"", "model.onnx": onnx(model_type="whisper-tiny")}, "whisper-tiny"),
        ({"tokens.txt": b"", "model.onnx": onnx()}, "没有 model_type"),
        ({"tokens.txt": b"", "model.onnx": b"\xff" * 100}, "没有 model_type"),
        ({"tokens.txt": b"", "model.onnx": b"version https://git-lfs\n"}, "没有 model_type"),
    ],
)
def test_a_folder_that_is_no_model_is_told_in_one_line(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    """It names the setting, the folder and what is missing."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotListen) as caught:
        layout_of(tmp_path)
    text = str(caught.value)
    assert "YIMI_SPEECH_MODEL" in text and str(tmp_path) in text and said in text and "\n" not in text


def test_metadata_of_other_files_is_empty(tmp_path: Path) -> None:
    """No file makes it fail or read megabytes."""
    for content in (b"", b"\x00", bytes(1000), b"\x0a\xff\xff\xff\xff\x0f", "你好".encode() * 50):
        (tmp_path / "x.onnx").write_bytes(content)
        assert metadata(tmp_path / "x.onnx") == {}


def test_nothing_is_asked_of_a_base_installation() -> None:
    """Both off: no package is needed, and nobody takes anything."""
    assert not open_listener(None, ocr=False).takes("audio/ogg")


def test_a_missing_package_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make media` installs it."""
    monkeypatch.setattr("bot.media.listener.find_spec", lambda name: None)
    for asked, setting in (((tmp_path, False), "YIMI_SPEECH_MODEL"), ((None, True), "YIMI_OCR")):
        with pytest.raises(CannotListen) as caught:
            open_listener(*asked)
        assert setting in str(caught.value) and "make media" in str(caught.value)
