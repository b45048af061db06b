"""The form in danger: it only asks where somebody is and how to reach them, and hands over each answer at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.effects import AddSupplement, to_wire
from actions.submit import intake
from actions.turn import SKIPPED, Turn

SPARED = ("consent", "village", "beneficiary", "age", "name", "confirm")
_TOLD_AT_ONCE = ("location", "village", "village_text", "phone", "age", "name", "beneficiary")
_LEVELS = ("routine", "urgent", "emergency")


def settle_in_danger(turn: Turn, update: dict[str, Any]) -> None:
    """Adds the danger to `update`, and what need not be asked because of it."""
    now = {**turn.slots, **update}
    if turn.risks:
        update["risks"] = sorted(set(now.get("risks") or []) | set(turn.risks))
        update["urgency"] = max((turn.urgency, now.get("urgency") or "routine"), key=_LEVELS.index)
    if not (turn.risks or now.get("risks")):
        return
    update.update({slot: SKIPPED for slot in SPARED if now.get(slot) is None})
    if not now.get("service"):
        update["service"] = (now.get("either") or [])[:1] or ["other"]
    if now.get("description") is None:
        update["description"] = turn.text.strip() or SKIPPED


def keep_alarm(turn: Turn, update: dict[str, Any], dispatcher: CollectingDispatcher) -> None:
    """Whoever comes must know the place now, not when the form is done: what is new goes to the alarm at once."""
    slots = {**turn.slots, **update}
    if update.get("outcome") or not slots.get("risks"):
        return
    began = bool(turn.risks) and any(turn.slots.get(slot) for slot in _TOLD_AT_ONCE)
    if began or any(update.get(slot) not in (None, SKIPPED) for slot in _TOLD_AT_ONCE):
        so_far = intake(replace(turn, slots=slots))
        dispatcher.utter_message(json_message={"effect": to_wire(replace(so_far, finished=False))})


def stand_by(turn: Turn, dispatcher: CollectingDispatcher) -> None:
    """Words that answer no question are for the person who is coming."""
    dispatcher.utter_message(json_message={"effect": to_wire(AddSupplement(turn.text, in_danger=True))})
