"""Every voice format as samples: mono, 16,000 a second, floats between -1 and 1."""

from __future__ import annotations

from io import BytesIO
from typing import Any

RATE = 16_000
MOST_SECONDS = 120  # of a message that are listened to

# Media type → FFmpeg's name of the container: no other demuxer is ever tried on what strangers send.
CONTAINERS = {
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/amr-wb": "amr",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "mp4",
}
SILK = "audio/silk"
MOST_SILK = 2 * 1024 * 1024  # bytes; a minute is about 200,000, and all of it is decoded at once


def samples(content: bytes, media_type: str) -> Any:
    """A numpy array of float32. ValueError when there is no sound in it; av.FFmpegError when it cannot be decoded."""
    import numpy

    chunks = _silk(content) if media_type == SILK else _decoded(content, CONTAINERS[media_type])
    if not chunks:
        raise ValueError("no sound")
    return numpy.concatenate(chunks)[: RATE * MOST_SECONDS]


def _decoded(content: bytes, container: str) -> list[Any]:
    import av
    import numpy

    chunks: list[Any] = []
    count = 0
    with av.open(BytesIO(content), format=container) as file:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in file.decode(audio=0):
            for piece in resampler.resample(frame):
                chunks.append(piece.to_ndarray().reshape(-1).astype(numpy.float32))
                count += chunks[-1].size
            if count >= RATE * MOST_SECONDS:
                return chunks
        chunks += [piece.to_ndarray().reshape(-1).astype(numpy.float32) for piece in resampler.resample(None)]
    return chunks


def _silk(content: bytes) -> list[Any]:
    """WeChat's own format; FFmpeg does not know it."""
    if len(content) > MOST_SILK:
        raise ValueError("too long")
    import numpy
    import pysilk

    packed = BytesIO()
    pysilk.decode(BytesIO(content), packed, RATE)
    return [numpy.frombuffer(packed.getvalue(), dtype="<i2").astype(numpy.float32) / 32768]


def pieces(sound: Any, longest: float = 28.0) -> list[Any]:
    """A long sound cut where it is quietest: models are made for half a minute. `longest` in seconds."""
    import numpy

    step, most = RATE // 10, int(longest * RATE)
    cut: list[Any] = []
    while sound.size > most:
        window = sound[most // 2 : most]
        loud = numpy.square(window[: window.size // step * step]).reshape(-1, step).sum(axis=1)
        at = most // 2 + int(loud.argmin()) * step + step // 2
        cut.append(sound[:at])
        sound = sound[at:]
    return [*cut, sound] if sound.size else cut


def nothing_to_prepare() -> None:
    """Decoders are loaded with the first file."""


def as_wav(content: bytes, media_type: str) -> bytes:
    """The same sound as a WAV file, which every browser plays."""
    import wave

    import numpy

    sound = samples(content, media_type)
    packed = BytesIO()
    with wave.open(packed, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((numpy.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return packed.getvalue()
