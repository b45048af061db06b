"""What every test folder may use: one running product for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import postgres as postgresql
from tests.stack import Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All processes but Telegram, on free ports, with an empty database. Whoever stops one starts it again."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server: an address with {} for the name of a database."""
    with postgresql.server() as address:
        yield address
