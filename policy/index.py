"""Search by BM25 over documents of several weighted fields; in memory, built at once, nothing to keep in step.

SQLite's FTS5 was tried first; it cannot weigh the terms of a query, and said and meant words must not weigh the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from policy.words import terms

_K1 = 1.2
_B = 0.5
_COMMON = 0.2  # a term that more of the documents have tells nothing and costs time


class Index:
    """Documents by row; `Index([[(text, weight), …], …])` takes the fields of each. Threads may read it together."""

    def __init__(self, documents: Sequence[Iterable[tuple[str, float]]]) -> None:
        counts: list[dict[str, float]] = []
        for fields in documents:
            count: dict[str, float] = defaultdict(float)
            for text, weight in fields:
                for term, times in Counter(terms(text)).items():
                    count[term] += weight * times
            counts.append(count)
        lengths = [sum(count.values()) for count in counts]
        average = sum(lengths) / max(1, len(lengths)) or 1.0
        held_by = Counter(term for count in counts for term in count)
        self._rarity = {term: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for term, n in held_by.items()}
        common = {term for term, n in held_by.items() if n > max(20, _COMMON * len(counts))}
        self.rarest = math.log(1 + (len(counts) + 0.5) / 0.5)
        self._held: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, count in enumerate(counts):
            norm = _K1 * (1 - _B + _B * lengths[row] / average)
            for term, often in count.items():
                if term not in common:
                    self._held[term].append((row, self._rarity[term] * often * (_K1 + 1) / (often + norm)))

    def rarity(self, term: str) -> float:
        """Inverse document frequency; the highest for a term no document has."""
        return self._rarity.get(term, self.rarest)

    def scores(self, weighted: Mapping[str, float]) -> dict[int, float]:
        """BM25 of every row that has one of the terms; a higher score is better."""
        found: dict[int, float] = defaultdict(float)
        for term, weight in weighted.items():
            for row, impact in self._held.get(term, ()):
                found[row] += weight * impact
        return found
