"""In the middle of the form: a question, a greeting, an insult, a word not understood. Then back to the question."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.effects import AnswerPolicy, ShowProgress, to_wire
from actions.turn import Turn

_REPLIES = {
    "greet": "utter_still_here",
    "thank": "utter_welcome",
    "bot_question": "utter_who_am_i",
    "privacy_request": "utter_privacy",
    "talk_to_human": "utter_human_soon",
    "out_of_scope": "utter_let_us_go_on",
    "goodbye": "utter_come_back",
    "rate_service": "utter_welcome",
}
_CLEAR = 0.45  # confidence from which the intent is believed over "this was meant as an answer"


def respond(turn: Turn, dispatcher: CollectingDispatcher) -> None:
    """Says one thing about a message that answered nothing; the form then repeats its question."""
    if turn.risks:  # the app has spoken already
        return
    if turn.intent == "ask_policy" and turn.confidence >= _CLEAR:
        services = [each["code"] for each in turn.services] or turn.known("service") or []
        dispatcher.utter_message(json_message={"effect": to_wire(AnswerPolicy(turn.text, services))})
    elif turn.intent in ("ask_status", "complain") and turn.confidence >= _CLEAR and turn.context.get("tickets"):
        dispatcher.utter_message(json_message={"effect": to_wire(ShowProgress())})
    elif turn.intent in _REPLIES and turn.confidence >= _CLEAR:
        dispatcher.utter_message(response=_REPLIES[turn.intent])
    elif turn.awaiting not in (None, "consent", "confirm", "location", "service"):
        dispatcher.utter_message(response=f"utter_unclear_{turn.awaiting}")
    elif turn.awaiting:
        dispatcher.utter_message(response="utter_unclear")
