"""Set-up command of the gazetteer.

python -m nlu.places.build <dist folder of china-division> data/divisions/divisions.xz   # pack a new register
python -m nlu.places.build                                                              # expand it under var/
"""

from __future__ import annotations

import sys
from pathlib import Path

from nlu.places.index import ensure_index
from nlu.places.packed import pack


def main(arguments: list[str]) -> int:
    """Command line of the module; returns the exit code."""
    if len(arguments) == 2:
        pack(Path(arguments[0]), Path(arguments[1]))
        print(f"{arguments[1]}: {Path(arguments[1]).stat().st_size:,} bytes")
        return 0
    if not arguments:
        print(ensure_index())
        return 0
    print("usage: python -m nlu.places.build [<dist folder> <packed file>]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
