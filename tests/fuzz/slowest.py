"""Which input took longest: shown after a run, never judged (a busy machine would fail it)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Slowest:
    """The longest time so far and its input."""

    seconds: float = 0.0
    text: str = ""
    inputs: int = 0

    def note(self, seconds: float, text: str) -> None:
        """Counts an input; keeps it if it took longer than all others."""
        self.inputs += 1
        if seconds > self.seconds:
            self.seconds, self.text = seconds, text

    def line(self, name: str) -> str:
        """For the end of the report; 60 characters of the input show what it is made of."""
        return (
            f"{name}: {self.inputs:,} inputs, slowest {self.seconds * 1000:,.0f} ms "
            f"({len(self.text):,} characters, {self.text[:60]!r} …)"
        )
