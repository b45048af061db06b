"""The residents' pages: the chat, what happens with their data, and the hand-over from another channel."""

from __future__ import annotations

import re

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console.pages.render import page
from console.parts import Console
from console.problems import Problem
from console.security import check_origin

router = APIRouter(tags=["pages"])

# `brief` is what fits under the number in the large type of the 长辈版.
HOTLINES = (
    {"number": "110", "name": "报警", "short": "报警", "brief": "报警", "urgent": True},
    {"number": "120", "name": "急救", "short": "急救", "brief": "急救", "urgent": True},
    {"number": "12345", "name": "政府服务热线", "short": "政府热线", "brief": "政府", "urgent": False},
    {"number": "12356", "name": "心理援助热线", "short": "心里难受", "brief": "谈心", "urgent": False},
)
# First words for people who do not know how to begin; sent as if they had typed them. The 长辈版 shows fewer.
OPENERS = (
    {"words": "家里困难，想申请低保", "elder": True},
    {"words": "老人没人照顾", "elder": True},
    {"words": "残疾人补贴怎么办", "elder": False},
    {"words": "孩子的事", "elder": False},
    {"words": "心里难受，想找人说说", "elder": True},
    {"words": "查我办的事", "elder": True},
)

_ONE_TIME = re.compile(r"[\w\-]{16,200}")


@router.get("/", response_class=HTMLResponse)
def chat_page(request: Request) -> Response:
    """The chat. It holds nothing private: the conversation itself comes by the API."""
    return page(request, "chat.html", {"hotlines": HOTLINES, "openers": OPENERS})


@router.get("/privacy", response_class=HTMLResponse)
def privacy_page(request: Request) -> Response:
    return page(request, "privacy.html")


@router.get("/h/{token}", response_class=HTMLResponse)
def take_over_page(token: str, request: Request) -> Response:
    """A button, no more: the preview of a link in a messenger must not use the link up."""
    if not _ONE_TIME.fullmatch(token):
        raise Problem(404, "这个链接不对，或者已经用过了。")
    return page(request, "take_over.html", {"session": None})


@router.post("/h/{token}", response_class=HTMLResponse)
async def take_over(token: str, request: Request, parts: Console) -> Response:
    """Use the link up: the browser gets a web session that goes on with that conversation."""
    check_origin(request)
    session = None
    if parts.take_over is not None and _ONE_TIME.fullmatch(token):
        session = await anyio.to_thread.run_sync(parts.take_over, token)
    if session is None:
        raise Problem(404, "这个链接不对，或者已经用过了。请回到原来的对话里，重新要一个。")
    return page(request, "take_over.html", {"session": session})
