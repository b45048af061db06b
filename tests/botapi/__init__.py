"""A Bot API server on loopback, with Telegram's own semantics, for tests.

It runs in a thread of the test process, so its queue outlives a bot that is killed. `BotApi` is the
server and, at the same time, the hand of the people who write to the bot:

    with BotApi() as api:
        bot = api.bot("yimi_bot")
        wang = api.person("王奶奶")
        api.say(wang, "你好")               # the bot gets an update
        api.outbox(wang)                   # what the bot sent to her

What it does was read from tdlib/telegram-bot-api (`Client.cpp`, `WebhookActor.cpp`, td's `TQueue.cpp`) and from the
public description; `tests/telegram/test_botapi_with_aiogram.py` drives it with a client that we did not write.
"""

from tests.botapi.accounts import BotAccount, Call
from tests.botapi.server import BotApi

__all__ = ["BotAccount", "BotApi", "Call"]
