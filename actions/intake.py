"""The intake form: takes one message, fills what it can, and never asks what was said."""

from __future__ import annotations

import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import READERS, settle_unknown_area, village_said
from actions.digressions import respond
from actions.effects import RecordConsent, to_wire
from actions.submit import KEPT
from actions.turn import SKIPPED, SLOTS, UNKNOWN, Turn, read
from actions.volunteered import corrections, facts, reopen
from nlu.places.national import describe, match_village

# In danger the form is only: where are you, how do we reach you. The app has called a person already.
OF_DANGER = ("crisis", "child_protection", "domestic_violence", "counselling", "other")
SPARED_IN_DANGER = ("consent", "village", "beneficiary", "age", "name", "confirm")


class ValidateIntakeForm(Action):
    """Runs once a message while the form is active, and when it starts."""

    def name(self) -> str:
        """Rasa's name for the validation of `intake_form`."""
        return "validate_intake_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Slot events; `turns` always changes, so that Rasa never takes a digression for a rejected form."""
        turn = read(tracker)
        update = take(turn, dispatcher)
        update["turns"] = (turn.slots.get("turns") or 0) + 1
        return [SlotSet(slot, value) for slot, value in update.items()]


def take(turn: Turn, dispatcher: CollectingDispatcher) -> dict[str, Any]:
    """The slots to set after one message; says what must be said beyond the next question."""
    if not turn.slots.get("draft_id"):
        if turn.context.get("danger") and not _is_another_matter(turn):
            return {"outcome": "stay", "requested_slot": None}
        return _settle(turn, _start(turn))
    if turn.intent == "cancel" and (turn.confidence > 0.6 or not turn.text) and not turn.values.get("confirm"):
        return {"outcome": "cancelled", "requested_slot": None}
    if turn.values:
        return _settle(turn, _pressed(turn))
    if turn.awaiting is None:  # the form was resumed by a message that is not an answer
        return _settle(turn, _unanswered(turn, facts(turn)))
    corrected = corrections(turn)
    if corrected and turn.awaiting not in corrected:
        dispatcher.utter_message(response="utter_corrected")
        return _settle(turn, {**corrected, "confirm": None})
    answer = READERS[turn.awaiting](turn)
    also = _unanswered(turn, facts(turn))
    if not answer and turn.awaiting not in also:
        if not also:
            respond(turn, dispatcher)
        return _settle(turn, {**also, **_note_need(turn)})
    if answer.get("consent") is not None:
        dispatcher.utter_message(json_message={"effect": to_wire(RecordConsent(answer["consent"]))})
    if answer.get("consent") is False:
        return {"outcome": "declined", "requested_slot": None}
    return _settle(turn, {**also, **answer})


def _is_another_matter(turn: Turn) -> bool:
    """Somebody in danger goes on talking: that is no new form, unless it is clearly about something else."""
    if turn.values:
        return True
    return any(each["confidence"] >= 0.8 and each["code"] not in OF_DANGER for each in turn.services)


def _start(turn: Turn) -> dict[str, Any]:
    """The first message of a request: everything it says counts, and so does the poster it was sent from."""
    filled = facts(turn)
    filled["draft_id"] = turn.context.get("draft") or uuid.uuid4().hex
    if turn.values.get("service"):
        filled["service"] = [turn.values["service"]]
    if not {"location", "candidates", "area"} & filled.keys():
        filled.update({slot: turn.slots[f"last_{slot}"] for slot in KEPT if turn.slots.get(f"last_{slot}")})
        if turn.context.get("station"):
            filled.setdefault("location", turn.context["station"])
    if turn.context.get("consented"):
        filled["consent"] = True
    if turn.intent == "talk_to_human":
        filled.setdefault("service", ["other"])
    return filled


def _pressed(turn: Turn) -> dict[str, Any]:
    """A button: its value is taken as it is, since the app lets only offered buttons through."""
    values = dict(turn.values)
    if "edit" in values:
        return {**reopen(values["edit"]), "confirm": None}
    if "service" in values:
        values["service"] = [values["service"]]
    if values.get("location") == "other":
        return {**reopen("location"), "place_asked_again": True}
    return {slot: value for slot, value in values.items() if slot in SLOTS}


def _unanswered(turn: Turn, found: dict[str, Any]) -> dict[str, Any]:
    """Only what no earlier answer holds: a fact in passing never overwrites what the resident chose."""
    return {slot: value for slot, value in found.items() if turn.slots.get(slot) is None}


def _note_need(turn: Turn) -> dict[str, Any]:
    return {"service_asked": True} if turn.awaiting == "service" else {}


def _settle(turn: Turn, update: dict[str, Any]) -> dict[str, Any]:
    """Draws the conclusions of new slots: what need not be asked any more."""
    now = {**turn.slots, **update}
    if turn.risks:
        update["risks"] = sorted(set(now.get("risks") or []) | set(turn.risks))
        worst = max((turn.urgency, now.get("urgency") or "routine"), key=("routine", "urgent", "emergency").index)
        update["urgency"] = worst
    if turn.risks or now.get("risks"):
        update.update({slot: SKIPPED for slot in SPARED_IN_DANGER if now.get(slot) is None})
        if not now.get("service"):
            update["service"] = ["other"]
        if now.get("description") is None and turn.text:
            update["description"] = turn.text.strip()
    if update.get("location") == UNKNOWN:
        update["area"] = settle_unknown_area(now.get("candidates") or [], now.get("area"))
        update["village"] = SKIPPED
    township = update.get("location")
    if township and township != UNKNOWN and not now.get("village") and turn.text:
        village, said = match_village(township, turn.text), village_said(turn.text)
        if village:
            update.update(village=village, village_text=describe(village))
        elif said:
            update.update(village=SKIPPED, village_text=said)
    if update.get("location") and update.get("candidates"):
        update["candidates"] = None
    return update
