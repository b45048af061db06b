"""A worker at the desk's pages, for tests and benchmarks: signs in and listens for live news."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import httpx

from tests.stack import Stack


def sign_in(stack: Stack, login: str, password: str) -> httpx.Client:
    """A signed-in browser session without a browser."""
    client = httpx.Client(
        base_url=stack.url, timeout=30, trust_env=False, headers={"Origin": stack.settings.public_url}
    )
    answer = client.post("/desk/sign-in", data={"login": login, "password": password})
    assert answer.status_code == 303, answer.text
    return client


def listen(client: httpx.Client, heard: Callable[[str, float], None]) -> threading.Thread:
    """Calls `heard(number, time)` for each arrival on the live stream, until the connection ends."""

    def work() -> None:
        try:
            with client.stream("GET", "/desk/stream", timeout=120) as stream:
                for line in stream.iter_lines():
                    found = re.search(r'"number": "([0-9-]+)"', line)
                    if found:
                        heard(found.group(1), time.perf_counter())
        except httpx.HTTPError:
            return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(1.5)  # the stream is open
    return thread
