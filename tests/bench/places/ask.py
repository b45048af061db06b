"""Asks one library where messages are from: `python ask.py <library>`, a JSON list of texts on standard input.

Runs alone, in the environment and process of that library. Answers with one JSON object: `version`, `load` (seconds
from nothing to the first answer), `memory` (MB), `answers` (province, city, county and township of each text, null
where none is given) and `ms` (the milliseconds of each text, once a repeat).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

REPEATS = 5
Ask = Callable[[str], Any]
Read = Callable[[Any], Sequence[Any]]


def yimi() -> tuple[Ask, Read]:
    """Ours; an ambiguous message gives what its candidates have in common."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from nlu.places import Gazetteer
    from nlu.places.names import plain_township

    gazetteer = Gazetteer.load()

    def read(place: Any) -> list[str | None]:
        code = place.code or place.area or ""
        names = [gazetteer.name.get(code[:size]) if len(code) >= size else None for size in (2, 4, 6, 9)]
        if names[3] is not None:
            names[3] = plain_township(names[3], names[2] or "", names[1] or "")
        return names

    return gazetteer.locate, read


def cpca() -> tuple[Ask, Read]:
    """Province, city and county by an automaton over all names."""
    import cpca as library

    return lambda text: library.transform([text]), lambda table: [*table.iloc[0][["省", "市", "区"]], None]


def addressparser() -> tuple[Ask, Read]:
    """Province, city and county; reads the whole text, which its author calls the more accurate of its two ways."""
    import addressparser as library

    return (
        lambda text: library.transform([text], cut=False),
        lambda table: [*table.iloc[0][["省", "市", "区"]], None],
    )


def jionlp() -> tuple[Ask, Read]:
    """All four levels, when it is asked for towns and villages."""
    import jionlp as library

    return (
        lambda text: library.parse_location(text, town_village=True),
        lambda found: [found[level] for level in ("province", "city", "county", "town")],
    )


LIBRARIES = {"yimi": yimi, "addressparser": addressparser, "cpca": cpca, "jionlp": jionlp}


def memory() -> float:
    """The most this process ever held; what `resource` tells counts the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="ignore")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Standard output is for the answer alone: some libraries greet there."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    texts = json.loads(sys.stdin.read())
    began = time.perf_counter()
    ask, read = LIBRARIES[sys.argv[1]]()
    ask(texts[0])
    load = time.perf_counter() - began
    found = [ask(text) for text in texts]
    repeats = []
    for _ in range(REPEATS):
        spent = []
        for text in texts:
            start = time.perf_counter()
            ask(text)
            spent.append((time.perf_counter() - start) * 1000)
        repeats.append(spent)
    answers = [[name if isinstance(name, str) and name else None for name in read(each)] for each in found]
    result = {"version": version(sys.argv[1]), "load": load, "memory": memory(), "answers": answers, "ms": repeats}
    json.dump(result, out, ensure_ascii=False)
    out.close()


if __name__ == "__main__":
    main()
