"""How a ticket looks in Telegram: a notice (no personal data), a line of a list, and the card in a private chat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import object_session

from bot.telegram.inbox import mask_id_numbers
from nlu.places.national import describe
from tickets import access, holds
from tickets.catalogue import risks, service_names
from tickets.models import LOCAL, Ticket, Worker
from tickets.view import EVENT_NAMES, STATUS_NAMES, URGENCY_NAMES, mask_name, mask_phone

MARKS = {"emergency": "🔴", "urgent": "🟠", "routine": "🔵"}
HEADS = {
    "ticket.new": "新工单",
    "ticket.assigned": "指派给您的工单",
    "ticket.supplemented": "居民补充了情况",
    "ticket.undelivered": "您的话还没有送到居民那里，请看工单里的备注",
    "ticket.withdrawn": "居民撤回了，不用再办",
    "ticket.complaint": "居民不满意，请尽快看看",
    "ticket.danger": "对话里有危险，请马上看",
    "person.wanted": "居民要找真人，正在等",
    "resident.said": "居民有新的话，请到工作台看",
}
SAID = "💬 居民（工单 {number}）"
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
CHILD = 14  # younger: what was said about the child stays off a server abroad
HISTORY = 6
KINDS = {"photo": "照片", "voice": "语音", "file": "文件", "video": "视频", "location": "位置"}


def place(ticket: Ticket) -> str:
    """The township (or county) in words; the station's desk when nobody knows."""
    code = ticket.township or ticket.county
    try:
        return describe(code) if code else "地方还不清楚"
    except KeyError:  # a division newer than our gazetteer
        return f"区划 {code}"


def notice(kind: str, ticket: Ticket) -> str:
    """What lands on a lock screen: urgency, number, township, service. Nothing about the person."""
    services = "、".join(service_names(ticket.services)) or "事项待了解"
    due = ticket.due_at.astimezone(LOCAL)
    by = "" if kind in ("ticket.withdrawn", "resident.said") else f"\n请在 {due.month}月{due.day}日 {due:%H:%M} 前处理"
    return (
        f"{MARKS[ticket.urgency]} {URGENCY_NAMES[ticket.urgency]} · {HEADS[kind]}\n"
        f"{ticket.number}\n{place(ticket)}\n{services}{by}"
    )


def said(ticket: Ticket, words: str) -> str:
    """What the resident just said, for the worker who speaks with them: no numbers of persons, no child's story."""
    head = SAID.format(number=ticket.number)
    if is_child(ticket):
        return f"{head}\n（涉及未满十四岁的孩子，请到网页工作台看）"
    return f"{head}\n" + _PHONE.sub(r"\1****\2", mask_id_numbers(words))


def is_child(ticket: Ticket) -> bool:
    """Whether it is about somebody so young that their story stays off a server abroad."""
    return ticket.age is not None and ticket.age < CHILD


def line(index: int, ticket: Ticket) -> str:
    """One entry of a list, as bare of personal data as a notice."""
    services = "、".join(service_names(ticket.services)) or "事项待了解"
    owner = f" · {ticket.assignee.display_name}" if ticket.assignee else ""
    return f"{index}. {MARKS[ticket.urgency]} {ticket.number}\n　{services} · {STATUS_NAMES[ticket.status]}{owner}"


def card(ticket: Ticket, kinds: Sequence[str] = ()) -> str:
    """The ticket for a worker's private chat: name and phone masked, no ID numbers, no child's story.

    `kinds` of its files, which are counted here and looked at in the console: photos of papers and of people, and
    voices, are not sent to a server abroad.
    """
    due = ticket.due_at.astimezone(LOCAL)
    owner = ticket.assignee.display_name if ticket.assignee else "还没有人认领"
    person = "，".join(
        part
        for part in (
            ticket.relation,
            mask_name(ticket.beneficiary_name),
            f"{ticket.age} 岁" if ticket.age is not None else None,
            mask_phone(ticket.phone),
        )
        if part
    )
    said = (
        "（涉及未满十四岁的孩子，详情请到网页工作台看）"
        if is_child(ticket)
        else mask_id_numbers(ticket.description or "（没有说明）")
    )
    events = [
        f"{event.at.astimezone(LOCAL):%m-%d %H:%M} {EVENT_NAMES.get(event.event, event.event)}（{_who(event.actor)}）"
        for event in ticket.history[-HISTORY:]
    ]
    dangers = "、".join(risks().get(code, code) for code in ticket.risks)
    lines = [
        f"{MARKS[ticket.urgency]} 工单 {ticket.number}",
        f"{URGENCY_NAMES[ticket.urgency]} · {STATUS_NAMES[ticket.status]} · {owner}",
        f"地方：{place(ticket)}",
        f"事项：{'、'.join(service_names(ticket.services)) or '待了解'}",
        f"危险：{dangers}" if dangers else "",
        f"居民：{person}" if person else "",
        f"请在 {due.month}月{due.day}日 {due:%H:%M} 前处理",
        f"\n{said}",
        f"附件：{_counted(kinds)}（到网页工作台里看、听）" if kinds else "",
        "\n经过：\n" + "\n".join(events) if events else "",
    ]
    return "\n".join(part for part in lines if part)


def _counted(kinds: Sequence[str]) -> str:
    return "、".join(f"{KINDS.get(kind, kind)} {count} 个" for kind, count in Counter(kinds).items())


def possible_actions(worker: Worker, ticket: Ticket) -> list[str]:
    """What a worker may press under a ticket now. First take it, then work on it; while they speak with the resident
    they need no button to answer, only one to stop."""
    session = object_session(ticket)
    hold = holds.hold_of(session, ticket) if session else None
    talks = ticket.conversation_id is not None
    if hold and hold.worker_id == worker.id and hold.via == "telegram":
        wanted = ["hand_back", "resolve"]
    elif access.can_act(worker, ticket, "claim"):
        wanted = ["claim", "hold"] if talks and hold else ["claim"]
    else:
        wanted = ["reply", "hold", "resolve"] if talks else ["reply", "resolve"]
    return [*(action for action in wanted if access.can_act(worker, ticket, action)), "show"]


def _who(actor: str) -> str:
    return {"resident": "居民", "system": "系统"}.get(actor, actor)
