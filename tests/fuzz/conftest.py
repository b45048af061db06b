"""Remembers the slowest input of each module and shows it at the end."""

from __future__ import annotations

import pytest

from tests.fuzz.slowest import Slowest

_SEEN: dict[str, Slowest] = {}


@pytest.fixture(scope="module")
def slowest(request: pytest.FixtureRequest) -> Slowest:
    """Of this module."""
    return _SEEN.setdefault(request.module.__name__.rpartition(".")[2], Slowest())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a module that measured something."""
    for name, seen in _SEEN.items():
        if seen.inputs:
            terminalreporter.write_line(seen.line(name))
