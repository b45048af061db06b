"""The workers' desk in a real browser: 李社工 on her phone and at the office."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, SMALL, no_sideways_scrolling
from tests.browser.test_chat_page import file
from tests.console.served import served
from tests.console.world import HUASHI, PASSWORD, QINGSHANQIAO, World
from tickets.lifecycle import act
from tickets.models import Ticket

Open = Callable[..., Page]


def live(page: Page) -> None:
    """Wait until the page hears the server."""
    page.wait_for_selector("html[data-live]")


def test_a_new_ticket_arrives_without_a_reload(desk: Open, cast: World) -> None:
    """It appears in the list, is announced, and is told to nobody else's desk."""
    li, zhou = desk("li"), desk("zhou")
    expect(li.locator(".desk-empty")).to_contain_text("没有要办的工单")
    live(li)
    number = cast.file("d1", urgency="emergency", risks=["violence"], services=["domestic_violence"])
    expect(li.locator(".desk-row")).to_contain_text(number)
    expect(li.locator(".desk-toast-emergency")).to_contain_text("家庭暴力求助，紧急，花石镇")
    expect(li.get_by_role("status").first).to_contain_text("新工单：家庭暴力求助")
    expect(zhou.locator(".desk-row")).to_have_count(0)
    expect(zhou.locator(".desk-toast")).to_have_count(0)


def test_the_number_of_new_tickets_stands_in_the_title_of_a_hidden_tab(desk: Open, cast: World) -> None:
    """And goes when the tab is looked at."""
    page = desk("li", DESKTOP)
    live(page)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    cast.file("d1")
    expect(page).to_have_title(re.compile("^（1 件新的）"))
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert "件新的" not in page.title()


def test_from_the_residents_words_to_the_workers_reply(open_page: Open, desk: Open) -> None:
    """王奶奶's daughter asks on her phone; 李社工 claims and replies; the reply is on the phone."""
    resident = open_page("/")
    number = file(resident)
    li = desk("li")
    li.get_by_text(number).click()
    expect(li.locator(".desk-talk")).to_contain_text("没人做饭")
    li.get_by_role("button", name="受理，归我办").click()
    expect(li.get_by_role("status").filter(has_text="已受理")).to_be_visible()
    li.get_by_text("回复居民").click()
    li.get_by_label("居民马上就能看到").fill("王奶奶您好，我明天上午来看您。")
    li.get_by_role("button", name="发给居民").click()
    expect(li.locator(".desk-history")).to_contain_text("王奶奶您好，我明天上午来看您。")
    assert li.url.endswith(number), "done without leaving the page"
    expect(resident.locator(".worker .bubble")).to_contain_text("王奶奶您好，我明天上午来看您。")


def test_a_talk_is_live_on_both_sides(open_page: Open, desk: Open) -> None:
    """李社工 takes the conversation over; what the resident writes appears above her half-typed answer,
    and she can resolve without being told that the page is out of date."""
    resident = open_page("/")
    number = file(resident)
    li = desk("li")
    li.get_by_text(number).click()
    li.get_by_role("button", name="接管对话").click()
    expect(li.locator(".desk-hold-mine")).to_contain_text("您正在直接跟居民说话")
    expect(resident.locator(".system .bubble").last).to_contain_text("社工来了")
    live(li)
    li.get_by_label("写给居民").fill("您先别")
    li.wait_for_timeout(2600)  # the own action is no news any more
    resident.locator("#text").fill("我妈刚摔了一跤")
    resident.get_by_role("button", name="发送").click()
    expect(li.locator(".desk-talk")).to_contain_text("我妈刚摔了一跤")
    expect(li.locator("#stale")).to_be_hidden()
    expect(li.get_by_label("写给居民")).to_have_value("您先别")
    li.get_by_label("写给居民").fill("您先别动她，我马上到")
    li.get_by_role("button", name="发给居民").click()
    expect(resident.locator(".worker .bubble")).to_contain_text("您先别动她")
    li.get_by_text("办结", exact=True).first.click()
    li.get_by_label("结果（必填）").fill("已送医")
    li.get_by_role("button", name="办结").click()
    expect(li.get_by_role("status").filter(has_text="已办结")).to_be_visible()
    expect(resident.locator(".choices")).to_contain_text("很满意")


def test_what_a_resident_adds_is_told_on_the_open_ticket_page(desk: Open, cast: World) -> None:
    """The page is not redrawn under the hands of somebody who is typing; a notice offers the newest."""
    number = cast.file("d1")
    page = desk("li")
    page.get_by_text(number).click()
    page.get_by_text("记一笔").click()
    page.get_by_label("只有同事看得到").fill("正在写")
    live(page)
    with cast.database.session() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        act(session, ticket, "supplement", "resident", note="又摔了一跤，起不来")
        session.commit()
    expect(page.locator("#stale")).to_be_visible()
    expect(page.get_by_label("只有同事看得到")).to_have_value("正在写")
    page.locator("#stale").get_by_role("link", name="刷新").click()
    expect(page.locator("#ticket")).to_contain_text("又摔了一跤")


def test_a_conflict_is_shown_with_the_new_state_and_the_words_kept(desk: Open, cast: World) -> None:
    """刘社工 was quicker: a clear sentence, no lost text, no script error."""
    number = cast.file("d1")
    li, liu = desk("li"), desk("liu")
    for page in (li, liu):
        page.get_by_text(number).click()
    liu.get_by_role("button", name="受理，归我办").click()
    expect(liu.get_by_role("status").filter(has_text="已受理")).to_be_visible()
    li.get_by_role("button", name="受理，归我办").click()
    expect(li.get_by_role("alert")).to_contain_text("已经由刘社工受理")
    expect(li.locator(".desk-head")).to_contain_text("已受理")


def test_without_scripts_the_desk_still_works(desk: Open, cast: World) -> None:
    """Claim and resolve with plain forms."""
    number = cast.file("d1")
    page = desk("li", java_script_enabled=False)
    page.get_by_text(number).click()
    page.get_by_role("button", name="受理，归我办").click()
    expect(page.locator(".alert-success")).to_contain_text("已受理")
    page.locator("#act-resolve summary").click()
    page.get_by_label("结果（必填）").fill("助餐点每天送一顿饭")
    page.get_by_role("button", name="办结").click()
    expect(page.locator(".desk-history")).to_contain_text("助餐点每天送一顿饭")


def test_an_ended_session_leads_to_the_sign_in_page(desk: Open, cast: World) -> None:
    """The open page notices by itself."""
    from tickets.models import WorkerSession

    page = desk("li")
    live(page)
    with cast.database.session() as session:
        session.query(WorkerSession).delete()
        session.commit()
    cast.file("d1")
    page.wait_for_url("**/desk/sign-in*")


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=["360", "390", "1280"])
def test_no_page_is_wider_than_the_screen(desk: Open, cast: World, size: dict[str, int]) -> None:
    """All pages of the desk, with long texts in them."""
    long = "很长的一句话，" * 30 + "a" * 120
    number = cast.file(
        "d1", description=long, village_text=long, urgency="urgent", services=["home_care", "dibao", "mediation"]
    )
    cast.file("d2", QINGSHANQIAO)
    cast.file("d3", "430321106")
    page = desk("chen", size)
    no_sideways_scrolling(page)
    for path in (f"/desk/tickets/{number}", "/desk/stations", "/desk/gaps", "/desk/password", "/desk?tab=all"):
        page.goto(page.url.split("/desk")[0] + path)
        no_sideways_scrolling(page)


def test_a_worker_can_do_everything_by_keyboard(desk: Open, cast: World) -> None:
    """Open, claim and write a note without a mouse; focus can always be seen."""
    number = cast.file("d1")
    page = desk("li", DESKTOP)
    page.get_by_role("link", name=number).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{number}")
    button = page.get_by_role("button", name="受理，归我办")
    button.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已受理")).to_be_visible()
    page.locator("#act-note summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("明天上门")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".desk-history")).to_contain_text("明天上门")


def test_an_arriving_ticket_leaves_the_keyboard_where_it_is(desk: Open, cast: World) -> None:
    """The list is replaced when a ticket arrives; the row that has the focus keeps it."""
    number = cast.file("d1")
    page = desk("li", DESKTOP)
    live(page)
    page.get_by_role("link", name=number).focus()
    arrived = cast.file("d2")
    expect(page.get_by_role("link", name=arrived)).to_be_visible()
    expect(page.get_by_role("link", name=number)).to_be_focused()


def test_the_resident_is_not_shown_another_stations_people(desk: Open, cast: World) -> None:
    """周社工 at the address of 花石镇's ticket: not found, in words, with a way back."""
    number = cast.file("d1", HUASHI)
    page = desk("zhou")
    page.goto(page.url + f"/tickets/{number}")
    expect(page.locator("main")).to_contain_text("没有这张工单")
    page.get_by_role("link", name="回到工作台").click()
    expect(page.locator(".desk-empty")).to_be_visible()


def test_a_lost_connection_is_told_and_made_good(chromium: Browser, cast: World) -> None:
    """The server is restarted: the page says it is cut off; what was filed meanwhile is there once it is back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = chromium.new_page()
    with served(cast.app(), port) as address:
        page.goto(address + "/desk/sign-in")
        page.get_by_label("登录名").fill("li")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        live(page)
    expect(page.locator("#offline")).to_be_visible()
    number = cast.file("d1")
    with served(cast.app(), port):
        expect(page.locator(".desk-row")).to_contain_text(number, timeout=20_000)
        expect(page.locator("#offline")).to_be_hidden()
        page.goto("about:blank")
    page.close()
