"""The door of the WeChat Official Account: `GET /wechat` (WeChat checks that it is ours), `POST /wechat` (messages).

No session, no CSRF token: WeChat's signature on every request is what tells it from anybody else.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.background import BackgroundTask

from bot.wechat.channel import WeChat
from bot.wechat.door import Forged, Unreadable
from bot.wechat.incoming import BadMessage
from bot.wechat.residents import NotStored
from console.limits import limit_address
from console.parts import Console, Parts
from console.problems import Problem

router = APIRouter(prefix="/wechat", tags=["wechat"])

LONGEST_ECHO = 200


def _channel(request: Request, parts: Parts) -> WeChat:
    """The channel, for a request with WeChat's signature. All others count against their address."""
    if parts.wechat is None:
        raise Problem(404)
    try:
        parts.wechat.door.check(request.query_params)
    except Forged:
        raise _refused(request, parts) from None
    return parts.wechat


def _refused(request: Request, parts: Parts) -> Problem:
    limit_address(request, parts.limits.address)
    return Problem(403, "这个地址只收微信服务器发来的消息。")


@router.get("")
async def prove(request: Request, parts: Console) -> Response:
    """Say back what WeChat asked, when the address is entered in the account's settings."""
    _channel(request, parts)
    return PlainTextResponse(request.query_params.get("echostr", "")[:LONGEST_ECHO])


@router.post("")
async def receive(request: Request, parts: Console) -> Response:
    """Take one message or event, and answer it in time."""
    channel = _channel(request, parts)
    try:
        answer = await channel.receive(
            request.query_params,
            await request.body(),
            # One sender is one resident; all of them come from the few addresses of WeChat's.
            lambda sender: parts.limits.session.take(f"wechat:{sender}"),
        )
    except Forged:
        raise _refused(request, parts) from None
    except (Unreadable, BadMessage):
        raise Problem(400, "这条消息读不出来。") from None
    except NotStored:
        raise Problem(503, "这条消息还没有存好，请再发一次。") from None
    after = BackgroundTask(answer.after) if answer.after else None
    return Response(answer.body, media_type=answer.media_type, background=after)
