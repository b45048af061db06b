"""The platform side: what residents send is posted to the account's address, signed and, in safe mode, encrypted."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import httpx
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.wechatapi.api import HOUR, Api, Person

FIXTURES = Path(__file__).parent.parent / "fixtures" / "wechat"
EXCUSE = "该公众号提供的服务出现故障，请稍后再试"
SECONDS = 5.0
TRIES = 3


class Platform:
    """One account. `door` is the address entered in its settings; `mode` is plain, compat or safe."""

    account = "gh_0123456789ab"

    def __init__(self, mode: str = "plain") -> None:
        self.token, self.app_id, self.secret = "onlyfortests", "wx0123456789abcdef", "0123456789abcdef" * 2
        self.aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
        self.mode, self.door = mode, ""
        self.api = Api(self.app_id, self.secret)
        self.posts: list[httpx.Response | Exception] = []
        self._crypto = WeChatCrypto(self.token, self.aes_key, self.app_id)
        self._client = httpx.Client(trust_env=False)
        self._number = 23_000_000_000_000_000

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self.api.close()

    @property
    def settings(self) -> dict[str, Any]:
        """The account's lines of .env."""
        safe = {} if self.mode == "plain" else {"wechat_aes_key": self.aes_key}
        return {
            "wechat_token": self.token, "wechat_app_id": self.app_id, "wechat_app_secret": self.secret,
            "wechat_api_url": self.api.url, **safe,
        }  # fmt: skip

    def person(self) -> Person:
        """Somebody who follows the account."""
        person = Person("o6_" + secrets.token_urlsafe(19)[:25])
        self.api.people[person.openid] = person
        return person

    # -- what residents do -----------------------------------------------------------------------------------------
    def say(self, person: Person, text: str) -> str | None:
        """A text; what the platform showed as the answer to it, None for nothing (yet)."""
        return self.send(person, "text", Content=text)

    def send(self, person: Person, kind: str, number: int | None = None, **fields: str) -> str | None:
        """A recorded payload (tests/fixtures/wechat/<kind>.xml) with its sender, time, number and these fields set."""
        return self.post(person, self.payload(person, kind, number, **fields))

    def payload(self, person: Person, kind: str, number: int | None = None, **fields: str) -> str:
        """The XML of a message or event of now."""
        self._number += 1
        body: dict[str, Any] = xmltodict.parse((FIXTURES / f"{kind}.xml").read_text(encoding="utf-8"))["xml"]
        body |= {"ToUserName": self.account, "FromUserName": person.openid, "CreateTime": str(int(time.time()))}
        if "MsgId" in body:
            body["MsgId"] = str(number or self._number)
        act = body["MsgType"] == "event"
        if body.get("Event") == "unsubscribe":
            person.follows = False
        else:
            person.follows = True
            with self.api.lock:
                span, left = (60.0, 3) if act else (48 * HOUR, 5)
                person.until, person.left = max(person.until, self.api.now + span), max(left, person.left * act)
        return xmltodict.unparse({"xml": body | fields}, full_document=False)

    # -- the wire --------------------------------------------------------------------------------------------------
    def query(self, *more: str, at: float | None = None, **given: str) -> dict[str, str]:
        """The address line of a request: signature, time, nonce."""
        moment, nonce = str(int(time.time() if at is None else at)), secrets.token_hex(5)
        return {"signature": self.sign(moment, nonce), "timestamp": moment, "nonce": nonce, **given}

    def sign(self, *parts: str) -> str:
        """SHA-1 over the sorted token and parts."""
        signer = WeChatSigner()
        signer.add_data(self.token, *parts)
        return str(signer.signature)

    def request(self, person: Person, xml: str) -> tuple[dict[str, str], bytes]:
        """(address line, body) of what is posted, by mode."""
        query = self.query(openid=person.openid)
        if self.mode == "plain":
            return query, xml.encode()
        sealed = xmltodict.parse(self._crypto.encrypt_message(xml, query["nonce"], query["timestamp"]))["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
        open_fields = xmltodict.parse(xml)["xml"] if self.mode == "compat" else {"ToUserName": self.account}
        body = xmltodict.unparse({"xml": {**open_fields, "Encrypt": sealed["Encrypt"]}}, full_document=False)
        return query, body.encode()

    def post(self, person: Person, xml: str, tries: int = TRIES) -> str | None:
        """Post until there is an answer; it lands in the resident's box, or the excuse does."""
        for _ in range(tries):
            query, body = self.request(person, xml)
            try:
                answer = self._client.post(self.door, params=query, content=body, timeout=SECONDS)
            except httpx.TransportError as error:
                self.posts.append(error)
                continue
            self.posts.append(answer)
            if answer.status_code == 200:
                return self._show(person, answer.text)
        person.box.append(EXCUSE)
        return EXCUSE

    def _show(self, person: Person, answer: str) -> str | None:
        if answer in ("success", ""):
            return None
        try:
            reply = xmltodict.parse(answer)["xml"]
            if "Encrypt" in reply:
                signature, moment, nonce = reply["MsgSignature"], reply["TimeStamp"], reply["Nonce"]
                reply = xmltodict.parse(self._crypto.decrypt_message(answer, signature, moment, nonce))["xml"]
            elif self.mode == "safe":
                raise ValueError("not encrypted")
            fits = (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == (
                person.openid, self.account, "text",
            )  # fmt: skip
            text = str(reply["Content"])
            if not fits or len(text.encode()) > 2048 or not int(reply["CreateTime"]):
                raise ValueError("not for this person, or too long")
        except Exception:
            text = EXCUSE
        person.box.append(text)
        return text
