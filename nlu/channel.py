"""The engine's own channel: one request, one answer with messages, effects, parse and the slot that is asked for.

Rasa's REST channel answers 200 with an empty list when anything fails. Here a turn that says nothing and does
nothing is an error, is not stored, and is answered 502, so that the app can retry it with the same message id.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Any, Awaitable, Callable

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from nlu.replies import analysis, reply_to

log = logging.getLogger("engine")

LONGEST = 10_000  # characters of one message
MOST_WAITING = 32  # turns in flight; beyond it the app tells people to wait


class YimiChannel(InputChannel):
    """Routes under /yimi; every one wants `Authorization: Bearer <token>`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._turns: dict[str, asyncio.Lock] = {}

    @classmethod
    def name(cls) -> str:
        """The part of the address: /webhooks/yimi → see nlu/server.py, which mounts it at /yimi."""
        return "yimi"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Reads `token` from credentials.yml."""
        token = (credentials or {}).get("token") or ""
        if len(token) < 32:
            raise ValueError("ENGINE_TOKEN 太短或没有设置：请用 make run 启动，它会生成一个。")
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; `on_new_message` is not used, since it hides failures."""
        routes = Blueprint("yimi")

        @routes.on_request
        async def check(request: Request) -> HTTPResponse | None:
            if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}"):
                return json({"error": "unauthorised"}, status=401)
            agent: Agent | None = getattr(request.app.ctx, "agent", None)
            if agent is None or not agent.is_ready():
                return json({"error": "the model is not loaded yet"}, status=503)
            return None

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            body = request.json or {}
            message = _message(body)
            if message is None:
                return json({"error": "conversation, message_id and text or payload are needed"}, status=400)
            if len(self._turns) >= MOST_WAITING:
                return json({"error": "busy"}, status=503)
            lock = self._turns.setdefault(message.sender_id, asyncio.Lock())
            try:
                async with lock:
                    reply = await take_turn(request.app.ctx.agent, message)
            except Exception as error:
                # The text of the message must not reach the log, so only the kind of failure does.
                log.error("turn failed: %s", type(error).__name__, exc_info=error)
                return json({"error": type(error).__name__}, status=502)
            finally:
                if not lock.locked():
                    self._turns.pop(message.sender_id, None)
            return json(reply)

        @routes.post("/analyze")
        async def analyze(request: Request) -> HTTPResponse:
            text = str((request.json or {}).get("text") or "")[:LONGEST]
            parse = await request.app.ctx.agent.processor.parse_message(UserMessage(text)) if text.strip() else {}
            return json(analysis(text, parse))

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            await request.app.ctx.agent.tracker_store.delete(str((request.json or {}).get("conversation")))
            return json({"forgotten": True})

        return routes


class SilentTurn(Exception):
    """Rasa went through a turn without a word or an effect: an action failed and was swallowed."""


async def take_turn(agent: Agent, message: UserMessage) -> dict[str, Any]:
    """Runs one turn and stores it; a repeated message is answered from the store. A failure stores nothing."""
    processor = agent.processor
    channel = CollectingOutputChannel()
    tracker = await processor.fetch_tracker_and_update_session(message.sender_id, channel)
    answered = reply_to(tracker, message.message_id)
    if answered:
        return answered
    await processor._handle_message_with_tracker(message, tracker)
    await processor._run_prediction_loop(channel, tracker)
    reply = reply_to(tracker, message.message_id)
    if not reply or not (reply["messages"] or reply["effects"]):
        raise SilentTurn
    await agent.tracker_store.save(tracker)
    return reply


def _message(body: dict[str, Any]) -> UserMessage | None:
    conversation, message_id = body.get("conversation"), body.get("message_id")
    payload, text = body.get("payload"), body.get("text")
    if not isinstance(conversation, str) or not isinstance(message_id, str) or not (payload or text):
        return None
    # Free text may not start with "/": Rasa would take it for a pressed button.
    words = payload if payload else str(text).lstrip("/／ ")[:LONGEST] or "…"
    return UserMessage(
        words,
        CollectingOutputChannel(),
        conversation,
        input_channel="yimi",
        message_id=message_id,
        metadata={"context": body.get("context") or {}},
    )
