"""The expanded gazetteer on disk: one file, built once from the packed tables and mapped into memory.

Layout: magic, then a table of sections (offset, length as little-endian u64), then the sections, each 8-byte aligned:
DIVISIONS text `code name` a line; FORMS text `form<TAB>codes<TAB>codes<TAB>codes` (with suffix / bare / former or
popular) a line; the villages of
every township (u32 START per township, BLOB utf-8 `number name` a line); and a hash index from village stems to
postings: SLOTS u32 (stem number + 1, open addressing by crc32), STEM_START u32 into STEMS utf-8, POST_START u32 into
POSTINGS u32 (township number << 11 | community bit << 10 | village number).
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import tempfile
import zlib
from array import array
from pathlib import Path

from nlu.normalise import normalise
from nlu.places import names
from nlu.places.packed import PACKED, unpack

VAR = Path(__file__).resolve().parents[2] / "var"
_TRADITIONAL = Path(__file__).resolve().parents[2] / "data" / "lexicon" / "traditional.txt"
_MAGIC = b"YIMIPLAC"
_SECTIONS = ("DIVISIONS", "FORMS", "START", "BLOB", "SLOTS", "STEM_START", "STEMS", "POST_START", "POSTINGS")
_SLOT_BITS = 20


def _forms(divisions: list[tuple[str, str]]) -> str:
    shown = dict(divisions)
    tables: tuple[dict[str, list[str]], ...] = ({}, {}, {})
    for code, name in divisions:
        if len(code) == 2:
            forms: tuple[set[str], ...] = (*names.province_forms(name), set())
        elif len(code) == 4:
            forms = (*names.city_forms(name), set())
        elif len(code) == 6:
            forms = (*names.county_forms(name, shown[code[:4]]), names.former_county_forms(name))
        else:
            plain = names.plain_township(name, shown[code[:6]], shown[code[:4]])
            forms = (*names.township_forms(plain), names.former_township_forms(plain))
            forms[0].add(name)
        for table, found in zip(tables, forms, strict=True):
            for form in found:
                table.setdefault(normalise(form), []).append(code)
    known = sorted(set().union(*tables))
    return "\n".join("\t".join([form, *(" ".join(table.get(form, ())) for table in tables)]) for form in known)


def _build(packed: Path) -> dict[str, bytes]:
    divisions: list[tuple[str, str]] = []
    start, blob = array("I"), bytearray()
    postings_of: dict[str, list[int]] = {}
    township = -1
    for code, name in unpack(packed):
        if len(code) < 12:
            divisions.append((code, name))
            if len(code) == 9:
                township += 1
                start.append(len(blob))
            continue
        blob += f"{code[9:]} {name}\n".encode()
        posting = township << 11 | names.is_community(name) << 10 | int(code[9:])
        postings_of.setdefault(names.village_key(normalise(name)), []).append(posting)
    start.append(len(blob))
    slots, stem_start, stems = array("I", bytes(4 << _SLOT_BITS)), array("I"), bytearray()
    post_start, postings, mask = array("I"), array("I"), (1 << _SLOT_BITS) - 1
    for number, (stem, posted) in enumerate(postings_of.items()):
        raw = stem.encode()
        slot = zlib.crc32(raw) & mask
        while slots[slot]:
            slot = slot + 1 & mask
        slots[slot] = number + 1
        stem_start.append(len(stems))
        stems += raw
        post_start.append(len(postings))
        postings.extend(posted)
    stem_start.append(len(stems))
    post_start.append(len(postings))
    text = "\n".join(f"{code} {name}" for code, name in divisions)
    parts = (
        text.encode(),
        _forms(divisions).encode(),
        start.tobytes(),
        bytes(blob),
        slots.tobytes(),
        stem_start.tobytes(),
        bytes(stems),
        post_start.tobytes(),
        postings.tobytes(),
    )
    return dict(zip(_SECTIONS, parts, strict=True))


def ensure_index(var: Path | None = None, packed: Path = PACKED) -> Path:
    """Return the path of the index under `var` (default: `var/` in the repository), building it first if needed.

    The name carries the checksum of all that goes in, so new data or code means a new file; a half-written one
    is never seen (the file is renamed into place); of two processes that build at once one only wastes its work.
    """
    folder = var or VAR
    check = 0
    for source in (packed, _TRADITIONAL, Path(names.__file__), Path(__file__)):
        check = zlib.crc32(source.read_bytes(), check)
    target = folder / f"places-{check:08x}.{sys.byteorder}.index"
    if target.exists():
        return target
    print(f"preparing the place index {target.name} (once, a few seconds) …", file=sys.stderr, flush=True)
    sections = _build(packed)
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=target.name)
    try:
        with os.fdopen(handle, "wb") as out:
            position = len(_MAGIC) + 16 * len(_SECTIONS)
            table = bytearray(_MAGIC)
            for part in sections.values():
                position += -position % 8
                table += struct.pack("<QQ", position, len(part))
                position += len(part)
            out.write(table)
            for part in sections.values():
                out.write(bytes(-out.tell() % 8))
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


class Index:
    """Read access to an index file. Nothing but the touched pages is held in memory."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as source:
            self._map = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        if self._map[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{path} is not a place index; delete it, it will be rebuilt")
        view = memoryview(self._map)
        parts = {}
        for number, section in enumerate(_SECTIONS):
            offset, length = struct.unpack_from("<QQ", self._map, len(_MAGIC) + 16 * number)
            parts[section] = view[offset : offset + length]
        self.divisions = str(parts["DIVISIONS"], "utf-8")
        self.forms = str(parts["FORMS"], "utf-8")
        self._start, self._blob = parts["START"].cast("I"), parts["BLOB"]
        self._slots, self._stem_start = parts["SLOTS"].cast("I"), parts["STEM_START"].cast("I")
        self._stems, self._post_start = parts["STEMS"], parts["POST_START"].cast("I")
        self._postings = parts["POSTINGS"].cast("I")
        self._mask = len(self._slots) - 1

    def villages(self, township: int) -> list[tuple[str, str]]:
        """(three-digit number, name) of every village of the township with this running number."""
        text = str(self._blob[self._start[township] : self._start[township + 1]], "utf-8")
        return [(line[:3], line[4:]) for line in text.splitlines()]

    def postings(self, stem: str) -> memoryview | tuple[()]:
        """Packed (township number << 11 | community << 10 | village number) of all villages with this stem."""
        raw = stem.encode("utf-8", "replace")
        slots, starts, mask = self._slots, self._stem_start, self._mask
        slot = zlib.crc32(raw) & mask
        while number := slots[slot]:
            if self._stems[starts[number - 1] : starts[number]] == raw:
                return self._postings[self._post_start[number - 1] : self._post_start[number]]
            slot = slot + 1 & mask
        return ()
