"""A person is asked for, at any point: called at once with what is known. Only the place is still asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.answers import read_beneficiary
from actions.effects import CallHuman, to_wire
from actions.submit import intake
from actions.turn import SKIPPED, UNKNOWN, Turn
from nlu.entities import names_speaker

_SURE = 0.6
SPARED = ("village", "beneficiary", "age", "name", "phone", "description", "confirm")


def wants_person(turn: Turn) -> bool:
    """Whether the message asks for a person, and not for a service that persons give, nor says whom to help."""
    if turn.awaiting == "beneficiary":
        whom = read_beneficiary(turn).get("beneficiary")
        if names_speaker(turn.text) or whom not in (None, "本人"):  # 先给我找就行; 我要找真人 names nobody
            return False
    return turn.intent == "talk_to_human" and turn.confidence >= _SURE and not turn.services and not turn.risks


def begin_with_person(turn: Turn, filled: dict[str, Any]) -> dict[str, Any]:
    """The form of somebody who wants a person and nothing else: where, and that is all. Asking for the person is the
    agreement that this person reads what is said; the app says so when it calls."""
    guess = filled.pop("either", [])[:1] or ["other"]
    return {"service": guess, **dict.fromkeys(SPARED, SKIPPED), **filled, "consent": True, "person": True}


def call_person(turn: Turn, dispatcher: CollectingDispatcher) -> dict[str, Any]:
    """In the middle of the form: files what is known and calls. The form stays where it is, for afterwards; who asks
    twice instead of saying where they live is not asked again."""
    update: dict[str, Any] = {"person": True, "consent": True}
    if not turn.slots.get("service"):
        update["service"] = (turn.slots.get("either") or [])[:1] or ["other"]
    if turn.slots.get("person") and turn.awaiting == "location":
        update.update(location=UNKNOWN, village=SKIPPED)
    emit_call(turn, update, dispatcher)
    return update


def emit_call(turn: Turn, update: dict[str, Any], dispatcher: CollectingDispatcher) -> None:
    """The request as far as it is known, then the call."""
    _file_so_far(turn, update, dispatcher)
    dispatcher.utter_message(json_message={"effect": to_wire(CallHuman(turn.text))})


def keep_called(turn: Turn, update: dict[str, Any], dispatcher: CollectingDispatcher) -> None:
    """The place goes to whoever was called as soon as it is known."""
    if turn.slots.get("person") and turn.awaiting == "location" and update.get("location"):
        _file_so_far(turn, update, dispatcher)


def _file_so_far(turn: Turn, update: dict[str, Any], dispatcher: CollectingDispatcher) -> None:
    so_far = intake(replace(turn, slots={**turn.slots, **update}))
    dispatcher.utter_message(json_message={"effect": to_wire(replace(so_far, finished=False))})
