"""A replaying engine: the engine's wire on loopback, answering from tests/fixtures/engine/telegram.json.

It stands for the process behind the border only; everything on the app's side of the wire is real.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nlu.safety import assess

FIXTURE = Path(__file__).parent.parent / "fixtures" / "engine" / "telegram.json"
TOKEN = "engine-token-of-the-tests-0123456789"


def danger(text: str | None) -> dict[str, Any]:
    """The part of a parse about danger: the floor's alarm, which the app leaves to the engine to weigh."""
    alarm = assess(text or "")
    return {"risks": [{"code": code, "confidence": 0.9} for code in alarm.risks], "urgency": alarm.urgency}


class ReplayEngine:
    """`heard` holds the bodies of all turns; `seconds` slows every answer down; `down` answers 503."""

    def __init__(self) -> None:
        self.book: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
        self.heard: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.down = False
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = engine.answer(self.path, self.headers.get("Authorization", ""), body)
                data = json.dumps(answer, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that stopped waiting is no error."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, authorization: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """(HTTP status, body) for one request."""
        if authorization != f"Bearer {TOKEN}":
            return 401, {"error": "unauthorised"}
        if self.seconds:
            time.sleep(self.seconds)
        if self.down:
            return 503, {"error": "down"}
        if path == "/yimi/analyze":
            return 200, {**self.book["parse"], **danger(body["text"]), "text": body["text"]}
        if path != "/yimi/turn":
            return 200, {}
        self.heard.append(body)
        said = {key: body[key] for key in ("text", "payload") if body.get(key) is not None}
        found = next((turn["reply"] for turn in self.book["turns"] if turn["when"] == said), self.book["otherwise"])
        draft = str(body["context"].get("draft"))
        reply: dict[str, Any] = json.loads(json.dumps(found).replace("<draft>", draft))
        return 200, {"version": 1, "parse": {**self.book["parse"], **danger(body.get("text"))}, **reply}

    @property
    def words(self) -> list[str | None]:
        """What it was told so far: texts and payloads."""
        return [turn.get("text") or turn.get("payload") for turn in self.heard]
