"""Faults the tests ask for: what a bot meets on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["drop_before", "drop_after", "status", "slow", "flood"]


@dataclass
class Fault:
    """`drop_before`: the connection breaks and nothing was done. `drop_after`: it was done, but the answer is lost.
    `status`: the HTTP status `value`. `slow`: the answer takes `value` seconds. `flood`: 429 with retry_after
    `value` seconds. Used up after `times` requests; `chat_id` narrows it to one chat, `method` to one method."""

    kind: Kind
    method: str | None = None
    value: float = 0
    times: int = 1
    chat_id: int | None = None

    def fits(self, method: str, params: dict[str, Any]) -> bool:
        return (
            self.times > 0 and self.method in (None, method) and self.chat_id in (None, _whole(params.get("chat_id")))
        )


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def take(faults: list[Fault], method: str, params: dict[str, Any]) -> Fault | None:
    """The first fault that fits this request, used up by one."""
    for fault in faults:
        if fault.fits(method, params):
            fault.times -= 1
            return fault
    return None
