"""Search by SQLite's FTS5: BM25 over documents of several weighted fields, in memory, built at once.

FTS5 weighs fields but not the words of a query; what was said and what was only meant must not weigh the same, so the
words of one weight are one query and the scores are added. Other engines that were measured: docs/policy.md.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from policy.words import terms

_COMMON = 0.1  # a term that more of the documents have tells nothing and costs time
_FEW = 20  # … unless these are hardly any


class Index:
    """Documents by row; `Index([[(text, weight), …], …])` takes the fields of each. Threads may read it together."""

    def __init__(self, documents: Sequence[Iterable[tuple[str, float]]]) -> None:
        fields = [_by_weight(each) for each in documents]
        weights = sorted({weight for each in fields for weight in each})
        columns = [f"weighed{number}" for number in range(len(weights))]
        self._size = len(fields)
        self._lock = Lock()
        # Another thread may use the connection than the one that built it; the lock lets one in at a time.
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            f"CREATE VIRTUAL TABLE documents USING fts5({', '.join(columns)}, content='', tokenize='unicode61')"
        )
        self._database.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(documents, 'row')")
        self._database.executemany(
            f"INSERT INTO documents(rowid, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})",  # noqa: S608 (our own names)
            ((row, *(each.get(weight, "") for weight in weights)) for row, each in enumerate(fields)),
        )
        self._search = (
            f"SELECT rowid, -bm25(documents, {', '.join(map(str, weights))}) FROM documents WHERE documents MATCH ?"  # noqa: S608 (our own numbers)
        )

    def rarities(self, wanted: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term; the highest for one that no document has."""
        listed = sorted(set(wanted))
        return {term: math.log(1 + (self._size - n + 0.5) / (n + 0.5)) for term, n in self._held_by(listed).items()}

    def scores(self, weighted: Mapping[str, float], row: int | None = None) -> dict[int, float]:
        """BM25 of every row that has one of the terms (or of one row only); a higher score is better."""
        held_by = self._held_by(sorted(weighted))
        of_weight: dict[float, list[str]] = defaultdict(list)
        for term, weight in weighted.items():
            if 0 < held_by[term] <= max(_FEW, _COMMON * self._size):
                of_weight[weight].append(f'"{term}"')
        found: dict[int, float] = defaultdict(float)
        for weight, quoted in of_weight.items():
            wanted = (" OR ".join(quoted), *(() if row is None else (row,)))
            with self._lock:
                rows = self._database.execute(self._search + " AND rowid = ?" * (row is not None), wanted).fetchall()
            for number, score in rows:
                found[number] += weight * score
        return found

    def _held_by(self, listed: list[str]) -> dict[str, int]:
        """How many documents have each term."""
        with self._lock:
            found = dict(
                self._database.execute(
                    f"SELECT term, doc FROM vocabulary WHERE term IN ({', '.join('?' * len(listed))})",  # noqa: S608 (question marks)
                    listed,
                ).fetchall()
            )
        return {term: found.get(term, 0) for term in listed}


def _by_weight(fields: Iterable[tuple[str, float]]) -> dict[float, str]:
    """The fields of one document as terms with spaces between, those of one weight together."""
    together: dict[float, list[str]] = defaultdict(list)
    for text, weight in fields:
        together[weight] += terms(text)
    return {weight: " ".join(found) for weight, found in together.items()}
