"""In the middle of the form: a question, a greeting, an insult, a word not understood. Then back to the question."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.bare import says_no, says_yes
from actions.effects import AddSupplement, AnswerPolicy, AskPrivacy, ShowProgress, to_wire
from actions.turn import Turn

_REPLIES = {
    "greet": "utter_still_here",
    "thank": "utter_welcome",
    "bot_question": "utter_who_am_i",
    "out_of_scope": "utter_let_us_go_on",
    "goodbye": "utter_come_back",
    "rate_service": "utter_welcome",
}
_CLEAR = 0.45  # confidence from which the intent is believed over "this was meant as an answer"
_SURE = 0.7  # … from which discontent is told to the supervisor


def say_aside(turn: Turn, dispatcher: CollectingDispatcher) -> bool:
    """Answers a message that was no answer but something else; False when it was not that either."""
    if turn.confidence < _CLEAR:
        return False
    if turn.intent == "ask_policy":
        services = [each["code"] for each in turn.services] or turn.known("service") or []
        dispatcher.utter_message(json_message={"effect": to_wire(AnswerPolicy(turn.text, services))})
    elif turn.intent == "complain" and turn.confidence >= _SURE and turn.context.get("tickets"):
        dispatcher.utter_message(json_message={"effect": to_wire(AddSupplement(turn.text, complaint=True))})
    elif turn.intent in ("ask_status", "complain") and turn.context.get("tickets"):
        dispatcher.utter_message(json_message={"effect": to_wire(ShowProgress())})
    elif turn.intent == "privacy_request":
        dispatcher.utter_message(json_message={"effect": to_wire(AskPrivacy(turn.text))})
    elif turn.intent in _REPLIES:
        dispatcher.utter_message(response=_REPLIES[turn.intent])
    else:
        return False
    return True


def explain(turn: Turn, dispatcher: CollectingDispatcher, left_open: bool) -> None:
    """Says what kind of answer is meant, or that the question is left open."""
    if left_open:
        kind = "utter_left_open"
    elif turn.awaiting == "phone" and sum(character.isdigit() for character in turn.text) < 5:
        kind = "utter_no_number"
    elif turn.awaiting == "village" and says_yes(turn):
        kind = "utter_which_village"
    elif turn.awaiting == "confirm" and says_no(turn):
        kind = "utter_which_wrong"
    else:
        kind = f"utter_unclear_{turn.awaiting}"
    dispatcher.utter_message(response=kind)
