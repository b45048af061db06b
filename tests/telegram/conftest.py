"""A Telegram process in a thread, a loopback Bot API server, a replaying engine, and the cast."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import telegram
from redis import Redis
from sqlalchemy import select

from bot.conversation import Conversations
from bot.engine import Engine
from bot.media import Listener
from bot.telegram import lines
from bot.telegram.process import run
from tests.botapi import BotAccount, BotApi
from tests.telegram.replay import TOKEN, ReplayEngine
from tickets import people
from tickets.database import Database, migrate
from tickets.filing import Intake, file_intake
from tickets.lifecycle import act
from tickets.models import Conversation, Message, Station, Ticket, Worker, utc_now
from tickets.sealing import Keyring
from yimi.settings import Settings

SECRET = "only-for-tests-0123456789abcdefghij"
HUASHI, SHEBU = "430321107", "430321106"


class Process:
    """`bot.telegram.process.run` in a thread of its own; `stop` is what SIGTERM does."""

    def __init__(
        self, settings: Settings, database: Database, redis: Redis | None, listener: Listener | None = None
    ) -> None:
        self._parts = (settings, database, redis, listener)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self.error: BaseException | None = None

    def start(self) -> None:
        begun = threading.Event()

        async def main() -> None:
            settings, database, redis, listener = self._parts
            engine = Engine(settings.engine_url, TOKEN)
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(
                run(settings, database, Conversations(database, engine, listener=listener), redis)
            )
            begun.set()
            try:
                await self._task
            except asyncio.CancelledError:
                pass
            finally:
                engine.close()

        def work() -> None:
            try:
                asyncio.run(main())
            except BaseException as error:  # shown by stop(): a thread's exception would pass unseen
                self.error = error
                begun.set()

        self._thread = threading.Thread(target=work, name="telegram-process")
        self._thread.start()
        begun.wait(10)

    def stop(self) -> None:
        if self._thread is None:
            return
        if self._loop and self._task and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(30)
        assert not self._thread.is_alive(), "the Telegram process does not stop"
        self._thread = None
        if self.error is not None:
            raise self.error


class Errors(logging.Handler):
    """Collects what the process logs as an error: its tasks try again, so a test would not notice them otherwise."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


class World:
    """Everything a test needs. `bot` serves residents, `worker_bot` workers (the same when the token is shared)."""

    def __init__(
        self, var: Path, api: BotApi, engine: ReplayEngine, shared_token: bool = False, database_url: str = ""
    ) -> None:
        self.api, self.engine = api, engine
        self.bot = api.bot("yimi_bot")
        self.worker_bot = self.bot if shared_token else api.bot("yimi_work_bot", "一米工作台")
        self.settings = Settings(
            _env_file=None,
            var_dir=var,
            secret_key=SECRET,
            database_url=database_url or f"sqlite:///{var / 'yimi.db'}",
            engine_url=engine.url,
            public_url="https://yimi.example",
            telegram_bot_token=self.bot.token,
            telegram_worker_bot_token=self.worker_bot.token,
            telegram_api_url=api.url,
        )
        migrate(self.settings.database_url)
        self.database = Database(self.settings.database_url, Keyring(SECRET))
        self.redis: Redis | None = None
        self.listener: Listener | None = None
        self.process: Process | None = None
        self.errors = Errors()
        self.errors_expected = False
        logging.getLogger("bot.telegram").addHandler(self.errors)
        self._stations()

    def _stations(self) -> None:
        with self.database.session() as session:
            for code, name in ((HUASHI, "花石镇社工站"), (SHEBU, "射埠镇社工站")):
                session.add(Station(code=code, name=name, level="township"))
            session.flush()
            for login, name, code in (("li", "李社工", HUASHI), ("liu", "刘社工", HUASHI), ("zhou", "周社工", SHEBU)):
                session.add(Worker(login=login, display_name=name, station_code=code))
            session.add(Worker(login="chen", display_name="陈主任", role="supervisor", division_code="4303"))
            session.commit()

    def start(self) -> World:
        self.process = Process(self.settings, self.database, self.redis, self.listener)
        self.process.start()
        return self

    def close(self) -> None:
        if self.process:
            self.process.stop()
        self.database.close()
        logging.getLogger("bot.telegram").removeHandler(self.errors)
        assert self.errors_expected or not self.errors.said, self.errors.said

    # -- residents -------------------------------------------------------------------------------------------------
    def resident(self, name: str = "王奶奶") -> telegram.User:
        return self.api.person(name)

    def until(
        self, person: telegram.User | telegram.Chat, words: str, bot: BotAccount | None = None
    ) -> telegram.Message:
        """The newest message to somebody that contains the words, as soon as there is one."""

        def found() -> telegram.Message | None:
            box = self.api.outbox(person, bot)
            return next((message for message in reversed(box) if words in (message.text or "")), None)

        try:
            message = self.api.wait(found)
        except TimeoutError:
            texts = [message.text for message in self.api.outbox(person, bot)]
            raise AssertionError(f"nothing said {words!r}; said was {texts}") from None
        assert message is not None
        return message

    def file_request(self, resident: telegram.User) -> str:
        """The whole conversation up to the ticket; its number."""
        self.api.say(resident, "我娘八十二了，想办高龄津贴")
        self.api.press(resident, self.until(resident, "同意吗"), "同意")
        self.api.press(resident, self.until(resident, "哪个乡镇"), "湘潭县花石镇")
        self.until(resident, "留个电话")
        self.api.say(resident, "13800000000")
        self.until(resident, "已受理")
        with self.database.reading() as session:
            return session.scalars(select(Ticket.number).order_by(Ticket.created_at.desc())).all()[0]

    def conversation(self) -> Conversation:
        with self.database.reading() as session:
            return session.scalars(select(Conversation).where(Conversation.channel == "telegram")).one()

    def messages(self, author: str) -> list[str]:
        with self.database.reading() as session:
            rows = session.scalars(select(Message).where(Message.author == author).order_by(Message.id))
            return [row.text or "" for row in rows]

    # -- workers ---------------------------------------------------------------------------------------------------
    def worker(self, login: str) -> telegram.User:
        """A worker's Telegram account, bound."""
        with self.database.session() as session:
            worker = session.scalars(select(Worker).where(Worker.login == login)).one()
            code = people.issue_binding(session, worker)
            session.commit()
            name = worker.display_name
        person = self.api.person(name)
        self.api.start(person, f"bind_{code}", bot=self.worker_bot)
        self.until(person, "绑定好了", self.worker_bot)
        return person

    def ticket(self, **given: Any) -> str:
        """A ticket filed from elsewhere; its number. Committed when it returns."""
        with self.database.session() as session:
            values: dict[str, Any] = {
                "draft_id": f"draft-{utc_now().timestamp()}", "channel": "phone", "township": HUASHI,
                "services": ["domestic_violence"], "urgency": "emergency", "name": "赵测试", "phone": "13900000000",
                "description": "丈夫喝了酒就打我，身份证430321194001011234", "relation": "本人", "age": 41,
            }  # fmt: skip
            ticket = file_intake(session, Intake(**(values | given)), utc_now())
            session.commit()
            return ticket.number

    def status(self, number: str) -> str:
        with self.database.reading() as session:
            return session.scalars(select(Ticket.status).where(Ticket.number == number)).one()

    def act(self, number: str, action: str, login: str, note: str | None = None) -> None:
        """What a worker does in the console."""
        with self.database.session() as session:
            worker = session.scalars(select(Worker).where(Worker.login == login)).one()
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            act(session, ticket, action, worker, note=note)
            session.commit()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here is waited for after a short message, but in `test_in_a_row`."""
    monkeypatch.setattr(lines, "MORE_SECONDS", 0.0)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def engine() -> Iterator[ReplayEngine]:
    replay = ReplayEngine()
    yield replay
    replay.close()


@pytest.fixture
def idle(tmp_path: Path, api: BotApi, engine: ReplayEngine) -> Iterator[World]:
    """A world whose Telegram process does not run yet."""
    made = World(tmp_path, api, engine)
    yield made
    made.close()


@pytest.fixture
def world(idle: World) -> World:
    """A running world with one bot for residents and one for workers."""
    return idle.start()


@pytest.fixture
def shared(tmp_path: Path, api: BotApi, engine: ReplayEngine) -> Iterator[World]:
    """A running world in which residents and workers write to the same bot."""
    made = World(tmp_path, api, engine, shared_token=True).start()
    yield made
    made.close()
