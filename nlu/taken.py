"""Which characters of a text are spoken for."""

from __future__ import annotations

from collections.abc import Iterable


class Taken:
    """Which characters of a text are spoken for. Asking takes as long as the stretch asked for, however many stretches
    there are: a message of 10,000 characters may hold thousands."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._marks = bytearray(len(text))
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Marks text[start:end]."""
        self._marks[start:end] = b"\1" * (end - start)

    def meets(self, start: int, end: int) -> bool:
        """Whether a character of text[start:end] is marked."""
        return b"\1" in self._marks[start:end]
