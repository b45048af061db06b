"""The methods of the loopback Bot API server, proved with aiogram, a client we did not write."""

from __future__ import annotations

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MenuButtonCommands,
)

from tests.botapi import BotAccount, BotApi
from tests.telegram.aiogram_client import off, opened, run


@pytest.fixture
def account(api: BotApi) -> BotAccount:
    return api.bot()


def test_callback_query_is_answered_once(api: BotApi, account: BotAccount) -> None:
    """An unknown or already answered query is refused."""

    async def act() -> None:
        async for bot in opened(api, account.token):
            with pytest.raises(TelegramBadRequest, match="query is too old"):
                await bot.answer_callback_query("12345")

    run(act())


def test_limits_of_texts_and_buttons(api: BotApi, account: BotAccount) -> None:
    """4096 characters pass, 4097 do not; callback data has 1 to 64 bytes; unknown chats are refused."""
    wang = api.person("王奶奶")
    api.say(wang, "你好")

    async def act() -> None:
        async for bot in opened(api, account.token):
            assert len((await bot.send_message(wang.id, "好" * 4096)).text) == 4096
            with pytest.raises(TelegramBadRequest, match="message is too long"):
                await bot.send_message(wang.id, "好" * 4097)
            with pytest.raises(TelegramBadRequest, match="text is empty"):
                await bot.send_message(wang.id, " ")
            with pytest.raises(TelegramBadRequest, match="chat not found"):
                await bot.send_message(1, "你好")
            for data, fits in (("x" * 64, True), ("好" * 21, True), ("x" * 65, False), ("好" * 22, False)):
                markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="是", callback_data=data)]])
                if fits:
                    await bot.send_message(wang.id, "选", reply_markup=markup)
                else:
                    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
                        await bot.send_message(wang.id, "选", reply_markup=markup)

    run(act())


def test_files_go_both_ways(api: BotApi, account: BotAccount) -> None:
    """A voice message is fetched byte by byte; a document and a photo are sent; large files are refused."""
    wang = api.person("王奶奶")
    voice = bytes(range(256)) * 50
    api.send_file(wang, "voice", voice, ".oga")
    api.send_file(wang, "video", b"x", ".mp4", size=30 * 1024 * 1024)

    async def act() -> None:
        async for bot in opened(api, account.token):
            updates = await bot.get_updates()
            fetched = await bot.download(updates[0].message.voice)
            assert fetched is not None and fetched.read() == voice
            with pytest.raises(TelegramBadRequest, match="file is too big"):
                await bot.get_file(updates[1].message.video.file_id)
            sent = await bot.send_document(wang.id, BufferedInputFile(b"%PDF-1.7", "清单.pdf"), caption="请看")
            copy = await bot.send_document(wang.id, sent.document.file_id)
            assert copy.document.file_size == 8 and sent.caption == "请看"
            photo = await bot.send_photo(wang.id, BufferedInputFile(b"\x89PNG", "图.png"))
            assert photo.photo[0].file_size == 4

    run(act())


def test_commands_and_menu(api: BotApi, account: BotAccount) -> None:
    """Commands are Latin, their descriptions Chinese; the menu button is kept."""

    async def act() -> None:
        async for bot in opened(api, account.token):
            assert await bot.set_my_commands([BotCommand(command="help", description="怎么用")])
            assert [item.description for item in await bot.get_my_commands()] == ["怎么用"]
            with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
                await bot.set_my_commands([BotCommand(command="帮助", description="怎么用")])
            assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
            assert (await bot.get_chat_menu_button()).type == "commands"
            assert await bot.get_my_commands(language_code="zh") == []

    run(act())


def test_faults_on_demand(api: BotApi, account: BotAccount) -> None:
    """429 with retry_after, 500, a broken connection before and after the work, 403 of a blocked bot."""
    wang = api.person("王奶奶")
    api.say(wang, "你好")

    async def act() -> None:
        async for bot in opened(api, account.token):
            api.fault("flood", "sendMessage", value=7)
            with pytest.raises(TelegramRetryAfter) as flood:
                await bot.send_message(wang.id, "一")
            assert flood.value.retry_after == 7
            api.fault("status", "sendMessage", value=500)
            with pytest.raises(TelegramServerError):
                await bot.send_message(wang.id, "二")
            for kind, done in (("drop_before", 0), ("drop_after", 1)):
                api.fault(kind, "sendMessage")  # type: ignore[arg-type]
                with pytest.raises(TelegramNetworkError):
                    await bot.send_message(wang.id, kind)
                assert sum(message.text == kind for message in await off(api.outbox, wang)) == done
            await off(api.block, wang)
            with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
                await bot.send_message(wang.id, "三")
            updates = await bot.get_updates()
            assert updates[-1].my_chat_member.new_chat_member.status == "kicked"

    run(act())


def test_one_message_a_second() -> None:
    """With the limit switched on, a second message in the same second is refused, other chats are not touched."""
    with BotApi(one_a_second=True) as api:
        account = api.bot()
        wang, zhao = api.person("王奶奶"), api.person("赵大爷")
        api.say(wang, "你好")
        api.say(zhao, "你好")

        async def act() -> None:
            async for bot in opened(api, account.token):
                await bot.send_message(wang.id, "一")
                await bot.send_message(zhao.id, "一")
                with pytest.raises(TelegramRetryAfter):
                    await bot.send_message(wang.id, "二")

        run(act())
