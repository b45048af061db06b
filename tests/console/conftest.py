"""A fresh world, and clients of its running web application, for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.console.served import client_of, served
from tests.console.world import PASSWORD, World, world


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[World]:
    """The cast at their desks."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def client(cast: World) -> Iterator[httpx.Client]:
    """A program, or a browser nobody has signed in with."""
    with client_of(cast.app()) as made:
        yield made


@pytest.fixture
def browser_of(cast: World) -> Iterator[Callable[[str], httpx.Client]]:
    """`browser_of("li")`: a browser, without scripts, in which 李社工 has signed in."""
    with ExitStack() as open_things:
        address = open_things.enter_context(served(cast.app()))

        def signed_in(login: str) -> httpx.Client:
            headers = {"Origin": address, "Accept": "text/html"}
            browser = open_things.enter_context(
                httpx.Client(base_url=address, headers=headers, follow_redirects=True, trust_env=False, timeout=30)
            )
            answer = browser.post("/desk/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.url.path == "/desk", answer.text
            return browser

        yield signed_in
