"""Outside the form: effects for the app, one action each."""

from __future__ import annotations

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import NAMES
from actions.effects import (
    AddSupplement,
    AnswerPolicy,
    AskPrivacy,
    CallHuman,
    Effect,
    OfferWithdrawal,
    RateTicket,
    RecordConsent,
    ReopenTicket,
    ShowProgress,
    WithdrawTicket,
    to_wire,
)
from actions.rating import undone, verdict
from actions.turn import Turn, read
from nlu.requests import wants_it_after_all

_REPLIES = {
    "greet": "utter_greet",
    "thank": "utter_welcome",
    "goodbye": "utter_goodbye",
    "affirm": "utter_what_can_i_do",
    "deny": "utter_fine",
    "bot_question": "utter_who_am_i",
    "cancel": "utter_nothing_to_cancel",
}


class Talk(Action):
    """Small talk outside the form. 谢谢你们，我不想活了 is none: whatever holds danger begins the form."""

    def name(self) -> str:
        """The action that the rules of small talk predict."""
        return "action_talk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One response, or the form."""
        turn = read(tracker)
        idle = not turn.context.get("asked") and not turn.context.get("danger")
        if turn.risks or (idle and wants_it_after_all(turn.text)):
            return [FollowupAction("intake_form")]
        effect = _effect_of(turn)
        if effect:
            dispatcher.utter_message(json_message={"effect": to_wire(effect)})
        else:
            dispatcher.utter_message(response=_REPLIES.get(turn.intent, "utter_out_of_scope"))
        return []


def _effect_of(turn: Turn) -> Effect | None:
    """What is no small talk: a wish about personal data, an answer to the app's question, a word in danger."""
    if turn.intent == "privacy_request":
        return AskPrivacy(turn.text)
    if turn.context.get("asked") and turn.intent in ("affirm", "deny"):
        return RecordConsent(turn.intent == "affirm", str(turn.context["asked"]))
    if turn.context.get("danger") and turn.text:
        # 嗯, 好, 谢谢 after an alarm: somebody is still there. Whoever comes reads it, and the talk is not ended.
        return AddSupplement(turn.text, in_danger=True)
    return judged(turn)


def judged(turn: Turn) -> Effect | None:
    """The answer to the question for a rating, if that is what was asked last; and whatever says that finished work is
    not done."""
    answer: Effect | None = verdict(turn) if turn.context.get("rating") else None
    if answer is None and undone(turn):
        answer = AddSupplement(turn.text, complaint=True)
    return answer


class _Effect(Action):
    kind = ""

    def name(self) -> str:
        """The action a rule predicts."""
        return f"action_{self.kind}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Emits the effect; the app finds the words, since only it knows the facts. Danger comes first, and a request
        at the end of a question begins the form."""
        turn = read(tracker)
        if turn.risks or turn.intent == "request_service":
            return [FollowupAction("intake_form")]
        dispatcher.utter_message(json_message={"effect": to_wire(self.effect(turn))})
        self.add(turn, dispatcher)
        return []

    def effect(self, turn: Turn) -> Effect:
        """The effect of this turn."""
        raise TypeError(f"{type(self).__name__} has no effect")

    def add(self, turn: Turn, dispatcher: CollectingDispatcher) -> None:
        """What follows the app's words."""


class AnswerPolicyQuestion(_Effect):
    """A question about policy; then an offer to apply."""

    kind = "answer_policy"

    def effect(self, turn: Turn) -> Effect:
        """The question in the resident's words, with the services it is about."""
        return AnswerPolicy(turn.text, [each["code"] for each in turn.services])

    def add(self, turn: Turn, dispatcher: CollectingDispatcher) -> None:
        """One button per service understood, the likeliest only."""
        if not turn.services:
            return
        code = turn.services[0]["code"]
        dispatcher.utter_message(
            text="想办的话点下面的，我转给当地社工站，请他们给您办、给您算。",
            buttons=[
                {"title": f"帮我办：{NAMES[code]}", "payload": f'/request_service{{"service": "{code}"}}'},
                {"title": "先不用", "payload": "/deny"},
            ],
        )


class Progress(_Effect):
    """How the requests stand."""

    kind = "show_progress"

    def effect(self, turn: Turn) -> Effect:
        """No parameters: the app knows the conversation."""
        return ShowProgress()


class _AboutTicket(_Effect):
    """Something about a request already filed; where nothing was filed here it is a new request."""

    nothing_filed: ClassVar[dict[str, str]] = {"complain": "utter_sorry_nothing_filed"}
    wanted = "tickets"  # what of the context there must be

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Emits the effect, or begins the form with a word about it."""
        turn = read(tracker)
        if not turn.risks and (answer := judged(turn)):
            dispatcher.utter_message(json_message={"effect": to_wire(answer)})
            return []
        if turn.context.get(self.wanted):
            return super().run(dispatcher, tracker, domain)
        if self.nothing_filed.get(turn.intent) and not turn.risks:
            dispatcher.utter_message(response=self.nothing_filed[turn.intent])
        return [FollowupAction("intake_form")]


class Supplement(_AboutTicket):
    """More about something filed, or discontent with it."""

    kind = "add_supplement"

    def effect(self, turn: Turn) -> Effect:
        """The words as they are; or after its button was pressed the reopening."""
        number = turn.values.get("reopen")
        return ReopenTicket(number) if number else AddSupplement(turn.text, complaint=turn.intent == "complain")


class Human(_AboutTicket):
    """A person is asked for: for the request that is open, else the form files one with what is known."""

    kind = "call_human"
    wanted = "open"

    def effect(self, turn: Turn) -> Effect:
        """The words as they are."""
        return CallHuman(turn.text)


class Withdraw(_Effect):
    """Withdrawing is asked once more, by name, since it cannot be taken back by a slip of the tongue."""

    kind = "withdraw"

    def effect(self, turn: Turn) -> Effect:
        """The offer, or after the button was pressed the withdrawal itself."""
        number = turn.values.get("ticket")
        return WithdrawTicket(number) if number else OfferWithdrawal()


class Rate(_Effect):
    """A verdict on finished work."""

    kind = "rate"

    def effect(self, turn: Turn) -> Effect:
        """The stars and the words, whether they were asked for or not."""
        return verdict(turn) or RateTicket(turn.text)
