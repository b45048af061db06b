"""Message rows → WeChat, one text for all that waits: handed over with the answer to a request, or sent. At least once.

A request that is being answered keeps its sender to itself for a few seconds, so that nothing is sent beside the
answer. What was handed over counts as delivered only after the answer has gone out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.wechat import rows, window
from bot.wechat.api import NO_RIGHT, NOT_A_FOLLOWER, USED_UP, WINDOW_CLOSED, Api, NotNow, Refused, Unanswered
from bot.wechat.rows import Bundle
from tickets.database import Database
from tickets.models import Conversation, utc_now

log = logging.getLogger(__name__)

T = TypeVar("T")
SENT, NOTHING, LATER = "sent", "nothing", "later"  # other outcomes are keys of words.HELD
REFUSED = "refused"  # WeChat will never take this text: it must not hold up all that follow it
HELD_OPEN = 10.0  # seconds after which a request that never ended no longer keeps its sender
GAP = 0.5  # seconds between an answer and what is sent after it, so that they are shown in this order
FAILURES_TO_STOP = 3  # of deliveries one after the other
BARRED = 600.0  # seconds until an account without the right to send is tried again


class Outgoing:
    """Hands over and sends. All methods belong to one event loop."""

    def __init__(self, api: Api, database: Database, quick: Executor, calls: Executor) -> None:
        self._api, self._database, self._quick, self._calls = api, database, quick, calls
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._open: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._missed: set[str] = set()
        self._handed: dict[int, float] = {}
        self._barred = 0.0

    # -- with the answer -------------------------------------------------------------------------------------------
    def begin(self, sender: str, request: str) -> None:
        """A request of this sender is being answered."""
        self._open[sender][request] = time.monotonic() + HELD_OPEN

    def end(self, sender: str, request: str) -> bool:
        """Its answer has gone out. Whether something wanted to be sent meanwhile and was not: `deliver` it now."""
        self._open[sender].pop(request, None)
        if not self._open[sender]:
            del self._open[sender]
        if self._is_open(sender) or sender not in self._missed:
            return False
        self._missed.discard(sender)
        return True

    async def take(self, sender: str) -> Bundle | None:
        """What waits for this sender, to be handed over now; `handed_over` follows. Nobody else gets it meanwhile."""
        async with self._lock(sender):
            now = time.monotonic()
            self._handed = {row: until for row, until in self._handed.items() if until > now}
            found = await self._soon(rows.waiting, self._database, tuple(self._handed), sender=sender)
            if found:
                self._handed |= dict.fromkeys(found.row_ids, now + HELD_OPEN)
            return found

    async def handed_over(self, found: Bundle) -> None:
        """The first text has gone out with the answer: the rest is sent, or kept for the next answer."""
        async with self._lock(found.sender):
            rest = found.texts[1:]
            if rest:
                await asyncio.sleep(GAP)
            while rest and await self._send_text(found, rest[0]) in (SENT, REFUSED):
                del rest[0]
            await self._soon(rows.mark_delivered, self._database, found, rest)
            for row in found.row_ids:
                self._handed.pop(row, None)

    # -- by the API ------------------------------------------------------------------------------------------------
    async def deliver(self, conversation_id: str = "", sender: str = "") -> str:
        """Send what waits in a conversation, told by its id or its openid: SENT, NOTHING, LATER, or why it is held."""
        where = {"sender": sender} if sender else {"conversation_id": conversation_id}
        found = await self._soon(rows.waiting, self._database, tuple(self._handed), **where)
        if found is None:
            return NOTHING
        if self._is_open(found.sender):
            self._missed.add(found.sender)
            return LATER
        async with self._lock(found.sender):
            found = await self._soon(rows.waiting, self._database, tuple(self._handed), **where)
            if found is None:
                return NOTHING
            refused = False
            for done, text in enumerate(found.texts):
                outcome = await self._send_text(found, text)
                if outcome not in (SENT, REFUSED):
                    if done:  # what went out is not sent again
                        await self._soon(rows.mark_delivered, self._database, found, found.texts[done:])
                    return outcome
                refused = refused or outcome == REFUSED
            await self._soon(rows.mark_delivered, self._database, found)
            return REFUSED if refused else SENT

    async def sweep(self) -> None:
        """Send whatever still waits anywhere and may be sent; stops when WeChat seems to be away."""
        failures = 0
        for conversation_id in await self._soon(rows.undelivered, self._database):
            failures = failures + 1 if await self.deliver(conversation_id) == LATER else 0
            if failures == FAILURES_TO_STOP:
                return

    async def _send_text(self, found: Bundle, text: str) -> str:
        if time.monotonic() < self._barred:
            return "barred"
        held = await self._soon(self._claim, found.conversation_id)
        if held:
            return held
        try:
            await self._call(self._api.send_text, found.sender, text)
            return SENT
        except Unanswered as error:  # it may have arrived, and then WeChat has counted it
            log.warning("conversation %s: perhaps not sent (%s)", found.conversation_id, error)
            return LATER
        except NotNow as error:
            log.warning("conversation %s: not sent yet (%s)", found.conversation_id, error)
            await self._soon(self._note, found.conversation_id, "")
            return LATER
        except Refused as refusal:
            log.warning("conversation %s: refused (%s)", found.conversation_id, refusal)
            return await self._soon(self._note, found.conversation_id, self._why(refusal.code))

    def _why(self, code: int) -> str:
        if code in NO_RIGHT:
            log.error("公众号没有客服消息接口的权限（%s）：来不及当场回复的话，要等居民再说话时才能送到", code)
            self._barred = time.monotonic() + BARRED
            return "barred"
        if code in NOT_A_FOLLOWER:
            return "gone"
        return {WINDOW_CLOSED: "closed", USED_UP: "used"}.get(code, REFUSED)

    # -- the database ----------------------------------------------------------------------------------------------
    def _claim(self, conversation_id: str) -> str | None:
        """Take one message off the allowance; otherwise why nothing can be sent."""
        now = utc_now()
        with self._database.session() as session:
            conversation = session.get_one(Conversation, conversation_id)
            held = window.why_not(conversation, now)
            if held is None and not window.claim(session, conversation_id, now):
                held = "used"
            session.commit()
            return held

    def _note(self, conversation_id: str, outcome: str) -> str:
        """Write down what WeChat said to a message that was not sent; the outcome again."""
        now = utc_now()
        with self._database.session() as session:
            if outcome == "closed":
                window.shut(session, conversation_id, now)
            elif outcome == "used":
                window.use_up(session, conversation_id)
            else:
                window.give_back(session, conversation_id)
            if outcome == "gone":
                session.get_one(Conversation, conversation_id).unreachable_at = now
            session.commit()
        return outcome

    # -- the loop --------------------------------------------------------------------------------------------------
    def _is_open(self, sender: str) -> bool:
        now = time.monotonic()
        return any(until > now for until in self._open.get(sender, {}).values())

    def _lock(self, sender: str) -> asyncio.Lock:
        return self._locks.setdefault(sender, asyncio.Lock())

    async def _soon(self, function: Callable[..., T], *given: Any, **named: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._quick, lambda: function(*given, **named))

    async def _call(self, function: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._calls, lambda: function(*given))
