"""An Official Account before a running web application: a loopback WeChat, a real database, a replaying engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.wechat.channel import WeChat
from console.limits import Limits
from nlu.places.national import gazetteer
from tests.console.served import served
from tests.console.world import World, world
from tests.wechatapi import Person, Platform
from tickets.lifecycle import act
from tickets.models import Conversation, Message, Ticket, Worker


class Account:
    """`cast` is the world behind it, `platform` WeChat, `wechat` our channel, `limits` those of the web process."""

    def __init__(self, cast: World, platform: Platform, wechat: WeChat, limits: Limits) -> None:
        self.cast, self.platform, self.wechat, self.limits = cast, platform, wechat, limits
        self.engine = cast.replay

    def until(self, found: Callable[[], Any], seconds: float = 10.0, what: str = "it never happened") -> Any:
        """Whatever `found` finds, as soon as it does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if result := found():
                return result
            time.sleep(0.05)
        raise AssertionError(what)

    def reads(self, person: Person, words: str, seconds: float = 10.0) -> str:
        """The newest text on somebody's phone that holds these words."""
        return str(
            self.until(
                lambda: next((text for text in reversed(person.box) if words in text), None),
                seconds,
                f"nothing said {words!r}; said was {person.box}",
            )
        )

    def file_request(self, person: Person) -> str:
        """The whole conversation up to the ticket; its number."""
        self.platform.say(person, "我娘八十二了，一个人在家没人做饭")
        self.platform.say(person, "1")
        said = self.platform.say(person, "1")
        assert said and "已受理" in said
        with self.cast.database.reading() as session:
            return session.scalars(select(Ticket.number).order_by(Ticket.created_at.desc())).all()[0]

    def work(self, number: str, action: str, note: str | None = None, login: str = "li") -> None:
        """What a worker does in the console."""
        with self.cast.database.session() as session:
            worker = session.scalars(select(Worker).where(Worker.login == login)).one()
            act(
                session, session.scalars(select(Ticket).where(Ticket.number == number)).one(), action, worker, note=note
            )
            session.commit()

    def history(self, number: str) -> list[tuple[str, str, str]]:
        """(actor, event, note) of a ticket."""
        with self.cast.database.reading() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            return [(entry.actor, entry.event, entry.note or "") for entry in ticket.history]

    def conversation(self) -> Conversation:
        """The newest conversation."""
        with self.cast.database.reading() as session:
            query = (
                select(Conversation).where(Conversation.channel == "wechat").order_by(Conversation.created_at.desc())
            )
            return session.scalars(query).all()[0]

    def set_conversation(self, **values: Any) -> None:
        """Change columns of it."""
        with self.cast.database.session() as session:
            row = session.scalars(select(Conversation).where(Conversation.channel == "wechat")).one()
            for name, value in values.items():
                setattr(row, name, value)
            session.commit()

    def waiting(self) -> list[str]:
        """What is still to be delivered."""
        with self.cast.database.reading() as session:
            rows = session.scalars(select(Message).where(Message.delivered_at.is_(None)).order_by(Message.id))
            return [row.text or "" for row in rows]


@pytest.fixture(scope="session", autouse=True)
def places() -> None:
    """Opened before the first message, as the processes do: an index is made once a machine."""
    gazetteer()


@contextmanager
def account_of(folder: Path, mode: str = "plain", **settings: Any) -> Iterator[Account]:
    """A running account."""
    with Platform(mode) as platform, world(folder, **(platform.settings | settings)) as cast:
        wechat, limits = WeChat(cast.settings, cast.database, cast.conversations), Limits()
        with served(cast.app(wechat=wechat, limits=limits)) as address:
            platform.door = f"{address}/wechat"
            yield Account(cast, platform, wechat, limits)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An account in plain mode."""
    with account_of(tmp_path) as made:
        yield made


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[Account]:
    """An account in safe mode."""
    with account_of(tmp_path, "safe") as made:
        yield made
