"""`GET /health`: 200 only when a synthetic conversation and the database work, else 503 with what is wrong."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from console.parts import Console

router = APIRouter(tags=["health"])


@router.get("/health")
def health(parts: Console) -> JSONResponse:
    """For load balancers and people: {"status", "database", "engine"}, each "ok" or what is wrong."""
    seen = parts.health.look()
    if all(state == "ok" for state in seen.values()):
        return JSONResponse({"status": "ok", **seen})
    detail = "；".join(state for state in seen.values() if state != "ok") + "。"
    problem = {"type": "about:blank", "title": "服务不正常", "status": 503, "detail": detail, **seen}
    return JSONResponse(problem, 503, media_type="application/problem+json", headers={"Retry-After": "5"})
