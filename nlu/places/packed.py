"""The whole register of divisions as one small committed file: write it, read it.

The packed file is xz-compressed UTF-8 text, so `xzcat` shows it. Lines are in code order: `<code> <name>` for a
province, city, county or township; under its township one line a village, `<name>`, or `<±step> <name>` where the
three-digit village code is not the one before plus 1 (counting starts at 199, so a first village 200 has no step).
"""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator
from pathlib import Path

PACKED = Path(__file__).resolve().parents[2] / "data" / "divisions" / "divisions.xz"
_FIRST = 199


def _rows(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [(row["code"], row["name"]) for row in csv.DictReader(lines)]


def pack(dist: Path, target: Path) -> None:
    """Write `target` from the CSV tables in `dist`. Raises ValueError on a code the format cannot hold."""
    rows: list[tuple[str, str]] = []
    for table in ("provinces", "cities", "areas", "streets", "villages"):
        rows += _rows(dist / f"{table}.csv")
    rows.sort()
    lines: list[str] = []
    parent, last = "", _FIRST
    for code, name in rows:
        if len(code) not in (2, 4, 6, 9, 12) or not code.isdigit() or not name or " " in name:
            raise ValueError(f"bad row in the division tables: {code!r} {name!r}")
        if len(code) < 12:
            lines.append(f"{code} {name}")
            continue
        if code[:9] != parent:
            parent, last = code[:9], _FIRST
        number = int(code[9:])
        lines.append(name if number == last + 1 else f"{number - last:+d} {name}")
        last = number
    text = "\n".join(lines).encode()
    target.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))


def unpack(packed: Path = PACKED) -> Iterator[tuple[str, str]]:
    """Yield (code, name) of every division in code order, villages (12 digits) included."""
    township, last = "", _FIRST
    for line in lzma.decompress(packed.read_bytes()).decode().split("\n"):
        head, _, name = line.rpartition(" ")
        if head and head[0] not in "+-":
            yield head, name
            township, last = head, _FIRST
        else:
            last += int(head or 1)
            yield f"{township}{last:03d}", name
