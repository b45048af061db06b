"""The metadata of an ONNX file without loading the model: only its few hundred last bytes matter to us.

An ONNX file is a protobuf message `ModelProto`; its field 14 repeats `StringStringEntryProto` (1: key, 2: value).
Source: onnx/onnx.proto of the ONNX project.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

METADATA, KEY, VALUE = 14, 1, 2
LONGEST = 1 << 20  # bytes of one entry; the weights are stepped over, never read


def metadata(path: Path) -> dict[str, str]:
    """The key-value pairs of the file; {} when it has none or is no ONNX file."""
    found: dict[str, str] = {}
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            while file.tell() < size:
                number, length = _field(file)
                if number == METADATA and length <= LONGEST:
                    end = file.tell() + length
                    entry: dict[int, str] = {}
                    while file.tell() < end:
                        part, count = _field(file)
                        entry[part] = file.read(min(count, LONGEST)).decode("utf-8", "replace")
                    found[entry.get(KEY, "")] = entry.get(VALUE, "")
                else:
                    file.seek(length, 1)
        except ValueError:
            return found
    return found


def _field(file: BinaryIO) -> tuple[int, int]:
    """(number, bytes of content) of the field that begins here; a number's content counts as read already."""
    tag = _varint(file)
    kind = tag & 7
    if kind == 2:
        return tag >> 3, _varint(file)
    if kind == 0:
        _varint(file)
        return tag >> 3, 0
    if kind in (1, 5):
        return tag >> 3, 8 if kind == 1 else 4
    raise ValueError("not protobuf")


def _varint(file: BinaryIO) -> int:
    value = shift = 0
    while True:
        byte = file.read(1)
        if not byte or shift > 63:
            raise ValueError("not protobuf")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
