"""The loopback Bot API server, proved with aiogram: a client we did not write, which knows nothing of our bot."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiogram import Dispatcher, F
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from aiohttp import web

from tests.botapi import BotAccount, BotApi
from tests.telegram.aiogram_client import off, opened, run

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="是", callback_data="yes")]])


@pytest.fixture
def account(api: BotApi) -> BotAccount:
    return api.bot()


def test_get_me_and_wrong_token(api: BotApi, account: BotAccount) -> None:
    """getMe names the bot; a well-formed but wrong token is 401."""

    async def act() -> None:
        async for bot in opened(api, account.token):
            me = await bot.get_me()
            assert (me.username, me.is_bot, me.first_name) == ("yimi_bot", True, "一米")
        async for bot in opened(api, "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"):
            with pytest.raises(TelegramUnauthorizedError):
                await bot.get_me()

    run(act())


def test_offset_confirms_and_deletes(api: BotApi, account: BotAccount) -> None:
    """Updates come again until a higher offset confirms them; a negative offset keeps the last ones only."""
    wang = api.person("王奶奶")
    for number in range(5):
        api.say(wang, f"第{number}句")

    async def act() -> None:
        async for bot in opened(api, account.token):
            first = await bot.get_updates(limit=2)
            again = await bot.get_updates(limit=2)
            assert [update.update_id for update in first] == [update.update_id for update in again]
            rest = await bot.get_updates(offset=first[-1].update_id + 1)
            assert [update.message.text for update in rest] == ["第2句", "第3句", "第4句"]
            assert account.updates.confirmed == [update.update_id for update in first]
            last = await bot.get_updates(offset=-1)
            assert [update.message.text for update in last] == ["第4句"]
            assert await bot.get_updates(offset=last[0].update_id + 1) == []

    run(act())


def test_batches_hold_a_hundred(api: BotApi, account: BotAccount) -> None:
    """No batch is larger than 100, whatever limit is asked for."""
    wang = api.person("王奶奶")
    for number in range(103):
        api.say(wang, str(number))

    async def act() -> None:
        async for bot in opened(api, account.token):
            assert len(await bot.get_updates(limit=1000)) == 100

    run(act())


def test_long_poll_wakes_at_once_and_times_out(api: BotApi, account: BotAccount) -> None:
    """A waiting poll answers when something arrives and comes back empty at its timeout."""
    wang = api.person("王奶奶")

    async def act() -> None:
        async for bot in opened(api, account.token):
            begun = time.monotonic()
            assert await bot.get_updates(timeout=1) == []
            assert 0.9 < time.monotonic() - begun < 3
            poll = asyncio.create_task(bot.get_updates(timeout=20))
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            await off(api.say, wang, "在吗")
            assert [update.message.text for update in await poll] == ["在吗"]
            assert time.monotonic() - begun < 2

    run(act())


def test_second_poller_ends_the_first_with_409(api: BotApi, account: BotAccount) -> None:
    """Two pollers: the older one is told of the conflict, the newer one goes on and gets the update."""
    wang = api.person("王奶奶")

    async def act() -> None:
        async for older in opened(api, account.token):
            async for newer in opened(api, account.token):
                waiting = asyncio.create_task(older.get_updates(timeout=20))
                await asyncio.sleep(0.1)
                taking = asyncio.create_task(newer.get_updates(timeout=20))
                with pytest.raises(TelegramConflictError, match="terminated by other getUpdates"):
                    await waiting
                await off(api.say, wang, "你好")
                assert len(await taking) == 1

    run(act())


def test_dispatcher_polls_and_answers_a_button(api: BotApi, account: BotAccount) -> None:
    """aiogram's own dispatcher: text → message with button → press → callback answered, message edited."""
    wang = api.person("王奶奶")
    dispatcher = Dispatcher()

    @dispatcher.message(F.text)
    async def on_text(message: Message) -> None:
        await message.answer(f"您说：{message.text}", reply_markup=YES)

    @dispatcher.callback_query()
    async def on_press(query: CallbackQuery) -> None:
        await query.answer("好的")
        assert isinstance(query.message, Message)
        await query.message.edit_text(f"已选 {query.data}")

    async def act() -> None:
        async for bot in opened(api, account.token):
            polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5))
            await off(api.say, wang, "家里高龄津贴了")
            sent = (await off(api.heard, wang))[0]  # type: ignore[index]
            assert sent.text == "您说：家里高龄津贴了"
            await off(api.press, wang, sent, "是")
            await off(api.wait, lambda: api.outbox(wang)[0].text == "已选 yes")
            assert api.outbox(wang)[0].reply_markup is None
            assert account.answers[0]["text"] == "好的"
            await dispatcher.stop_polling()
            await polling

    run(act())


def test_webhook_delivers_with_secret_and_repeats(api: BotApi, account: BotAccount) -> None:
    """A webhook gets each update with the secret header, again after a 500, in order; polling is 409 meanwhile."""
    wang = api.person("王奶奶")
    got: list[tuple[str | None, str]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body["message"]["text"]))
        return web.Response(status=500 if len(got) < 3 else 204)

    async def act() -> None:
        app = web.Application()
        app.router.add_post("/hook", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async for bot in opened(api, account.token):
            waiting = asyncio.create_task(bot.get_updates(timeout=20))
            await asyncio.sleep(0.1)
            assert await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="geheim")
            with pytest.raises(TelegramConflictError, match="terminated by setWebhook"):
                await waiting
            with pytest.raises(TelegramConflictError, match="webhook is active"):
                await bot.get_updates()
            await off(api.say, wang, "一")
            await off(api.say, wang, "二")
            await off(api.wait, lambda: len(got) == 4)
            assert got == [("geheim", "一")] * 3 + [("geheim", "二")]
            info = await bot.get_webhook_info()
            assert info.last_error_message == "Wrong response from the webhook: 500"
            assert info.pending_update_count == 0
            assert await bot.delete_webhook()
            assert await bot.get_updates() == []
        await runner.cleanup()

    run(act())


def test_groups_and_privacy_mode(api: BotApi, account: BotAccount) -> None:
    """In a group the bot hears commands and replies to itself, and is told when it is added."""
    li, group = api.person("李社工"), api.group("花石社工群")
    api.add_to_group(li, group)
    api.say(li, "大家好", chat=group)
    api.say(li, "/help", chat=group)

    async def act() -> None:
        async for bot in opened(api, account.token):
            updates = await bot.get_updates()
            assert [update.event_type for update in updates] == ["my_chat_member", "message", "message"]
            assert updates[-1].message.text == "/help"
            assert updates[-1].message.entities[0].type == "bot_command"

    run(act())
