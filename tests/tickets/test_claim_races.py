"""Two workers at once: the database decides, and one of them wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tickets import lifecycle
from tickets.database import Database
from tickets.lifecycle import NotAllowed, act
from tickets.models import Ticket, TicketEvent, Worker

File = Callable[..., Ticket]


def test_thirty_two_claim_one_ticket(database: Database, cast: Any, filed: File) -> None:
    """Of 32 colleagues who claim at once exactly one wins; the others read who it was."""
    with database.session() as session:
        workers = [Worker(login=f"w{n}", display_name=f"社工{n}号", station_code="430121102") for n in range(32)]
        session.add_all(workers)
        ticket = filed(session)
        session.commit()

    def claim(worker: Worker) -> str:
        with database.session() as own:
            mine = own.get_one(Ticket, ticket.id)
            try:
                act(own, mine, "claim", worker)
            except NotAllowed as refusal:
                return str(refusal)
            own.commit()
            return "won"

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(claim, workers))
    assert answers.count("won") == 1
    winner = workers[answers.index("won")]
    assert all(winner.display_name in answer for answer in answers if answer != "won")
    with database.reading() as session:
        assert session.get_one(Ticket, ticket.id).assigned_to == winner.id
        claimed = select(func.count()).select_from(TicketEvent).where(TicketEvent.event == "claimed")
        assert session.scalar(claimed) == 1


def test_changed_underneath_is_refused(database: Database, cast: Any, filed: File, monkeypatch: Any) -> None:
    """Even when the row changes after it was checked, the conditional UPDATE touches nothing."""
    with database.session() as session:
        ticket = filed(session)
        original = lifecycle._check

        def check_and_lose(*args: Any) -> None:
            original(*args)
            session.execute(
                update(Ticket)
                .values(version=Ticket.version + 1, status="withdrawn")
                .execution_options(synchronize_session=False)
            )

        monkeypatch.setattr(lifecycle, "_check", check_and_lose)
        with pytest.raises(NotAllowed, match="刷新"):
            act(session, ticket, "claim", cast.li)
        assert (ticket.status, ticket.assigned_to) == ("withdrawn", None)
