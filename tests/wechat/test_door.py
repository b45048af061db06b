"""The door: only WeChat, only now, only this account, and never a crash."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
import xmltodict
from sqlalchemy import func, select
from wechatpy.crypto import WeChatCrypto

from bot.wechat.channel import WeChat
from bot.wechat.door import Door, Forged, Unreadable
from console.limits import Bucket, Limits
from tests.console.served import client_of
from tests.console.world import World, world
from tests.wechat.conftest import Account, account_of
from tests.wechatapi import Platform
from tickets.models import Inbox

TOKEN, APP_ID, AES_KEY = "onlyfortests", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def stored(cast: World) -> int:
    """How many messages were taken."""
    with cast.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def test_the_address_is_proved_once(account: Account) -> None:
    """WeChat asks with a random word when the address is entered, and gets it back; nobody else does."""
    query = account.platform.query(echostr="3577482358137490")
    answer = httpx.get(account.platform.door, params=query, trust_env=False)
    assert (answer.status_code, answer.text) == (200, "3577482358137490")
    assert answer.headers["content-type"].startswith("text/plain")
    forged = httpx.get(account.platform.door, params=query | {"signature": "0" * 40}, trust_env=False)
    assert forged.status_code == 403 and "3577" not in forged.text


def test_without_an_account_there_is_no_door(tmp_path: Path) -> None:
    """404, as for any address that is not there."""
    with world(tmp_path) as cast, client_of(cast.app()) as client:
        assert client.get("/wechat").status_code == client.post("/wechat", content=b"<xml/>").status_code == 404


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_a_forged_message_is_not_taken(tmp_path: Path, mode: str) -> None:
    """A wrong signature, none, another token's, an old one, one of another body: 403, and nothing is stored."""
    with account_of(tmp_path, mode) as account:
        wang, door = account.platform.person(), account.platform.door
        query, body = account.platform.request(wang, account.platform.payload(wang, "text", Content="你好"))
        stranger = Platform()
        stranger.token = "anothertoken"
        old = str(int(time.time()) - 3600)
        bad = [
            {},
            query | {"signature": query["signature"][::-1]},
            {name: value for name, value in query.items() if name != "signature"},
            query | stranger.query(),
            query | {"timestamp": old, "signature": account.platform.sign(old, query["nonce"])},
            query | {"timestamp": "１２", "signature": account.platform.sign("１２", query["nonce"])},
        ]
        if mode != "plain":
            _, other = account.platform.request(wang, account.platform.payload(wang, "text", Content="坏话"))
            plain = account.platform.payload(wang, "text", Content="坏话").encode()
            bad += [query | {"msg_signature": "0" * 40}, query | {"encrypt_type": "raw"}]
            for content in (other, plain):
                answer = httpx.post(door, params=query, content=content, trust_env=False)
                assert answer.status_code == 403
        for each in bad:
            answer = httpx.post(door, params=each, content=body, trust_env=False)
            assert answer.status_code == 403, each
        stranger.__exit__()
        assert stored(account.cast) == 0 and account.engine.turns == []
        assert httpx.post(door, params=query, content=body, trust_env=False).status_code == 200


@pytest.mark.parametrize("mode", ["compat", "safe"])
def test_both_encrypted_modes(tmp_path: Path, mode: str) -> None:
    """The answer is encrypted as the message was."""
    with account_of(tmp_path, mode) as account:
        assert account.platform.say(account.platform.person(), "你好") == "您好，请说说您的难处。"
        answer = account.platform.posts[-1]
        assert isinstance(answer, httpx.Response)
        assert "难处" not in answer.text and "Encrypt" in xmltodict.parse(answer.text)["xml"]


def test_a_flood_of_forgeries_is_limited(tmp_path: Path) -> None:
    """They count against their address; behind our own proxy every address is loopback and is not limited."""
    with Platform() as platform, world(tmp_path, **platform.settings) as cast:
        limits = Limits(address=Bucket(rate=0.01, burst=3))
        wechat = WeChat(cast.settings, cast.database, cast.conversations)
        app = cast.app(wechat=wechat, limits=limits)

        async def from_afar(scope, receive, send) -> None:
            await app(scope | ({"client": ("203.0.113.9", 1)} if scope["type"] == "http" else {}), receive, send)

        with client_of(from_afar) as client:  # type: ignore[arg-type]
            answers = [client.post("/wechat", content=b"<xml/>").status_code for _ in range(5)]
            assert answers == [403, 403, 403, 429, 429]
            assert client.get("/wechat", params=platform.query(echostr="1")).text == "1", "WeChat itself is heard"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"\xff\xfe\x00",
        b"<xml/>",
        b"<xml>text</xml>",
        b"<xml><MsgType>text</MsgType></xml>",
        b"<a/><b/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><MsgType>&f;</MsgType></xml>',
        "<xml><MsgType>text</MsgType><FromUserName>o6_abcdefgh</FromUserName><CreateTime>昨天</CreateTime></xml>".encode(),
        b"<xml><MsgType><a>1</a></MsgType><FromUserName>o6_abcdefgh</FromUserName><CreateTime>1</CreateTime></xml>",
    ],
)
def test_signed_nonsense_is_refused_in_words(account: Account, body: bytes) -> None:
    """400, never an error of ours; entities of the document's own are not expanded."""
    answer = httpx.post(account.platform.door, params=account.platform.query(), content=body, trust_env=False)
    assert answer.status_code == 400 and "读不出来" in answer.json()["detail"]
    assert stored(account.cast) == 0


def test_keys_that_do_not_fit(caplog: pytest.LogCaptureFixture) -> None:
    """Another AES key, another account's id, a key that is missing: refused, and the log says what to set right."""
    door = Door(TOKEN, APP_ID, AES_KEY)
    for crypto in (WeChatCrypto(TOKEN, AES_KEY[::-1], APP_ID), WeChatCrypto(TOKEN, AES_KEY, "wxffffffffffffffff")):
        query, body = _sealed(crypto)
        with pytest.raises(Unreadable):
            door.open(query, body)
    assert "WECHAT_AES_KEY" in caplog.text
    caplog.clear()
    query, body = _sealed(WeChatCrypto(TOKEN, AES_KEY, APP_ID))
    with pytest.raises(Unreadable):
        Door(TOKEN, APP_ID, None).open(query, body)
    assert "EncodingAESKey" in caplog.text
    with pytest.raises(Forged):
        door.open({"encrypt_type": "raw"}, b"<xml><MsgType>text</MsgType></xml>")


def _sealed(crypto: WeChatCrypto) -> tuple[dict[str, str], bytes]:
    xml = crypto.encrypt_message("<xml><MsgType>text</MsgType></xml>", "nonce", "1700000000")
    fields = xmltodict.parse(xml)["xml"]
    query = {
        "encrypt_type": "aes",
        "timestamp": "1700000000",
        "nonce": "nonce",
        "msg_signature": fields["MsgSignature"],
    }
    return query, xml.encode()


@pytest.mark.parametrize("aes_key", [None, AES_KEY])
def test_what_we_answer_is_a_message_whatever_the_words_are(aes_key: str | None) -> None:
    """Markup, the end of a CDATA section, characters that XML cannot hold: read back as they were meant."""
    door = Door(TOKEN, APP_ID, aes_key)
    words = "a]]><Content>b</Content> & <b> \x00\x0b\ud800 ]]]]>>\n第二行 🌾"
    answer = door.reply("o6_person", "gh_account", words)
    if aes_key:
        fields = xmltodict.parse(answer)["xml"]
        crypto = WeChatCrypto(TOKEN, aes_key, APP_ID)
        answer = crypto.decrypt_message(answer, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
    fields = xmltodict.parse(answer, strip_whitespace=False)["xml"]
    assert fields["Content"] == words.replace("\x00\x0b\ud800", "")
    assert (fields["ToUserName"], fields["FromUserName"], fields["MsgType"]) == ("o6_person", "gh_account", "text")
