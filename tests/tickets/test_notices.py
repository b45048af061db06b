"""Everything is announced at least once by the relay and handled once by each consumer, also when Redis dies."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import select

from tickets.database import Database
from tickets.lifecycle import act
from tickets.models import Outbox, Ticket
from tickets.notices import STREAM, Notice, as_notice, first_delivery, relay, stream_publisher, trim, unsend
from yimi.redis import executable

File = Callable[..., Ticket]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    """A real redis-server on a socket of its own."""
    binary = str(executable())
    socket = tmp_path / "redis.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    connection = redis.Redis(unix_socket_path=str(socket))
    for _ in range(100):
        try:
            connection.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield connection
    connection.close()
    server.terminate()
    server.wait(10)


def test_relay_in_order_and_once(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """Unsent rows go out in the order they were written, then never again."""
    heard: list[Notice] = []
    with database.session() as session:
        ticket = filed(session)
        act(session, ticket, "claim", cast.li, now=now)
        session.commit()
        assert relay(session, heard.append, now) == 2
        session.commit()
        assert relay(session, heard.append, now) == 0
    assert [notice["kind"] for notice in heard] == ["ticket.new", "ticket.claimed"]
    assert heard[0]["number"] == ticket.number
    assert "王奶奶" not in str(heard) and "13800000000" not in str(heard)


def test_relay_that_breaks_off_goes_on(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """When publishing fails midway, what went out is marked and the rest goes later. A first failure is raised."""
    heard: list[str] = []

    def publish(notice: Notice) -> None:
        if len(heard) == 2:
            raise ConnectionError("Redis is down")
        heard.append(notice["id"])

    with database.session() as session:
        for _ in range(4):
            filed(session)
        session.commit()
        assert relay(session, publish, now) == 2
        session.commit()
        with pytest.raises(ConnectionError):
            relay(session, publish, now)
        session.rollback()
        assert relay(session, lambda notice: heard.append(notice["id"]), now) == 2
        session.commit()
    assert heard == sorted(heard, key=int) and len(set(heard)) == 4


def test_a_crash_between_sending_and_marking_repeats(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """What was published but not marked is published again, and each consumer still handles it once."""
    heard: list[int] = []
    with database.session() as session:
        filed(session)
        session.commit()
    for crashed in (True, False):
        with database.session() as session:
            relay(session, lambda notice: heard.append(int(notice["id"])), now)
            if not crashed:
                session.commit()
    assert len(heard) == 2
    handled = []
    for outbox_id in heard:
        with database.session() as session:
            handled.append(first_delivery(session, "worker-bot", outbox_id, now))
            session.commit()
    with database.session() as session:
        assert handled == [True, False]
        assert first_delivery(session, "console", heard[0], now)


def test_two_relays_do_not_double(database: Database, cast: Any, filed: File, now: datetime) -> None:
    """On PostgreSQL a second dispatcher skips the rows the first one holds."""
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the second relay waits instead")
    heard: list[Notice] = []
    with database.session() as session:
        filed(session)
        session.commit()
    with database.session() as first, database.session() as second:
        assert relay(first, heard.append, now) == 1
        assert relay(second, heard.append, now) == 0
        first.commit()


def test_stream_survives_the_loss_of_redis(
    database: Database, cast: Any, filed: File, now: datetime, client: redis.Redis
) -> None:
    """After Redis lost everything the outbox fills the stream again."""
    publish = stream_publisher(client)
    with database.session() as session:
        for _ in range(3):
            filed(session)
        session.commit()
        assert relay(session, publish, now) == 3
        session.commit()
        client.flushall()
        assert unsend(session, now - timedelta(hours=1)) == 3
        assert relay(session, publish, now) == 3
        session.commit()
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
    entries: Any = client.xrange(STREAM)
    assert [{key.decode(): value.decode() for key, value in fields.items()} for _, fields in entries] == [
        as_notice(row) for row in rows
    ]


def test_trim_never_eats_waiting_work(client: redis.Redis) -> None:
    """Trimming keeps what any group has not acknowledged, however long the stream; then it goes."""
    for number in range(1000):
        client.xadd(STREAM, {"id": number})
    assert trim(client, keep=2000) == 0
    client.xgroup_create(STREAM, "slow", id="0")
    client.xgroup_create(STREAM, "fast", id="0")
    fast: Any = client.xreadgroup("fast", "a", {STREAM: ">"}, count=1000)
    client.xack(STREAM, "fast", *[entry for entry, _ in fast[0][1]])
    slow: Any = client.xreadgroup("slow", "b", {STREAM: ">"}, count=600)
    ids = [entry for entry, _ in slow[0][1]]
    client.xack(STREAM, "slow", *ids[:500])
    trim(client, keep=100)
    left: Any = client.xrange(STREAM)
    assert set(ids[500:]) <= {entry for entry, _ in left}
    assert len(left) < 700
    client.xack(STREAM, "slow", *ids[500:])
    trim(client, keep=100)
    rest: Any = client.xreadgroup("slow", "b", {STREAM: ">"}, count=1000)
    assert len(rest[0][1]) == 400
