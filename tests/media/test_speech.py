"""Voice messages through the real decoders and the real sherpa-onnx; the models say one sentence whatever they hear."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.files import tone
from tests.media.make_models import FOLDER, SAID

numpy = pytest.importorskip("numpy", reason="optional: make media")
av = pytest.importorskip("av", reason="optional: make media")
pytest.importorskip("sherpa_onnx", reason="optional: make media")
pysilk = pytest.importorskip("pysilk", reason="optional: make media")

from bot.media import Listener, audio, open_listener  # noqa: E402 - after the packages are known to be there
from bot.media.player import Player  # noqa: E402
from bot.media.speech import Speech, layout_of  # noqa: E402


def sine(seconds: float, pitch: float = 400.0, rate: int = audio.RATE) -> Any:
    """A tone that can be found again after any codec."""
    return (numpy.sin(numpy.arange(int(seconds * rate)) * 2 * numpy.pi * pitch / rate) * 20000).astype("<i2")


def encoded(container: str, codec: str, rate: int, seconds: float = 2.0) -> bytes:
    """A tone as telephones record it."""
    packed = BytesIO()
    with av.open(packed, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(sine(seconds, rate=rate).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return packed.getvalue()


def silk(seconds: float = 2.0) -> bytes:
    packed = BytesIO()
    pysilk.encode(BytesIO(sine(seconds, rate=24000).tobytes()), packed, 24000, 24000)
    return packed.getvalue()


FORMATS = {
    "audio/ogg": lambda: encoded("ogg", "libopus", 48000),
    "audio/mpeg": lambda: encoded("mp3", "libmp3lame", 44100),
    "audio/mp4": lambda: encoded("mp4", "aac", 44100),
    "audio/amr": lambda: encoded("amr", "libopencore_amrnb", 8000),
    "audio/wav": lambda: encoded("wav", "pcm_s16le", 8000),
    "audio/silk": silk,
}


@pytest.mark.parametrize("media_type", FORMATS)
def test_every_format_is_decoded_to_the_same_sound(media_type: str) -> None:
    """Two seconds stay two seconds, and the tone keeps its pitch."""
    sound = audio.samples(FORMATS[media_type](), media_type)
    assert sound.dtype == numpy.float32 and abs(sound.size / audio.RATE - 2.0) < 0.2
    spectrum = numpy.abs(numpy.fft.rfft(sound[: audio.RATE]))
    assert abs(float(spectrum.argmax()) - 400) < 5, "the loudest pitch, in hertz"


def test_what_is_taken_as_voice_is_what_can_be_decoded() -> None:
    """The door and the decoders agree on the types."""
    from tickets.attachments import admit

    for media_type, make in FORMATS.items():
        admitted = admit(make())
        assert (admitted.kind, admitted.media_type) == ("voice", media_type)


def test_endless_and_broken_sound_is_bounded() -> None:
    """Two minutes at most; noise that calls itself a voice message is an error, not a crash."""
    assert audio.samples(tone(200.0), "audio/wav").size == audio.MOST_SECONDS * audio.RATE
    for media_type in FORMATS:
        with pytest.raises((ValueError, av.FFmpegError, Exception)):
            audio.samples(b"noise" * 40, media_type)


def test_long_messages_are_cut_where_it_is_quiet() -> None:
    """Models are made for half a minute: nothing is lost, and the cut falls into the pause."""
    loud = numpy.ones(20 * audio.RATE, dtype=numpy.float32)
    pause = numpy.zeros(audio.RATE, dtype=numpy.float32)
    sound = numpy.concatenate([loud, pause, loud, pause, loud])
    cut = audio.pieces(sound)
    assert sum(piece.size for piece in cut) == sound.size and len(cut) == 3
    assert all(piece.size <= 28 * audio.RATE for piece in cut)
    assert 20 < cut[0].size / audio.RATE < 21


@pytest.mark.parametrize("kind", ["sense_voice_ctc", "paraformer", "zipformer2_ctc"])
def test_each_layout_runs_in_the_real_recogniser(kind: str) -> None:
    """Folder, metadata, features, runtime, tokens: everything but trained weights."""
    speech = Speech(layout_of(FOLDER / kind))
    assert speech.text(FORMATS["audio/ogg"](), "audio/ogg") == SAID
    minute = tone(60.0)
    parts = len(audio.pieces(audio.samples(minute, "audio/wav")))
    assert parts >= 3 and speech.text(minute, "audio/wav") == SAID * parts, "a minute is heard in pieces"


def test_the_listener_runs_it_in_a_process_of_its_own() -> None:
    """As the web and bot processes open it; a broken message in between does no harm."""
    listener = open_listener(FOLDER / "sense_voice_ctc", ocr=False)
    try:
        assert listener.takes("audio/amr") and not listener.takes("image/jpeg")
        assert listener.text(FORMATS["audio/silk"](), "audio/silk") == SAID
        assert listener.text(b"#!AMR\n" + b"\xff" * 500, "audio/amr") in (None, SAID)
        assert listener.text(FORMATS["audio/amr"](), "audio/amr") == SAID
    finally:
        listener.close()
    assert isinstance(listener, Listener)


def test_a_transducer_folder_is_found(tmp_path: Path) -> None:
    """Its three files are handed over by name; weights of one are in no registry, so it is not run here."""
    for name in ("encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt"):
        (tmp_path / name).write_bytes(b"")
    assert set(layout_of(tmp_path).files) == {"tokens", "encoder", "decoder", "joiner"}


@pytest.mark.parametrize("media_type", ["audio/amr", "audio/silk"])
def test_formats_no_browser_plays_are_made_into_wav(media_type: str) -> None:
    """The worker hears them in the ticket page; a broken one is None."""
    player = Player()
    try:
        assert player.takes(media_type) and not player.takes("audio/ogg")
        wav = player.wav(FORMATS[media_type](), media_type)
        assert wav is not None and wav.startswith(b"RIFF")
        assert abs(audio.samples(wav, "audio/wav").size / audio.RATE - 2.0) < 0.2
        assert player.wav(b"noise", media_type) is None
        assert player.wav(tone(), "audio/wav") is None
    finally:
        player.close()
