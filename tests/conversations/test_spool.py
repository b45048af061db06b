"""What the database cannot take lies on the disk, encrypted, and is answered in its order, once, when it is back."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation import Conversations, Inbound, Unrecorded
from bot.conversation.outage import SECONDS_TO_HOTLINE
from bot.conversation.spool import Spool
from bot.engine import Engine
from tests.console.replay import TOKEN, ReplayingEngine
from tickets.database import Database, migrate
from tickets.models import Message, Station, Ticket
from tickets.sealing import Keyring

SECRET = "a secret key only for tests, 40 signs or so"
BEATEN = "他又喝多了，正拿刀要砍我"
BEGUN = "我叫王桂英，想办低保"


def message(number: int, text: str, sender: str = "token") -> Inbound:
    return Inbound("web", "", f"m{number}", sender, text=text)


@pytest.fixture
def engine() -> Iterator[ReplayingEngine]:
    """Down: the rules alone hear the danger here; with the real engine see test_outages.py."""
    served = ReplayingEngine()
    served.down = True
    yield served
    served.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A real SQLite file with the triage desk."""
    url = f"sqlite:///{tmp_path / 'yimi.db'}"
    migrate(url)
    opened = Database(url, Keyring(SECRET))
    with opened.session() as session:
        if session.get(Station, "triage") is None:
            session.add(Station(code="triage", name="值班总台", level="province"))
        session.commit()
    yield opened
    opened.close()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """A spool beside the database."""
    return Spool(tmp_path / "spool", (SECRET,))


@pytest.fixture
def start(database: Database, spool: Spool, engine: ReplayingEngine) -> Callable[[], Conversations]:
    """A process' conversations; called again it is the process after a restart."""
    return lambda: Conversations(database, Engine(engine.url, TOKEN), spool)


@contextmanager
def away(tmp_path: Path) -> Iterator[None]:
    """The table every message goes to is gone: each statement on it fails, as on a damaged file."""
    with closing(sqlite3.connect(tmp_path / "yimi.db", timeout=15, isolation_level=None)) as other:
        other.execute("ALTER TABLE inbox RENAME TO inbox_away")
        try:
            yield
        finally:
            other.execute("ALTER TABLE inbox_away RENAME TO inbox")


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "spool").glob("*")) if (tmp_path / "spool").exists() else []


def words_of(database: Database, author: str) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(Message).where(Message.author == author).order_by(Message.id))
        return [row.text or "" for row in rows]


def test_kept_encrypted_for_its_owner_only(tmp_path: Path, spool: Spool) -> None:
    """One file a message, 0600 in a folder 0700, with no word, sender or name in it or in its name."""
    assert spool.put(message(1, BEGUN, sender="web-session-of-wang"), "430121102")
    assert not spool.put(message(1, BEGUN, sender="web-session-of-wang")), "a repeat is kept once"
    (path,) = files(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    content = path.read_bytes() + path.name.encode()
    assert not any(word.encode() in content for word in ("王桂英", "低保", "web-session-of-wang", "430121102"))
    (kept,) = Spool(tmp_path / "spool", ("another key, newer, of forty signs or so", SECRET)).waiting("web")
    assert (kept.inbound.text, kept.station) == (BEGUN, "430121102")


def test_a_file_no_key_opens_stays_and_stops_nothing(tmp_path: Path, spool: Spool) -> None:
    """A lost or changed SECRET_KEY, or a damaged file, must not cost the other messages, nor itself."""
    spool.put(message(1, "一"))
    files(tmp_path)[0].write_bytes(b"damaged")
    spool.put(message(2, "二"))
    assert [kept.inbound.text for kept in spool.waiting("web")] == ["二"]
    assert len(files(tmp_path)) == 2


def test_nothing_is_called_filed_before_the_commit(tmp_path: Path, start: Callable[[], Conversations]) -> None:
    """Kept: 已记下, and what happens next. In danger the numbers come first, and no worker is said to be told."""
    talks = start()
    session = talks.open()
    with away(tmp_path):
        with pytest.raises(Unrecorded) as plain:
            talks.answer(message(1, BEGUN, session))
        with pytest.raises(Unrecorded) as danger:
            talks.answer(message(2, BEATEN, session))
    assert plain.value.kept and "已记下" in plain.value.messages[-1] and "给您编号" in plain.value.messages[-1]
    said = "\n".join(danger.value.messages)
    assert danger.value.kept and danger.value.urgency == "emergency" and "110" in danger.value.messages[1]
    assert not any(word in said for word in ("已提交", "已受理", "受理号", "通知"))


def test_a_full_disk_is_said_plainly(tmp_path: Path, start: Callable[[], Conversations]) -> None:
    """Neither database nor disk: nothing is called kept, the numbers come all the same."""
    talks = start()
    session = talks.open()
    (tmp_path / "spool").write_text("no folder")
    with away(tmp_path), pytest.raises(Unrecorded) as lost:
        talks.answer(message(1, BEATEN, session))
    assert (
        not lost.value.kept and "110" in "".join(lost.value.messages) and "已记下" not in "".join(lost.value.messages)
    )


def test_answered_in_order_and_once_when_it_is_back(
    tmp_path: Path, database: Database, start: Callable[[], Conversations]
) -> None:
    """Three messages, one of them twice: each is answered once, in the order they came; the alarm has a number."""
    talks = start()
    session = talks.open()
    with away(tmp_path):
        for number, text in ((1, "你好"), (2, BEATEN), (2, BEATEN), (3, "我在长沙县黄兴镇")):
            with pytest.raises(Unrecorded):
                talks.answer(message(number, text, session))
    assert len(files(tmp_path)) == 3
    assert talks.catch_up("web") == 3 and talks.catch_up("web") == 0
    assert words_of(database, "resident") == ["你好", BEATEN, "我在长沙县黄兴镇"]
    with database.reading() as reading:
        (ticket,) = reading.scalars(select(Ticket))
    assert ticket.urgency == "emergency" and BEATEN in str(ticket.description)
    assert any("系统恢复了" in said and ticket.number in said for said in words_of(database, "bot"))
    assert files(tmp_path) == []


def test_the_next_message_comes_after_what_was_kept(
    tmp_path: Path, database: Database, start: Callable[[], Conversations]
) -> None:
    """Somebody writes again before the spool was looked into: their order holds."""
    talks = start()
    session = talks.open()
    with away(tmp_path), pytest.raises(Unrecorded):
        talks.answer(message(1, "我想办低保", session))
    talks.answer(message(2, "住在黄兴镇", session))
    assert words_of(database, "resident") == ["我想办低保", "住在黄兴镇"]
    assert talks.catch_up("web") == 0


def test_kept_over_a_restart(tmp_path: Path, database: Database, start: Callable[[], Conversations]) -> None:
    """The process dies during the outage; the next one answers what lies there."""
    session = start().open()
    with away(tmp_path), pytest.raises(Unrecorded):
        start().answer(message(1, BEATEN, session))
    assert start().catch_up("web") == 1
    with database.reading() as reading:
        assert reading.scalars(select(Ticket)).one().urgency == "emergency"


def test_a_session_given_out_during_the_outage_lives_on(
    tmp_path: Path, database: Database, start: Callable[[], Conversations]
) -> None:
    """The very first message of somebody comes while the database is away, from a station's poster."""
    talks = start()
    with closing(sqlite3.connect(tmp_path / "yimi.db", isolation_level=None)) as other:
        other.execute("ALTER TABLE conversations RENAME TO conversations_away")
        session = talks.open("430121102")
        with pytest.raises(Unrecorded) as kept:
            talks.answer(message(1, BEGUN, session))
        other.execute("ALTER TABLE conversations_away RENAME TO conversations")
    assert kept.value.kept and talks.promised(session)
    assert talks.catch_up("web") == 1
    assert talks.answer(message(2, "你好", session)).messages
    assert words_of(database, "resident") == [BEGUN, "你好"]


def test_a_database_that_hangs_delays_no_hotline(
    tmp_path: Path, database: Database, start: Callable[[], Conversations]
) -> None:
    """Another program holds the file locked: the numbers come within two seconds, and the alarm is filed once."""
    talks = start()
    session = talks.open()
    locked, free = threading.Event(), threading.Event()

    def lock() -> None:
        with closing(sqlite3.connect(tmp_path / "yimi.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked.set()
            free.wait(10)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=lock)
    thread.start()
    locked.wait(5)
    began = time.monotonic()
    with pytest.raises(Unrecorded) as kept:
        talks.answer(message(1, BEATEN, session))
    took = time.monotonic() - began
    free.set()
    thread.join()
    assert took <= 2.0 and SECONDS_TO_HOTLINE < 2.0
    assert "110" in "".join(kept.value.messages)
    ends = time.monotonic() + 10
    while time.monotonic() < ends and (files(tmp_path) or not words_of(database, "bot")):
        talks.catch_up("web")
        time.sleep(0.1)
    with database.reading() as reading:
        assert len(reading.scalars(select(Ticket)).all()) == 1
    assert words_of(database, "resident") == [BEATEN]


def test_a_choice_by_number_made_during_an_outage_counts_once(
    tmp_path: Path, start: Callable[[], Conversations], engine: ReplayingEngine, database: Database
) -> None:
    """A bare number is the press of a button then, too, and the message is known as the one that was kept."""
    engine.down = False
    talks = start()
    talks.answer(Inbound("wechat", "app", "m1", "openid-1", text="我娘一个人在家没人做饭"))
    with away(tmp_path), pytest.raises(Unrecorded):
        talks.answer(Inbound("wechat", "app", "m2", "openid-1", text="1"))
    assert talks.catch_up("wechat", "app") == 1
    assert engine.turns[-1]["payload"] == '/inform{"location": "430321107"}'
    assert sum("系统恢复了" in text for text in words_of(database, "bot")) == 1
    assert talks.catch_up("wechat", "app") == 0 and len(engine.turns) == 2
