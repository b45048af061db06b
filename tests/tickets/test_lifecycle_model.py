"""Random lives of tickets, compared with a model of a few lines."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tickets.access import NotVisible
from tickets.database import Database
from tickets.filing import Intake, file_intake
from tickets.holds import open_hold
from tickets.lifecycle import NotAllowed, act
from tickets.models import OPEN, Conversation, Station, Ticket, Worker, new_data_key, new_id, utc_now
from tickets.sealing import Keyring

PEOPLE = ("li", "he", "zhou", "chen", "resident")
RESIDENTS = ("withdraw", "supplement", "call", "complain")
ACTIONS = (
    *("claim", "transfer", "refer", "note", "reply", "resolve", "close", "reopen", "hold", "hand_back"),
    *RESIDENTS,
)


class LifeOfATicket(RuleBasedStateMachine):
    """One ticket, four workers of two stations and a county, its resident."""

    database: Database

    @initialize()
    def file(self) -> None:
        """A fresh ticket in station 430121102."""
        with self.database.session() as session:
            talk = Conversation(channel="web", data_key=new_data_key(session))
            session.add(talk)
            session.flush()
            intake = Intake(new_id(), "web", talk.id, township="430121102", description="事")
            self.id = file_intake(session, intake, utc_now()).id
            session.commit()
        self.status, self.queue, self.owner, self.entries = "new", "430121102", None, 1
        self.holder: str | None = None  # who speaks with the resident; "" while somebody is only called

    @rule(
        who=st.sampled_from(PEOPLE),
        action=st.sampled_from(ACTIONS),
        to=st.sampled_from(["430121102", "430121113", "li", "he", "zhou"]),
    )
    def do(self, who: str, action: str, to: str) -> None:
        """Anybody tries anything; the model says whether it works."""
        expected = self._expected(who, action, to)
        with self.database.session() as session:
            ticket = session.get_one(Ticket, self.id)
            actor = who if who == "resident" else session.query(Worker).filter_by(login=who).one()
            try:
                act(session, ticket, action, actor, note="话", to=to if action == "transfer" else "县残联")
                session.commit()
                happened = True
            except (NotAllowed, NotVisible):
                happened = False
        assert happened == (expected is not None), (self.status, who, action, to)
        if expected is not None:
            self.holder = self._held(who, action, to, expected[0], expected[1])
            self.status, self.queue, self.owner = expected
            self.entries += 1

    def _expected(self, who: str, action: str, to: str) -> tuple[str, str, str | None] | None:
        """(status, queue, owner) afterwards, or None when it must be refused."""
        status, queue, owner = self.status, self.queue, self.owner
        resident = who == "resident"
        stations = {"li": "430121102", "he": "430121102", "zhou": "430121113"}
        if resident != (action in RESIDENTS) and not (resident and action in ("reopen", "hand_back")):
            return None
        if not resident and stations.get(who, queue) != queue:
            return None
        if action == "hold":
            if status not in OPEN or (status == "assigned" and owner != who) or self.holder == who:
                return None
            if self.holder and who != "chen":
                return None
            return ("accepted", queue, who) if status in ("new", "assigned") else (status, queue, owner)
        if action == "hand_back":
            return (status, queue, owner) if status in OPEN and self.holder is not None else None
        if action in RESIDENTS:
            return ("withdrawn" if action == "withdraw" else status, queue, owner) if status in OPEN else None
        if action == "claim":
            mine = status == "new" or (status == "assigned" and owner == who)
            return ("accepted", queue, who) if mine else None
        if action == "transfer":
            if status not in OPEN:
                return None
            if to.isdigit():
                return None if to == queue and owner is None else ("new", to, None)
            return ("assigned", queue, to) if stations[to] == queue and owner != to else None
        if action == "note":
            return (status, queue, owner) if status in (*OPEN, "resolved") else None
        if action == "reply":
            return ("in_progress" if status == "accepted" else status, queue, owner) if status in OPEN else None
        if action in ("refer", "resolve"):
            after = "referred" if action == "refer" else "resolved"
            return (after, queue, owner) if status in ("accepted", "in_progress", "referred") else None
        if action == "close":
            return ("closed", queue, owner) if status == "resolved" else None
        return ("in_progress", queue, owner) if status in ("resolved", "closed") else None

    def _held(self, who: str, action: str, to: str, status: str, queue: str) -> str | None:
        """Who holds the conversation after an action that worked."""
        if action == "hold":
            return who
        if action == "hand_back" or status not in OPEN or queue != self.queue:
            return None
        if action == "call" and self.holder is None:
            return ""
        if action == "reply" and self.holder == "":
            return who
        if action == "transfer" and self.holder:
            return to if not to.isdigit() else None
        return self.holder

    @invariant()
    def row_and_model_agree(self) -> None:
        """The row says what the model says; every change is one history entry and one version."""
        if not hasattr(self, "id"):
            return
        with self.database.reading() as session:
            ticket = session.get_one(Ticket, self.id)
            owner = ticket.assignee.login if ticket.assignee else None
            assert (ticket.status, ticket.queue, owner) == (self.status, self.queue, self.owner)
            assert len(ticket.history) == self.entries == ticket.version
            assert ticket.history[-1].status == ticket.status
            assert (ticket.priority == 3) == (ticket.status not in OPEN)
            hold = open_hold(session, ticket.conversation_id)
            holder = None if hold is None else hold.worker.login if hold.worker else ""
            assert holder == self.holder


def test_model(sqlite_template: Path, tmp_path: Path) -> None:
    """25 random lives of up to 30 steps never differ from the model."""
    path = tmp_path / "model.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}", Keyring("x" * 40))
    with database.session() as session:
        for code in ("430121102", "430121113"):
            session.add(Station(code=code, name=code, level="township"))
        session.flush()
        for login, station in (("li", "430121102"), ("he", "430121102"), ("zhou", "430121113")):
            session.add(Worker(login=login, display_name=login, station_code=station))
        session.add(Worker(login="chen", display_name="chen", role="supervisor", division_code="430121"))
        session.commit()
    LifeOfATicket.database = database
    run_state_machine_as_test(
        LifeOfATicket,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    database.close()
