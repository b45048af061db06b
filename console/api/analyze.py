"""`POST /api/v1/analyze`: what the assistant understands of a text. The same model and path as the conversation's."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.engine import EngineError
from console.api.chat import Words
from console.limits import limit_address
from console.parts import Console
from console.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["analyze"])


class AnalyzeIn(BaseModel):
    model_config = ConfigDict(strict=True)

    text: Annotated[Words, Field(max_length=20_000)]
    id: str | int | None = None


@router.post("/analyze")
async def analyze(body: AnalyzeIn, request: Request, parts: Console) -> dict[str, Any]:
    """Intent, services, risks, urgency, place and entities of `text`; `id` is given back."""
    limit_address(request, parts.limits.address)
    try:
        found = await anyio.to_thread.run_sync(parts.engine.analyze, body.text)
    except EngineError as error:
        raise Problem(503, "语言理解暂时用不了，请稍后再试。", headers={"Retry-After": "10"}) from error
    return {"id": body.id, **found}
