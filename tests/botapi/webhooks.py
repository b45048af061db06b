"""Webhook delivery: any 2xx is final, anything else is repeated, in order (after `WebhookActor.cpp`)."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp

from tests.botapi.accounts import BotAccount, Webhook
from tests.botapi.methods import METHODS

LONGEST_PAUSE = 60.0  # seconds


async def deliver(account: BotAccount, first_pause: float) -> None:
    """Send the bot's updates to its webhook for as long as one is set. Runs until cancelled."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client:
        pause = first_pause
        while True:
            hook = account.webhook
            if hook is None or not account.updates.pending:
                await account.updates.arrival()
                continue
            update = account.updates.pending[0][1]
            status = await _post(client, account, hook, update)
            hook.attempts.append((update["update_id"], status))
            if 200 <= status < 300:
                account.updates.forget_before(update["update_id"] + 1)
                pause = first_pause
                continue
            hook.last_error_date = int(time.time())
            hook.last_error_message = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _post(client: aiohttp.ClientSession, account: BotAccount, hook: Webhook, update: dict[str, object]) -> int:
    headers = {"Content-Type": "application/json"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    body = json.dumps(update, ensure_ascii=False).encode()
    try:
        async with client.post(hook.url, data=body, headers=headers, allow_redirects=False) as answer:
            if answer.status == 200 and answer.content_type == "application/json":
                inline = await answer.json()
                method = METHODS.get(str(inline.get("method", "")).lower()) if isinstance(inline, dict) else None
                if method:  # a webhook may answer with one method call
                    account.record(str(inline["method"]).lower(), inline)
                    await method(account, inline)
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0
