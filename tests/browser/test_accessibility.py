"""WCAG 2.1 AA: axe-core in the real browser on every state of the pages, and what axe cannot see (keyboard, zoom)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, no_sideways_scrolling
from tests.browser.test_chat_page import WISH, file, say
from tests.browser.test_elder_mode import WITH_A_VOICE
from tests.console.world import World
from tickets.lifecycle import act
from tickets.models import Ticket, Worker

Open = Callable[..., Page]
TALL = {"width": 360, "height": 740}
SIZES = pytest.mark.parametrize("size", [TALL, DESKTOP], ids=["phone", "desktop"])
COLOURS = pytest.mark.parametrize("colours", ["light", "dark"])
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def violations(page: Page, *, contrast_of_seven: bool = False) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA, one line each; with `contrast_of_seven` also text under 7:1."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": AA}
    if contrast_of_seven:
        options["rules"] = {"color-contrast-enhanced": {"enabled": True}}
    found = Axe().run(page, options=options).response
    assert len(found["passes"]) >= 8, "axe looked at too little to mean anything"
    return [
        f"{page.url} {rule['id']}: {node['html'][:120]} {(node['any'] or node['all'] or node['none'])[0]['message']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_axe_finds_what_is_wrong(open_page: Open) -> None:
    """The tool itself: a button without a name and grey on grey are reported."""
    page = open_page("/", TALL)
    page.evaluate(
        "document.getElementById('elder').textContent = '';document.querySelector('.bubble').style.color = '#999';"
    )
    found = "\n".join(violations(page))
    assert "button-name" in found and "color-contrast" in found


@COLOURS
@SIZES
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_the_chat_in_every_state(open_page: Open, cast: World, size: dict[str, int], colours: str, elder: bool) -> None:
    """Start, buttons, filed, a worker's reply, danger, the photo panel, a lost message. In the 长辈版 7:1 as well."""
    page = open_page("/?elder=1" if elder else "/", size, WITH_A_VOICE, color_scheme=colours)
    found = violations(page, contrast_of_seven=elder)
    say(page, WISH)
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_be_visible()
    found += violations(page, contrast_of_seven=elder)
    page.get_by_role("button", name="湘潭县花石镇").click()
    page.get_by_role("button", name="同意", exact=True).click()
    number = page.locator(".card b").inner_text()
    with cast.database.session() as session:
        worker = session.query(Worker).filter_by(login="li").one()
        ticket = session.query(Ticket).filter_by(number=number).one()
        act(session, ticket, "claim", worker)
        act(session, ticket, "reply", worker, note="我明天上午到您家，电话 13800000000。")
        session.commit()
    expect(page.locator(".worker .bubble")).to_be_visible()
    found += violations(page, contrast_of_seven=elder)
    say(page, "我不想活了，药都买好了")
    expect(page.locator(".calls")).to_be_visible()
    found += violations(page, contrast_of_seven=elder)
    page.set_input_files("#album", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    expect(page.get_by_role("region", name="发照片")).to_be_visible()
    found += violations(page, contrast_of_seven=elder)
    page.get_by_role("button", name="取消").click()
    page.route("**/api/v1/chat", lambda route: route.abort())
    say(page, "喂")
    expect(page.get_by_role("button", name="没发出去")).to_be_visible()
    found += violations(page, contrast_of_seven=elder)
    assert found == []


@COLOURS
@SIZES
def test_the_plain_pages(open_page: Open, size: dict[str, int], colours: str) -> None:
    """Privacy, hand-over, a page that does not exist."""
    found = []
    for path in ("/privacy", "/privacy?elder=1", "/h/abcdefghijklmnopqrst", "/h/x"):
        found += violations(open_page(path, size, color_scheme=colours), contrast_of_seven="elder" in path)
    assert found == []


@SIZES
def test_the_desk(open_page: Open, desk: Open, cast: World, size: dict[str, int]) -> None:
    """Sign-in, an empty and a full queue, a ticket with all its actions open, stations, gaps, password."""
    found = violations(open_page("/desk/sign-in", size))
    page = desk("chen", size)
    found += violations(page)
    number = cast.file("d1", urgency="emergency", risks=["violence"], services=["domestic_violence", "dibao"])
    cast.file("d2", urgency="urgent")
    cast.file("d3", "430321106")
    origin = page.url.split("/desk")[0]
    for path in ("/desk", f"/desk/tickets/{number}", "/desk/stations", "/desk/gaps", "/desk/password"):
        page.goto(origin + path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found += violations(page)
    assert found == []


def at(page: Page) -> dict[str, Any]:
    """Where the keyboard is: its name, whether one sees it, and whether something covers it."""
    return dict(
        page.evaluate(
            """() => {
        const each = document.activeElement, style = getComputedStyle(each), box = each.getBoundingClientRect();
        const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
        const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
        const top = document.elementFromPoint(x, y);
        return {
            name: each === document.body ? '' : each.id || each.innerText.replace(/\\s+/g, ' ').trim(),
            outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            free: !!top && (each === top || each.contains(top) || top.contains(each)),
        };
    }"""
        )
    )


@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_the_keyboard_goes_through_the_page_in_the_order_it_is_read(open_page: Open, elder: bool) -> None:
    """Skip link, switches, numbers, the talk, its buttons, what one says; the focus is seen and never covered."""
    page = open_page("/?elder=1" if elder else "/", TALL, WITH_A_VOICE)
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stop = at(page)
        if stops and stop["name"] == stops[0]["name"]:
            break
        stops.append(stop)
    names = [stop["name"] for stop in stops if stop["name"]]
    openers = [
        "家里困难，想申请低保",
        "老人没人照顾",
        "残疾人补贴怎么办",
        "孩子的事",
        "心里难受，想找人说说",
        "查我办的事",
    ]
    if elder:
        assert names[:7] == [
            "跳到输入框",
            "auto",
            "elder",
            "拨打 110 报警",
            "拨打 120 急救",
            "拨打 12345 政府",
            "拨打 12356 谈心",
        ]
        assert names[7:9] == ["talk", "读给我听"]
        assert names[9:15] == [*openers[:2], *openers[4:], "您的信息怎么用", "新对话"]
        assert names[15:19] == ["person", "pick", "text", "发送"]
    else:
        assert names[:3] == ["跳到输入框", "elder", "新对话"]
        assert names[7:15] == ["talk", *openers, "您的信息怎么用"]
        assert names[15:18] == ["pick", "text", "发送"]
    assert [stop for stop in stops if stop["name"] and not (stop["outlined"] and stop["free"])] == []


def test_a_request_is_filed_by_keyboard_alone(open_page: Open) -> None:
    """Skip link, words, Enter; then back to the buttons with Shift+Tab."""
    page = open_page("/", TALL)

    def back_to(name: str) -> None:
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            if at(page)["name"] == name:
                return page.keyboard.press("Enter")
        raise AssertionError(f"{name} is not reached")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert at(page)["name"] == "text"
    page.keyboard.type(WISH)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_be_visible()
    back_to("湘潭县花石镇")
    expect(page.get_by_role("button", name="同意", exact=True)).to_be_visible()
    back_to("同意")
    expect(page.locator(".card b")).to_be_visible()
    assert at(page)["name"] == "text", "one can go on typing"


def test_each_message_is_announced_once(open_page: Open, cast: World) -> None:
    """Answers with their buttons, the number, a worker's reply: each once, and a restored talk not at all."""
    page = open_page("/", TALL)
    listen = """() => {
        window.heard = [];
        const note = (each) => each.addedNodes.forEach((node) => window.heard.push(node.textContent));
        new MutationObserver((all) => all.forEach(note))
            .observe(document.getElementById('news'), {childList: true, subtree: true, characterData: true});
    }"""
    page.evaluate(listen)
    number = file(page)
    with cast.database.session() as session:
        worker = session.query(Worker).filter_by(login="li").one()
        ticket = session.query(Ticket).filter_by(number=number).one()
        act(session, ticket, "claim", worker)
        act(session, ticket, "reply", worker, note="我明天上午到您家。")
        session.commit()
    expect(page.locator(".worker .bubble")).to_be_visible()
    heard = page.evaluate("window.heard")
    assert "助手说：您家住在哪个乡镇？。您可以点：湘潭县花石镇，都不是" in heard
    assert f"社工站已经收到，受理号：{number}" in heard
    assert sum("我明天上午到您家。" in each for each in heard) == 1
    assert len(heard) == len(set(heard)), heard
    shown = (
        page.locator("#log .bot, #log .worker, #log .system, #log .card").count() - 1
    )  # the greeting was there before
    assert len(heard) == shown, heard
    assert page.locator("[aria-live], [role=log], [role=status]").evaluate_all(
        "(all) => all.map((each) => each.id)"
    ) == ["photo-note", "news"]
    page.reload()
    page.evaluate(listen)
    expect(page.locator(".worker .bubble")).to_be_visible()
    assert page.evaluate("window.heard") == []


@pytest.mark.parametrize(
    "size",
    [
        {"width": 320, "height": 640},
        {"width": 640, "height": 400},
        {"width": 320, "height": 256},
        {"width": 740, "height": 360},
    ],
    ids=["320", "200 % of 1280×800", "400 % of 1280×1024", "phone on its side"],
)
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_zoomed_in_nothing_is_lost(open_page: Open, size: dict[str, int], elder: bool) -> None:
    """No scrolling sideways, no words cut off, and the last answer can be scrolled to and is not covered."""
    page = open_page("/?elder=1" if elder else "/", size, WITH_A_VOICE)
    file(page)
    say(page, "我不想活了，药都买好了")
    expect(page.locator(".calls")).to_be_visible()
    no_sideways_scrolling(page)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('a, button, .bubble, .card, h1, p, #scroll')]
            .filter((each) => !each.closest('.who, .skip') && each.getClientRects().length)
            .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
            .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert cut == []
    pill = page.locator(".pill:visible, .calls a").last
    pill.focus()
    page.wait_for_timeout(200)  # scrolled to its end, the page takes 往下看 away in the next frame
    assert at(page)["free"]
    box = page.get_by_label("您想说的话")
    box.focus()
    assert at(page)["free"]
    expect(box).to_be_in_viewport(ratio=0.9)


def test_nothing_moves_for_those_who_asked_for_rest(open_page: Open) -> None:
    """The three dots stand still; without the wish they move."""
    for wish, name in (("reduce", "none"), ("no-preference", "dot")):
        page = open_page("/", TALL, reduced_motion=wish)
        assert page.evaluate("getComputedStyle(document.querySelector('.wait i')).animationName") == name
