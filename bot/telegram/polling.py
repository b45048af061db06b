"""The polling loop: updates are in the database before the next call confirms them to Telegram.

python-telegram-bot's own Updater confirms a batch before its handlers ran: killed in between, everything waiting is
lost for good. Here a crash at any point leaves an update either unconfirmed (Telegram sends it again; the inbox's
primary key drops the repeat) or stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram.connection import Line

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5  # seconds; doubles up to LONGEST_PAUSE while errors last
LONGEST_PAUSE = 30.0
Take = Callable[[list[dict[str, Any]]], Awaitable[None]]


def seconds(value: Any) -> float:
    """PTB gives retry_after as seconds or as timedelta."""
    return float(value.total_seconds()) if hasattr(value, "total_seconds") else float(value)


async def poll(line: Line, take: Take) -> None:
    """Fetch updates until cancelled. `take` stores a batch durably; while it fails, the offset does not move."""
    offset: int | None = None
    pause = FIRST_PAUSE
    explained = ""
    while True:
        try:
            batch = await line.updates(offset)
            if batch:
                await take(batch)
                offset = int(batch[-1]["update_id"]) + 1
            if explained:
                log.warning("Telegram 机器人 %s：已恢复", line.bot_id)
            pause, explained = FIRST_PAUSE, ""
        except RetryAfter as flood:
            await asyncio.sleep(seconds(flood.retry_after))
        except Exception as error:  # whatever it is, the loop must go on, and say why it waits
            sentence = await explain(line, error)
            if sentence != explained:  # once, not every few seconds
                log.error("Telegram 机器人 %s：%s", line.bot_id, sentence)
                explained = sentence
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def explain(line: Line, error: Exception) -> str:
    """One sentence for the log: what is wrong and what cures it. Holds neither the token nor any message."""
    if isinstance(error, Conflict):
        hook = await webhook_of(line)
        if hook:
            return (
                f"409 冲突：这个机器人设置了 webhook（{hook}），所以不能取消息；"
                "请对这个令牌调用 deleteWebhook，或者给这套系统换一个单独的机器人"
            )
        return "409 冲突：另一个程序正用同一个令牌取消息；请停掉那个程序，或者给这套系统换一个单独的机器人"
    if isinstance(error, InvalidToken):
        return "令牌不被接受（401/404）；请检查 TELEGRAM_BOT_TOKEN、TELEGRAM_WORKER_BOT_TOKEN 和 TELEGRAM_API_URL"
    if isinstance(error, TelegramError):
        return f"连不上 Telegram（{type(error).__name__}），会一直重试"
    return f"收到的消息存不进数据库（{type(error).__name__}），消息仍留在 Telegram，恢复后再取"


async def webhook_of(line: Line) -> str | None:
    """Host of the webhook that is set for this bot; None when there is none or it cannot be asked."""
    try:
        info = await line.bot.get_webhook_info()
    except TelegramError:
        return None
    return info.url.split("//", 1)[-1].split("/", 1)[0] or None
