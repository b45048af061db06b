"""Short messages in a row are heard as one and answered once; danger waits for nothing."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest
import telegram
from sqlalchemy import select

from bot.telegram import inbox, lines
from bot.telegram.incoming import SHORT
from bot.telegram.lanes import MOST_TOGETHER, Lanes
from tests.telegram.conftest import World
from tickets.models import Inbox

PIECES = ["在吗", "我想问个事", "我娘八十二了", "眼睛看不清", "想办高龄津贴"]


@pytest.fixture
def patient(idle: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that waits as long as it does at a station."""
    monkeypatch.setattr(lines, "MORE_SECONDS", 1.2)
    return idle.start()


def said_to_engine(world: World) -> list[str]:
    """The texts of the turns so far."""
    return [str(turn["text"]) for turn in world.engine.heard if turn.get("text")]


def settled(world: World) -> bool:
    """Whether every update and message is done."""
    with world.database.reading() as session:
        return set(session.scalars(select(Inbox.state))) == {"done"}


def test_five_short_messages_are_answered_once(patient: World) -> None:
    """One turn, one answer, and the worker reads all five in their order."""
    wang = patient.resident()
    for piece in PIECES:
        patient.api.say(wang, piece)
        time.sleep(0.15)
    patient.until(wang, "什么难处")
    patient.api.wait(lambda: settled(patient))
    assert said_to_engine(patient) == ["\n".join(PIECES)]
    assert patient.messages("resident") == ["\n".join(PIECES)]
    assert len(patient.api.outbox(wang)) == len(patient.messages("bot"))


def test_danger_among_them_is_answered_at_once(patient: World) -> None:
    """What came before is answered first, without the wait; the hotline is there within a second."""
    wang = patient.resident()
    patient.api.say(wang, "在吗")
    time.sleep(0.2)
    begun = time.monotonic()
    patient.api.say(wang, "我不想活了")
    patient.until(wang, "12356")
    assert time.monotonic() - begun < 1.0
    assert said_to_engine(patient) == ["在吗", "我不想活了"]


def test_a_whole_thought_does_not_wait(patient: World) -> None:
    """Somebody who writes a long message has said what they wanted to say."""
    wang = patient.resident()
    story = "我娘八十二了，想办高龄津贴，她一个人住在花石镇，眼睛看不清，我在广东打工，一年才回去一趟，实在照顾不上"
    assert len(story) > SHORT
    begun = time.monotonic()
    patient.api.say(wang, story)
    patient.api.wait(lambda: said_to_engine(patient) == [story])
    assert time.monotonic() - begun < 1.0


def test_what_an_earlier_run_left_is_answered_one_by_one(idle: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been answered alone already: joined with others it would be heard twice."""
    monkeypatch.setattr(lines, "MORE_SECONDS", 1.2)
    wang = idle.resident()
    chat = {"id": wang.id, "type": "private", "first_name": "王"}
    sender = {"id": wang.id, "is_bot": False, "first_name": "王"}
    left = [
        {"update_id": 7_000 + n, "message": {"message_id": n + 1, "date": 1_700_000_000, "chat": chat, "from": sender}}
        for n in range(2)
    ]
    for update, text in zip(left, PIECES, strict=False):
        update["message"]["text"] = text  # type: ignore[index]
    inbox.keep(idle.database, idle.bot.token.split(":")[0], left)
    idle.start()
    idle.api.wait(lambda: len(said_to_engine(idle)) == 2 and settled(idle))
    assert said_to_engine(idle) == PIECES[:2]


def test_joined_messages_survive_a_crash_as_one(idle: World) -> None:
    """The joined text is in the database before anybody is asked: only its last row is still to be handled."""
    wang: telegram.User = idle.resident()
    chat = {"id": wang.id, "type": "private"}
    updates = [{"update_id": n, "message": {"chat": chat, "text": piece}} for n, piece in enumerate(PIECES, 1)]
    inbox.keep(idle.database, "1", updates)
    whole = inbox.join(idle.database, "1", updates)
    assert inbox.unfinished(idle.database, "1") == [whole]
    assert whole["update_id"] == 5 and whole["message"]["text"] == "\n".join(PIECES)


def test_lanes_part_what_stands_alone_and_bound_what_does_not() -> None:
    """Order is kept, nothing is lost or doubled, and nobody is listened to for ever."""
    handled: list[list[int]] = []

    async def handle(items: list[int]) -> None:
        handled.append(items)

    async def pause(item: int) -> float:
        return 0.0 if item % 100 == 0 else 0.05

    async def play() -> None:
        lanes: Lanes[int] = Lanes(handle, pause=pause)
        for item in (1, 2, 100, 3):
            lanes.put("a", item)
        while lanes.size:
            await asyncio.sleep(0.01)
        for item in range(101, 101 + 2 * MOST_TOGETHER):
            lanes.put("b", item)
        while lanes.size:
            await asyncio.sleep(0.01)
        lanes.put("c", 5)
        await asyncio.sleep(0.01)
        await lanes.close(1.0)

    asyncio.run(play())
    assert handled[:3] == [[1, 2], [100], [3]]
    flat = [item for group in handled[3:] for item in group]
    assert flat == [*range(101, 101 + 2 * MOST_TOGETHER), 5]
    assert all(earlier < later for earlier, later in pairwise(flat[:-1]))
    assert max(map(len, handled)) == MOST_TOGETHER
