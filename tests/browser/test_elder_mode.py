"""长辈版: large, few things, one tap to a person, read aloud. Measured on the page, not read from the style sheet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, no_sideways_scrolling
from tests.browser.test_chat_page import file, say
from tests.console.world import World
from tickets.lifecycle import act
from tickets.models import Ticket, Worker

Open = Callable[..., Page]
TALL = {"width": 360, "height": 740}

# Everything that can be tapped and is seen, and every piece of text that is seen, with what is too small about it.
TOO_SMALL = """([target, text]) => {
    const seen = (each) => {
        const box = each.getBoundingClientRect();
        if (each.closest('.who, .skip')) return false;
        return box.width > 1 && box.height > 1 && getComputedStyle(each).visibility === 'visible';
    };
    const name = (each) => each.tagName + '.' + each.className + ' ' + (each.innerText || '').slice(0, 20);
    const found = [];
    for (const each of document.querySelectorAll('a, button, textarea, input')) {
        const box = each.getBoundingClientRect();
        if (seen(each) && (box.width < target || box.height < target))
            found.push(`target ${Math.round(box.width)}×${Math.round(box.height)}: ${name(each)}`);
    }
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const each = walk.currentNode.parentElement, style = getComputedStyle(each);
        if (!walk.currentNode.nodeValue.trim() || !seen(each)) continue;
        const size = parseFloat(style.fontSize), line = Math.round(parseFloat(style.lineHeight) / size * 100) / 100;
        if (size < text) found.push(`text ${size}: ${name(each)}`);
        if (line < 1.2 || (text >= 24 && line < 1.3)) found.push(`line ${line}: ${name(each)}`);
    }
    return found;
}"""
# A browser with voices: of other languages, of somebody's server, and one Chinese voice of the device. It takes what
# it should say down instead of saying it.
VOICES = """(() => {
    window.spoken = [];
    window.stopped = 0;
    const voices = [['en-US', true], ['zh-HK', true], ['zh-CN', false], %s]
        .map(([lang, localService]) => ({lang, localService}));
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, 'speechSynthesis', {value: {
        getVoices: () => voices,
        speak: (part) => { window.spoken.push(part); },
        cancel: () => { window.stopped += 1; },
        addEventListener: () => {},
    }});
})()"""
WITH_A_VOICE, WITHOUT = VOICES % "['zh-CN', true]", VOICES % ""


def too_small(page: Page, target: int = 60, text: int = 24) -> list[str]:
    """Targets and texts under the sizes, in CSS pixels (24 px are 18 pt)."""
    return list(page.evaluate(TOO_SMALL, [target, text]))


def spoken(page: Page) -> list[str]:
    """What has been said so far."""
    return list(page.evaluate("window.spoken.map((part) => part.text)"))


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, TALL, DESKTOP], ids=["320", "360", "1280"])
def test_everything_is_large_enough_in_every_state(open_page: Open, size: dict[str, int]) -> None:
    """Start, buttons, a ticket card, danger, a number in the text, the photo panel, a lost message."""
    page = open_page("/?elder=1", size, WITH_A_VOICE)
    expect(page.locator("html.elder.voiced")).to_be_visible()
    assert too_small(page) == []
    file(page)
    assert too_small(page) == []
    say(page, "我不想活了，药都买好了")
    expect(page.locator(".calls")).to_be_visible()
    expect(page.locator(".bubble a").first).to_be_visible()
    assert too_small(page) == []
    no_sideways_scrolling(page)
    page.set_input_files("#album", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    expect(page.get_by_role("region", name="发照片")).to_be_visible()
    assert too_small(page) == []
    page.get_by_role("button", name="取消").click()
    page.route("**/api/v1/chat", lambda route: route.abort())
    say(page, "喂")
    expect(page.get_by_role("button", name="没发出去")).to_be_visible()
    assert too_small(page) == []
    no_sideways_scrolling(page)
    page.goto(page.url.split("?")[0] + "privacy")
    assert [each for each in too_small(page) if not each.startswith("target")] == []


def test_the_standard_page_keeps_its_own_sizes(open_page: Open) -> None:
    """18 px to read (16 beside, 15 under a number), 48 px to tap."""
    page = open_page("/", TALL)
    assert too_small(page, 48, 15) == []
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)") == 18


def test_the_switch_is_at_the_top_and_remembered(open_page: Open) -> None:
    """On and off, over a reload and on the page about privacy."""
    page = open_page("/", TALL)
    expect(page.get_by_role("button", name="找社工")).to_be_hidden()
    page.get_by_role("banner").get_by_role("button", name="长辈版").click()
    expect(page.get_by_role("button", name="找社工")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="找社工")).to_be_visible()
    page.get_by_role("link", name="您的信息怎么用").click()
    expect(page.locator("html.elder h2").first).to_be_visible()
    page.go_back()
    page.get_by_role("banner").get_by_role("button", name="标准版").click()
    page.reload()
    expect(page.get_by_role("button", name="长辈版")).to_be_visible()


def test_a_link_opens_it_and_does_not_hold_it_open(open_page: Open) -> None:
    """?elder=1 decides once; who then presses 标准版 has that after a reload, and the poster's token stays."""
    page = open_page("/?s=abc&elder=1", TALL)
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    page.get_by_role("button", name="标准版").click()
    assert page.url.endswith("/?s=abc")
    page.reload()
    expect(page.get_by_role("button", name="长辈版")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?elder=1")
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    page.goto(page.url + "?elder=0")
    expect(page.get_by_role("button", name="长辈版")).to_be_visible()


def test_there_are_fewer_things_on_it(open_page: Open) -> None:
    """Fewer buttons than on the standard page, and the talk keeps half of a phone's height."""
    page = open_page("/", TALL)
    pills = page.locator(".pill:visible").count()
    page.get_by_role("button", name="长辈版").click()
    assert 0 < page.locator(".pill:visible").count() < pills
    room = page.evaluate(
        "document.getElementById('scroll').clientHeight - document.getElementById('above').offsetHeight"
    )
    assert room >= 370, room


def test_one_tap_finds_a_person(open_page: Open, cast: World) -> None:
    """找社工 says 「我要找真人」 through the normal chat; the numbers can be called at any time."""
    page = open_page("/?elder=1", TALL)
    page.get_by_role("button", name="找社工").click()
    expect(page.locator(".resident .bubble")).to_have_text("我要找真人")
    expect(page.locator(".bot .bubble")).to_have_count(2)
    assert [turn["text"] for turn in cast.replay.turns] == ["我要找真人"]
    for number in ("110", "120", "12345", "12356"):
        expect(page.get_by_role("navigation").locator(f'a[href="tel:{number}"]')).to_be_in_viewport()


def test_on_a_phone_the_keyboard_does_not_slide_over_the_answer(open_page: Open) -> None:
    """After a tap on a button the box has no focus; the talk has it, for those who use a keyboard."""
    page = open_page("/?elder=1", TALL, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="老人没人照顾").tap()
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "talk"


def test_whoever_does_not_scroll_is_told_that_there_is_more(open_page: Open, cast: World) -> None:
    """A long answer, and a worker's words that arrive meanwhile: 往下看 leads to the end and is gone there."""
    page = open_page("/?elder=1", TALL)
    number = file(page)
    with cast.database.session() as session:
        worker = session.query(Worker).filter_by(login="li").one()
        ticket = session.query(Ticket).filter_by(number=number).one()
        act(session, ticket, "claim", worker)
        act(session, ticket, "reply", worker, note="我明天上午到您家。")
        session.commit()
    reply = page.locator(".worker .bubble")
    expect(reply).to_have_count(1)
    expect(reply).not_to_be_in_viewport()
    more = page.get_by_role("button", name="往下看")
    for _ in range(6):
        if more.is_hidden():
            break
        more.click()
        page.wait_for_timeout(100)
    expect(reply).to_be_in_viewport()
    expect(more).to_be_hidden()
    page.locator("#talk").evaluate("() => { document.getElementById('scroll').scrollTop = 0; }")
    expect(more).to_be_visible()


def test_a_message_is_read_aloud_with_its_buttons(open_page: Open) -> None:
    """In the device's own Mandarin voice, sentence by sentence, numbers digit by digit; a second tap stops it."""
    page = open_page("/?elder=1", TALL, WITH_A_VOICE)
    say(page, "我娘没人照顾")
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_be_visible()
    page.locator(".read").last.click()
    assert spoken(page) == ["您家住在哪个乡镇？。", "您可以点：湘潭县花石镇。", "都不是。"]
    assert page.evaluate("window.spoken.every((part) => part.voice.lang === 'zh-CN' && part.voice.localService)")
    button = page.get_by_role("button", name="别读了")
    stopped = page.evaluate("window.stopped")
    button.click()
    assert page.evaluate("window.stopped") > stopped
    expect(button).to_have_count(0)
    say(page, "我不想活了，药都买好了")
    expect(page.locator(".calls")).to_be_visible()
    page.locator(".bot", has=page.locator('a[href="tel:120"]')).locator(".read").first.click()
    assert "1 2 0" in "".join(spoken(page)) and "120" not in "".join(spoken(page))


def test_the_automatic_switch_reads_what_is_new_and_only_that(open_page: Open) -> None:
    """Off until it is asked for; remembered; a restored talk is not read out; silent in the standard page."""
    page = open_page("/?elder=1", TALL, WITH_A_VOICE)
    say(page, "你好")
    expect(page.locator(".bot .bubble")).to_have_count(2)
    assert spoken(page) == []
    auto = page.get_by_role("button", name="自动朗读")
    auto.click()
    expect(auto).to_have_attribute("aria-pressed", "true")
    assert "".join(spoken(page)) == "您好，请说说您的难处。", "the last message, so that one hears what it does"
    say(page, "我娘没人照顾")
    expect(page.get_by_role("button", name="湘潭县花石镇")).to_be_visible()
    page.wait_for_timeout(200)
    assert spoken(page)[1:] == ["您家住在哪个乡镇？。", "您可以点：湘潭县花石镇。", "都不是。"]
    page.reload()
    expect(page.locator(".resident")).to_have_count(2)
    page.wait_for_timeout(200)
    assert spoken(page) == []
    expect(page.get_by_role("button", name="自动朗读")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="标准版").click()
    say(page, "你好")
    expect(page.locator(".resident")).to_have_count(3)
    page.wait_for_timeout(300)
    assert spoken(page) == []
    expect(page.locator(".read").first).to_be_hidden()


@pytest.mark.parametrize("voices", [WITHOUT, None], ids=["only foreign and remote voices", "this browser"])
def test_without_a_chinese_voice_reading_is_not_offered(open_page: Open, voices: str | None) -> None:
    """A voice of somebody's server would send the resident's words there: it does not count."""
    page = open_page("/?elder=1", TALL, voices)
    if voices is None and page.evaluate("speechSynthesis.getVoices().some((each) => /^(zh|cmn)/.test(each.lang))"):
        pytest.skip("this machine's Chromium has a Chinese voice")
    say(page, "你好")
    expect(page.locator(".bot .bubble")).to_have_count(2)
    expect(page.locator(".read").first).to_be_hidden()
    expect(page.locator("#auto")).to_be_hidden()
