"""A message that breaks us: it neither blocks its sender, nor the next start, nor ends in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.conversation import Inbound
from bot.conversation.inbox import MOST_ATTEMPTS
from tests.console.world import world


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
