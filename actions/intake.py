"""The intake form: takes one message, fills what it can, and never asks what was said."""

from __future__ import annotations

import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import keep_alarm, settle_in_danger, stand_by
from actions.answers import READERS, choice, settle_unknown_area
from actions.bare import digresses, gives_up, says_no, says_skip, says_wait, says_yes, takes_back
from actions.corrections import beside, corrections, reopen, told_more
from actions.digressions import explain, say_aside
from actions.effects import RecordConsent, to_wire
from actions.person import begin_with_person, call_person, emit_call, keep_called, wants_person
from actions.rating import undone, verdict
from actions.submit import PERSON, PLACE
from actions.turn import SKIPPED, SLOTS, UNKNOWN, Turn, read
from actions.villages import village_beside, village_said, village_words
from actions.volunteered import facts, which_of_two
from nlu.places.national import locate

# In danger the form is only: where are you, how do we reach you. The app has called a person already.
OF_DANGER = ("crisis", "child_protection", "domestic_violence", "counselling", "other")
IDLE = ("out_of_scope", "talk_to_human")  # what nobody is answered for ever
OPTIONAL = ("village", "beneficiary", "age", "name", "phone", "description")


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
    begun = turn.slots.get("draft_id")
    if begun and turn.context.get("draft") not in (None, begun):
        return _end("over")
    if begun:
        update = _go_on(turn, dispatcher)
    elif turn.context.get("rating") and verdict(turn):
        return _end("rated")
    elif undone(turn):
        return _end("undone")
    elif turn.context.get("danger") and not _is_another_matter(turn):
        return _end("stay")
    else:
        update = _settle(turn, _start(turn))
        if update.get("person"):
            emit_call(turn, update, dispatcher)
    keep_alarm(turn, update, dispatcher)
    keep_called(turn, update, dispatcher)
    return update


def _go_on(turn: Turn, dispatcher: CollectingDispatcher) -> dict[str, Any]:
    """One message in the middle of the form."""
    if _gives_up(turn):
        if instead := _instead(turn):
            dispatcher.utter_message(response="utter_corrected")
            return _settle(turn, instead)
        return _end("stay" if turn.slots.get("risks") else "cancelled")
    if takes_back(turn) and turn.slots.get("consent") is True:
        return _consented(False, turn, dispatcher)
    if turn.values:
        pressed = _pressed(turn)
        consent = pressed.get("consent")
        return _settle(turn, pressed) if consent is None else _consented(bool(consent), turn, dispatcher)
    if wants_person(turn):
        return _settle(turn, call_person(turn, dispatcher))
    if turn.awaiting is None:  # the form was resumed by a message that is not an answer
        return _settle(turn, _unanswered(turn, facts(turn)))
    corrected = {} if choice(turn) else corrections(turn)  # 两个都不是我要的 takes nothing back
    if says_wait(turn) and not corrected:  # 慢点，年龄错了，是79 corrects
        dispatcher.utter_message(response="utter_wait")
        return {}
    if corrected and corrected.get(turn.awaiting) is None:
        asked_again = all(value is None for value in corrected.values())
        if not turn.risks:  # after a cry for help nobody is told that something was changed
            dispatcher.utter_message(response="utter_say_again" if asked_again else "utter_corrected")
        rest = beside(turn) if turn.awaiting in (*OPTIONAL, "location") else None
        return _settle(turn, {**(READERS[turn.awaiting](rest) if rest else {}), **corrected, "confirm": None})
    return _answered(turn, dispatcher)


def _answered(turn: Turn, dispatcher: CollectingDispatcher) -> dict[str, Any]:
    """What the message says to the question that was asked, and beyond it."""
    awaiting = str(turn.awaiting)
    also = {**_unanswered(turn, facts(turn)), **_place_after_all(turn)}
    # Of words of danger only the place and the number are an answer.
    answer = {} if turn.risks and awaiting not in ("location", "phone", "description") else READERS[awaiting](turn)
    if not answer and awaiting not in also:
        return _unclear(turn, also, dispatcher)
    if "consent" in answer:
        return _consented(answer["consent"], turn, dispatcher, also)
    if answer.get("phone") == SKIPPED and turn.slots.get("risks") and not says_skip(turn):  # 莫打，他听得到
        stand_by(turn, dispatcher)
    update = {**also, **answer, "stuck": 0}
    if update.get("location") == UNKNOWN and not turn.slots.get("risks"):
        dispatcher.utter_message(response="utter_place_unknown")
    elif awaiting in answer and answer[awaiting] is None:
        dispatcher.utter_message(response="utter_say_again")
    return _settle(turn, update)


def _unclear(turn: Turn, also: dict[str, Any], dispatcher: CollectingDispatcher) -> dict[str, Any]:
    """The message answered nothing: an aside, more facts, or words not understood. Nobody is asked a third time."""
    if turn.risks:
        return _settle(turn, also)
    more = told_more(turn)
    if also or more:
        dispatcher.utter_message(response="utter_added" if more else "utter_noted")
        return _settle(turn, {**also, **more})
    tries = (turn.slots.get("stuck") or 0) + 1
    # Idle words are an aside, twice; after an answer that was not understood they are a second one.
    if (tries < 2 or turn.intent not in IDLE) and say_aside(turn, dispatcher):
        return _settle(turn, {"stuck": tries - 0.5} if turn.intent in IDLE else {})
    update: dict[str, Any] = {"stuck": tries, **_asked_again(turn)}
    if turn.slots.get("risks"):
        stand_by(turn, dispatcher)
    if tries >= 2 and turn.awaiting in OPTIONAL:
        update.update({turn.awaiting: SKIPPED, "stuck": 0})
    if not turn.slots.get("risks"):
        explain(turn, dispatcher, left_open=update["stuck"] == 0)
    return _settle(turn, update)


def _asked_again(turn: Turn) -> dict[str, Any]:
    """The second question for the matter or the place is the last one."""
    return {"service": {"service_asked": True}, "location": {"place_asked_again": True}}.get(turn.awaiting or "", {})


def _consented(
    granted: bool, turn: Turn, dispatcher: CollectingDispatcher, also: dict[str, Any] | None = None
) -> dict[str, Any]:
    dispatcher.utter_message(json_message={"effect": to_wire(RecordConsent(granted))})
    return _settle(turn, {**(also or {}), "consent": True, "stuck": 0}) if granted else _end("declined")


def _end(outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "requested_slot": None}


def _gives_up(turn: Turn) -> bool:
    """不办了 ends the form; 算了 to a question that may be left open only leaves it open; gibberish ends nothing."""
    if turn.values.get("confirm"):
        return False
    if gives_up(turn) and not turn.risks:
        return True
    if turn.intent != "cancel":
        return False
    if not turn.text:  # the button
        return True
    chinese = any("\u4e00" <= character <= "\u9fff" for character in turn.text)
    return turn.confidence > 0.6 and chinese and not (turn.awaiting in OPTIONAL and says_skip(turn))


def _instead(turn: Turn) -> dict[str, Any]:
    """这个不办了，给我女儿办…: the new matter, for whom it is; the place, the number and consent stay."""
    new = [each["code"] for each in turn.services if each["code"] not in (turn.slots.get("service") or [])]
    if not new or turn.slots.get("risks"):
        return {}
    anew = dict.fromkeys(("service", "either", "beneficiary", "age", "name", "description", "confirm"))
    return {**anew, **facts(turn), "service": new}


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
        filled.update(_remembered(turn, PLACE))
        if turn.context.get("station"):
            filled.setdefault("location", turn.context["station"])
    last = _remembered(turn, PERSON)
    if last and filled.get("beneficiary") == last.get("beneficiary"):
        filled = {**last, **filled}
    filled = {**_remembered(turn, ("phone",)), **filled}
    if turn.context.get("consented"):
        filled["consent"] = True
    if turn.intent == "talk_to_human" and not turn.risks:
        return begin_with_person(turn, filled)
    return filled


def _remembered(turn: Turn, slots: tuple[str, ...]) -> dict[str, Any]:
    """What the request before this one knew; a village that was skipped is not asked for again."""
    known = {slot: turn.slots.get(f"last_{slot}") for slot in slots}
    known = {slot: value for slot, value in known.items() if value and (value != SKIPPED or slot == "village")}
    return {} if known.get("location") == UNKNOWN else known


def _pressed(turn: Turn) -> dict[str, Any]:
    """A button: its value is taken as it is, since the app lets only offered buttons through."""
    values = dict(turn.values)
    if "edit" in values:
        return {**reopen(values["edit"]), "confirm": None}
    if "service" in values:
        offered = turn.slots.get("either") or []
        if values["service"] == "neither":
            return {"either": []}
        values["service"] = (offered or None) if values["service"] == "both" else [values["service"]]
    if values.get("location") == "other":
        return {**reopen("location"), "place_asked_again": True}
    return {slot: value for slot, value in values.items() if slot in SLOTS}


def _unanswered(turn: Turn, found: dict[str, Any]) -> dict[str, Any]:
    """Only what no earlier answer holds: a fact in passing never overwrites what the resident chose."""
    if turn.awaiting == "consent" and (says_yes(turn) or says_no(turn)):
        return {}
    vague = {"beneficiary"} if turn.slots.get("beneficiary") == "其他" else set()
    settled = {"either"} if turn.slots.get("service") else set()
    fresh = {
        slot: value
        for slot, value in found.items()
        if slot not in settled and (turn.slots.get(slot) is None or slot in vague)
    }
    return {**fresh, **which_of_two(turn, found)}


def _place_after_all(turn: Turn) -> dict[str, Any]:
    """The township, named after it was given up."""
    if turn.slots.get("location") != UNKNOWN or digresses(turn):
        return {}
    candidates = turn.slots.get("candidates")
    tries = [locate(turn.text, within=candidates, asked=True)] if candidates else []
    for place in (*tries, locate(turn.text)):
        if place.status == "resolved" and place.code:
            return {"location": place.code, "village": place.village_code}
    return {}


def _settle(turn: Turn, update: dict[str, Any]) -> dict[str, Any]:
    """Draws the conclusions of new slots: what need not be asked any more."""
    settle_in_danger(turn, update)
    now = {**turn.slots, **update}
    if update.get("location") == UNKNOWN:
        update["area"] = settle_unknown_area(now.get("candidates") or [], now.get("area"))
        update["village"] = SKIPPED
    township = update.get("location")
    if township and township != UNKNOWN and not now.get("village") and turn.text:
        village, said = village_beside(township, turn.text), village_said(turn.text)
        if village:
            update.update(village=village, village_text=village_words(village, turn.text))
        elif said:
            update.update(village=SKIPPED, village_text=said)
    if update.get("location") and update.get("candidates"):
        update["candidates"] = None
    return update
