"""The answer to one message, read back from the conversation itself.

Reading it from the stored events makes a turn idempotent: a message that was handled before a crash is answered
with the very words, buttons and effects of the first time, and nothing runs twice.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1
_NO_PLACE = {"status": "none", "code": None, "name": None, "village_code": None, "candidates": []}


def reply_to(tracker: DialogueStateTracker, message_id: str) -> dict[str, Any] | None:
    """{version, messages, effects, parse, awaiting} for a message, or None if the conversation does not hold it."""
    heard: UserUttered | None = None
    messages: list[dict[str, Any]] = []
    effects: list[dict[str, Any]] = []
    asked: str | None = None
    loop: str | None = None
    for event in tracker.events:
        if isinstance(event, SlotSet) and event.key == REQUESTED_SLOT:
            asked = event.value
        elif isinstance(event, ActiveLoop):
            loop = event.name
        elif isinstance(event, UserUttered):
            if heard:  # the next message: everything of ours is read
                break
            heard = event if event.message_id == message_id else None
        elif heard and isinstance(event, BotUttered):
            custom = (event.data or {}).get("custom") or {}
            if "effect" in custom:
                effects.append(custom["effect"])
            elif event.text:
                messages.append({"text": event.text, "buttons": _buttons(event)})
    if heard is None:
        return None
    return {
        "version": VERSION,
        "messages": messages,
        "effects": effects,
        "parse": analysis(heard.text or "", heard.parse_data or {}),
        "awaiting": asked if loop else None,
    }


def analysis(text: str, parse: dict[str, Any]) -> dict[str, Any]:
    """A Rasa parse in the shape of the contract's analysis (without `id`)."""
    intent = parse.get("intent") or {}
    return {
        "text": text,
        "intent": intent.get("name"),
        "intent_confidence": round(float(intent.get("confidence") or 0.0), 4),
        "services": parse.get("services") or [],
        "risks": parse.get("risks") or [],
        "urgency": parse.get("urgency") or "routine",
        "location": parse.get("location") or dict(_NO_PLACE),
        "entities": [
            {"type": each["entity"], **{key: each.get(key) for key in ("value", "text", "start", "end")}}
            for each in parse.get("entities") or []
        ],
    }


def _buttons(event: BotUttered) -> list[dict[str, str]]:
    return [{"title": each["title"], "payload": each["payload"]} for each in (event.data or {}).get("buttons") or []]
