"""`yimi chat`: a conversation in the terminal, through the running web API."""

from __future__ import annotations

import sys
from typing import Any

import httpx

from yimi.settings import Settings


def talk(settings: Settings) -> int:
    """Reads lines until end of input or 再见; a number presses the button with that number."""
    address = f"http://127.0.0.1:{settings.port}"
    print("跟助手说话吧（输入数字可以点按钮，Ctrl-D 结束）")
    session: str | None = None
    buttons: list[dict[str, str]] = []
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        while True:
            try:
                line = input("您：").strip()
            except EOFError:
                print()
                return 0
            if not line:
                continue
            pressed = buttons[int(line) - 1] if line.isdigit() and 0 < int(line) <= len(buttons) else None
            body: dict[str, Any] = {"payload": pressed["payload"]} if pressed else {"text": line}
            try:
                answer = client.post("/api/v1/chat", json={**body, **({"session": session} if session else {})})
            except httpx.HTTPError as error:
                print(f"连不上 {address}（{type(error).__name__}）：请先 make run。", file=sys.stderr)
                return 1
            data = answer.json()
            if answer.status_code != 200:
                print(f"助手：{data.get('detail', '出了点问题')}")
                continue
            session, buttons = data["session"], []
            for message in data["messages"]:
                print(f"助手：{message['text']}")
                for button in message["buttons"]:
                    buttons.append(button)
                    print(f"  [{len(buttons)}] {button['title']}")
