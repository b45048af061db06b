"""What a resident is told without asking, and who else is told of a change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tickets.models import TRIAGE, Conversation, Message, Station, Ticket, Worker
from tickets.notices import announce

# No word of the matter itself: the phone may be shared with the wrong person.
TOLD = {
    "claimed": "您的事（受理号 {number}）{worker}已经接手了，会跟您联系。",
    "transferred": "您的事（受理号 {number}）转给{desk}了，那边的社工会接着办、跟您联系。",
    "referred": "您的事（受理号 {number}）已经转给相关部门办理，社工会一直跟着，有消息就告诉您。",
    "resolved": "您的事（受理号 {number}）社工说办好了。要是没办好、您不满意，回我一句话，我们接着办。",
    "reopened": "您的事（受理号 {number}）重新打开了，社工会接着办。",
    "held": "{worker}来了，正在看您的话。您直接说就行，我先不插话。",
}
_KINDS = {
    "claimed": "ticket.claimed",
    "held": "ticket.claimed",
    "assigned": "ticket.assigned",
    "supplemented": "ticket.supplemented",
    "withdrawn": "ticket.withdrawn",
    "complained": "ticket.complaint",
    "called": "person.wanted",
}

Button = dict[str, str]


def desk_name(station: Station) -> str:
    """A desk as residents are told of it; the desk of last resort means nothing to them by its name."""
    return "值班总台" if station.code == TRIAGE else station.name


def worker_name(worker: Worker | None, station: Station) -> str:
    """A worker as residents are told of them: by name only where their station wants it so."""
    if worker is None or not station.shows_names:
        return "社工"
    return worker.display_name if "社工" in worker.display_name else f"社工{worker.display_name}"


def reachable(session: Session, ticket: Ticket) -> Conversation | None:
    """The conversation a ticket came from; None when there is none to write into (phone, visit, erased)."""
    conversation = session.get(Conversation, ticket.conversation_id) if ticket.conversation_id else None
    if conversation is None or conversation.data_key is None or conversation.data_key.dropped:
        return None
    return conversation


def write(
    session: Session,
    conversation: Conversation,
    author: str,
    text: str,
    now: datetime,
    buttons: list[Button] | None = None,
    source: str | None = None,
) -> None:
    """Put a message into a conversation, to be sent. With `buttons` (the assistant's) only these may be pressed now."""
    session.add(
        Message(
            data_key=conversation.data_key,
            conversation_id=conversation.id,
            author=author,
            text=text,
            buttons=buttons or [],
            source_id=source,
            created_at=now,
        )
    )
    if buttons:
        conversation.offered = [each["payload"] for each in buttons]
        conversation.offer_no += 1


def tell(session: Session, ticket: Ticket, event: str, worker: Worker | None, now: datetime) -> bool:
    """Tell the resident what a worker did; False when there is nothing to tell, or nobody to hear it."""
    conversation = reachable(session, ticket)
    if event not in TOLD or conversation is None:
        return False
    station = session.get_one(Station, ticket.queue)
    text = TOLD[event].format(number=ticket.number, worker=worker_name(worker, station), desk=desk_name(station))
    write(session, conversation, "system", text, now)
    return True


def announce_event(session: Session, ticket: Ticket, event: str, old_queue: str, held: bool, now: datetime) -> None:
    """Tell workers what happened. `held`: the ticket's conversation is in a person's hands, so that what the resident
    adds is said to that person."""
    if ticket.queue != old_queue:
        announce(session, "ticket.updated", ticket, now, queue=old_queue)
    kind = _KINDS.get(event, "ticket.updated")
    if event in ("transferred", "reopened") and ticket.status == "new":
        kind = "ticket.new"
    if held and event == "supplemented":
        kind = "resident.said"
    announce(session, kind, ticket, now)
