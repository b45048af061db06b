"""Announcing what happened: outbox row → Redis stream → each consumer once.

The row is written in the transaction that made the thing true; the dispatcher relays it afterwards. A crash
between publishing and marking it sent announces it twice, so a consumer asks `first_delivery` in its own
transaction. Redis may lose everything: `unsend` puts rows back.

| Redis key      | type   | fields of an entry; no personal data                                     |
| -------------- | ------ | ------------------------------------------------------------------------ |
| `yimi:notices` | stream | id (of the outbox row), kind, queue, ticket_id, conversation_id, number, |
|                |        | urgency, at                                                              |

| kind                 | who wants to know                                                     |
| -------------------- | --------------------------------------------------------------------- |
| `ticket.new`         | workers of the queue: filed, or transferred to this queue             |
| `ticket.assigned`    | the worker it was given to                                            |
| `ticket.claimed`     | workers of the queue: somebody has taken it                           |
| `ticket.supplemented`| its worker: the resident added something                              |
| `ticket.undelivered` | its worker: what was said to the resident has not got through         |
| `ticket.withdrawn`   | its worker: the resident took it back                                 |
| `ticket.complaint`   | its worker and the supervisors: the resident is discontent            |
| `ticket.danger`      | its worker and the whole queue: danger while a person held the talk   |
| `person.wanted`      | its worker, else the whole queue: the resident wants a person         |
| `resident.said`      | who holds the conversation: the resident said something               |
| `ticket.updated`     | open pages: anything else changed                                     |
| `resident.reply`     | the resident's channel: a Message row is waiting in the conversation  |
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from redis import Redis
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from tickets.database import insert_into
from tickets.models import Delivery, Outbox, Ticket, utc_now

log = logging.getLogger(__name__)

STREAM = "yimi:notices"
KEEP = 100_000

Notice = dict[str, str]
"""The fields of one announcement as they stand in the stream; every value is text, "" for none."""


def announce(session: Session, kind: str, ticket: Ticket, now: datetime, queue: str | None = None) -> None:
    """Write an outbox row about a ticket into the caller's transaction; `queue` when not the ticket's
    present one."""
    session.add(
        Outbox(
            kind=kind,
            queue=queue or ticket.queue,
            ticket_id=ticket.id,
            conversation_id=ticket.conversation_id,
            number=ticket.number,
            urgency=ticket.urgency,
            created_at=now,
        )
    )


def relay(session: Session, publish: Callable[[Notice], Any], now: datetime | None = None, limit: int = 500) -> int:
    """Publish unsent rows in order and mark them sent; returns how many. The caller commits.

    Several dispatchers may run on PostgreSQL: each takes rows no other holds. When `publish` fails after
    some rows went out, those are marked and the count is returned; when the first one fails, its exception
    passes through.
    """
    unsent = (
        select(Outbox)
        .where(Outbox.sent_at.is_(None))
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    sent = 0
    for row in session.scalars(unsent).all():
        try:
            publish(as_notice(row))
        except Exception:
            if not sent:
                raise
            log.warning("relay stopped after %d notices", sent, exc_info=True)
            break
        row.sent_at = now or utc_now()
        sent += 1
    return sent


def any_unsent(session: Session) -> bool:
    """Whether something waits to be relayed; a look that takes no lock."""
    return session.scalar(select(Outbox.id).where(Outbox.sent_at.is_(None)).limit(1)) is not None


def as_notice(row: Outbox) -> Notice:
    """The stream fields of an outbox row."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "queue": row.queue,
        "ticket_id": row.ticket_id or "",
        "conversation_id": row.conversation_id or "",
        "number": row.number,
        "urgency": row.urgency,
        "at": row.created_at.isoformat(),
    }


def unsend(session: Session, since: datetime) -> int:
    """After Redis lost its data: mark everything created since then unsent again; consumers drop what they
    had."""
    result = session.execute(
        update(Outbox).where(Outbox.created_at >= since, Outbox.sent_at.is_not(None)).values(sent_at=None)
    )
    return cast("CursorResult[Any]", result).rowcount


def first_delivery(session: Session, consumer: str, outbox_id: int, now: datetime | None = None) -> bool:
    """True once for each consumer and outbox row; commit it together with what the consumer does about the
    notice."""
    insert = insert_into(session, Delivery).values(consumer=consumer, outbox_id=outbox_id, at=now or utc_now())
    return session.scalar(insert.on_conflict_do_nothing().returning(Delivery.outbox_id)) is not None


def stream_publisher(client: Redis, stream: str = STREAM) -> Callable[[Notice], Any]:
    """A `publish` for `relay` that appends to the Redis stream. Trimming is a separate step: see `trim`."""

    def publish(notice: Notice) -> Any:
        return client.xadd(stream, cast("dict[Any, Any]", notice))

    return publish


def trim(client: Redis, keep: int = KEEP, stream: str = STREAM) -> int:
    """Shorten the stream to about `keep` entries without touching any that some group has not acknowledged.

    MAXLEN alone would eat waiting work of a slow or dead consumer. Returns how many entries were removed.
    """
    info = cast("Any", client)
    if info.xlen(stream) <= keep:
        return 0
    (newest_to_drop, _), *_ = info.xrevrange(stream, count=1) if keep == 0 else info.xrevrange(stream, count=keep)[-1:]
    limits = [_order(newest_to_drop)]
    for group in info.xinfo_groups(stream):
        pending = info.xpending(stream, group["name"])
        # Everything up to and including the last delivered entry is acknowledged when nothing is pending.
        limits.append(_order(pending["min"]) if pending["pending"] else _next(_order(group["last-delivered-id"])))
    moment, sequence = min(limits)
    return int(info.xtrim(stream, minid=f"{moment}-{sequence}", approximate=True))


def _order(stream_id: bytes | str) -> tuple[int, int]:
    text = stream_id.decode() if isinstance(stream_id, bytes) else stream_id
    moment, _, sequence = text.partition("-")
    return int(moment), int(sequence or 0)


def _next(order: tuple[int, int]) -> tuple[int, int]:
    return order[0], order[1] + 1
