"""A message that breaks us: it neither blocks its sender, nor the next start, nor ends in silence."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.conversation import Inbound
from bot.conversation.inbox import MOST_ATTEMPTS
from tests.console.world import World, world
from tickets.models import Ticket


def test_a_message_that_breaks_us_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for it is told; the start goes on without it; the next message is answered; at last it rests."""
    with world(tmp_path) as made:
        talks = made.conversations
        session = talks.open()
        real = made.engine.turn

        def turn(*arguments: Any, **given: Any) -> Any:
            if given.get("text") == "坏的":
                raise RuntimeError("broken")
            return real(*arguments, **given)

        monkeypatch.setattr(made.engine, "turn", turn)
        broken = Inbound("web", "", "m1", session, text="坏的")
        with pytest.raises(RuntimeError):
            talks.answer(broken)
        assert [each.message_id for each in talks.resume("web")] == ["m1"]  # a restart survives it
        assert talks.answer(Inbound("web", "", "m2", session, text="你好")).messages
        for _ in range(MOST_ATTEMPTS):
            list(talks.resume("web"))
        assert list(talks.resume("web")) == []
        assert "没处理好" in talks.answer(broken).messages[0]["text"]


def test_danger_does_not_wait_behind_a_slow_message(client: httpx.Client, cast: World) -> None:
    """The engine hangs on what was said before: the numbers come within three seconds, the alarm with its turn."""
    session = client.post("/api/v1/chat/open").json()["session"]
    cast.replay.seconds = 4.0
    slow = threading.Thread(
        target=client.post, args=("/api/v1/chat",), kwargs={"json": {"session": session, "text": "你好"}}
    )
    slow.start()
    time.sleep(0.3)
    began = time.monotonic()
    said = client.post("/api/v1/chat", json={"session": session, "text": "我不想活了"}).json()
    assert time.monotonic() - began < 3.5
    assert "12356" in str(said["messages"]) and said["urgency"] != "routine"
    slow.join()
    ends = time.monotonic() + 20
    while True:
        with cast.database.reading() as db:
            if db.scalars(select(Ticket)).all():
                break
        assert time.monotonic() < ends
        time.sleep(0.1)
