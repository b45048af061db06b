"""Public ticket numbers: `<division, 9 digits><YYYYMMDD>-<0001>`, for example 43032110720261122-0007."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tickets.database import insert_into
from tickets.models import LOCAL, TicketCounter


def next_number(session: Session, division: str | None, now: datetime) -> str:
    """The next number of a division (2–9 digits, padded with 0; None = nobody's, all zeros) on the local
    day of `now`.

    The counter row is taken in the caller's transaction and stays locked until it ends: a rolled-back
    filing leaves no gap and the numbers of a day are in the order of the commits.
    """
    padded = (division or "").ljust(9, "0")
    day = f"{now.astimezone(LOCAL):%Y%m%d}"
    insert = insert_into(session, TicketCounter).values(division=padded, day=day, last=1)
    taken = session.execute(
        insert.on_conflict_do_update(
            index_elements=["division", "day"], set_={"last": TicketCounter.last + 1}
        ).returning(TicketCounter.last)
    ).scalar_one()
    return f"{padded}{day}-{taken:04d}"
