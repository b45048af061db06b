"""The residents' chat in a real browser: what 王奶奶's daughter does on her phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import PHONE, SMALL, no_sideways_scrolling
from tests.console.served import served
from tests.console.world import World
from tickets.lifecycle import act
from tickets.models import Ticket, Worker

Open = Callable[..., Page]
WISH = "我娘八十二了，一个人在家没人做饭"


def say(page: Page, text: str) -> None:
    """Type and press Enter."""
    page.get_by_label("您想说的话").fill(text)
    page.keyboard.press("Enter")


def file(page: Page) -> str:
    """Ask, press the township, agree; the number on the card."""
    say(page, WISH)
    page.get_by_role("button", name="湘潭县花石镇").click()
    page.get_by_role("button", name="同意", exact=True).click()
    card = page.locator(".card b")
    expect(card).to_be_visible()
    return card.inner_text()


def test_by_keyboard_and_buttons_to_a_ticket_number(open_page: Open) -> None:
    """Enter sends, Shift+Enter breaks the line, buttons answer, the number is shown on a card."""
    page = open_page("/")
    box = page.get_by_label("您想说的话")
    box.fill("我娘八十二了")
    box.press("Shift+Enter")
    box.press_sequentially("一个人在家")
    assert box.input_value() == "我娘八十二了\n一个人在家"
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.locator(".bot .bubble").last).to_contain_text("您家住在哪个乡镇")
    page.get_by_role("button", name="湘潭县花石镇").click()
    expect(page.locator(".resident .bubble").last).to_have_text("湘潭县花石镇")
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_have_count(0)
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator(".card b")).to_have_text("43032110720261122-0001".replace("20261122", page.evaluate(
        "new Date().toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'}).replace(/-/g, '')"
    )))  # fmt: skip


def test_enter_while_choosing_a_chinese_word_does_not_send(open_page: Open) -> None:
    """With an input method composing, Enter belongs to it."""
    page = open_page("/")
    box = page.get_by_label("您想说的话")
    box.fill("nihao")
    page.evaluate(
        "document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(page.locator(".resident")).to_have_count(0)
    assert box.input_value() == "nihao"


def test_a_reload_restores_the_talk_and_a_new_one_can_be_begun(open_page: Open) -> None:
    """Words, buttons and card are back after a reload; “新对话” clears the phone."""
    page = open_page("/")
    number = file(page)
    page.reload()
    expect(page.locator(".card b")).to_have_text(number)
    expect(page.locator(".resident .bubble").first).to_have_text(WISH)
    before = page.locator("#log li").count()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".resident")).to_have_count(0)
    assert page.locator("#log li").count() < before
    assert page.evaluate("localStorage.getItem('yimi.session')") is None


def test_a_broken_line_is_told_and_a_retry_does_not_double(open_page: Open, cast: World) -> None:
    """The message stands there with “没发出去，点这里重发”; sent again, the assistant hears it once."""
    page = open_page("/")
    say(page, "你好")
    expect(page.locator(".bot .bubble").last).to_contain_text("请说说您的难处")
    turns = len(cast.replay.turns)

    def lose_the_answer(route: Route) -> None:
        route.fetch()  # it arrives, but the answer is lost on the way back
        route.abort()

    page.route("**/api/v1/chat", lose_the_answer)
    page.route("**/api/v1/chat/updates", lambda route: route.abort())
    say(page, WISH)
    again = page.get_by_role("button", name="没发出去，点这里重发")
    expect(again).to_be_visible()
    page.unroute("**/api/v1/chat")
    page.unroute("**/api/v1/chat/updates")
    again.click()
    expect(page.locator(".bot .bubble").last).to_contain_text("您家住在哪个乡镇")
    expect(again).to_have_count(0)
    assert len(cast.replay.turns) == turns + 1
    assert page.locator(".resident").count() == 2


def test_the_social_workers_reply_arrives_by_itself(open_page: Open, cast: World) -> None:
    """No reload: 李社工's words appear, marked as a person's."""
    page = open_page("/")
    number = file(page)
    with cast.database.session() as session:
        worker = session.query(Worker).filter_by(login="li").one()
        ticket = session.query(Ticket).filter_by(number=number).one()
        act(session, ticket, "claim", worker)
        act(session, ticket, "reply", worker, note="我明天上午到您家，电话 13800000000。")
        session.commit()
    reply = page.locator(".worker .bubble")
    expect(reply).to_contain_text("社工回复您")
    expect(reply.get_by_role("link", name="13800000000")).to_have_attribute("href", "tel:13800000000")


def test_danger_brings_the_call_buttons_at_once(open_page: Open) -> None:
    """The hotlines as big buttons in the talk, and always at the top."""
    page = open_page("/")
    top = page.get_by_role("navigation", name="紧急和求助电话")
    for number in ("110", "120", "12345", "12356"):
        expect(top.locator(f'a[href="tel:{number}"]')).to_be_visible()
    say(page, "我不想活了，药都买好了")
    calls = page.locator(".calls")
    expect(calls.get_by_role("link", name="120 急救")).to_be_visible()
    expect(calls.get_by_role("link", name="12356 心理援助")).to_have_attribute("href", "tel:12356")


def test_a_screen_reader_is_told_who_speaks(open_page: Open) -> None:
    """A polite region for what is new, a label for the box, every speaker named."""
    page = open_page("/")
    say(page, "你好")
    expect(page.locator(".bot .bubble").last).to_contain_text("请说说您的难处")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("log")).to_contain_text("助手说：您好，请说说您的难处")
    talk = page.get_by_role("main", name="对话").text_content() or ""
    assert "我说：你好" in talk and "助手说：" in talk
    expect(page.get_by_role("button", name="发送")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_nothing_is_wider_than_a_small_phone(open_page: Open) -> None:
    """360 px, long words and a ticket card included."""
    page = open_page("/", SMALL)
    file(page)
    say(page, "https://example.invalid/" + "a" * 200)
    expect(page.locator(".bot .bubble").last).to_contain_text("您家住在哪个乡镇")
    no_sideways_scrolling(page)
    page.get_by_role("button", name="长辈版").click()
    no_sideways_scrolling(page)
    page.goto(page.url + "privacy")
    no_sideways_scrolling(page)


def test_a_one_time_link_goes_on_with_the_talk(chromium: Browser, cast: World) -> None:
    """Looking at the link uses nothing up; the button does, and the talk is there."""
    token = cast.conversations.open()
    left = ["a" * 40]
    with served(
        cast.app(take_over=lambda given: token if given in left and not left.remove(given) else None)
    ) as address:
        page = chromium.new_page(viewport=PHONE)
        for _ in range(2):
            page.goto(f"{address}/h/{'a' * 40}")
        page.get_by_role("button", name="接着聊").click()
        page.wait_for_url(f"{address}/")
        assert page.evaluate("localStorage.getItem('yimi.session')") == token
        page.goto(f"{address}/h/{'a' * 40}")
        page.get_by_role("button", name="接着聊").click()
        expect(page.locator("body")).to_contain_text("已经用过了")
        page.goto("about:blank")
        page.close()


def test_what_is_typed_while_an_answer_is_on_its_way_is_answered_once(open_page: Open) -> None:
    """Five short messages on a slow line: the first goes out at once, the other four together, in their order."""
    page, sent = open_page("/"), list[str]()
    say(page, "你好")
    expect(page.locator(".resident")).to_have_count(1)
    expect(page.locator(".resident.sending")).to_have_count(0)

    def slowly(route: Route) -> None:
        sent.append(str((route.request.post_data_json or {}).get("text")))
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/api/v1/chat", slowly)
    pieces = ["在吗", "我想问个事", "我娘八十二了", "眼睛看不清", "没人做饭"]
    for piece in pieces:
        say(page, piece)
    expect(page.locator(".resident.sending")).to_have_count(0, timeout=10_000)
    assert sent == [pieces[0], "\n".join(pieces[1:])]
    expect(page.locator(".resident .bubble")).to_have_text(["你好", *pieces])
