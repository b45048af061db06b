"""The Telegram process: pollers, lanes, deliveries, notices. Started by `yimi bot`; SIGTERM stops it cleanly."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from telegram import MenuButtonCommands
from telegram.error import TelegramError

from bot.conversation import Conversations
from bot.conversation.outage import keep_catching_up
from bot.telegram import inbox, words
from bot.telegram.connection import Line, connect
from bot.telegram.files import Files
from bot.telegram.lines import Receiver
from bot.telegram.notes import Notes
from bot.telegram.notices import Notices
from bot.telegram.outgoing import Outgoing
from bot.telegram.polling import poll
from bot.telegram.residents import Residents
from bot.telegram.workers import Workers
from tickets.database import Database
from yimi.settings import Settings

log = logging.getLogger(__name__)

THREADS = 32
SWEEP_SECONDS = 30.0
CLEAN_EVERY = 120  # sweeps: about an hour
GRACE = 10.0  # seconds a turn in progress may take at a stop


def open_lines(settings: Settings) -> list[Line]:
    """One line for each token; one for both when residents and workers share a bot."""
    residents, workers = settings.telegram_bot_token, settings.telegram_worker_bot_token
    tokens = [token for token in dict.fromkeys((residents, workers)) if token]
    return [
        connect(token, settings.telegram_api_url, residents=token == residents, workers=token == (workers or residents))
        for token in tokens
    ]


async def run(settings: Settings, database: Database, conversations: Conversations, redis: Redis | None) -> None:
    """Serve Telegram until SIGTERM, SIGINT or cancellation. Returns at once when no token is set."""
    lines = open_lines(settings)
    if not lines:
        log.warning("没有设置 TELEGRAM_BOT_TOKEN 或 TELEGRAM_WORKER_BOT_TOKEN，Telegram 不启动")
        return
    _warn_of_address(settings)
    loop = asyncio.get_running_loop()
    # Not asyncio's default executor: its size follows the processors, ours the number of waiting turns.
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="telegram")
    loop.set_default_executor(executor)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: then we are cancelled
            loop.add_signal_handler(name, stop.set)
    secrets = (settings.secret_key, *settings.secret_keys_old)
    outgoing: Outgoing | None = None
    receivers: list[Receiver] = []
    workers_line: Line | None = None
    workers: Workers | None = None
    jobs: list[Coroutine[Any, Any, None]] = []
    for line in lines:
        await line.open()
        residents: Residents | None = None
        if line.serves_residents:
            outgoing = Outgoing(line, database, settings.secret_key)
            notes = Notes(database, settings.public_url)
            files = Files(line, database, conversations, notes, outgoing)
            residents = Residents(line, database, conversations, outgoing, files, notes, secrets)
            jobs += [files.run(), _sweep(outgoing, database), _resume(line, conversations, outgoing)]
        if line.serves_workers:
            workers_line, workers = line, Workers(line, database, secrets)
        receiver = Receiver(line, database, residents, workers if line.serves_workers else None)
        receivers.append(receiver)
        jobs += [receiver.run(poll), _introduce(line)]
    notices = Notices(workers_line, workers, database, redis, outgoing.deliver if outgoing else None)
    tasks = [asyncio.create_task(job) for job in (*jobs, notices.run())]
    stop_catching_up = [keep_catching_up(conversations, "telegram", x.bot_id) for x in lines if x.serves_residents]
    log.info("telegram: %s", ", ".join(f"bot {line.bot_id}" for line in lines))
    try:
        await stop.wait()
    finally:
        for end in stop_catching_up:
            end()
        for receiver in receivers:
            await receiver.close(GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for line in lines:
            await line.close()
        executor.shutdown(wait=False, cancel_futures=True)


async def _sweep(outgoing: Outgoing, database: Database) -> None:
    """The safety net: whatever waits to be sent, whatever the reason."""
    count = 0
    while True:
        try:
            await outgoing.sweep()
            if count % CLEAN_EVERY == 0:
                await asyncio.to_thread(inbox.sweep, database)
        except Exception as error:
            log.error("sweep: %s; trying again", type(error).__name__)
        count += 1
        await asyncio.sleep(SWEEP_SECONDS)


async def _resume(line: Line, conversations: Conversations, outgoing: Outgoing) -> None:
    """Answer what a crash left unanswered in the conversation's inbox, then send it."""
    try:
        await asyncio.to_thread(lambda: [None for _ in conversations.resume("telegram", line.bot_id)])
        await outgoing.sweep()
    except Exception as error:
        log.error("resume: %s; the next message of each resident takes it up", type(error).__name__)


async def _introduce(line: Line) -> None:
    """Set the commands menu. Tried until it works: the start must not depend on Telegram."""
    pause = 1.0
    while True:
        try:
            commands = words.RESIDENT_COMMANDS if line.serves_residents else words.WORKER_COMMANDS
            await line.bot.set_my_commands(commands)
            await line.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
            return
        except TelegramError:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300)


def _warn_of_address(settings: Settings) -> None:
    host = urlsplit(settings.public_url).hostname or ""
    local = host == "localhost"
    with suppress(ValueError):
        local = local or ipaddress.ip_address(host).is_loopback
    if local:
        log.warning("YIMI_PUBLIC_URL 是本机地址（%s），居民打不开 Telegram 里给的链接；请设为外面能访问的网址", host)
