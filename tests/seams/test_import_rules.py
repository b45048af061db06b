"""Who may import whom: the walls between the rooms."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = {"fastapi", "starlette", "uvicorn", "jinja2"}
RASA = {"rasa", "rasa_sdk", "sanic", "tensorflow", "sklearn"}
CHAT = {"telegram", "wechatpy"}

# room → what it must not import
WALLS = {
    "tickets": WEB | RASA | CHAT | {"bot", "console", "nlu", "actions", "policy", "yimi", "httpx"},
    "policy": WEB | RASA | CHAT | {"bot", "console", "tickets", "actions"},
    "actions": WEB | CHAT | {"bot", "console", "tickets", "policy", "yimi", "sqlalchemy", "redis", "httpx"},
    "nlu/places": WEB | RASA | CHAT | {"bot", "console", "tickets", "policy", "yimi", "actions", "jieba"},
    "nlu/safety": WEB | RASA | CHAT | {"bot", "console", "tickets", "policy", "yimi", "actions"},
    "nlu/entities": WEB | RASA | CHAT | {"bot", "console", "tickets", "policy", "yimi", "actions"},
    "nlu/components": WEB | CHAT | {"bot", "console", "tickets", "policy", "yimi", "actions"},
    "bot/conversation": WEB | RASA | CHAT | {"console", "yimi", "redis"},
    "bot/telegram": WEB | RASA | {"console", "wechatpy", "bot.wechat"},
    "bot/wechat": WEB | RASA | {"console", "telegram"},
    "console": RASA | {"nlu.components"},
}


def imported(path: Path) -> set[str]:
    """Top-level names (and two-part ones) that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {part for name in names for part in (name.split(".")[0], ".".join(name.split(".")[:2]))}


@pytest.mark.parametrize("room", WALLS)
def test_no_room_reaches_through_a_wall(room: str) -> None:
    """A room imports nothing from the rooms it must not know."""
    breaches = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in (ROOT / room).rglob("*.py")
        if (found := imported(path) & WALLS[room])
    }
    assert not breaches


def test_effects_are_pure() -> None:
    """actions/effects.py runs in both environments: the standard library only."""
    assert imported(ROOT / "actions" / "effects.py") <= {"__future__", "dataclasses", "typing"}


def test_only_settings_read_the_environment() -> None:
    """In the app, os.environ belongs to yimi/; the exceptions set up tools of others before they are imported."""
    allowed = {"console/assets.py", "bot/telegram/connection.py"}
    readers = [
        str(path.relative_to(ROOT))
        for room in ("bot", "console", "tickets", "policy")
        for path in (ROOT / room).rglob("*.py")
        if str(path.relative_to(ROOT)) not in allowed
        and ("os.environ" in path.read_text(encoding="utf-8") or "getenv" in path.read_text(encoding="utf-8"))
    ]
    assert not readers
