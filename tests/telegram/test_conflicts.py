"""What the operator reads when Telegram refuses: one clear line, without words of residents and without the token."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.telegram.conftest import World

ROOT = Path(__file__).parent.parent.parent


def wait_for_log(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [record.getMessage() for record in caplog.records if words in record.getMessage()]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing logged about {words!r}: {[record.getMessage() for record in caplog.records]}")


def test_a_second_poller_is_explained_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """409: one clear line, however long it lasts, and normal work as soon as the other poller stops."""
    world.errors_expected = True
    wang = world.resident()
    stop = threading.Event()

    def rival() -> None:
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not stop.is_set():
                client.get(f"{world.api.url}/bot{world.bot.token}/getUpdates", params={"timeout": 1, "offset": 0})

    world.api.wait(lambda: any(call.method == "getupdates" for call in world.bot.calls))
    thread = threading.Thread(target=rival)
    thread.start()
    lines = wait_for_log(caplog, "409 冲突")
    time.sleep(2)
    stop.set()
    thread.join()
    assert "另一个程序" in lines[0]
    world.api.say(wang, "你好")
    world.until(wang, "电脑助手")
    assert len([1 for record in caplog.records if "409 冲突" in record.getMessage()]) <= 2
    assert world.bot.token not in caplog.text


def test_a_webhook_in_the_way_is_explained(idle: World, caplog: pytest.LogCaptureFixture) -> None:
    """A webhook that somebody set is named, and polling goes on when it is gone."""

    async def hook(url: str) -> None:
        from tests.botapi.methods import delete_webhook, set_webhook

        await (set_webhook(idle.bot, {"url": url}) if url else delete_webhook(idle.bot, {}))

    idle.errors_expected = True
    idle.api.on_loop(hook("https://old.example/secret-path"))
    idle.start()
    line = wait_for_log(caplog, "409 冲突")[0]
    assert "webhook（old.example）" in line and "secret-path" not in line and "deleteWebhook" in line
    idle.api.on_loop(hook(""))
    wang = idle.resident()
    idle.api.say(wang, "你好")
    idle.until(wang, "电脑助手")


def test_a_wrong_token_says_so(idle: World, caplog: pytest.LogCaptureFixture) -> None:
    """401: one line that names the settings to check, never the token."""
    idle.errors_expected = True
    del idle.api.accounts[idle.bot.token]
    idle.start()
    assert "TELEGRAM_BOT_TOKEN" in wait_for_log(caplog, "令牌不被接受")[0]
    assert idle.bot.token not in caplog.text


def test_the_log_holds_no_words_and_no_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Logs keep kinds and numbers, never what people wrote or the key to the bot."""
    with caplog.at_level(logging.INFO):
        wang = world.resident()
        world.file_request(wang)
    assert world.bot.token not in caplog.text
    assert "高龄津贴" not in caplog.text and "13800000000" not in caplog.text


def test_without_a_token_there_is_nothing_to_do(idle: World, caplog: pytest.LogCaptureFixture) -> None:
    """No token set: the process says so and returns."""
    from bot.conversation import Conversations
    from bot.engine import Engine
    from bot.telegram.process import run

    settings = idle.settings.model_copy(update={"telegram_bot_token": None, "telegram_worker_bot_token": None})
    engine = Engine(idle.engine.url, "x" * 40)
    asyncio.run(run(settings, idle.database, Conversations(idle.database, engine), None))
    engine.close()
    assert "没有设置 TELEGRAM_BOT_TOKEN" in caplog.text
