"""One message as the form sees it: what was said, what was understood, and what is known so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nlu.requests import asks_for_it
from nlu.safety import says_nothing

SLOTS = ("consent", "service", "location", "village", "beneficiary", "age", "name", "phone", "description", "confirm")
SKIPPED = "-"  # the resident chose not to say, or the question does not apply
UNKNOWN = "?"  # the township could not be found: the county's desk or the triage desk takes it


@dataclass
class Turn:
    """`values` are those of a pressed button; `slots` are all slots as they were before this message."""

    text: str
    intent: str
    confidence: float
    services: list[dict[str, Any]]
    ranking: list[dict[str, Any]]
    risks: list[str]
    urgency: str
    entities: list[dict[str, Any]]
    location: dict[str, Any]
    area: str | None
    values: dict[str, Any]
    awaiting: str | None
    slots: dict[str, Any]
    context: dict[str, Any] = field(default_factory=dict)

    def entity(self, kind: str) -> list[dict[str, Any]]:
        """Entities of one type, in the order of the extractor (the likeliest first)."""
        return [each for each in self.entities if each["entity"] == kind]

    def known(self, slot: str) -> Any:
        """The value of a slot, None when it was never answered or was skipped."""
        value = self.slots.get(slot)
        return None if value in (SKIPPED, UNKNOWN) else value


def read(tracker: Any) -> Turn:
    """The turn in a rasa-sdk tracker."""
    message = tracker.latest_message
    text = message.get("text") or ""
    pressed = text.startswith("/")
    entities = message.get("entities") or []
    context = (message.get("metadata") or {}).get("context") or {}
    intent = (message.get("intent") or {}).get("name") or "out_of_scope"
    if tracker.get_slot("requested_slot") is None and message.get("services") and asks_for_it(text):
        # …农村户口的去哪里领？我想登记申请: what is asked comes first, what is wanted last
        intent = "request_service" if intent == "ask_policy" or _of_nothing_filed(intent, context) else intent
    confidence = (message.get("intent") or {}).get("confidence") or 0.0
    # …… to a question is no answer, whatever it looks like.
    if text and not any(character.isalnum() for character in text):
        intent, confidence = "out_of_scope", 0.0
    begun = not pressed and says_nothing(text)  # 我想: no model knows what
    return Turn(
        text="" if pressed else text,
        intent=intent,
        confidence=confidence,
        services=[] if begun else message.get("services") or [],
        ranking=[] if begun else message.get("service_ranking") or [],
        risks=[each["code"] for each in message.get("risks") or []],
        urgency=message.get("urgency") or "routine",
        entities=[] if pressed else entities,
        location=message.get("location") or {"status": "none"},
        area=message.get("area"),
        values={each["entity"]: each["value"] for each in entities} if pressed else {},
        awaiting=tracker.get_slot("requested_slot"),
        slots=dict(tracker.slots),
        context=context,
    )


def _of_nothing_filed(intent: str, context: dict[str, Any]) -> bool:
    return intent == "ask_status" and not context.get("tickets")
