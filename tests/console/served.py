"""A web application served for real: uvicorn in a thread, on a free port of loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI


@contextmanager
def served(app: FastAPI, port: int = 0) -> Iterator[str]:
    """The address of the running application, e.g. http://127.0.0.1:40123; on a free port unless told."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def client_of(app: FastAPI, **headers: str) -> Iterator[httpx.Client]:
    """A client of the running application that sends the Origin its own pages would."""
    with (
        served(app) as address,
        httpx.Client(base_url=address, headers={"Origin": address, **headers}, trust_env=False, timeout=30) as client,
    ):
        yield client
