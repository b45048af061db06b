"""The API side: tokens, customer-service messages, media, codes."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LIMIT = 2048
HOUR = 3600.0


@dataclass
class Person:
    """A resident with a phone: `box` is what they read, `refused` what WeChat refused to hand over."""

    openid: str
    box: list[str] = field(default_factory=list)
    follows: bool = True
    until: float = 0.0
    left: int = 0


class Api:
    """`calls` are the paths and bodies of all calls; `codes` are answered instead of doing what was asked, in turn."""

    def __init__(self, app_id: str, secret: str) -> None:
        self.app_id, self.secret = app_id, secret
        self.people: dict[str, Person] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.codes: list[int] = []
        self.slow: list[float] = []  # seconds each of the next sent messages' answers is held back
        self.broken: list[bytes] = []  # whole bodies to answer with instead, as a gateway in between would
        self.token = ""
        self.tokens = 0
        self.now = 1_000_000.0  # its own clock, moved by `later`
        self.lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def later(self, hours: float) -> None:
        """Time passes at WeChat."""
        self.now += hours * HOUR

    def expire_token(self) -> None:
        """The token that was given out is valid no more."""
        self.token = secrets.token_hex(8)

    def sent(self, path: str = "message/custom/send") -> list[dict[str, Any]]:
        """The bodies of the calls of one kind."""
        return [body for called, body in self.calls if called == path]

    def answer(self, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any] | tuple[str, bytes]:
        """A JSON answer, or (media type, bytes) of a file."""
        with self.lock:
            self.calls.append((path, body or query))
            if path == "token":
                if query.get("appid") != self.app_id:
                    return _no(40013, "invalid appid")
                if query.get("secret") != self.secret:
                    return _no(40125, "invalid appsecret")
                self.token, self.tokens = secrets.token_hex(32), self.tokens + 1
                return {"access_token": self.token, "expires_in": 7200}
            if self.codes:
                return _no(self.codes.pop(0), "as the test wants it")
            if not query.get("access_token"):
                return _no(41001, "access_token missing")
            if query["access_token"] != self.token:
                return _no(40001 if self.tokens % 2 else 42001, "invalid credential, access_token is invalid")
            if path == "message/custom/send":
                return self._send(body)
            if path == "media/get":
                return self._get(query.get("media_id", ""))
            if path == "qrcode/create":
                scene = body["action_info"]["scene"]["scene_str"]
                assert body["action_name"] == "QR_LIMIT_STR_SCENE" and 1 <= len(scene) <= 64
                return {"ticket": "gQH47j", "url": f"http://weixin.qq.com/q/{scene}"}
            return _no(40066, "invalid url")

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        person = self.people.get(body.get("touser", ""))
        if person is None:
            return _no(40003, "invalid openid")
        if not person.follows:
            return _no(43004, "require subscribe")
        if body.get("msgtype") != "text":
            return _no(40008, "invalid message type")
        if len(body["text"]["content"].encode()) > LIMIT:
            return _no(45002, "content size out of limit")
        if self.now > person.until:
            return _no(45015, "response out of time limit or subscription is canceled")
        if person.left <= 0:
            return _no(45047, "out of response count limit")
        person.left -= 1
        person.box.append(body["text"]["content"])
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, media_id: str) -> dict[str, Any] | tuple[str, bytes]:
        if media_id not in self.media:
            return _no(40007, "invalid media_id")
        kind, content = self.media[media_id]
        # For a video WeChat names an address to fetch it from.
        return {"video_url": f"{self.url}/film/{media_id}"} if kind.startswith("video/") else (kind, content)


def _no(code: int, message: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{message} rid: 64b0"}


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _serve(self, body: dict[str, Any]) -> None:
            address = urlsplit(self.path)
            if address.path.startswith("/film/"):
                kind, content = api.media[address.path.removeprefix("/film/")]
                self._give(kind, content)
                return
            if api.broken:
                self._give("text/html", api.broken.pop(0))
                return
            answer = api.answer(address.path.removeprefix("/cgi-bin/"), dict(parse_qsl(address.query)), body)
            if api.slow and address.path.endswith("message/custom/send"):
                time.sleep(api.slow.pop(0))
            if isinstance(answer, tuple):
                self._give(*answer)
            else:
                self._give("application/json; encoding=utf-8", json.dumps(answer, ensure_ascii=False).encode())

        def _give(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
