"""The app's side of the engine: one POST a turn. An empty or failed answer is an error, never silence."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from actions.effects import Effect, from_wire

VERSION = 1
SECONDS = 8.0  # a resident waits no longer for a turn
ATTEMPTS = 2
FAILURES_TO_OPEN = 3
OPEN_SECONDS = 5.0


class EngineError(Exception):
    """The engine is down, slow, busy, or answered with nothing. Says which, without the resident's words."""


@dataclass(frozen=True)
class EngineReply:
    """One turn: messages in order, effects to carry out, the analysis of the message, the slot now asked for."""

    messages: list[dict[str, Any]]
    effects: list[Effect]
    parse: dict[str, Any]
    awaiting: str | None


class Engine:
    """A client for `url` with the shared `token`; safe to use from many threads."""

    def __init__(self, url: str, token: str, seconds: float = SECONDS) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/yimi", headers={"Authorization": f"Bearer {token}"}, timeout=seconds, trust_env=False
        )
        self._seconds = seconds
        self._breaker = _Breaker()

    def turn(
        self,
        conversation: str,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        context: dict[str, Any] | None = None,
        seconds: float | None = None,
    ) -> EngineReply:
        """Runs one turn within `seconds`. Repeating a message id is safe: the engine answers it from its store."""
        body = {
            "conversation": conversation,
            "message_id": message_id,
            "text": text,
            "payload": payload,
            "context": context or {},
        }
        deadline = time.monotonic() + (seconds or self._seconds)
        reply = self._post("/turn", body, deadline)
        if reply.get("version") != VERSION or not (reply.get("messages") or reply.get("effects")):
            raise EngineError("the engine answered with nothing")
        try:
            effects = [from_wire(each) for each in reply["effects"]]
        except ValueError as error:
            raise EngineError(str(error)) from None
        return EngineReply(reply["messages"], effects, reply["parse"], reply["awaiting"])

    def analyze(self, text: str, seconds: float | None = None) -> dict[str, Any]:
        """The analysis of one message within `seconds`, in the shape of the contract without `id`."""
        return self._post("/analyze", {"text": text}, time.monotonic() + (seconds or self._seconds))

    def forget(self, conversation: str) -> None:
        """Erases what the engine knows of a conversation."""
        self._post("/forget", {"conversation": conversation}, time.monotonic() + self._seconds)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _post(self, path: str, body: dict[str, Any], deadline: float) -> dict[str, Any]:
        self._breaker.check()
        problem = "no answer"
        for attempt in range(ATTEMPTS):
            left = deadline - time.monotonic()
            if left <= 0.05:
                break
            if attempt:
                time.sleep(min(0.1, left / 2))
            try:
                response = self._client.post(path, json=body, timeout=max(0.05, deadline - time.monotonic()))
            except httpx.HTTPError as error:
                problem = type(error).__name__
                continue
            if response.status_code == 200:
                self._breaker.succeed()
                answer: dict[str, Any] = response.json()
                return answer
            problem = f"HTTP {response.status_code}"
        self._breaker.fail()
        raise EngineError(problem)


class _Breaker:
    """After three failures in a row the engine is left alone for five seconds; then one call tries again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def check(self) -> None:
        with self._lock:
            if self._failures >= FAILURES_TO_OPEN and time.monotonic() < self._retry_at:
                raise EngineError("the engine failed repeatedly and is given a pause")
            if self._failures >= FAILURES_TO_OPEN:  # this caller probes; the others go on pausing
                self._retry_at = time.monotonic() + OPEN_SECONDS

    def succeed(self) -> None:
        with self._lock:
            self._failures = 0

    def fail(self) -> None:
        with self._lock:
            self._failures += 1
            self._retry_at = time.monotonic() + OPEN_SECONDS
