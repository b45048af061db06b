"""The same on PostgreSQL: a conversation up to the ticket, the notice, the claim, the reply."""

from __future__ import annotations

from pathlib import Path

from tests.botapi import BotApi
from tests.postgres import execute
from tests.telegram.conftest import World
from tests.telegram.replay import ReplayEngine


def test_the_whole_way_on_postgresql(tmp_path: Path, api: BotApi, engine: ReplayEngine, postgres: str) -> None:
    """Resident, worker and resident again, with both inboxes, the outbox and the prompts on a real server."""
    execute(postgres, "CREATE DATABASE telegram TEMPLATE template_yimi")
    world = World(tmp_path, api, engine, database_url=postgres.format("telegram")).start()
    try:
        wang, li = world.resident(), world.worker("li")
        api.send_file(wang, "voice", b"OggS", ".oga")
        world.until(wang, "语音收到了")
        number = world.file_request(wang)
        api.press(li, world.until(li, number, world.worker_bot), "认领", bot=world.worker_bot)
        world.until(wang, "社工已经接手")
        api.press(li, world.until(li, "已认领", world.worker_bot), "回复", bot=world.worker_bot)
        world.until(li, "要回复居民什么", world.worker_bot)
        api.say(li, "明天上午来看您", bot=world.worker_bot)
        world.until(wang, "【社工回复】")
        api.say(wang, "身份证 430321194001011234")
        world.until(wang, "/h/")
    finally:
        world.close()
        execute(postgres, "DROP DATABASE telegram WITH (FORCE)")
