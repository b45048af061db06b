"""The life of a ticket: which action is allowed when, by whom, and what it changes.

`rules.RULES` is the whole state machine. `act` applies one action: one conditional UPDATE that must change
exactly one row, one history entry, the announcements. The database row is the truth: of two workers who
claim at once, one gets NotAllowed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from tickets import access, holds, ratings
from tickets.deadlines import due_for
from tickets.models import Station, Ticket, TicketEvent, Worker, priority_of, utc_now
from tickets.notices import announce
from tickets.ratings import stars
from tickets.rules import REFUSALS, REOPEN_DAYS, RESIDENT, RULES, SYSTEM, WORKER_ACTIONS, Rule
from tickets.telling import announce_event, reachable, tell, write

__all__ = [
    "RESIDENT",
    "RULES",
    "SYSTEM",
    "WORKER_ACTIONS",
    "Incomplete",
    "NotAllowed",
    "act",
    "allowed_actions",
    "stars",
]


STARS = tuple(str(number) for number in ratings.STARS)


class NotAllowed(Exception):
    """The state machine forbids it; the text says why, in Chinese, for the person who tried."""


class Incomplete(NotAllowed):
    """The action itself is possible, but something it needs was not given (a note, a destination)."""


def act(
    session: Session,
    ticket: Ticket,
    action: str,
    actor: Worker | str,
    note: str | None = None,
    to: str | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Apply one action and return the ticket as it now is; flushed, the caller commits.

    `actor` is a Worker, or "resident" / "system". `note`: remark, reply text or result. `to`: queue code or
    worker login (transfer), name of the department (refer), stars "1" to "5" (rate), where the worker reads and writes
    (hold, reply: "desk", the default, or "telegram"). Raises NotAllowed (Incomplete when something is
    missing), and access.NotVisible when the worker may not see the ticket. Whether a ticket is this
    resident's own is the caller's duty.
    """
    rule = RULES.get(action)
    if rule is None:
        raise NotAllowed(f"没有“{action}”这个操作。")
    now = now or utc_now()
    note = (note or "").strip() or None
    # The row as it is now, held until the commit (PostgreSQL: FOR UPDATE; SQLite: the session is the only
    # writer).
    session.flush()
    session.refresh(ticket, with_for_update={"of": Ticket})
    worker = actor if isinstance(actor, Worker) else None
    _check(session, ticket, action, rule, actor, note, to, now)
    changes: dict[str, Any] = {
        "status": rule.leads[ticket.status],
        "version": ticket.version + 1,
        "updated_at": now,
    }
    event, old_queue = rule.event, ticket.queue
    if action in ("claim", "hold") and worker:
        # Whoever speaks with the resident of a ticket that nobody has takes it up.
        if action == "claim" or ticket.status in ("new", "assigned"):
            changes["assigned_to"] = worker.id
        changes["acknowledged_at"] = ticket.acknowledged_at or now
    elif action == "transfer":
        destination, told = _destination(session, ticket, to)
        changes |= destination
        event = "assigned" if changes["status"] == "assigned" else event
        note = f"{told}：{note}" if note else told
    elif action == "refer":
        department = (to or "").strip()
        if not department:
            raise Incomplete("请写明转给哪个部门，例如：县残联。")
        changes["department"] = department[:100]
        note = f"转介到{department}：{note}" if note else f"转介到{department}"
    elif action == "resolve":
        changes["resolved_at"] = now
    elif action == "close":
        changes["closed_at"] = now
    elif action == "rate":
        changes["rating"] = (int(to) if to in STARS else stars(note or "")) or ticket.rating
    elif action == "reopen":
        changes |= _reopened(ticket, now)
    _apply(session, ticket, changes)
    login = worker.login if worker else str(actor)
    entry = TicketEvent(
        data_key=ticket.data_key,
        ticket_id=ticket.id,
        at=now,
        actor=login,
        event=event,
        status=ticket.status,
        note=note,
    )
    session.add(entry)
    hold = holds.hold_of(session, ticket)
    held = hold is not None and hold.worker_id is not None
    announce_event(session, ticket, event, old_queue, held, now)
    moved = holds.follow(session, ticket, action, actor, old_queue, to, now)
    if _tell_resident(session, ticket, action, worker, note, moved, now) or moved:
        announce(session, "resident.reply", ticket, now)
    session.flush()
    session.expire(ticket, ["history"])
    return ticket


def _tell_resident(
    session: Session, ticket: Ticket, action: str, worker: Worker | None, note: str | None, moved: bool, now: datetime
) -> bool:
    """What the resident reads of it; True when something was written. `moved`: they have been told where it went."""
    if action == "reply" and (conversation := reachable(session, ticket)):
        write(session, conversation, "worker", note or "", now)
        return True
    if worker is None or (action == "transfer" and (moved or ticket.status != "new")):
        return False
    told = tell(session, ticket, RULES[action].event, worker, now)
    if action == "resolve":
        ratings.ask(session, ticket, now)
    return told


def allowed_actions(ticket: Ticket) -> list[str]:
    """Worker actions the ticket's present status allows, in the order buttons are shown (who may:
    access.can_act)."""
    return [action for action in WORKER_ACTIONS if ticket.status in RULES[action].leads]


def _check(
    session: Session,
    ticket: Ticket,
    action: str,
    rule: Rule,
    actor: Worker | str,
    note: str | None,
    to: str | None,
    now: datetime,
) -> None:
    """Everything that can be said against the action before anything is written."""
    who = "worker" if isinstance(actor, Worker) else actor
    if isinstance(actor, Worker) and not access.sees_queue(actor, ticket.queue):
        raise access.NotVisible
    if who not in rule.by:
        raise NotAllowed(f"这个操作（{rule.name}）不能由{'社工' if who == 'worker' else '居民'}来做。")
    if ticket.data_key is None or ticket.data_key.dropped:
        raise NotAllowed("这位居民的信息已按本人要求删除，这张工单不能再改动。")
    if ticket.status not in rule.leads:
        raise NotAllowed(_refusal(ticket, action, rule))
    if (
        action in ("claim", "hold")
        and ticket.status == "assigned"
        and isinstance(actor, Worker)
        and ticket.assigned_to != actor.id
    ):
        name = ticket.assignee.display_name if ticket.assignee else "别的同事"
        raise NotAllowed(f"这张工单已经指派给{name}，请由{name}受理；人不在时请先转办。")
    if action == "reopen":
        finished = ticket.closed_at or ticket.resolved_at or ticket.updated_at
        if now - finished > timedelta(days=REOPEN_DAYS):
            raise NotAllowed(f"办结已经超过 {REOPEN_DAYS} 天，不能重新打开，请登记一张新的工单。")
    if rule.needs_note and not note:
        raise Incomplete(rule.needs_note)
    if action == "reply" and reachable(session, ticket) is None:
        raise NotAllowed("这位居民不在线上，收不到回复；请打电话联系，再用备注记下来。")
    if action in ("hold", "hand_back"):
        refused = holds.refusal(session, ticket, action, actor if isinstance(actor, Worker) else None, to, now)
        if refused:
            raise NotAllowed(refused)


def _refusal(ticket: Ticket, action: str, rule: Rule) -> str:
    if ticket.status in REFUSALS and not (ticket.status == "resolved" and action == "resolve"):
        return REFUSALS[ticket.status].format(name=rule.name)
    if action == "claim":
        name = ticket.assignee.display_name if ticket.assignee else "别的同事"
        return f"这张工单已经由{name}受理，不用再受理。"
    if action == "reopen":
        return "这张工单还在办理中，不用重新打开。"
    if action == "close":
        return "这张工单还没有办结；请先办结并写明结果，再关闭。"
    if ticket.status in ("new", "assigned"):
        return f"这张工单还没有人受理；请先受理，再{rule.name}。"
    return f"这张工单已经{rule.name}过了。"


def _destination(session: Session, ticket: Ticket, to: str | None) -> tuple[dict[str, Any], str]:
    """Columns a transfer sets, and the sentence the history keeps. `to`: code of a queue, or login of a
    colleague."""
    to = (to or "").strip()
    if not to:
        raise Incomplete("请写明转给谁：站点编码，或者同事的登录名。")
    station = session.get(Station, to)
    if station is not None:
        if not station.active:
            raise NotAllowed(f"{station.name}已经停用，不能转过去，请换一个站点。")
        if station.code == ticket.queue and ticket.assigned_to is None:
            raise NotAllowed(f"这张工单本来就在{station.name}，不用转办。")
        return {
            "status": "new",
            "queue": station.code,
            "level": station.level,
            "assigned_to": None,
            "acknowledged_at": None,
            "department": None,
        }, f"转到{station.name}"
    colleague = session.scalar(select(Worker).where(Worker.login == to))
    if colleague is None or not colleague.active:
        raise Incomplete(f"没有找到“{to}”：请填站点编码，或者在岗同事的登录名。")
    if not access.sees_queue(colleague, ticket.queue):
        raise NotAllowed(f"{colleague.display_name}不在这个站点，看不到这张工单；请转到对方的站点。")
    if ticket.assigned_to == colleague.id:
        raise NotAllowed(f"这张工单本来就在{colleague.display_name}手里，不用转办。")
    return {"status": "assigned", "assigned_to": colleague.id}, f"指派给{colleague.display_name}"


def _reopened(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """A reopened ticket goes back to its owner, or to the queue when that person has left; its clocks start
    anew."""
    owner = ticket.assignee
    kept = owner is not None and access.sees_queue(owner, ticket.queue)
    due = due_for(ticket.urgency, ticket.services, now)
    return {
        "status": "in_progress" if kept else "new",
        "assigned_to": ticket.assigned_to if kept else None,
        "acknowledged_at": ticket.acknowledged_at if kept else None,
        "due_acknowledge": ticket.due_acknowledge if kept else due.acknowledge,
        "due_resolve": due.resolve,
        "resolved_at": None,
        "closed_at": None,
    }


def _apply(session: Session, ticket: Ticket, changes: dict[str, Any]) -> None:
    """The one conditional UPDATE: only if nobody changed the row since it was read."""
    status = changes["status"]
    changes["priority"] = priority_of(status, ticket.urgency)
    waiting = changes.get("acknowledged_at", ticket.acknowledged_at) is None
    changes["due_at"] = changes.get("due_acknowledge", ticket.due_acknowledge) if waiting else None
    changes["due_at"] = changes["due_at"] or changes.get("due_resolve", ticket.due_resolve)
    result = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.version == ticket.version, Ticket.status == ticket.status)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        session.refresh(ticket)
        raise NotAllowed("这张工单刚刚被别人改动了，请刷新后再看。")
    session.refresh(ticket)
