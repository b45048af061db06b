"""The same on PostgreSQL: a conversation up to the ticket, the reply, the allowance used up, what was held."""

from __future__ import annotations

from pathlib import Path

from bot.wechat.words import HELD
from tests.postgres import execute
from tests.wechat.conftest import account_of
from tickets.models import utc_now


def test_the_whole_way_on_postgresql(tmp_path: Path, postgres: str) -> None:
    """Inbox, window, outbox, attachments and sweep on a real server."""
    execute(postgres, "CREATE DATABASE wechat TEMPLATE template_yimi")
    try:
        with account_of(tmp_path, "safe", database_url=postgres.format("wechat")) as account:
            wang = account.platform.person()
            account.platform.api.media["photo-1"] = ("image/jpeg", b"\xff\xd8\xff" + bytes(300))
            assert "照片收到了" in str(account.platform.send(wang, "image", MediaId="photo-1"))
            number = account.file_request(wang)
            account.work(number, "claim")
            account.reads(wang, "社工已经接手")
            account.set_conversation(reach_until=utc_now())
            account.work(number, "reply", "明天上午来看您")
            account.until(lambda: ("system", "noted", HELD["closed"]) in account.history(number))
            assert "明天上午来看您" in str(account.platform.say(wang, "你好"))
            account.engine.seconds = 4.5
            assert account.platform.say(wang, "还有一件事") is None
            account.reads(wang, "哪个乡镇")
            account.until(lambda: account.waiting() == [])
    finally:
        execute(postgres, "DROP DATABASE wechat WITH (FORCE)")
