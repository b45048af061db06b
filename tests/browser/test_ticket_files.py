"""A ticket's files in a real browser: small pictures that open large, players that play, under the strict policy."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, SMALL, no_sideways_scrolling
from tests.console.test_attachments import filed, opened, send
from tests.files import pdf, picture, tone

Open = Callable[..., Page]


def test_photos_are_seen_and_voices_heard(desk: Open, address: str) -> None:
    """The thumbnail is drawn, the large picture opens in a tab of its own, and the sound has a length."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        session = opened(client)
        files = {"老屋.png": picture("PNG", (1200, 900)), "话.wav": tone(2.0), "娘的病历.pdf": pdf()}
        for name, content in files.items():
            assert send(client, session, content, name).status_code == 200
        number = filed(client, session)
    for size in (DESKTOP, SMALL):
        page = desk("li", size)
        page.goto(f"{address}/desk/tickets/{number}")
        photo = page.locator(".desk-photo img")
        photo.scroll_into_view_if_needed()
        expect(photo).to_be_visible()
        expect(photo).to_have_js_property("naturalWidth", 320)
        seconds = page.locator(".desk-files audio").evaluate(
            """player => new Promise((done, failed) => {
                player.onloadedmetadata = () => done(player.duration);
                player.onerror = () => failed(player.error.message);
                player.preload = "metadata";
                player.load();
            })"""
        )
        assert abs(seconds - 2) < 0.1
        no_sideways_scrolling(page)
        with page.context.expect_page() as large:
            page.locator(".desk-photo").click()
        expect(large.value.locator("img")).to_have_js_property("naturalWidth", 1200)
        with page.expect_download() as paper:
            page.get_by_role("link", name="娘的病历.pdf").click()
        assert paper.value.suggested_filename.endswith(".pdf")
