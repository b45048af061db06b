"""Conversations in Redis, encrypted: a tracker holds the resident's words, and Redis writes them to disk.

| key                      | value                                                      | lives                      |
| ------------------------ | ---------------------------------------------------------- | -------------------------- |
| `tracker:<conversation>` | `1‖nonce12‖ciphertext‖tag` (AES-256-GCM bound to the id)   | `days` after the last turn |
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any, Iterable

import redis
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

log = logging.getLogger("engine")

PREFIX = "tracker:"
FORMAT = b"\x01"
MOST_EVENTS = 600  # kept of a conversation; some forty turns, more than any form needs
SECONDS = 3  # a hung Redis must not hang the engine


class SealedTrackerStore(SerializedTrackerAsText, TrackerStore):
    """`url`: a redis:// or unix:// address; `key`: 64 hexadecimal digits; `days`: how long a silent one is kept."""

    def __init__(
        self,
        domain: Domain,
        host: str | None = None,
        event_broker: Any = None,
        url: str = "",
        key: str = "",
        days: int = 30,
        **kwargs: Any,
    ) -> None:
        self._redis = redis.Redis.from_url(
            url or host, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, health_check_interval=30
        )
        self._cipher = AESGCM(bytes.fromhex(key))
        self._seconds = int(days) * 86400
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes the whole conversation in one command; redis.RedisError when it could not be stored."""
        text = self.serialise_tracker(tracker)
        nonce = os.urandom(12)
        sealed = FORMAT + nonce + self._cipher.encrypt(nonce, text.encode(), tracker.sender_id.encode())
        self._redis.set(PREFIX + tracker.sender_id, sealed, ex=self._seconds)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation, or None when there is none (or it was erased)."""
        sealed = self._redis.get(PREFIX + sender_id)
        if sealed is None:
            return None
        if sealed[:1] != FORMAT:
            raise ValueError("a conversation in Redis has an unknown format")
        try:
            text = self._cipher.decrypt(sealed[1:13], sealed[13:], sender_id.encode()).decode()
        except InvalidTag:  # SECRET_KEY was changed: the form starts anew, everything filed is in the database
            log.warning("conversation %s cannot be opened with the present key and begins anew", sender_id)
            return None
        return self.deserialise_tracker(sender_id, text)

    async def delete(self, sender_id: str) -> None:
        """Forgets a conversation."""
        self._redis.delete(PREFIX + sender_id)

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations."""
        return [key.decode()[len(PREFIX) :] for key in self._redis.scan_iter(PREFIX + "*")]

    @staticmethod
    def serialise_tracker(tracker: DialogueStateTracker) -> str:
        """The conversation as JSON text; of a very long one the last events, which hold the running form."""
        data = tracker.as_dialogue().as_dict()
        data["events"] = _latest(data["events"])
        return json.dumps(data, ensure_ascii=False)


def _latest(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(events) <= MOST_EVENTS:
        return events
    # Slots and the running form are rebuilt from events, so their last values come along.
    dropped, kept = events[:-MOST_EVENTS], events[-MOST_EVENTS:]
    slots = {event["name"]: event for event in dropped if event["event"] == "slot"}
    loops = [event for event in dropped if event["event"] == "active_loop"][-1:]
    return [*slots.values(), *loops, *kept]
