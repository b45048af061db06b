"""Is it WeChat? Signature, freshness and encryption of what is posted to us, and of what we answer.

In plain mode the signature covers only a time and a random word, never the message: whoever has seen one address line
(a proxy's log is enough) could use it again. So the time must be recent, and where an AES key is set nothing
unencrypted is taken. wechatpy compares signatures with `!=` and leaves "]]>" in a reply as it is; both are done here.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
import struct
import time
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.replies import TextReply
from wechatpy.utils import WeChatSigner

log = logging.getLogger(__name__)

FRESH_SECONDS = 600  # how far WeChat's clock and ours may be apart
NOTHING = "success"  # the answer to WeChat when there is nothing to say, or not yet
# What XML 1.0 cannot hold at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Forged(Exception):
    """Not signed by our account's token, too old, or not encrypted where it has to be."""


class Unreadable(ValueError):
    """Signed, but no message: broken XML, or a key that does not fit."""


class Door:
    """The checks of one account. `aes_key`: its EncodingAESKey, 43 characters; None for the plain mode."""

    def __init__(self, token: str, app_id: str, aes_key: str | None) -> None:
        self._token = token
        self._crypto = WeChatCrypto(token, aes_key, app_id) if aes_key else None

    def check(self, query: Mapping[str, str]) -> None:
        """The signature of an address line: `signature`, `timestamp`, `nonce`. Raises Forged."""
        moment, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not self._signed(query.get("signature", ""), moment, nonce):
            raise Forged("signature")
        apart = abs(time.time() - int(moment)) if re.fullmatch(r"\d{1,12}", moment, re.ASCII) else float("inf")
        if apart > FRESH_SECONDS:
            log.warning("请求的时间和本机差了 %s 秒，没有接收：请核对这台服务器的时间", apart)
            raise Forged("timestamp")

    def open(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The fields of a posted message or event; `check` comes first. Raises Forged or Unreadable."""
        sealed = query.get("encrypt_type", "raw") == "aes"
        envelope = _fields(body)
        if self._crypto is None:
            if "MsgType" not in envelope:
                log.error("公众号后台选的是安全模式，请把 EncodingAESKey 写到 WECHAT_AES_KEY")
                raise Unreadable("encrypted, and no key is set")
            return envelope
        if not sealed or not isinstance(envelope.get("Encrypt"), str):
            log.error("设置了 WECHAT_AES_KEY，但收到的消息没有加密：请在公众号后台选安全模式")
            raise Forged("not encrypted")
        moment, nonce, signature = (query.get(name, "") for name in ("timestamp", "nonce", "msg_signature"))
        if not self._signed(signature, moment, nonce, envelope["Encrypt"]):
            raise Forged("msg_signature")
        try:
            plain = self._crypto.decrypt_message(body, signature, moment, nonce)
        except (WeChatException, ValueError, IndexError, struct.error) as error:
            log.error("解不开微信的消息（%s）：请核对 WECHAT_AES_KEY 和 WECHAT_APP_ID", type(error).__name__)
            raise Unreadable("cannot be decrypted") from None
        return _fields(plain.encode())

    def reply(self, sender: str, account: str, text: str) -> str:
        """The passive reply to `sender` (openid) from `account` (the account's own id), as XML; sealed in safe mode."""
        # A CDATA section ends at "]]>", whatever a resident or a worker meant by it.
        content = _UNWRITABLE.sub("", text).replace("]]>", "]]]]><![CDATA[>")
        plain = TextReply(source=account, target=sender, content=content, time=int(time.time())).render()
        if self._crypto is None:
            return str(plain)
        return str(self._crypto.encrypt_message(plain, secrets.token_hex(8), str(int(time.time()))))

    def _signed(self, signature: str, *parts: str) -> bool:
        signer = WeChatSigner()
        signer.add_data(self._token, *parts)
        return hmac.compare_digest(signer.signature.encode(), signature.encode("utf-8", "replace"))


def _fields(xml: bytes) -> dict[str, Any]:
    """The elements under the root. xmltodict refuses entities of the document's own; ours have none."""
    try:
        found = xmltodict.parse(xml)
    except (ExpatError, ValueError):
        raise Unreadable("no XML") from None
    fields = next(iter(found.values()))
    if not isinstance(fields, dict):
        raise Unreadable("no message")
    return fields
