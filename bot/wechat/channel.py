"""The WeChat channel of the web process: what is behind GET and POST /wechat, and what runs beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from redis import Redis
from sqlalchemy import select

from bot.conversation import Conversations, inbox
from bot.conversation.outage import keep_catching_up
from bot.conversation.spool import Kept
from bot.conversation.words import SET_ASIDE
from bot.wechat.api import Api
from bot.wechat.door import NOTHING, Door
from bot.wechat.files import Files
from bot.wechat.incoming import CHANNEL, EVENT, read
from bot.wechat.notes import conversation_of, say
from bot.wechat.notices import Notices
from bot.wechat.outgoing import Outgoing
from bot.wechat.residents import Residents
from bot.wechat.rows import note_of
from bot.wechat.window import AFTER_A_MESSAGE, AFTER_AN_ACT, open_window
from tickets.database import Database
from tickets.models import Inbox, utc_now
from yimi.settings import Settings

log = logging.getLogger(__name__)

TURNS, QUICK, CALLS = 48, 8, 8  # threads: turns, short work with the database, calls of WeChat's API
SWEEP_SECONDS = 30.0
LEFT_BEHIND = timedelta(seconds=20)  # a message unanswered for longer has been left by a crash or an error


@dataclass(frozen=True)
class Answer:
    """What to answer to a request, and what to do once it has gone out."""

    body: str
    media_type: str
    after: Callable[[], Awaitable[None]] | None = None


class WeChat:
    """One Official Account. Made in any thread; everything else belongs to the event loop of `run`."""

    def __init__(
        self, settings: Settings, database: Database, conversations: Conversations, redis: Redis | None = None
    ) -> None:
        self._app_id, self._public_url = settings.wechat_app_id or "", settings.public_url
        self._database, self._conversations = database, conversations
        self._turns = ThreadPoolExecutor(TURNS, thread_name_prefix="wechat-turn")
        self._quick = ThreadPoolExecutor(QUICK, thread_name_prefix="wechat-quick")
        self._calls = ThreadPoolExecutor(CALLS, thread_name_prefix="wechat-call")
        api = Api(self._app_id, settings.wechat_app_secret or "", settings.wechat_api_url, redis)
        secrets = (settings.secret_key, *settings.secret_keys_old)
        self.door = Door(settings.wechat_token or "", self._app_id, settings.wechat_aes_key)
        self._outgoing = Outgoing(api, database, self._quick, self._calls)
        self._residents = Residents(
            self._app_id, secrets, database, conversations, self._outgoing, self._quick, self._turns
        )
        self._files = Files(
            self._app_id, api, database, conversations, self._outgoing.deliver, self._calls, self._turns
        )
        self._notices = Notices(database, self._outgoing.deliver)
        self._caught_up = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        if not settings.wechat_aes_key:
            log.warning("没有设置 WECHAT_AES_KEY：微信的消息按明文模式收。建议在公众号后台选安全模式，再写上这一项。")

    async def run(self) -> None:
        """Notices, attachments, and what was left behind, until cancelled."""
        log.info("微信公众号已启动，接口地址：%s/wechat", self._public_url)
        self._loop = asyncio.get_running_loop()
        stop_catching_up = keep_catching_up(self, CHANNEL, self._app_id)
        try:
            await asyncio.gather(self._notices.run(), self._files.run(), self._sweep())
        finally:
            stop_catching_up()
            for executor in (self._turns, self._quick, self._calls):
                executor.shutdown(wait=False, cancel_futures=True)

    async def receive(self, query: Mapping[str, str], body: bytes, too_fast: Callable[[str], float]) -> Answer:
        """Answer what WeChat posts; `door.check` comes first.

        Raises Forged, Unreadable or BadMessage; NotStored when WeChat has to ask again.
        """
        heard = read(self.door.open(query, body))
        if heard.is_silent:
            return Answer(NOTHING, "text/plain")
        given = await self._residents.hear(heard, too_fast)
        if heard.attachment:
            self._files.wake()
        if given.text is None:
            return Answer(NOTHING, "text/plain", given.after)
        return Answer(self.door.reply(heard.sender, heard.account, given.text), "application/xml", given.after)

    def catch_up(self, channel: str, bot_id: str) -> int:
        """Answers what the spool holds and has it sent; returns how many. SQLAlchemyError when it is away."""
        kept = self._conversations.kept(channel)
        if not kept:
            return 0
        for each in kept:
            self._reopen(each)
        behind = self._conversations.behind  # of the web chat: not ours to settle
        answered = self._conversations.catch_up(channel, bot_id)
        self._conversations.behind = behind
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._caught_up.set)
        return answered

    def _reopen(self, kept: Kept) -> None:
        """Their message lets us speak, counted from when it came, though nobody could write that down then."""
        with self._database.session() as session:
            conversation = conversation_of(session, kept.inbound.sender)
            conversation.unreachable_at, conversation.seen_at = None, kept.at
            conversation.station_hint = kept.station or conversation.station_hint
            act = kept.inbound.message_id.startswith(EVENT)
            open_window(conversation, AFTER_AN_ACT if act else AFTER_A_MESSAGE, kept.at)
            session.commit()

    async def _sweep(self) -> None:
        """The safety net: whatever is unanswered, whatever waits to be sent, whatever the reason."""
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._turns, self._answer_left)
                await self._outgoing.sweep()
            except Exception as error:
                log.error("sweep: %s; trying again", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._caught_up.wait(), SWEEP_SECONDS)
            self._caught_up.clear()

    def _answer_left(self) -> None:
        with self._database.reading() as session:
            left = session.scalar(
                select(Inbox.message_id)
                .where(
                    Inbox.channel == CHANNEL,
                    Inbox.bot_id == self._app_id,
                    Inbox.state == inbox.PENDING,
                    Inbox.received_at < utc_now() - LEFT_BEHIND,
                )
                .limit(1)
            )
        if left is None:
            return
        for message in self._conversations.resume(CHANNEL, self._app_id):
            with self._database.reading() as session:
                state = inbox.state_of(session, message)
            if state == inbox.FAILED:
                say(self._database, message.sender, (SET_ASIDE,), note_of(message.message_id))
