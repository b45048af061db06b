"""The API client over real HTTP: tokens renewed once, shared, never shown; files bounded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.wechat.api import Api, NotNow, Refused, TooLarge
from tests.stack import Stack
from tests.wechatapi import Platform
from yimi.redis import redis_url


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A loopback WeChat."""
    with Platform() as made:
        yield made


def api_of(platform: Platform, redis: Redis | None = None) -> Api:
    """A client with the account's credentials."""
    return Api(platform.app_id, platform.secret, platform.api.url, redis)


def test_a_token_is_fetched_once_and_renewed_when_it_is_refused(platform: Platform) -> None:
    """40001 and 42001: one new token, one more try, and the message arrives once."""
    api, wang = api_of(platform), platform.person()
    platform.payload(wang, "text")
    for text in ("一", "二"):
        api.send_text(wang.openid, text)
    assert platform.api.tokens == 1
    for text in ("三", "四"):
        platform.api.expire_token()
        api.send_text(wang.openid, text)
    assert wang.box == ["一", "二", "三", "四"] and platform.api.tokens == 3


def test_a_wrong_secret_ends_in_one_line_not_in_a_loop(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the setting; neither the secret nor a token is in it."""
    caplog.set_level(logging.DEBUG)
    api = Api(platform.app_id, "not-the-secret", platform.api.url)
    with pytest.raises(NotNow):
        api.send_text("o6_nobody", "你好")
    assert "WECHAT_APP_SECRET" in caplog.text and "not-the-secret" not in caplog.text
    assert len(platform.api.calls) == 1


def test_a_token_that_is_refused_for_ever_is_given_up(platform: Platform) -> None:
    """Renewed once, not again and again."""
    platform.api.codes = [40001] * 10
    with pytest.raises(NotNow):
        api_of(platform).send_text("o6_nobody", "你好")
    assert platform.api.tokens == 2 and len(platform.api.sent()) == 2


@pytest.mark.parametrize("code", [45015, 45047, 43004, 48001, 40003])
def test_a_refusal_has_its_number(platform: Platform, code: int) -> None:
    """What to do about it is decided elsewhere."""
    platform.api.codes = [code]
    with pytest.raises(Refused) as caught:
        api_of(platform).send_text("o6_nobody", "你好")
    assert caught.value.code == code


def test_an_answer_of_something_in_between_is_no_success(platform: Platform) -> None:
    """A gateway's page is not WeChat's ok; a server that is gone neither."""
    api, wang = api_of(platform), platform.person()
    platform.payload(wang, "text")
    api.send_text(wang.openid, "一")
    platform.api.broken = [b"<html>login</html>"]
    with pytest.raises(NotNow):
        api.send_text(wang.openid, "二")
    platform.api.close()
    with pytest.raises(NotNow) as caught:
        api_of(platform).send_text(wang.openid, "三")
    assert platform.secret not in repr(caught.value) + repr(caught.value.__cause__)
    assert wang.box == ["一"]


def test_files_are_bounded(platform: Platform) -> None:
    """Photo and film arrive byte by byte; what is larger than asked for does not; what is gone is refused."""
    platform.api.media = {"p": ("image/jpeg", b"\xff\xd8\xff" * 100), "f": ("video/mp4", b"\x00ftyp" * 50)}
    api = api_of(platform)
    assert api.media("p", 1000) == b"\xff\xd8\xff" * 100
    assert api.media("f", 1000) == b"\x00ftyp" * 50
    with pytest.raises(TooLarge):
        api.media("p", 299)
    with pytest.raises(Refused):
        api.media("no such", 1000)


def test_many_threads_renew_together(platform: Platform) -> None:
    """A new token makes the old one invalid: threads must not push one another out."""
    api, wang = api_of(platform), platform.person()
    platform.payload(wang, "text")
    wang.left = 100
    api.send_text(wang.openid, "一")
    platform.api.expire_token()
    threads = [threading.Thread(target=api.send_text, args=(wang.openid, "二")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wang.box.count("二") == 8


def test_the_processes_of_an_account_share_its_token(platform: Platform, tmp_path: Path) -> None:
    """In a real Redis, until shortly before it ends; without Redis each has its own."""
    stack = Stack(tmp_path / "var")
    try:
        stack.start("redis")
        redis = Redis.from_url(redis_url(stack.settings), socket_timeout=3)
        for _ in range(100):
            try:
                redis.ping()
                break
            except Exception:
                threading.Event().wait(0.1)
        first, second, wang = api_of(platform, redis), api_of(platform, redis), platform.person()
        platform.payload(wang, "text")
        first.send_text(wang.openid, "一")
        second.send_text(wang.openid, "二")
        assert platform.api.tokens == 1
        key = f"yimi:wechat:{platform.app_id}_access_token"
        assert 6000 < redis.ttl(key) <= 6900
        stack.stop("redis")
        first.send_text(wang.openid, "三")
        assert wang.box == ["一", "二", "三"] and platform.api.tokens == 1
        redis.close()
    finally:
        stack.close()


def test_a_code_for_a_poster(platform: Platform, tmp_path: Path) -> None:
    """`yimi station link --wechat` prints the address to make a code of; the scene is the township's own code."""
    stack = Stack(tmp_path / "var", **platform.settings)
    try:
        done = stack.yimi("station", "link", "430321107", "--wechat")
        assert done.returncode == 0, done.stderr
        assert "微信：http://weixin.qq.com/q/430321107" in done.stdout
        platform.api.codes = [48001]
        refused = stack.yimi("station", "link", "430321107", "--wechat")
        assert refused.returncode == 1 and len(refused.stderr.strip().splitlines()) == 1 and "48001" in refused.stderr
    finally:
        stack.close()
