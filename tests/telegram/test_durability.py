"""Nothing lost, nothing doubled: kills, broken lines, floods, conflicts, a database that is away."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.telegram import inbox
from tests.botapi import BotAccount, BotApi
from tests.telegram.conftest import SECRET, World
from tests.telegram.replay import ReplayEngine
from tickets.models import Inbox, Message, Ticket

ROOT = Path(__file__).parent.parent.parent


def stored(world: World) -> set[int]:
    """Update ids in the inbox, seen from outside: only what is committed."""
    with sqlite3.connect(f"file:{world.settings.var_dir / 'yimi.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT message_id FROM inbox WHERE channel = ?", (inbox.CHANNEL,)).fetchall()
    connection.close()
    return {int(row[0]) for row in rows}


def watch_confirmations(world: World, account: BotAccount) -> list[int]:
    """Update ids that were confirmed to Telegram while they were not in the database yet."""
    early: list[int] = []

    def confirmed(ids: list[int]) -> None:
        early.extend(set(ids) - stored(world))

    account.updates.on_confirm = confirmed
    return early


def test_no_update_is_confirmed_before_it_is_stored(world: World) -> None:
    """Whenever the offset moves, the rows are already committed."""
    early = watch_confirmations(world, world.bot)
    for number in range(60):
        world.api.say(world.api.person(f"居民{number}"), f"第{number}件事，家里困难")
    world.api.wait(lambda: len(world.bot.updates.confirmed) >= 60, 30)
    assert early == []


def test_while_the_database_is_locked_nothing_is_confirmed(world: World) -> None:
    """Telegram keeps what we cannot store; who is in danger hears the hotlines at once all the same."""
    wang = world.resident()
    world.api.say(wang, "你好")
    world.until(wang, "电脑助手")
    early = watch_confirmations(world, world.bot)
    world.api.wait(lambda: not world.bot.updates.pending)
    confirmed = len(world.bot.updates.confirmed)
    lock = sqlite3.connect(world.settings.var_dir / "yimi.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    world.api.say(wang, "我不想活了，农药都买好了")
    world.until(wang, "12356")
    assert time.monotonic() - begun < 4  # the lock would have held it for fifteen
    assert len(world.bot.updates.confirmed) == confirmed
    assert "值班社工" not in "".join(str(message.text) for message in world.api.outbox(wang))
    lock.execute("ROLLBACK")
    lock.close()

    def ticket() -> str | None:
        with world.database.reading() as session:
            return session.scalar(select(Ticket.urgency))

    assert world.api.wait(ticket) == "emergency"
    assert early == []


class Killed:
    """The Telegram process as a program of its own."""

    def __init__(self, world: World, more_seconds: float = 0.0) -> None:
        given = world.settings.model_dump(mode="json") | {"secret_key": SECRET, "more_seconds": more_seconds}
        self._command = [sys.executable, "-m", "tests.telegram.serve", json.dumps(given)]
        self._environment = {**os.environ, "PYTHONWARNINGS": "error"}
        self._log = world.settings.var_dir / "telegram.log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def wait(self, world: World, condition: Callable[[], bool], seconds: float) -> None:
        """Until the condition holds; the log when the process ends before."""

        def met() -> bool:
            assert self.process.poll() is None, self._log.read_text(encoding="utf-8")[-3000:]
            return condition()

        world.api.wait(met, seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        self.kill()
        self.process = self._start()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def test_sigkill_loses_no_message_and_files_no_ticket_twice(idle: World) -> None:
    """120 messages wait; the process is killed three times while it works; each is answered, each ticket filed once."""
    people = [idle.api.person(f"居民{number}") for number in range(40)]
    early = watch_confirmations(idle, idle.bot)
    idle.engine.seconds = 0.02
    for person in people:
        idle.api.say(person, "我娘八十二了，想办高龄津贴")
        idle.api.say(person, "13800000000")
        idle.api.say(person, "你好")
    process = Killed(idle)
    try:
        for share in (15, 45, 80):
            process.wait(idle, lambda share=share: len(idle.engine.heard) >= share, 60)  # type: ignore[misc]
            process.restart()

        def answered() -> bool:
            return all(any("电脑助手" in str(m.text) for m in idle.api.outbox(person)) for person in people)

        process.wait(idle, answered, 90)
        assert process.terminate() == 0
    finally:
        process.kill()
    assert early == []
    with idle.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 40
        said = session.scalars(select(Message.id).where(Message.author == "resident")).all()
        assert len(said) == 120
        assert session.scalars(select(Inbox.state).distinct()).all() == ["done"]
        assert not session.scalars(select(Message.id).where(Message.delivered_at.is_(None))).all()
    for person in people:  # at least once, in order
        texts = [str(message.text) for message in idle.api.outbox(person)]
        first = [texts.index(next(t for t in texts if part in t)) for part in ("同意吗", "已受理", "电脑助手")]
        assert first == sorted(first)
    assert SECRET not in (log := (idle.settings.var_dir / "telegram.log").read_text(encoding="utf-8"))
    assert idle.bot.token not in log and "高龄津贴" not in log and "Traceback" not in log


def test_sigkill_while_messages_are_joined_loses_and_doubles_none(idle: World) -> None:
    """Twenty people write three short messages in a row; killed twice meanwhile: each word is said once, in order."""
    people = [idle.api.person(f"居民{number}") for number in range(20)]
    idle.engine.seconds = 0.02
    process = Killed(idle, more_seconds=0.3)
    try:
        for number, person in enumerate(people):
            for part in ("甲", "乙", "丙"):
                idle.api.say(person, f"{number}号{part}")
            if number in (6, 13):
                process.wait(idle, lambda number=number: len(idle.engine.heard) >= number // 2, 60)  # type: ignore[misc]
                process.restart()

        def settled() -> bool:
            with idle.database.reading() as session:
                told = " ".join(str(message) for message in idle.messages("resident"))
                return told.count("丙") == 20 and set(session.scalars(select(Inbox.state))) == {"done"}

        process.wait(idle, settled, 90)
        assert process.terminate() == 0
    finally:
        process.kill()
    told = "\n".join(idle.messages("resident")).split("\n")
    for number in range(20):
        assert [word for word in told if word.startswith(f"{number}号")] == [f"{number}号{part}" for part in "甲乙丙"]
    assert len(idle.engine.heard) < 60, "nothing was joined"


def test_sigterm_stops_quickly(idle: World) -> None:
    """A clean stop while a long poll is open takes no longer than a few seconds."""
    process = Killed(idle)
    try:
        process.wait(idle, lambda: any(call.method == "getupdates" for call in idle.bot.calls), 30)
        begun = time.monotonic()
        assert process.terminate() == 0
        assert time.monotonic() - begun < 5
    finally:
        process.kill()


def test_the_conversation_of_one_chat_keeps_its_order(world: World) -> None:
    """Ten quick messages are heard in the order they were sent, while other chats are not held up."""
    wang, zhao = world.resident(), world.resident("赵大爷")
    world.engine.seconds = 0.1
    for number in range(10):
        world.api.say(wang, f"王奶奶说的第{number}句话")
    world.api.say(zhao, "赵大爷说的话")
    world.api.wait(lambda: len(world.engine.heard) == 11, 20)
    words = [str(text) for text in world.engine.words]
    assert [text for text in words if "王奶奶" in text] == [f"王奶奶说的第{number}句话" for number in range(10)]
    assert words.index("赵大爷说的话") < 5


@pytest.mark.parametrize("kind", ["drop_before", "status"])
def test_a_send_that_failed_is_sent_again(world: World, kind: str) -> None:
    """Broken connections and 500s: the message arrives once, after the line is back."""
    wang = world.resident()
    world.api.fault(kind, "sendMessage", value=502, times=3, chat=wang)  # type: ignore[arg-type]
    world.api.say(wang, "你好")
    world.until(wang, "电脑助手")
    time.sleep(0.5)
    assert len(world.api.outbox(wang)) == 1


def test_a_lost_answer_means_at_least_once(world: World) -> None:
    """Telegram took the message but its answer was lost: it is sent again rather than never."""
    wang = world.resident()
    world.api.fault("drop_after", "sendMessage", chat=wang)
    world.api.say(wang, "你好")
    assert world.api.heard(wang, 2)[0].text == world.api.outbox(wang)[1].text


def test_retry_after_is_obeyed(world: World) -> None:
    """429: no further try before the time Telegram named, and other chats go on meanwhile."""
    wang, zhao = world.resident(), world.resident("赵大爷")
    world.api.fault("flood", "sendMessage", value=2, chat=wang)
    world.api.say(wang, "你好")
    world.api.wait(lambda: any(call.code == 429 for call in world.bot.calls))
    world.api.say(zhao, "你好")
    world.until(zhao, "电脑助手")
    assert not world.api.outbox(wang)
    world.until(wang, "电脑助手")
    tries = [c.at for c in world.bot.calls if c.method == "sendmessage" and c.params.get("chat_id") == str(wang.id)]
    assert len(tries) == 2 and tries[1] - tries[0] >= 2


def test_one_message_a_second_is_enough(tmp_path: Path, engine: ReplayEngine) -> None:
    """Telegram at its strictest: an alarm of several messages still arrives whole and in order."""
    with BotApi(one_a_second=True) as strict:
        world = World(tmp_path, strict, engine).start()
        try:
            wang = world.resident()
            world.api.say(wang, "我不想活了，农药都买好了")
            texts = [str(message.text) for message in world.api.heard(wang, 3, seconds=20)]
            said = world.messages("bot")
            assert texts == said[: len(texts)] and "12356" in texts[1]
        finally:
            world.close()


def test_an_outage_of_telegram_is_outlived(world: World) -> None:
    """Everything is cut for a while; what was said before and after is answered."""
    world.errors_expected = True
    wang = world.resident()
    world.api.down = True
    time.sleep(1.5)
    world.api.say(wang, "你好")
    world.api.down = False
    world.until(wang, "电脑助手")


def test_an_update_nobody_can_read_blocks_nobody(world: World) -> None:
    """A broken update is set aside after a few tries; the next messages are answered."""
    world.errors_expected = True
    wang = world.resident()

    async def push() -> None:
        world.bot.updates.push(
            "message", {"message_id": 1, "date": "never", "chat": {"id": wang.id, "type": "private"}}
        )

    world.api.on_loop(push())
    world.api.say(world.resident("赵大爷"), "你好")
    world.api.wait(lambda: world.engine.words == ["你好"])
    world.api.say(wang, "你好")

    def failed() -> bool:
        with world.database.reading() as session:
            return "failed" in session.scalars(select(Inbox.state)).all()

    world.api.wait(failed, 20)
    world.until(wang, "电脑助手")


def test_old_rows_are_swept(idle: World) -> None:
    """Finished updates are deleted after two days; what is unfinished stays."""
    updates = [{"update_id": number, "message": {"chat": {"id": 5}, "text": "你好"}} for number in (1, 2)]
    assert len(inbox.keep(idle.database, "7", updates)) == 2
    assert inbox.keep(idle.database, "7", updates) == []
    inbox.finish(idle.database, "7", 1)
    with idle.database.session() as session:
        for row in session.scalars(select(Inbox)):
            row.received_at = row.received_at.replace(year=2020)
        session.commit()
    assert inbox.sweep(idle.database) == 1
    assert [update["update_id"] for update in inbox.unfinished(idle.database, "7")] == [2]
