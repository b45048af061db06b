"""Web and Telegram killed with SIGKILL at ten random moments while two hundred messages arrive."""

from __future__ import annotations

import random
import threading
import time
import uuid
from pathlib import Path

import httpx
from sqlalchemy import func, select

from tests.botapi import BotApi
from tests.stack import ALL, Stack
from tickets.models import Inbox, Ticket
from yimi.processes import open_database

RESIDENTS = 20  # on each channel; five messages each make 200
KILLS = 10
PATIENCE = 240.0

# Each conversation files one ticket, whatever it is interrupted by.
FIRST = "我娘{age}了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"
REST = ("同意", "王桂英", "1380000{number:04d}", "对，提交")


def lines(number: int) -> list[str]:
    """What resident `number` writes."""
    return [FIRST.format(age=60 + number), *(text.format(number=number) for text in REST)]


def web_resident(stack: Stack, number: int, problems: list[str]) -> None:
    """Writes to the web chat; sends a message again, with its id, until it is answered."""
    session: str | None = None
    end = time.monotonic() + PATIENCE
    with httpx.Client(base_url=stack.url, timeout=20, trust_env=False) as client:
        for text in lines(number):
            name = uuid.uuid4().hex
            while True:
                body = {"text": text, "message_id": name, **({"session": session} if session else {})}
                try:
                    answer = client.post("/api/v1/chat", json=body)
                    if answer.status_code == 200:
                        session = answer.json()["session"]
                        break
                    if answer.status_code not in (429, 502, 503):
                        problems.append(f"{answer.status_code} {answer.text[:200]}")
                        return
                except httpx.HTTPError:
                    pass
                if time.monotonic() > end:
                    problems.append(f"resident {number} was never answered")
                    return
                time.sleep(0.3)
            time.sleep(random.uniform(0, 1.2))


def test_two_hundred_messages_survive_ten_kills(tmp_path: Path) -> None:
    """Forty residents, five messages each: exactly forty tickets, each complete, none twice, no message unanswered."""
    random.seed(20261122)
    with BotApi() as api:
        account = api.bot("yimi_crash_bot")
        stack = Stack(tmp_path / "var", telegram_api_url=api.url, telegram_bot_token=account.token)
        try:
            stack.start(*ALL, "bot")
            stack.wait()
            problems: list[str] = []
            writers = [
                threading.Thread(target=web_resident, args=(stack, number, problems)) for number in range(RESIDENTS)
            ]
            people = [api.person(f"居民{number}") for number in range(RESIDENTS)]

            def telegram_residents() -> None:
                for step in range(5):
                    heard = {person.id: len(api.outbox(person)) for person in people}
                    for number, person in enumerate(people):
                        api.say(person, lines(RESIDENTS + number)[step])
                        time.sleep(random.uniform(0, 0.12))
                    # As people do, they read what is asked before they go on: otherwise it would be one message.
                    for person in people:
                        deadline = time.monotonic() + PATIENCE
                        while len(api.outbox(person)) <= heard[person.id] and time.monotonic() < deadline:
                            time.sleep(0.05)

            writers.append(threading.Thread(target=telegram_residents))
            for writer in writers:
                writer.start()
            for kill in range(KILLS):
                time.sleep(random.uniform(0.3, 1.8))
                name = ("web", "bot")[kill % 2]
                stack.kill(name)
                stack.start(name)
            for writer in writers:
                writer.join(PATIENCE)
            assert not problems
            expect_forty(stack)
            done = [any("已受理" in str(message.text) for message in api.outbox(person)) for person in people]
            assert all(done), f"{done.count(False)} Telegram residents were never told"
        finally:
            stack.close()


def expect_forty(stack: Stack) -> None:
    """Waits for the last answers, then counts in the database."""
    database = open_database(stack.settings)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with database.reading() as session:
            filed = session.scalar(select(func.count()).select_from(Ticket)) or 0
            waiting = session.scalar(select(func.count()).select_from(Inbox).where(Inbox.state != "done")) or 0
        if filed >= 2 * RESIDENTS and not waiting:
            break
        time.sleep(0.5)
    with database.reading() as session:
        tickets = session.scalars(select(Ticket)).all()
        phones = sorted(str(each.phone) for each in tickets)
        assert phones == sorted(lines(number)[3] for number in range(2 * RESIDENTS))
        assert {each.township for each in tickets} == {"430321107"}
        assert len({each.number for each in tickets}) == len(tickets)
        assert all(each.beneficiary_name == "王桂英" and not each.degraded for each in tickets)
        assert not session.scalars(select(Inbox).where(Inbox.state != "done")).all()
    database.close()
