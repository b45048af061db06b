"""The web process: `create_app` puts pages and API together from parts given to it. Nothing connects at import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Scope

from bot.conversation import Conversations
from bot.engine import Engine
from bot.media.player import Player
from bot.wechat.channel import WeChat
from console import auth, problems
from console.api import analyze, attachments, chat, health, tickets
from console.api import wechat as wechat_door
from console.health import Health
from console.limits import Limits
from console.live import messages_feed, notices_feed
from console.pages import account, admin, files, queue, stream, ticket
from console.pages import chat as chat_pages
from console.pages.render import STATIC
from console.parts import Parts
from console.places import Places
from console.security import Edge
from nlu.places import Gazetteer
from tickets.database import Database
from yimi.settings import Settings

TURNS_AT_ONCE = 64
UPLOADS_AT_ONCE = 24  # of 20 MB at most


class _Assets(StaticFiles):
    """Static files: an address that carries the content's fingerprint may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        fingerprinted = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fingerprinted else "no-cache"
        return response


def create_app(
    settings: Settings,
    database: Database,
    conversations: Conversations,
    engine: Engine,
    redis: Any = None,
    *,
    gazetteer: Callable[[], Gazetteer] | None = None,
    take_over: Callable[[str], str | None] | None = None,
    limits: Limits | None = None,
    wechat: WeChat | None = None,
) -> FastAPI:
    """The web application.

    `gazetteer` opens (or hands over) the gazetteer, on the first page that names a place; `take_over` uses up a
    one-time link of another channel and returns the web session that goes on with its conversation, None for a used
    or wrong link. `wechat`: the Official Account's channel, which runs as long as the application does.
    """
    parts = Parts(
        settings=settings,
        database=database,
        conversations=conversations,
        engine=engine,
        redis=redis,
        limits=limits or Limits(),
        messages=messages_feed(database),
        notices=notices_feed(database),
        health=Health(database, engine),
        turns=CapacityLimiter(TURNS_AT_ONCE),
        player=Player(),
        uploads=CapacityLimiter(UPLOADS_AT_ONCE),
        places=Places(gazetteer or (lambda: Gazetteer.load(settings.var_dir))),
        take_over=take_over,
        wechat=wechat,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(wechat.run()) if wechat else None
        yield
        if running:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await parts.messages.close()
        await parts.notices.close()
        parts.player.close()

    # The description of the API is in docs/; interactive pages would load scripts from elsewhere.
    app = FastAPI(title="最后一米", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.parts = parts
    problems.install(app)
    auth.install(app)
    for module in (
        chat,
        attachments,
        analyze,
        tickets,
        health,
        wechat_door,
        chat_pages,
        account,
        queue,
        ticket,
        files,
        stream,
        admin,
    ):
        app.include_router(module.router)
    app.mount("/static", _Assets(directory=STATIC), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Edge, secure=parts.secure)
    return app
