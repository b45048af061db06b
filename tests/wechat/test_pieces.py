"""The pure pieces: reading payloads, numbered choices, composing, cutting; and the settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Attached
from bot.conversation.choices import Choices
from bot.conversation.words import UNKNOWN_KIND, UNKNOWN_PLACE
from bot.wechat import words
from bot.wechat.compose import LIMIT, Said, composed, split
from bot.wechat.incoming import BadMessage, Heard, read, station_of
from tests.wechatapi.platform import FIXTURES
from yimi.settings import SettingsError, load_settings

OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
THREE = Choices([("同意", "/a"), ("不同意", "/b"), ("对，提交", "/c")], by_letter=False)


def heard(kind: str, **fields: str) -> Heard:
    """A recorded payload, read."""
    body: dict[str, Any] = xmltodict.parse((FIXTURES / f"{kind}.xml").read_text(encoding="utf-8"))["xml"]
    return read(body | {"FromUserName": OPENID} | fields)


def test_every_recorded_payload_is_understood() -> None:
    """Each file in tests/fixtures/wechat, and what becomes of it."""
    got = {path.stem: heard(path.stem) for path in sorted(FIXTURES.glob("*.xml"))}
    photo, film = (
        Attached("photo", "image/jpeg", remote_id="media_id"),
        Attached("video", "video/mp4", remote_id="media_id"),
    )
    voice = Attached("voice", "audio/amr", remote_id="media_id")
    place = Attached("location", None, "23.134521,113.358803")
    expected: dict[str, dict[str, Any]] = {
        "text": {"text": "this is a test"},
        "image": {"attachment": photo},
        "voice": {"attachment": voice},
        "voice-heard": {"attachment": replace(voice, recognised=True), "text": "腾讯微信团队"},
        "video": {"attachment": film},
        "shortvideo": {"attachment": film},
        "location": {"attachment": place, "text": "位置信息"},
        "link": {"notes": (words.LINK,), "shown": "【转来的链接】公众平台官网链接 url"},
        "unknown": {"notes": (UNKNOWN_KIND,)},
        "subscribe": {"text": "你好", "acts": True},
        "subscribe-scan": {"text": "你好", "acts": True, "scene": "123123"},
        "scan": {"text": "你好", "acts": True, "scene": "SCENE_VALUE"},
        "unsubscribe": {"present": False},
        "click": {}, "view": {}, "position": {},
    }  # fmt: skip
    assert set(got) == set(expected)
    for name, fields in expected.items():
        base = got[name]
        assert base == Heard(OPENID, "toUser", base.message_id, base.sequence, **fields), name
        assert base.is_silent == (not fields)
    assert got["text"].message_id == "message-1234567890123456" and got["text"].sequence == 1348831860
    assert heard("location", Label="").notes == (UNKNOWN_PLACE,)
    assert heard("text", Content="/restart").text == "restart", "only our own choices speak to the engine in its terms"


def test_events_are_told_apart_without_showing_who_sent_them() -> None:
    """Sender and time name an event, as WeChat advises; the name is no openid."""
    one, again = heard("subscribe"), heard("subscribe")
    assert one.message_id == again.message_id and OPENID not in one.message_id and len(one.message_id) < 60
    assert heard("subscribe", CreateTime="123456790").message_id != one.message_id
    assert heard("subscribe", FromUserName=OPENID[::-1]).message_id != one.message_id


@pytest.mark.parametrize(
    "fields", [{"FromUserName": ""}, {"FromUserName": "a b"}, {"CreateTime": "x"}, {"MsgType": ""}]
)
def test_a_message_of_nobody_is_none(fields: dict[str, str]) -> None:
    """Who, when, what: without these it is not WeChat's."""
    with pytest.raises(BadMessage):
        heard("text", **fields)


def test_posters() -> None:
    """A township's code, a village's, our signed token; anything else is no hint."""
    assert station_of("430321107", ()) == station_of("430321107203", ()) == "430321107"
    for wrong in (None, "", "123", "04303211", "43032110７", "430321107 ", "SCENE_VALUE", "4303211071"):
        assert station_of(wrong, ("s",)) is None


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("1", "/a"), ("１", "/a"), ("2。", "/b"), ("回复1", "/a"), ("回复 2：不同意", "/b"), ("选3", "/c"),
        ("第二个", "/b"), ("三", "/c"), ("A", "/a"), ("b", "/b"), ("3 对，提交", "/c"), ("1同意", "/a"),
        ("0", None), ("4", None), ("12", None), ("1岁", None), ("1不同意", None), ("一个人在家", None), ("同意", None),
        ("", None), ("1和2", None), ("13800000000", None), ("1、2", None),
    ],
)  # fmt: skip
def test_a_bare_number_is_a_press(said: str, chosen: str | None) -> None:
    """However it is written; but not when more is said."""
    assert THREE.pick(said) == chosen


def test_letters_where_a_number_means_something_else() -> None:
    """An age, a rating, the silent "1" of somebody in danger: choices have letters then, and 1 is just 1."""
    by_letter = Choices(THREE.offers, by_letter=True)
    assert by_letter.lines() == ["回复 A：同意", "回复 B：不同意", "回复 C：对，提交"]
    assert by_letter.pick("1") is by_letter.pick("一") is None and by_letter.pick("a") == "/a"
    assert THREE.lines()[0] == "回复 1：同意"
    one = Choices([("跳过", "/skip")], by_letter=False)
    assert one.lines() == ["也可以回复：跳过"] and one.pick("1") is None


def test_one_text_for_everything_that_is_said_in_one_go() -> None:
    """Bubbles, a worker's words marked as such, then the choices; words about buttons fit a channel without them."""
    rows = [
        Said("worker", "明天上午来。"),
        Said("bot", "记下了。"),
        Said("bot", "算是哪一类？拿不准就点“别的事”，也可以点下面的按钮。", "https://example.org/a.png"),
    ]
    assert composed(rows, Choices([("低保", "/a"), ("别的事", "/b")], by_letter=False)) == [
        "【社工回复】\n明天上午来。\n\n记下了。\n\n算是哪一类？拿不准就选“别的事”，也可以回复下面的数字。\nhttps://example.org/a.png"
        "\n\n回复 1：低保\n回复 2：别的事"
    ]
    assert composed([], None) == composed([Said("bot", " ")], None) == []


@given(st.text(alphabet="一二三。，\n 🌾aé", max_size=3000), st.integers(20, 200))
def test_cutting_loses_nothing(text: str, limit: int) -> None:
    """Every piece fits and is not empty; together they are the text, but for white space at the cuts."""
    pieces = split(text, limit)
    assert all(piece and len(piece.encode()) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_that_fits_is_left_alone() -> None:
    """2,048 bytes are one message, one more are two."""
    exact = "好" * 682 + "ab"
    assert len(exact.encode()) == LIMIT
    assert split(exact) == [exact] and len(split(exact + "c")) == 2


@pytest.mark.parametrize(
    ("given_lines", "said"),
    [
        ({"WECHAT_TOKEN": "abc123"}, ("WECHAT_TOKEN", "还缺 WECHAT_APP_ID、WECHAT_APP_SECRET")),
        ({"WECHAT_AES_KEY": "a" * 43}, ("还缺 WECHAT_TOKEN",)),
        (
            {
                "WECHAT_TOKEN": "abc123",
                "WECHAT_APP_ID": "wx1",
                "WECHAT_APP_SECRET": "topsecret",
                "WECHAT_AES_KEY": "short",
            },
            ("WECHAT_AES_KEY=（不显示）", "43"),
        ),
        ({"WECHAT_TOKEN": "带空格 的"}, ("WECHAT_TOKEN=（不显示）", "3 到 32")),
        ({"WECHAT_API_URL": "api.weixin.qq.com"}, ("WECHAT_API_URL", "http")),
    ],
)
def test_half_an_account_stops_the_start_with_one_line(
    given_lines: dict[str, str], said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names what is missing and shows no secret."""
    for name, value in ({"YIMI_VAR": str(tmp_path)} | given_lines).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(_env_file=None)
    line = str(caught.value)
    assert all(part in line for part in said) and "\n" not in line
    assert "topsecret" not in line and "abc123" not in line


def test_a_whole_account_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines are enough; empty ones are as good as none."""
    monkeypatch.setenv("YIMI_VAR", str(tmp_path))
    for name in ("WECHAT_TOKEN", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_AES_KEY"):
        monkeypatch.setenv(name, "")
    assert load_settings(_env_file=None).wechat_token is None
    for name in ("WECHAT_TOKEN", "WECHAT_APP_ID", "WECHAT_APP_SECRET"):
        monkeypatch.setenv(name, "abc123")
    settings = load_settings(_env_file=None)
    assert (settings.wechat_token, settings.wechat_aes_key) == ("abc123", None)
