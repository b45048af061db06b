"""The HTTP side: routing, parameter decoding, faults; one thread with its own event loop."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

import telegram
from aiohttp import web

from tests.botapi import webhooks
from tests.botapi.accounts import BotAccount
from tests.botapi.errors import ApiError, too_many
from tests.botapi.faults import Fault, Kind, take
from tests.botapi.methods import METHODS, per_chat_limit
from tests.botapi.people import People

T = TypeVar("T")
JSON_PARAMS = frozenset(
    {
        "allowed_updates",
        "reply_markup",
        "entities",
        "caption_entities",
        "commands",
        "scope",
        "reply_parameters",
        "menu_button",
        "link_preview_options",
    }
)
LIMITED = frozenset({"sendmessage", "sendphoto", "senddocument"})
DOWN = Fault("drop_before")


class BotApi(People):
    """The server. `one_a_second=True` refuses more than one message a second in one chat with 429."""

    def __init__(self, one_a_second: bool = False, webhook_pause: float = 0.05) -> None:
        self.accounts: dict[str, BotAccount] = {}
        self.faults: list[Fault] = []
        self.down = False
        self.one_a_second = one_a_second
        self.webhook_pause = webhook_pause  # seconds before the first repeat; doubles, as the real 2, 4, 8 …
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="botapi", daemon=True)
        self._stopping: asyncio.Event | None = None
        self._runner: web.AppRunner | None = None
        self._senders: list[asyncio.Task[None]] = []

    # -- the test's side -------------------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        self._thread.start()
        self.on_loop(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the server's loop and wait for it: all state is touched there only."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def bot(self, username: str = "yimi_bot", name: str = "一米", token: str | None = None) -> BotAccount:
        async def make() -> BotAccount:
            account = BotAccount(username, name, token)
            self.accounts[account.token] = account
            self._senders.append(asyncio.create_task(webhooks.deliver(account, self.webhook_pause)))
            return account

        return self.on_loop(make())

    def fault(
        self,
        kind: Kind,
        method: str | None = None,
        value: float = 0,
        times: int = 1,
        chat: telegram.User | telegram.Chat | None = None,
    ) -> Fault:
        fault = Fault(kind, method.lower() if method else None, value, times, chat.id if chat else None)
        self.faults.append(fault)
        return fault

    # -- the bot's side --------------------------------------------------------------------------------------------
    async def _start(self) -> None:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        for task in self._senders:
            task.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()
        rest = asyncio.all_tasks() - {asyncio.current_task()}  # long polls whose client is gone
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _params(self, request: web.Request) -> dict[str, Any]:
        params: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            return params | await request.json()
        form = await request.post()
        for name, value in form.items():
            params[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
        for name in JSON_PARAMS & params.keys():
            if isinstance(params[name], str) and params[name]:
                try:
                    params[name] = json.loads(params[name])
                except ValueError:
                    raise ApiError(400, f"Bad Request: can't parse {name} JSON object") from None
        return params

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"].lower()
        try:
            params = await self._params(request)
        except ApiError as error:
            return _json(error.body(), error.code)
        fault = DOWN if self.down else take(self.faults, method, params)
        if fault and fault.kind == "drop_before":
            return _drop(request)
        account = self.accounts.get(token)
        if account is None:
            code, text = (401, "Unauthorized") if token.split(":")[0].isdigit() and ":" in token else (404, "Not Found")
            return _json(ApiError(code, text).body(), code)
        call = account.record(method, params)
        try:
            if fault and fault.kind == "flood":
                raise too_many(int(fault.value))
            if fault and fault.kind == "status":
                raise ApiError(int(fault.value), "Internal Server Error")
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.value)
            if method not in METHODS:
                raise ApiError(404, "Not Found: method not found")
            if self.one_a_second and method in LIMITED:
                per_chat_limit(account, params)
            result = await METHODS[method](account, params)
        except ApiError as error:
            call.code = error.code
            return _json(error.body(), error.code)
        call.code = 200
        if fault and fault.kind == "drop_after":
            return _drop(request)
        return _json({"ok": True, "result": result}, 200)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if self.down or take(self.faults, "download", {}):
            return _drop(request)
        account = self.accounts.get(request.match_info["token"])
        wanted = request.match_info["path"]
        stored = next((file for file in account.files.values() if file.path == wanted), None) if account else None
        if stored is None:
            return _json(ApiError(404, "Not Found").body(), 404)
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _json(body: dict[str, Any], code: int) -> web.Response:
    return web.json_response(body, status=code, dumps=lambda data: json.dumps(data, ensure_ascii=False))


def _drop(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
