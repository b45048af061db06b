"""The end of the form: the effect that files it, or a word that nothing was filed."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.effects import AddSupplement, FileIntake, RateTicket, to_wire
from actions.rating import verdict
from actions.talk import AnswerPolicyQuestion, Human, Progress, Rate, Supplement, Talk, Withdraw
from actions.turn import Turn, read

PLACE, PERSON = ("location", "village", "village_text"), ("beneficiary", "age", "name")
KEPT = (*PLACE, *PERSON, "phone")
# The request this form was for has ended meanwhile, in a person's hands: the message is heard as if there were no form.
# Not by FollowupAction, after which no rule would know what comes next; but a need may begin a form.
_AFRESH: dict[str, Action] = {
    **dict.fromkeys(
        ("greet", "thank", "goodbye", "affirm", "deny", "bot_question", "privacy_request", "out_of_scope", "cancel"),
        Talk(),
    ),
    "ask_policy": AnswerPolicyQuestion(),
    "ask_status": Progress(),
    "supplement": Supplement(),
    "complain": Supplement(),
    "withdraw": Withdraw(),
    "rate_service": Rate(),
    "talk_to_human": Human(),
}


class SubmitIntake(Action):
    """Emits FileIntake. It never claims that anything was filed: only the app knows, after its commit."""

    def name(self) -> str:
        """The action that the rule predicts when the form is done."""
        return "action_submit_intake"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Resets the form; what a second request would ask again stays known."""
        turn = read(tracker)
        outcome = turn.slots.get("outcome")
        if outcome == "cancelled":
            dispatcher.utter_message(response="utter_cancelled")
        elif outcome == "declined":
            dispatcher.utter_message(response="utter_declined")
        elif outcome == "stay":
            words = AddSupplement(turn.text or "（先不说了）", in_danger=True)
            dispatcher.utter_message(json_message={"effect": to_wire(words)})
        elif outcome == "rated":
            dispatcher.utter_message(json_message={"effect": to_wire(verdict(turn) or RateTicket(turn.text))})
        elif outcome == "undone":
            dispatcher.utter_message(json_message={"effect": to_wire(AddSupplement(turn.text, complaint=True))})
        elif outcome == "over":
            action = _AFRESH.get(turn.intent)
            events = action.run(dispatcher, tracker, domain) if action else [FollowupAction("intake_form")]
            return [AllSlotsReset(), *events]
        else:
            dispatcher.utter_message(json_message={"effect": to_wire(intake(turn))})
        kept = {} if outcome else {slot: turn.slots.get(slot) for slot in KEPT}
        return [AllSlotsReset(), *(SlotSet(f"last_{slot}", value) for slot, value in kept.items() if value)]


def intake(turn: Turn) -> FileIntake:
    """The answers as an effect; skipped ones are None."""
    township, area = turn.known("location"), turn.slots.get("area")
    return FileIntake(
        draft_id=turn.slots["draft_id"],
        services=turn.slots.get("service") or ["other"],
        township=township,
        county=None if township else area,
        village=turn.known("village"),
        village_text=turn.slots.get("village_text"),
        relation=turn.known("beneficiary"),
        age=turn.known("age"),
        name=turn.known("name"),
        phone=turn.known("phone"),
        description=turn.known("description") or "",
        risks=turn.slots.get("risks") or [],
        urgency=turn.slots.get("urgency") or "routine",
    )
