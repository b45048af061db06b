"""How a ticket looks outside: the contract's JSON, and the masked row of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tickets.catalogue import service_names
from tickets.models import LOCAL, Ticket
from tickets.sealing import ERASED

STATUS_NAMES = {
    "new": "待受理",
    "assigned": "已指派",
    "accepted": "已受理",
    "in_progress": "办理中",
    "referred": "已转介",
    "resolved": "已办结",
    "closed": "已关闭",
    "withdrawn": "已撤回",
}
URGENCY_NAMES = {"emergency": "紧急", "urgent": "加急", "routine": "一般"}
CHANNEL_NAMES = {"web": "网页", "telegram": "Telegram", "wechat": "微信", "phone": "电话", "visit": "上门"}
LEVEL_NAMES = {"township": "乡镇", "county": "县", "city": "市", "province": "省"}
EVENT_NAMES = {
    "created": "提交",
    "supplemented": "补充",
    "called": "居民找真人",
    "complained": "居民投诉",
    "held": "接管对话",
    "handed_back": "对话交回助手",
    "claimed": "受理",
    "assigned": "指派",
    "transferred": "转办",
    "referred": "转介",
    "noted": "备注",
    "replied": "回复居民",
    "resolved": "办结",
    "closed": "关闭",
    "reopened": "重新打开",
    "withdrawn": "居民撤回",
    "rated": "居民评价",
    "erased": "删除个人信息",
    "restricted": "按居民要求封存",
    "corrected": "居民更正信息",
}


def as_json(ticket: Ticket) -> dict[str, Any]:
    """The whole ticket in the contract's shape. Times are ISO 8601 in local time (+08:00). For eyes that
    may see it."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "township": ticket.township,
        "village": ticket.village,
        "queue": ticket.queue,
        "level": ticket.level,
        "services": list(ticket.services),
        "urgency": ticket.urgency,
        "risks": list(ticket.risks),
        "channel": ticket.channel,
        "beneficiary": {
            "relation": ticket.relation,
            "age": ticket.age,
            "name": ticket.beneficiary_name,
            "phone": ticket.phone,
        },
        "description": ticket.description,
        "assigned_to": ticket.assignee.login if ticket.assignee else None,
        "due": {"acknowledge": local_iso(ticket.due_acknowledge), "resolve": local_iso(ticket.due_resolve)},
        "history": [
            {"at": local_iso(entry.at), "actor": entry.actor, "event": entry.event, "note": entry.note}
            for entry in ticket.history
        ],
    }


def row(ticket: Ticket) -> dict[str, Any]:
    """One line of a list: no description, name and phone masked (李**, 138****0000)."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "status_name": STATUS_NAMES[ticket.status],
        "township": ticket.township,
        "village": ticket.village,
        "queue": ticket.queue,
        "level": ticket.level,
        "services": list(ticket.services),
        "service_names": service_names(ticket.services),
        "urgency": ticket.urgency,
        "urgency_name": URGENCY_NAMES[ticket.urgency],
        "risks": list(ticket.risks),
        "channel": ticket.channel,
        "name": mask_name(ticket.beneficiary_name),
        "phone": mask_phone(ticket.phone),
        "age": ticket.age,
        "assigned_to": ticket.assignee.login if ticket.assignee else None,
        "assignee_name": ticket.assignee.display_name if ticket.assignee else None,
        "due": local_iso(ticket.due_at),
        "created_at": local_iso(ticket.created_at),
        "updated_at": local_iso(ticket.updated_at),
        "degraded": ticket.degraded,
        "is_demo": ticket.is_demo,
    }


def local_iso(moment: datetime) -> str:
    """ISO 8601 to the second, local time: 2026-11-22T09:00:00+08:00."""
    return moment.astimezone(LOCAL).isoformat(timespec="seconds")


def mask_name(name: str | None) -> str | None:
    """李大山 → 李**; the length is not given away either."""
    if not name or name == ERASED:
        return name
    return name.strip()[:1] + "**"


def mask_phone(phone: str | None) -> str | None:
    """13800000000 → 138****0000; anything too short to keep both ends becomes ****."""
    if not phone or phone == ERASED:
        return phone
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else "****"
