"""What the console was composed of: one object on the app, handed to every route as a dependency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import Depends, Request

from bot.conversation import Conversations
from bot.engine import Engine
from bot.media.player import Player
from bot.wechat.channel import WeChat
from console.health import Health
from console.limits import Limits
from console.live import Feed
from console.places import Places
from tickets.database import Database
from yimi.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The collaborators of one web process. Nothing in it connects before its first use."""

    settings: Settings
    database: Database
    conversations: Conversations
    engine: Engine
    redis: Any
    limits: Limits
    messages: Feed  # wakes by conversation id
    notices: Feed  # wakes by announcement, `<kind> <queue> <ticket id>`
    health: Health
    turns: CapacityLimiter  # how many residents are answered at once
    player: Player  # for the voice formats that no browser plays
    uploads: CapacityLimiter  # how many files are in memory at once
    places: Places
    take_over: Callable[[str], str | None] | None = None  # one-time link of another channel -> web session
    wechat: WeChat | None = None  # the Official Account, when one is set up

    @property
    def secure(self) -> bool:
        """Whether people reach us over https: decides cookie prefix and HSTS, never guessed from headers."""
        return str(self.settings.public_url or "").startswith("https://")


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Console = Annotated[Parts, Depends(parts_of)]
