"""The state machine of a ticket as one table: which action leads from which status to which, and who may do
it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tickets.models.ticket import OPEN

REOPEN_DAYS = 30
RESIDENT = "resident"
SYSTEM = "system"


@dataclass(frozen=True)
class Rule:
    """One action: its Chinese name, who may do it, the status it leads to from each status, its name in the
    history."""

    name: str
    by: frozenset[str]
    leads: Mapping[str, str]
    event: str
    needs_note: str = ""  # what to ask for when the note is missing; "" = optional


def _stay(*statuses: str) -> dict[str, str]:
    return {status: status for status in statuses}


WORKER = frozenset({"worker"})
ANYONE = frozenset({"worker", RESIDENT, SYSTEM})

RULES: Mapping[str, Rule] = {
    # action           name      by      status before → after                                     history
    "claim": Rule("受理", WORKER, {"new": "accepted", "assigned": "accepted"}, "claimed"),
    # to a queue: new, owned by nobody; to a colleague: assigned (decided in _destination)
    "transfer": Rule("转办", WORKER, dict.fromkeys(OPEN, "new"), "transferred"),
    # to a department outside; the station keeps the ticket and follows it
    "refer": Rule("转介", WORKER, dict.fromkeys(("accepted", "in_progress", "referred"), "referred"), "referred"),
    # the system: a message that did not get through
    "note": Rule("备注", WORKER | {SYSTEM}, _stay(*OPEN, "resolved"), "noted", "请写下备注的内容。"),
    "reply": Rule("回复", WORKER, {**_stay(*OPEN), "accepted": "in_progress"}, "replied", "请写下要回复居民的话。"),
    "resolve": Rule(
        "办结",
        WORKER,
        dict.fromkeys(("accepted", "in_progress", "referred"), "resolved"),
        "resolved",
        "办结时请写明结果：办了什么、居民得到了什么。",
    ),
    "close": Rule("关闭", WORKER | {SYSTEM}, {"resolved": "closed"}, "closed"),
    # to "new" when nobody owns it any more (decided in act); within 30 days
    "reopen": Rule("重新打开", ANYONE, {"resolved": "in_progress", "closed": "in_progress"}, "reopened"),
    # to speak with the resident oneself, through the assistant, which is silent meanwhile; takes the ticket up as well
    "hold": Rule("接管对话", WORKER, {**_stay(*OPEN), "new": "accepted", "assigned": "accepted"}, "held"),
    "hand_back": Rule("交回助手", ANYONE, _stay(*OPEN), "handed_back"),
    "call": Rule("找真人", frozenset({RESIDENT}), _stay(*OPEN), "called"),
    "complain": Rule("投诉", frozenset({RESIDENT}), _stay(*OPEN), "complained", "请说说哪里不满意。"),
    "supplement": Rule("补充", frozenset({RESIDENT, SYSTEM}), _stay(*OPEN), "supplemented", "请说说要补充什么。"),
    "rate": Rule("评价", frozenset({RESIDENT}), _stay("resolved", "closed"), "rated", "请说说您满意不满意。"),
    "withdraw": Rule("撤回", frozenset({RESIDENT}), dict.fromkeys(OPEN, "withdrawn"), "withdrawn"),
}

WORKER_ACTIONS = tuple(action for action, rule in RULES.items() if "worker" in rule.by)
"""claim, transfer, refer, note, reply, resolve, close, reopen, hold, hand_back: in the order buttons are shown."""

REFUSALS = {
    "resolved": "这张工单已经办结，不能再{name}；要接着办，请先重新打开。",
    "closed": "这张工单已经关闭，不能再{name}；要接着办，请先重新打开。",
    "withdrawn": "居民已经撤回这张工单，不能再{name}。",
}
