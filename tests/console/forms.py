"""Filling in the desk's forms as a browser without scripts does."""

from __future__ import annotations

import re

import httpx


def csrf(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "no form token on the page"
    return found[1]


def do(browser: httpx.Client, number: str, action: str, **fields: str) -> httpx.Response:
    """Open the ticket, fill the form of an action in, send it."""
    page = browser.get(f"/desk/tickets/{number}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    given = {"csrf": csrf(page), "version": version[1] if version else "0"} | fields
    return browser.post(f"/desk/tickets/{number}/{action}", data=given)
