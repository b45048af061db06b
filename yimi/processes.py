"""The composition roots: what each process of the Procfile is made of."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable

import redis
import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import Conversations
from bot.conversation.outage import keep_catching_up
from bot.conversation.spool import Spool
from bot.engine import Engine, EngineError
from bot.media import CannotListen, Listener, open_listener
from nlu.places.national import gazetteer
from policy.search import prepare
from tickets import follow_up, holds, notices, retention
from tickets.database import Database
from tickets.lifecycle import SYSTEM, NotAllowed, act
from tickets.models import Ticket, utc_now
from tickets.sealing import Keyring
from yimi.redis import redis_url
from yimi.settings import Settings

log = logging.getLogger("yimi")

RELAY_SECONDS = 0.2
HOUSEKEEPING_SECONDS = 60
HOLDS_SECONDS = 5


def open_keyring(settings: Settings) -> Keyring:
    """The keys to the sealed fields."""
    return Keyring(settings.secret_key, settings.secret_keys_old)


def open_database(settings: Settings) -> Database:
    """The database with the keys to its sealed fields; connects to nothing yet."""
    return Database(settings.database_url, open_keyring(settings))


def open_ears(settings: Settings) -> Listener:
    """What hears voice messages and reads photos, as the settings ask, loading in the background. Exits when it
    cannot work."""
    try:
        listener = open_listener(settings.speech_model, settings.ocr)
    except CannotListen as error:
        log.error("%s", error)
        raise SystemExit(2) from None
    listener.warm()
    return listener


def open_conversations(settings: Settings, database: Database, engine: Engine, listener: Listener) -> Conversations:
    """The conversations of a process; what the database cannot take is kept under var/spool."""
    spool = Spool(settings.var_dir / "spool", (settings.secret_key, *settings.secret_keys_old))
    return Conversations(database, engine, spool, listener)


def open_engine(settings: Settings) -> Engine:
    """A client of the engine; connects to nothing yet."""
    return Engine(settings.engine_url, settings.derived("engine token"))


def open_redis(settings: Settings) -> redis.Redis:
    """A Redis client that gives up after three seconds instead of hanging; connects to nothing yet."""
    return redis.Redis.from_url(redis_url(settings), socket_timeout=3, socket_connect_timeout=3)


def set_up_logging() -> None:
    """One line an event; the libraries' own chatter, which may hold addresses with tokens, stays out."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore", "telegram", "alembic", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def web(settings: Settings) -> None:
    """The web process: console, API, web chat. Answers first what a crash left unanswered."""
    from bot.telegram.handover import open_link
    from console.app import create_app

    database, engine = open_database(settings), open_engine(settings)
    listener = open_ears(settings)
    conversations = open_conversations(settings, database, engine, listener)
    prepare()  # the corpus and the gazetteer are opened now, so that nobody's first question waits for them
    gazetteer()

    def take_over(token: str) -> str | None:
        with database.session() as session:
            web_session = open_link(session, token, utc_now())
            session.commit()
        return web_session

    redis_client = open_redis(settings)
    wechat = None
    if settings.wechat_token:
        from bot.wechat.channel import WeChat

        wechat = WeChat(settings, database, conversations, redis_client)
    else:
        log.info("没有设置 WECHAT_TOKEN，微信不启动。")
    try:
        for message in conversations.resume("web"):
            log.info("answered a message left by a crash: %s", message.message_id)
    except SQLAlchemyError as error:  # hotlines are said without the database; the rest waits for it
        log.error("the database is away at the start (%s)", type(error).__name__)
        conversations.behind = True
    keep_catching_up(conversations, "web")
    app = create_app(
        settings,
        database,
        conversations,
        engine,
        redis_client,
        gazetteer=gazetteer,
        take_over=take_over,
        wechat=wechat,
    )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    listener.close()


def bot(settings: Settings) -> None:
    """The Telegram process; without a token it only says so and waits, so that the others go on."""
    if not (settings.telegram_bot_token or settings.telegram_worker_bot_token):
        log.info("没有设置 TELEGRAM_BOT_TOKEN，Telegram 不启动。")
        _wait_for_stop()
        return
    from bot.telegram.process import run

    database = open_database(settings)
    listener = open_ears(settings)
    conversations = open_conversations(settings, database, open_engine(settings), listener)
    prepare()
    gazetteer()
    asyncio.run(run(settings, database, conversations, open_redis(settings)))
    listener.close()


def dispatcher(settings: Settings) -> None:
    """Relays the outbox to the Redis stream, gives conversations back to the assistant that a worker left, and keeps
    the promises about time. A failed Redis costs nothing but time: the rows wait."""
    database, client, engine = open_database(settings), open_redis(settings), open_engine(settings)
    publish = notices.stream_publisher(client)
    running = _until_stopped()
    pause, tidied, looked = RELAY_SECONDS, 0.0, 0.0
    while running():
        try:
            if time.monotonic() - looked > HOLDS_SECONDS:
                looked = time.monotonic()
                hand_back_silent(database, settings.hold_hours)
            with database.reading() as session:
                waiting = notices.any_unsent(session)
            if waiting:
                with database.session() as session:
                    notices.relay(session, publish)
                    session.commit()
            if time.monotonic() - tidied > HOUSEKEEPING_SECONDS:
                tidied = time.monotonic()
                _keep_promises(database, engine)
                notices.trim(client)
            pause = RELAY_SECONDS
        except Exception as error:  # whatever it is, the next round tries again
            log.error("relay: %s; next try in %.0f s", type(error).__name__, pause)
            pause = min(10.0, pause * 2)
        time.sleep(pause)


def _keep_promises(database: Database, engine: Engine) -> None:
    """Once a minute: who was in danger yesterday is asked after, and what was kept long enough is erased."""
    with database.session() as session:
        if asked := follow_up.ask_after(session, utc_now()):
            log.info("asked after %d people", asked)
        session.commit()
    with database.session() as session:
        erased = retention.sweep(session, utc_now())
        blanked = retention.blank_old_words(session, utc_now())
        session.commit()
    if erased or blanked:
        log.info("retention: %d conversations erased, %d messages blanked", len(erased), blanked)
    for conversation in erased:
        try:
            engine.forget(conversation)
        except EngineError as error:  # its own copy ends after 30 days at the latest
            log.warning("engine could not forget conversation %s: %s", conversation, error)


def hand_back_silent(database: Database, hours: float) -> int:
    """Conversations whose worker has been silent for so many working hours go back to the assistant; how many."""
    now = utc_now()
    with database.reading() as session:
        numbers = [ticket.id for ticket in holds.silent(session, hours, now)]
    done = 0
    for ticket_id in numbers:
        with database.session() as session:
            ticket = session.get_one(Ticket, ticket_id)
            hold = holds.hold_of(session, ticket)
            if hold is None or not holds.is_silent(session, hold, ticket, hours, now):
                continue  # the worker wrote just now
            try:
                act(session, ticket, "hand_back", SYSTEM, now=now)
            except NotAllowed:
                continue
            session.commit()
            log.info("%s: conversation handed back after %s working hours", ticket.number, hours)
            done += 1
    return done


def _until_stopped() -> Callable[[], bool]:
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: stopped.append(signum))
    return lambda: not stopped


def _wait_for_stop() -> None:
    running = _until_stopped()
    while running():
        time.sleep(0.5)
