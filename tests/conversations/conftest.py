"""One running stack for this folder, stations in several provinces, and their workers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from nlu.places.national import county_of, locate, short_label
from tests.stack import Stack, Talk, running
from tickets.database import Database
from tickets.models import Conversation, Message, Ticket, Worker
from tickets.people import issue_token
from yimi.processes import open_database

# Townships with a station; the places are looked up, so that a new edition of the divisions cannot break the codes.
WITH_STATION = (
    "湖南省长沙县黄兴镇",
    "湖南省长沙县江背镇",
    "湖南省湘潭县花石镇",
    "贵州省从江县丙妹镇",
    "四川省昭觉县竹核镇",
    "云南省元阳县新街镇",
    "河南省固始县陈淋子镇",
    "山东省曹县青堌集镇",
    "广东省五华县华城镇",
    "陕西省绥德县四十里铺镇",
    "安徽省岳西县古坊乡",
)
COUNTY_DESKS = ("长沙县", "江西省于都县", "甘肃省渭源县")


def code(place: str) -> str:
    """The township code of a place, the county code where no township is named."""
    found = locate(place)
    assert found.code or found.area, place
    return str(found.code or found.area)


HUANGXING, JIANGBEI, HUASHI = (code(place) for place in WITH_STATION[:3])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Reading what was said is part of the test: `--transcripts=FILE` keeps it."""
    parser.addoption("--transcripts", metavar="FILE", help="write every conversation to this file")


class Figures:
    """What the conversations of a run took, told at its end."""

    seconds: ClassVar[list[float]] = []  # of each turn, request to answer
    messages: ClassVar[list[int]] = []  # of each scripted resident up to the ticket


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Mean messages to a ticket, and how long an answer took."""
    if len(Figures.messages) > 1:
        mean, most = statistics.mean(Figures.messages), max(Figures.messages)
        terminalreporter.write_line(
            f"messages to a ticket: mean {mean:.1f}, most {most} ({len(Figures.messages)} residents)"
        )
    if len(Figures.seconds) > 1:
        cuts = statistics.quantiles(Figures.seconds, n=20)
        terminalreporter.write_line(
            f"turns: p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms ({len(Figures.seconds)} turns)"
        )


def _tables(folder: Path) -> tuple[Path, Path]:
    """The CSV files a county would import."""
    stations, workers = ["编码,名称,电话,启用"], ["登录名,姓名,角色,所属站点,管辖区划"]
    desks = [county_of(code(place)) for place in COUNTY_DESKS]
    for number in (*map(code, WITH_STATION), *desks):
        stations.append(f"{number},{short_label(number)}社工站,0731-00000000,是")
        workers.append(f"w{number},刘社工,社工,{number},")
    workers += [f"li,李社工,社工,{HUANGXING},", f"zhou,周社工,社工,{JIANGBEI},", "chen,陈主任,主管,,430121"]
    paths = folder / "stations.csv", folder / "workers.csv"
    for path, lines in zip(paths, (stations, workers), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Every process, with stations and workers imported by the command line."""
    with running(tmp_path_factory.mktemp("conversations")) as stack:
        for kind, path in zip(("station", "worker"), _tables(stack.settings.var_dir), strict=True):
            done = stack.yimi(kind, "import", str(path))
            assert done.returncode == 0, done.stdout + done.stderr
        yield stack


class Office:
    """What workers see through the API, and what lies in the database."""

    def __init__(self, stack: Stack, database: Database) -> None:
        self.stack, self.database = stack, database
        self._tokens: dict[str, str] = {}

    def call(self, login: str, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """One request of a worker: status and JSON."""
        if login not in self._tokens:
            with self.database.session() as session:
                worker = session.scalars(select(Worker).where(Worker.login == login)).one()
                self._tokens[login] = issue_token(session, worker)
                session.commit()
        answer = self.stack.client.request(
            method, f"/api/v1/tickets{path}", json=body, headers={"Authorization": f"Bearer {self._tokens[login]}"}
        )
        return answer.status_code, answer.json()

    def ticket(self, number: str, login: str = "admin") -> dict[str, Any]:
        """A ticket as in the contract."""
        status, ticket = self.call(login, "GET", f"/{number}")
        assert status == 200, ticket
        return dict(ticket)

    def act(self, login: str, number: str, action: str, **body: Any) -> int:
        """The status of one action."""
        return self.call(login, "POST", f"/{number}/{action}", body)[0]

    def words_kept(self, talk: Talk) -> list[str]:
        """All words of a conversation that lie in the database, readable."""
        with self.database.reading() as session:
            rows = session.scalars(select(Message).where(Message.conversation_id == self.conversation(talk).id))
            return [row.text for row in rows if row.text]

    def conversation(self, talk: Talk) -> Conversation:
        """The row of a conversation."""
        from bot.conversation.transcript import find

        with self.database.reading() as session:
            found = find(session, "web", str(talk.session))
            assert found
            return found

    def knows(self, talk: Talk) -> bool:
        """Whether the conversation has a row yet; one begun in an outage has none."""
        from bot.conversation.transcript import find

        with self.database.reading() as session:
            return find(session, "web", str(talk.session)) is not None

    def tickets_of(self, talk: Talk) -> list[Ticket]:
        """The rows of its requests, oldest first."""
        with self.database.reading() as session:
            same = Ticket.conversation_id == self.conversation(talk).id
            return list(session.scalars(select(Ticket).where(same).order_by(Ticket.created_at)))


@pytest.fixture
def office(stack: Stack) -> Iterator[Office]:
    """The workers' side."""
    database = open_database(stack.settings)
    yield Office(stack, database)
    database.close()


class Resident(Talk):
    """`play` takes words and buttons, "[…]"; whatever is said, an answer must come."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._seen, self._answered = 0, set[int]()

    def play(self, *turns: str) -> dict[str, Any]:
        """Says or presses one after the other; returns the last answer."""
        for turn in turns:
            answer = self.press(turn[1:-1]) if turn.startswith("[") else self.say(turn)
            assert answer["messages"] and all(each["text"].strip() for each in answer["messages"]), turn
        return self.last

    def news(self) -> list[str]:
        """What came without being asked since the last look: the worker's words and what we tell of them. Its buttons
        are offered then."""
        body = {"session": self.session, "after": self._seen, "wait": 0}
        answer = self.stack.client.post("/api/v1/chat/updates", json=body)
        assert answer.status_code == 200, answer.text
        rows = [row for row in answer.json()["messages"] if row["id"] > self._seen]
        self._seen = max([self._seen, *(row["id"] for row in rows)])
        unasked = [row for row in rows if row["author"] != "resident" and row["id"] not in self._answered]
        for row in unasked:
            who = {"worker": "社工", "system": "提示"}.get(row["author"], "助手")
            self.transcript.append(f"{who}：{row['text']} " + " ".join(f"[{b['title']}]" for b in row["buttons"]))
        if unasked:
            self.last = {**self.last, "messages": unasked, "awaiting": answer.json()["awaiting"]}
        return [row["text"] for row in unasked]

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        begun = time.perf_counter()
        answer = super()._post(body)
        Figures.seconds.append(time.perf_counter() - begun)
        self._answered |= {message["id"] for message in answer["messages"]}
        return answer

    @property
    def buttons(self) -> list[str]:
        """Titles offered now."""
        return [button["title"] for message in self.last["messages"] for button in message["buttons"]]

    def alone(self, *turns: str) -> None:
        """Says one after the other, and the assistant says nothing: a person reads it."""
        for turn in turns:
            assert self.say(turn)["messages"] == [], self.words

    @property
    def spoken(self) -> int:
        """How many messages the resident has sent."""
        return sum(line.startswith("居民：") for line in self.transcript)


@pytest.fixture
def resident(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Callable[[], Resident]]:
    """Opens conversations; their transcripts are kept when asked for."""
    talks: list[Resident] = []

    def begin() -> Resident:
        talks.append(Resident(stack))
        return talks[-1]

    yield begin
    path = request.config.getoption("--transcripts", default=None)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            for talk in talks:
                file.write(f"== {request.node.name}\n" + "\n".join(talk.transcript) + "\n\n")
