"""Pictures for the documents, from the running product: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, DESKTOP, PHONE, QUIET
from tests.stack import ALL, Stack
from yimi.settings import ROOT

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"phone": PHONE, "desktop": DESKTOP}
TALK = ("我娘八十二了，一个人住在长沙县黄兴镇光达村，眼睛看不清，没人做饭", "同意", "王桂英", "13800001234", "对，提交")
DANGER = "我儿子把门反锁了，说不想活了，农药在他手里"


def page_of(browser: Browser, size: str) -> Page:
    """A fresh browser window of one size."""
    return browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        device_scale_factor=2 if size == "phone" else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    ).new_page()


def say(page: Page, text: str) -> None:
    """Types into the chat and waits for the answer."""
    before = page.locator("#log > *").count()
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")
    for _ in range(100):  # the page's policy forbids evaluated scripts, so the waiting is ours
        page.wait_for_timeout(100)
        if page.locator("#log > *").count() >= before + 2:
            break
    page.wait_for_timeout(900)


def chat(browser: Browser, url: str, size: str) -> None:
    """The start, a filed request, danger, the 长辈版."""
    page = page_of(browser, size)
    page.goto(url)
    page.wait_for_timeout(600)
    page.screenshot(path=FOLDER / f"chat-start-{size}.png")
    for text in TALK[:-1]:
        say(page, text)
    page.screenshot(path=FOLDER / f"chat-confirm-{size}.png")
    say(page, TALK[-1])
    page.screenshot(path=FOLDER / f"chat-{size}.png")
    page = page_of(browser, size)
    page.goto(url)
    say(page, DANGER)
    page.screenshot(path=FOLDER / f"chat-danger-{size}.png")
    page = page_of(browser, size)
    page.goto(f"{url}/?elder=1")
    page.wait_for_timeout(600)
    page.screenshot(path=FOLDER / f"chat-elder-{size}.png")
    page.context.close()


def desk(browser: Browser, url: str, size: str, password: str) -> None:
    """The sign-in page, the queue, one ticket."""
    page = page_of(browser, size)
    page.goto(f"{url}/desk/sign-in")
    page.screenshot(path=FOLDER / f"desk-sign-in-{size}.png")
    page.locator("input[name=login]").fill("li.shegong")
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.wait_for_timeout(800)
    page.screenshot(path=FOLDER / f"desk-queue-{size}.png")
    page.locator("a[href^='/desk/tickets/']").first.click()
    page.wait_for_timeout(800)
    page.screenshot(path=FOLDER / f"desk-ticket-{size}.png")
    page.context.close()


def main() -> None:
    """All pictures, in phone and desktop width, with the demonstration county."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="yimi-pictures-") as folder:
        stack = Stack(Path(folder) / "var", demo=True)
        accounts = (Path(folder) / "var" / "demo-accounts.txt").read_text(encoding="utf-8").splitlines()
        password = next(line.split()[1] for line in accounts if line.startswith("li.shegong "))
        try:
            stack.start(*ALL)
            stack.wait()
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                for size in SIZES:
                    chat(browser, stack.url, size)
                    desk(browser, stack.url, size, password)
                browser.close()
        finally:
            stack.close()


if __name__ == "__main__":
    main()
