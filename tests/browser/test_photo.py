"""Photos in the chat: chosen or taken, looked at, made smaller on the device, sent with progress, refused in words."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.attachments import PATH, Recorder, Sent
from tests.browser.conftest import PHONE
from tests.browser.test_chat_page import WISH, say
from tests.console.served import served
from tests.console.world import World

Open = Callable[..., Page]
# Noise or plain colour, as a JPEG of a size: a real picture, made by the browser itself.
DRAW = """async ([width, height, noise]) => {
    const canvas = document.createElement('canvas');
    canvas.width = width; canvas.height = height;
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'red'; pen.fillRect(0, 0, width, height);
    pen.fillStyle = 'blue'; pen.fillRect(width / 2, 0, width / 2, height);
    for (let i = 0; noise && i < 60000; i++) {
        pen.fillStyle = `hsl(${i * 137 % 360} 80% ${i * 31 % 100}%)`;
        pen.fillRect(i * 7919 % width, i * 104729 % height, 9, 9);
    }
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
}"""


@pytest.fixture
def forms() -> list[dict[str, Sent]]:
    """What the browser sent, filled while the test runs."""
    return []


@pytest.fixture
def address(cast: World, forms: list[dict[str, Sent]]) -> Iterator[str]:
    """The application, and somebody who writes down what arrives."""
    app = cast.app()
    app.add_middleware(Recorder, forms=forms)
    with served(app) as where:
        yield where


def picture(page: Page, width: int, height: int, *, noise: bool = False, exif: bytes = b"") -> FilePayload:
    """A JPEG as a camera would hand it over; `exif` is put where cameras put it."""
    content = base64.b64decode(page.evaluate(DRAW, [width, height, noise]))
    if exif:
        content = content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content}


def sideways_with_a_maker() -> bytes:
    """EXIF: made by “secret-camera”, held so that the picture must be turned by 90 degrees."""
    maker = b"secret-camera\x00"
    entries = struct.pack("<HHII", 0x010F, 2, len(maker), 38) + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + struct.pack("<H", 2) + entries + bytes(4) + maker


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height, from the frame header."""
    at = 2
    while jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise AssertionError("no frame in the picture")


def choose(page: Page, file: FilePayload) -> None:
    """Press “照片” as on a computer, where it opens the files at once."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="照片").click()
    chooser.value.set_files(file)


def test_a_photo_is_looked_at_made_smaller_and_sent_with_the_words(
    open_page: Open, forms: list[dict[str, Sent]]
) -> None:
    """2,000 px on the longer side, upright, without what the camera wrote into it; answered like any message."""
    page = open_page("/")
    page.get_by_label("您想说的话").fill(WISH)
    choose(page, picture(page, 3000, 2000, exif=sideways_with_a_maker()))
    panel = page.get_by_role("region", name="发照片")
    expect(panel.get_by_role("img", name="要发的照片")).to_be_visible()
    expect(panel).to_contain_text(WISH)
    expect(page.get_by_label("您想说的话")).to_be_hidden()
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".resident").get_by_role("img", name="您发的照片")).to_be_visible()
    expect(page.locator(".resident .bubble")).to_contain_text(WISH)
    expect(page.locator(".bot .bubble").last).to_contain_text("您家住在哪个乡镇")
    expect(page.locator("progress")).to_be_hidden()
    expect(page.get_by_label("您想说的话")).to_have_value("")
    [form] = forms
    assert form["text"].content.decode() == WISH
    assert form["session"].content.decode() == page.evaluate("localStorage.getItem('yimi.session')")
    assert len(form["message_id"].content) == 32
    assert form["file"].media_type == "image/jpeg"
    assert size_of(form["file"].content) == (1333, 2000)
    assert b"Exif" not in form["file"].content and b"secret-camera" not in form["file"].content


def test_on_a_phone_camera_or_album_is_asked(open_page: Open, forms: list[dict[str, Sent]]) -> None:
    """Both are big buttons; 取消 sends nothing and gives the words back."""
    page = open_page("/?elder=1", PHONE, has_touch=True, is_mobile=True)
    page.get_by_label("您想说的话").fill("先写了几个字")
    small = picture(page, 400, 300)
    page.get_by_role("button", name="发照片").tap()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="拍照片").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(small)
    expect(page.get_by_role("img", name="要发的照片")).to_be_visible()
    page.get_by_role("button", name="取消").tap()
    expect(page.get_by_label("您想说的话")).to_have_value("先写了几个字")
    page.get_by_label("您想说的话").fill("")
    page.get_by_role("button", name="发照片").tap()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="从相册选").tap()
    assert chooser.value.element.get_attribute("capture") is None
    chooser.value.set_files(small)
    assert not forms, "nothing goes before 发送"
    page.get_by_role("button", name="发送").tap()
    expect(page.locator(".bot .bubble").last).to_contain_text("照片收到了")
    [form] = forms
    assert "text" not in form
    assert size_of(form["file"].content) == (400, 300), "a small one is not blown up"


def test_on_a_slow_line_one_sees_how_far_it_is(open_page: Open) -> None:
    """The part that has gone is told in words and as a bar."""
    page = open_page("/")
    say(page, "你好")  # the session is open: the slow line is for the photo
    expect(page.locator(".bot .bubble").last).to_contain_text("请说说您的难处")
    choose(page, picture(page, 2000, 1500, noise=True))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 150_000},
    )
    page.get_by_role("button", name="发送").click()
    seen = set()
    bar = page.get_by_role("progressbar", name="照片发了多少")
    expect(bar).to_be_visible()
    for _ in range(200):
        seen.add(page.evaluate("(document.querySelector('progress') || {}).value"))
        if page.locator(".bot .bubble").last.inner_text().startswith("照片收到了"):
            break
        page.wait_for_timeout(50)
    expect(page.locator(".bot .bubble").last).to_contain_text("照片收到了")
    assert any(value and 0 < value < 100 for value in seen), seen
    expect(bar).to_be_hidden()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}, "这不是照片"),
        ({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff nothing more"}, "打不开"),
    ],
    ids=["no picture", "broken"],
)
def test_what_is_no_photo_is_refused_in_words(
    open_page: Open, forms: list[dict[str, Sent]], file: FilePayload, told: str
) -> None:
    """Another can be chosen at once; nothing is sent."""
    page = open_page("/")
    choose(page, file)
    expect(page.locator("#photo-note")).to_contain_text(told)
    expect(page.get_by_role("button", name="从相册选")).to_be_focused()
    expect(page.get_by_role("button", name="发送")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="照片")).to_be_focused()
    assert not forms


def test_an_iphones_format_can_be_sent_unseen(open_page: Open) -> None:
    """This browser cannot show HEIC; the server reads it."""
    page = open_page("/")
    choose(page, {"name": "a.heic", "mimeType": "image/heic", "buffer": b"\x00\x00\x00\x18ftypheic" + bytes(99)})
    expect(page.locator("#photo-note")).to_contain_text("照样能发给社工")
    expect(page.get_by_role("button", name="发送")).to_be_focused()


def test_a_lost_photo_is_sent_again_and_heard_once(open_page: Open, forms: list[dict[str, Sent]]) -> None:
    """Under the same message id, so the server can tell."""
    page = open_page("/")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**" + PATH, lose_the_answer)
    page.route("**/api/v1/chat/updates", lambda route: route.abort())
    choose(page, picture(page, 300, 200))
    page.get_by_role("button", name="发送").click()
    again = page.get_by_role("button", name="没发出去，点这里重发")
    expect(again).to_be_visible()
    page.unroute("**" + PATH)
    again.click()
    expect(page.locator(".bot .bubble").last).to_contain_text("照片收到了")
    expect(page.get_by_role("img", name="您发的照片")).to_have_count(1)
    assert len({form["message_id"].content for form in forms}) == 1 and len(forms) == 2


def test_a_refusal_of_the_server_is_told_in_its_words(open_page: Open) -> None:
    """The same picture again would be refused again: no button for it."""
    page = open_page("/")
    told = "文件太大了，最多 20 兆。请拍短一点、小一点再发。"
    page.route(
        "**" + PATH,
        lambda route: route.fulfill(
            status=413, content_type="application/problem+json", body=json.dumps({"status": 413, "detail": told})
        ),
    )
    choose(page, picture(page, 300, 200))
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".system .bubble")).to_have_text(told)
    expect(page.get_by_role("log")).to_contain_text(told)
    expect(page.locator(".again")).to_have_count(0)
    page.unroute("**" + PATH)
    say(page, "你好")
    expect(page.locator(".bot .bubble").last).to_contain_text("请说说您的难处")
