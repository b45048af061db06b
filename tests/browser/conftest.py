"""A real Chromium at the running web application. What the browser complains about fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from console.assets import AssetsError, bring
from tests.console.served import served
from tests.console.world import PASSWORD, World, world

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
DESKTOP = {"width": 1280, "height": 800}

# Chromium prints a line for every 4xx answer; the tests that provoke one expect it.
EXPECTED = ("Failed to load resource",)


def _missing(what: str) -> None:
    """Locally a missing server is a reason to skip; in CI it is a failure."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module, not one a run: Playwright keeps an event loop in this thread meanwhile."""
    if not Path(CHROMIUM).exists():
        _missing("Chromium is not installed (Debian: chromium, fonts-noto-cjk)")
    try:
        bring()
    except AssetsError as error:
        _missing(str(error))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[World]:
    """The cast at their desks."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def address(cast: World) -> Iterator[str]:
    """Where the application runs."""
    with served(cast.app()) as where:
        yield where


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`open_page("/", PHONE)`: a page in a fresh profile. No script error and no CSP violation may happen in it.

    `before`: a script that runs before the page's own (a browser with other abilities).
    """
    complaints: list[str] = []

    with ExitStack() as contexts:

        def opened(path: str, size: dict[str, int] = PHONE, before: str | None = None, **options: Any) -> Page:
            context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **options)  # type: ignore[arg-type]
            contexts.callback(_close, context)
            if before:
                context.add_init_script(before)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
            page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
            page.on(
                "request",
                lambda asked: asked.url.startswith((address, "data:")) or complaints.append(f"asked {asked.url}"),
            )
            page.goto(address + path)
            return page

        yield opened
    found = [each for each in complaints if not each.startswith(EXPECTED)]
    assert not found, found


def _close(context: BrowserContext) -> None:
    for page in context.pages:
        page.goto("about:blank")  # ends streams and long polls before the server stops
    context.close()


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """`desk("li")`: a browser in which 李社工 has signed in, at the list."""

    def signed_in(login: str, size: dict[str, int] = PHONE, **options: Any) -> Page:
        page = open_page("/desk/sign-in", size, **options)
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/desk")
        return page

    return signed_in


def no_sideways_scrolling(page: Page) -> None:
    """Nothing is wider than the screen."""
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{page.url} is {width[0]} wide on a screen of {width[1]}"
