"""A replaying engine: answers recorded turns over real HTTP on loopback: client, breaker and timeouts are real."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.telegram.replay import danger

TOKEN = "only-for-tests-0123456789abcdefghij"

PARSE: dict[str, Any] = {
    "text": "",
    "intent": "request_service",
    "intent_confidence": 0.97,
    "services": [{"code": "home_care", "confidence": 0.91}],
    "risks": [],
    "urgency": "routine",
    "location": {"status": "none", "code": None, "name": None, "village_code": None, "candidates": []},
    "entities": [],
}
PLACES = [
    {"title": "湘潭县花石镇", "payload": '/inform{"location": "430321107"}'},
    {"title": "都不是", "payload": '/inform{"location": "none"}'},
]
AGREE = [
    {"title": "同意", "payload": '/inform{"consent": "yes"}'},
    {"title": "不同意", "payload": '/inform{"consent": "no"}'},
]


def turn(body: dict[str, Any]) -> dict[str, Any]:
    """What was recorded: greet, ask for the place, ask for consent, file."""
    text, payload, draft = body.get("text") or "", body.get("payload") or "", body["context"].get("draft")
    answer: dict[str, Any] = {
        "version": 1,
        "messages": [],
        "effects": [],
        "parse": {**PARSE, "text": text, **danger(text)},
        "awaiting": None,
    }
    if "location" in payload:
        answer |= {"messages": [_say("登记要留您的姓名电话，您同意吗？", AGREE)], "awaiting": "consent"}
    elif "consent" in payload:
        filed = {
            "type": "FileIntake", "version": 1, "draft_id": draft, "services": ["home_care"], "township": "430321107",
            "relation": "母亲", "age": 82, "name": "王奶奶", "phone": "13800000000",
            "description": "老娘八十二了，一个人在家，没人做饭。",
        }  # fmt: skip
        answer["effects"] = [{"type": "RecordConsent", "version": 1, "granted": True, "purpose": "handling"}, filed]
    elif payload == "/ask_status":
        answer["effects"] = [{"type": "ShowProgress", "version": 1}]
    elif text in ("你好", "您好"):
        answer["messages"] = [_say("您好，请说说您的难处。")]
    else:
        answer |= {"messages": [_say("您家住在哪个乡镇？", PLACES)], "awaiting": "location"}
    return answer


def _say(text: str, buttons: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"text": text, "buttons": buttons or []}


class ReplayingEngine:
    """Serves `turn` on a free port; `down = True` answers 502, as the real one does when a turn fails; `seconds` slows
    every turn down; `said` is answered instead of `turn`'s messages."""

    def __init__(self) -> None:
        self.down = False
        self.seconds = 0.0
        self.said: list[dict[str, Any]] | None = None
        self.turns: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    return self._answer(401, {"error": "unauthorised"})
                if engine.down:
                    return self._answer(502, {"error": "down"})
                if self.path == "/yimi/turn":
                    engine.turns.append(body)
                    time.sleep(engine.seconds)
                    return self._answer(200, turn(body) | ({"messages": engine.said} if engine.said else {}))
                if self.path == "/yimi/analyze":
                    return self._answer(200, {**PARSE, **danger(body["text"]), "text": body["text"]})
                return self._answer(200, {"forgotten": True})

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                data = json.dumps(body, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
