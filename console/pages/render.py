"""Templates: one Jinja environment, asset addresses that change with their content, the words of `console.words`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from console import words

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"


@lru_cache(maxsize=256)
def _fingerprint(name: str, _changed: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file; with its content it changes, so browsers may keep it for ever.

    A file that set-up has not brought yet (vendor/) still gets an address: the page works unstyled.
    """
    path = STATIC / name
    if not path.is_file():
        return f"/static/{name}"
    return f"/static/{name}?v={_fingerprint(name, path.stat().st_mtime_ns)}"


def icon_address(name: str) -> str:
    """The address of one symbol inside the icon sprite."""
    return f"{asset('vendor/icons.svg')}#{name}"


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(asset=asset, icon_address=icon_address, w=words)
_environment.filters.update(local=words.local_time, ago=words.ago)


def render(template: str, context: Mapping[str, Any]) -> str:
    """The text of a template; every value is escaped."""
    return _environment.get_template(template).render(context)


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """An HTML answer. `request` and `desk` (who is signed in, or None) are always there for the template."""
    values = {"request": request, "desk": getattr(request.state, "desk", None), **(context or {})}
    return HTMLResponse(render(template, values), status, headers=dict(headers or {}))
