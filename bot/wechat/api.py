"""WeChat's API through wechatpy: customer-service messages, media, codes for posters.

What wechatpy 1.8 lacks is added here: timeouts also for the token, one renewal of a refused token instead of endless
ones, another address than WeChat's own, downloads bounded in size. Addresses carry the token and the secret, so errors
are told by kind and number, never by their text.

| Redis key                           | type   | what                                                   |
| ----------------------------------- | ------ | ------------------------------------------------------ |
| `yimi:wechat:<app id>_access_token` | string | the access token, until five minutes before it ends;   |
|                                     |        | shared, because a new one makes the old one invalid    |
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from redis import Redis
from redis.exceptions import RedisError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session import SessionStorage

log = logging.getLogger(__name__)

T = TypeVar("T")
TIMEOUT = (3.0, 8.0)  # seconds to connect, to read
EARLY = 300  # seconds before its end that a token is no longer used
REFUSED_TOKEN = frozenset({40001, 40014, 42001})
WINDOW_CLOSED, USED_UP = 45015, 45047
NOT_A_FOLLOWER = frozenset({40003, 43004, 43019, 48002})
NO_RIGHT = frozenset({48001, 48004, 48008, 50001, 50002})
# What somebody has to put right, in words for the log; until then everything waits.
_CURES = {
    40001: "WECHAT_APP_SECRET 不对，或者令牌被别的程序换掉了",
    40013: "WECHAT_APP_ID 不对",
    40125: "WECHAT_APP_SECRET 不对",
    40164: "这台服务器的 IP 不在公众号后台的 IP 白名单里",
}
_FOR_LATER = frozenset({-1, 40014, 42001, 45009, 45011, *_CURES})


class NotNow(Exception):
    """WeChat is away, busy, or refuses our credentials: try later. The text is a kind or a number."""


class Unanswered(NotNow):
    """WeChat was asked and has not answered in time: it may have done it."""


class Refused(Exception):
    """WeChat will not do this; `code` is its errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


class TooLarge(Exception):
    """More bytes than were asked for."""


class _Tokens(SessionStorage):  # type: ignore[misc]
    """wechatpy's store of tokens: in Redis for all processes, here as well in case Redis is away."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis: Any = redis
        self._own: dict[str, tuple[str, float]] = {}

    def get(self, key: str, default: Any = None) -> Any:
        if found := self._shared("get", key):
            return found.decode() if isinstance(found, bytes) else found
        token, until = self._own.get(key, (None, 0.0))
        return token if time.monotonic() < until else default

    def set(self, key: str, value: str, ttl: int | None = None) -> None:
        seconds = max(60, int(ttl or 7200) - EARLY)
        self._own[key] = (value, time.monotonic() + seconds)
        self._shared("set", key, value, ex=seconds)

    def delete(self, key: str) -> None:
        self._own.pop(key, None)
        self._shared("delete", key)

    def _shared(self, command: str, key: str, *given: Any, **named: Any) -> Any:
        """A command to Redis; None while it is away: then each process has a token of its own."""
        if self._redis is None:
            return None
        try:
            return getattr(self._redis, command)(f"yimi:wechat:{key}", *given, **named)
        except RedisError as error:
            log.info("redis is away (%s): the access token is not shared", type(error).__name__)
            return None


class _Connection(requests.Session):
    """Every request has a timeout and follows no redirect."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)


class _Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client at `base`, an address without a path."""

    def __init__(self, app_id: str, secret: str, base: str, tokens: _Tokens) -> None:
        super().__init__(app_id, secret, session=tokens, auto_retry=False)
        self.API_BASE_URL = f"{base}/cgi-bin/"
        self._base = base
        # One thread renews at a time: every new token makes the one before it invalid.
        self.renewing = threading.RLock()
        self.latest = threading.local()  # `.token`: what this thread's last call was made with
        self._http = _Connection()
        # A proxy that the environment names is for the way out, not for a server on this machine.
        self._http.trust_env = urlsplit(base).hostname not in ("127.0.0.1", "localhost", "::1")

    @property
    def access_token(self) -> str:
        token: str | None = self.session.get(self.access_token_key)
        if not token:
            with self.renewing:
                if not (token := self.session.get(self.access_token_key)):
                    self.fetch_access_token()
                    token = self.session.get(self.access_token_key)
        self.latest.token = token
        return token or ""

    def fetch_access_token(self) -> Any:
        return self._fetch_access_token(
            url=f"{self._base}/cgi-bin/token",
            params={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
        )

    def _decode_result(self, res: requests.Response) -> Any:
        """A file is left unread: it is taken piece by piece."""
        kind = res.headers.get("Content-Type", "").lower()
        return super()._decode_result(res) if "json" in kind or kind.startswith("text/") else res


class Api:
    """The calls we need; blocking, safe to use from several threads."""

    def __init__(self, app_id: str, secret: str, base: str, redis: Redis | None = None) -> None:
        # Their own lines would show addresses, and those hold secrets.
        for noisy in ("urllib3", "wechatpy"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self._client = _Client(app_id, secret, base, _Tokens(redis))

    def send_text(self, openid: str, text: str) -> None:
        """One customer-service message. Raises NotNow (Unanswered: it may have arrived) or Refused."""
        answer = self._call(lambda: self._client.message.send_text(openid, text))
        if not isinstance(answer, dict) or answer.get("errcode") != 0:  # a page of something in between
            raise NotNow("no answer of WeChat's")

    def code_for(self, scene: str) -> str:
        """The address behind a lasting QR code that tells us `scene` when it is scanned. Raises NotNow or Refused."""
        wanted = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        return str(self._call(lambda: self._client.qrcode.create(wanted))["url"])

    def media(self, media_id: str, limit: int) -> bytes:
        """A file that a resident sent, up to `limit` bytes. Raises NotNow, Refused or TooLarge."""
        found = self._call(lambda: self._client.get("media/get", params={"media_id": media_id}, stream=True))
        if isinstance(found, dict):  # for a video, the address of the file
            address = str(found.get("video_url", ""))
            if urlsplit(address).scheme not in ("http", "https"):
                raise Refused(40007)
            try:
                found = self._client._http.get(address, stream=True)
                found.raise_for_status()
            except requests.RequestException as error:
                raise NotNow(type(error).__name__) from None
        return _bounded(found, limit)

    def _call(self, action: Callable[[], T]) -> T:
        """Do it; with a new token once, if the one we had is refused."""
        self._client.latest.token = None
        try:
            return self._once(action)
        except Refused as refusal:
            if refusal.code not in REFUSED_TOKEN:
                raise
        with self._client.renewing:  # another thread or process may have been quicker
            if self._client.session.get(self._client.access_token_key) == self._client.latest.token:
                self._client.session.delete(self._client.access_token_key)
            self._client.latest.token = None
            try:
                return self._once(action)
            except Refused as refusal:
                raise NotNow(str(refusal)) if refusal.code in REFUSED_TOKEN else refusal from None

    def _once(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except WeChatClientException as error:
            code = error.errcode
            if code in _CURES:
                log.error("微信接口不让用（%s）：%s", code, _CURES[code])
            if not isinstance(code, int) or (code in _FOR_LATER and code not in REFUSED_TOKEN):
                raise NotNow(f"errcode {code}") from None
            raise Refused(code) from None
        except requests.ReadTimeout as error:
            # Without a token it was only the token that was asked for.
            raise (Unanswered if self._client.latest.token else NotNow)(type(error).__name__) from None
        except (requests.RequestException, ValueError, KeyError) as error:  # ValueError: an answer that is no JSON
            raise NotNow(type(error).__name__) from None


def _bounded(response: requests.Response, limit: int) -> bytes:
    try:
        with response:
            if response.status_code != 200 or response.headers.get("Content-Type", "").lower().startswith("text/"):
                raise NotNow(f"no file, status {response.status_code}")  # a page of something in between
            content = bytearray()
            for piece in response.iter_content(64 * 1024):
                content += piece
                if len(content) > limit:
                    raise TooLarge
            return bytes(content)
    except requests.RequestException as error:
        raise NotNow(type(error).__name__) from None
