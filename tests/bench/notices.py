"""From the commit of a ticket to the worker's console and to the worker's Telegram."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.bench.figures import Figure
from tests.botapi import BotApi
from tests.desk import listen, sign_in
from tests.stack import Stack, Talk
from tickets import people
from tickets.models import Station, Worker
from yimi.processes import open_database

TICKETS = 25
TOWNSHIP = "430321107"
RICH = ["我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭", "同意", "王桂英", "13800001234"]


def worker_of(stack: Stack, login: str, township: str, name: str) -> tuple[str, str]:
    """A station and its worker: (password, Telegram binding code)."""
    database = open_database(stack.settings)
    with database.session() as session:
        if session.get(Station, township) is None:
            session.add(Station(code=township, name=f"{name}的社工站", level="township", active=True))
            session.flush()
        session.add(Worker(login=login, display_name=name, role="worker", station_code=township, password_hash="!"))
        session.commit()
    password = people.give_passwords(database, [login])[login]
    code = stack.yimi("worker", "bind", login).stdout.strip().split()[-1]
    database.close()
    return password, code


def file_ticket(stack: Stack) -> tuple[str, float]:
    """(number, the moment the committed answer arrived) of a whole conversation."""
    talk = Talk(stack)
    for text in RICH:
        talk.say(text)
    talk.press("提交")
    return talk.last["tickets"][-1], time.perf_counter()


def measure(stack: Stack) -> list[Figure]:
    """Milliseconds after the resident's answer; the worker may well hear of it before the resident."""
    password, code = worker_of(stack, "li.bench", TOWNSHIP, "李社工")
    with BotApi() as api:
        account = api.bot("yimi_bench_bot")
        stack.extra |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_BOT_TOKEN": account.token}
        stack.start("bot")
        worker = api.person("李社工")
        api.say(worker, f"/bind {code}")
        api.wait(lambda: any("绑定好了" in str(m.text) for m in api.outbox(worker)), 30)
        console: dict[str, float] = {}
        listen(sign_in(stack, "li.bench", password), lambda number, at: console.setdefault(number, at))
        desk, phone = [], []
        for _ in range(TICKETS):
            number, committed = file_ticket(stack)
            told = _when(lambda number=number: any(number in str(m.text) for m in api.outbox(worker)))
            phone.append(max(0.0, told - committed) * 1000)
            _when(lambda number=number: number in console)
            desk.append(max(0.0, console[number] - committed) * 1000)
    return [
        Figure("committed ticket → worker's console", desk, target="p95 ≤ 1,000"),
        Figure("committed ticket → worker's Telegram", phone, target="p95 ≤ 1,000"),
    ]


def _when(true: Callable[[], bool], seconds: float = 10) -> float:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if true():
            return time.perf_counter()
        time.sleep(0.005)
    raise AssertionError("never heard of the ticket")
