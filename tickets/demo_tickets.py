"""The invented tickets of the demonstration: four weeks, every service, every status, plausible histories.

Nothing is announced: no outbox rows. The same moment always gives the same tickets (but for random ids), so
that screenshots and tests can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from tickets.catalogue import DATA, services
from tickets.deadlines import due_for
from tickets.imports import read_csv
from tickets.models import (
    LOCAL,
    OPEN,
    Conversation,
    Message,
    Ticket,
    TicketEvent,
    Worker,
    blind_index,
    new_data_key,
    priority_of,
)
from tickets.numbering import next_number
from tickets.routing import desk_for
from tickets.rules import RULES

COUNTY = "430121"
FAVOURITE = "430121102"  # 黄兴镇, the station the manuals show
TICKETS = 250
DAYS = 28
MARK = "（演示）"

SURNAMES = "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋谢唐韩冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
WOMEN = ("桂英", "秀兰", "玉珍", "春香", "菊香", "小芳", "冬梅")
MEN = ("建国", "德生", "国强", "志明", "福生", "铁牛", "满生")
CHANNEL_WEIGHTS = {"web": 40, "telegram": 20, "phone": 22, "visit": 13, "wechat": 5}

# What happens to a ticket, by its age in days: (older than, {sequence of actions: weight}).
PATHS: tuple[tuple[float, dict[tuple[str, ...], int]], ...] = (
    (
        12,
        {
            ("claim", "reply", "resolve", "rate", "close"): 30,
            ("claim", "note", "refer", "resolve", "close"): 22,
            ("claim", "note", "resolve"): 20,
            ("assign", "claim", "reply", "note", "resolve", "close"): 10,
            ("claim", "resolve", "reopen", "note"): 4,
            ("claim", "reply", "note"): 6,
            ("claim", "refer"): 4,
            ("withdraw",): 4,
        },
    ),
    (
        4,
        {
            ("claim", "reply", "resolve"): 20,
            ("claim", "note", "refer"): 18,
            ("claim", "reply", "note"): 24,
            ("assign", "claim", "reply"): 12,
            ("claim", "note", "resolve", "rate", "close"): 12,
            ("claim",): 6,
            ("withdraw",): 4,
            (): 4,
        },
    ),
    (
        0,
        {
            (): 34,
            ("claim",): 22,
            ("claim", "reply"): 20,
            ("assign",): 14,
            ("claim", "note", "refer"): 7,
            ("withdraw",): 3,
        },
    ),
)
# Hours until each step is taken: (shortest, longest).
WAITS = {
    "claim": (0.1, 10),
    "assign": (0.2, 6),
    "reply": (0.3, 12),
    "note": (4, 40),
    "refer": (12, 60),
    "resolve": (20, 140),
    "rate": (2, 30),
    "close": (12, 48),
    "reopen": (10, 48),
    "withdraw": (2, 30),
}


class Story:
    """Writes the tickets: one random generator, the files of data/demo, and the moment everything leads up
    to."""

    def __init__(self, session: Session, now: datetime, workers: Sequence[Worker]) -> None:
        self.session, self.now, self.random = session, now, Random(int(COUNTY))  # noqa: S311 - the same story every time is the point
        self.workers: dict[str, list[Worker]] = {}
        for worker in sorted(workers, key=lambda worker: worker.login):
            self.workers.setdefault(worker.station_code or "", []).append(worker)
        self.requests = read("requests.csv")
        self.texts: dict[tuple[str, str], list[str]] = {}
        for row in read("results.csv"):
            self.texts.setdefault((row["domain"], row["kind"]), []).append(row["text"])
        self.villages: dict[str, list[str]] = {}
        for row in read("villages.csv"):
            self.villages.setdefault(row["code"][:9], []).append(row["code"])

    def tell(self, townships: list[str]) -> None:
        """All tickets, oldest first, so that the numbers of a day follow the hours."""
        moments = sorted(self._moment() for _ in range(TICKETS))
        # Every request appears before one is told again; some townships ask more than others.
        order = [row for _ in range(TICKETS // len(self.requests) + 1) for row in self._shuffled()]
        weights = [6 if code == FAVOURITE else self.random.choice((1, 2, 2, 3, 4)) for code in townships]
        for moment, request in zip(moments, order, strict=False):
            self._ticket(request, self.random.choices(townships, weights)[0], moment)

    def _shuffled(self) -> list[dict[str, str]]:
        return self.random.sample(self.requests, len(self.requests))

    def _moment(self) -> datetime:
        day = (self.now - timedelta(days=self.random.uniform(0, DAYS))).astimezone(LOCAL)
        hour = self.random.choices(range(24), [1] * 6 + [3, 5, 8, 10, 9, 7, 5, 6, 9, 9, 8, 6, 6, 8, 8, 6, 4, 2])[0]
        moment = day.replace(
            hour=hour, minute=self.random.randrange(60), second=self.random.randrange(60), microsecond=0
        )
        return moment if moment < self.now else self.now - timedelta(minutes=self.random.uniform(5, 300))

    def _ticket(self, request: dict[str, str], township: str, at: datetime) -> None:
        codes = request["services"].split(";")
        desk = desk_for(self.session, township, now=at)
        due = due_for(request["urgency"], codes, at)
        channel = self.random.choices(list(CHANNEL_WEIGHTS), list(CHANNEL_WEIGHTS.values()))[0]
        key = new_data_key(self.session)
        phone = f"1380000{self.random.randrange(10_000):04d}"
        talk = Conversation(data_key=key, channel="web", created_at=at, is_demo=True) if channel == "web" else None
        ticket = Ticket(
            data_key=key,
            idempotency_key=f"demo-{COUNTY}-{at.timestamp():.0f}-{self.random.randrange(10**6)}",
            number=next_number(self.session, township, at),
            queue=desk.code,
            level=desk.level,
            township=township,
            county=township[:6],
            village=self.random.choice(self.villages[township]) if township in self.villages else None,
            services=codes,
            urgency=request["urgency"],
            risks=[request["risks"]] if request["risks"] else [],
            channel=channel,
            relation=request["relation"],
            age=int(request["age"]) if request["age"] else None,
            beneficiary_name=self._name(request["relation"]),
            phone=phone,
            phone_index=blind_index(self.session, "phone", phone),
            description=request["description"],
            conversation_id=talk.id if talk else None,
            due_acknowledge=due.acknowledge,
            due_resolve=due.resolve,
            created_at=at,
            is_demo=True,
        )
        if talk is not None:
            self.session.add(talk)
            self.session.flush()
            self._say(talk, "resident", request["description"], at)
            self._say(talk, "bot", f"您的事已经登记了，编号 {ticket.number}，{desk.name}会跟您联系。", at)
        self.session.add(ticket)
        self._happen(ticket, talk, services()[codes[0]].domain, services()[codes[0]].department)

    def _name(self, relation: str) -> str:
        given: tuple[str, ...] = WOMEN + MEN
        if relation in ("母亲", "女儿"):
            given = WOMEN
        elif relation in ("父亲", "儿子"):
            given = MEN
        return self.random.choice(SURNAMES) + self.random.choice(given) + MARK

    def _happen(self, ticket: Ticket, talk: Conversation | None, domain: str, department: str | None) -> None:
        """Take the ticket through one path of the state machine, as far as time has come."""
        owner = self.random.choice(self.workers.get(ticket.queue) or self.workers[min(self.workers)])
        at, actor = (
            ticket.created_at,
            "resident" if ticket.channel in ("web", "telegram", "wechat") else owner.login,
        )
        self._event(ticket, at, actor, "created", None)
        pressing = ticket.urgency != "routine"
        for action in self._path(ticket):
            shortest, longest = WAITS[action]
            hurry = (24 if action in ("claim", "assign", "reply") else 4) if pressing else 1
            at += timedelta(hours=self.random.uniform(shortest, longest) / hurry)
            if at >= self.now or (action == "reply" and talk is None):
                continue
            self._step(ticket, action, owner, at, domain, department, talk)

    def _path(self, ticket: Ticket) -> tuple[str, ...]:
        age = (self.now - ticket.created_at) / timedelta(days=1)
        paths = next(paths for older, paths in PATHS if age >= older)
        if ticket.urgency == "emergency":  # nobody leaves these lying
            taken_up = {
                path: weight for path, weight in paths.items() if path[:1] == ("claim",) and "reopen" not in path
            }
            paths = {path: weight for path, weight in taken_up.items() if "resolve" in path} or taken_up
        return self.random.choices(list(paths), list(paths.values()))[0]

    def _step(
        self,
        ticket: Ticket,
        action: str,
        owner: Worker,
        at: datetime,
        domain: str,
        department: str | None,
        talk: Conversation | None,
    ) -> None:
        if action == "assign":
            ticket.status, ticket.assigned_to = "assigned", owner.id
            chief = self.workers.get(COUNTY, [owner])[0]
            self._event(ticket, at, chief.login, "assigned", f"指派给{owner.display_name}")
            return
        rule = RULES[action]
        if ticket.status not in rule.leads:
            return  # an earlier step has not happened yet
        ticket.status = rule.leads[ticket.status]
        note = None
        if (domain, action) in self.texts:
            note = self.random.choice(self.texts[domain, action])
        if action == "claim":
            ticket.assigned_to, ticket.acknowledged_at = owner.id, at
        elif action == "refer":
            ticket.department = department or "县民政局"
            note = f"转介到{ticket.department}"
        elif action == "resolve":
            ticket.resolved_at = at
            note = note or "已办结，居民已知晓"
        elif action == "rate":
            ticket.rating = self.random.choice((5, 5, 5, 4, 4, 3))
            note = f"{ticket.rating}星"
        elif action == "close":
            ticket.closed_at = at
        elif action == "reopen":
            ticket.resolved_at, note = None, "居民来电说还没有办好"
        elif action == "note":
            note = note or "已电话联系，约好上门时间"
        elif action == "reply" and talk is not None:
            note = note or "您好，您的事我们收到了，很快跟您联系。"
            self._say(talk, "worker", note, at)
        by_resident = "worker" not in rule.by
        self._event(ticket, at, "resident" if by_resident else owner.login, rule.event, note)

    def _event(self, ticket: Ticket, at: datetime, actor: str, event: str, note: str | None) -> None:
        ticket.updated_at = at
        ticket.version += event != "created"
        ticket.priority = priority_of(ticket.status, ticket.urgency)
        ticket.due_at = (
            ticket.due_resolve if ticket.acknowledged_at or ticket.status not in OPEN else ticket.due_acknowledge
        )
        entry = TicketEvent(data_key=ticket.data_key, at=at, actor=actor, event=event, status=ticket.status, note=note)
        ticket.history.append(entry)

    def _say(self, talk: Conversation, author: str, text: str, at: datetime) -> None:
        said = Message(
            data_key=talk.data_key,
            conversation_id=talk.id,
            author=author,
            text=text,
            created_at=at,
            delivered_at=at,
        )
        self.session.add(said)
        talk.seen_at = at


def read(name: str) -> list[dict[str, str]]:
    """Rows of a file of data/demo."""
    return read_csv((DATA / "demo" / name).read_bytes())
