"""Starts the action server: loopback only, a shared secret on every call, no text in errors or logs."""

from __future__ import annotations

import hmac
import logging
import os
import sys

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from actions import questions, submit, talk
from actions.intake import ValidateIntakeForm
from nlu.places.national import gazetteer

log = logging.getLogger("actions")

ACTIONS = (
    ValidateIntakeForm,
    questions.AskConsent,
    questions.AskService,
    questions.AskLocation,
    questions.AskVillage,
    questions.AskAge,
    questions.AskName,
    questions.AskPhone,
    questions.AskConfirm,
    submit.SubmitIntake,
    talk.Talk,
    talk.AnswerPolicyQuestion,
    talk.Progress,
    talk.Supplement,
    talk.Withdraw,
    talk.Rate,
    talk.Human,
)


def make_app(secret: str) -> Sanic:
    """The action server. rasa-sdk's own would listen on all addresses, ask for no secret and echo the resident's
    words in its errors, so only its executor is used."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action())
    app = Sanic("actions", configure_logging=False)

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {secret}"):
            return json({"error": "unauthorised"}, status=401)
        try:
            return json(await executor.run(request.json))
        except ActionNotFoundException as error:
            return json({"error": str(error)}, status=404)
        except Exception as error:  # the engine must hear of it in one word; the words of residents stay out
            log.exception("action %s failed", (request.json or {}).get("next_action"))
            return json({"error": type(error).__name__}, status=500)

    return app


def main() -> None:
    """Serves on 127.0.0.1:$ACTIONS_PORT."""
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    for noisy in ("rasa_sdk", "sanic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    secret = os.environ.get("ENGINE_TOKEN", "")
    if len(secret) < 32:
        sys.exit("ENGINE_TOKEN 没有设置：请用 make run 启动，它会生成一个。")
    gazetteer()  # opened now, so that nobody's first answer waits for it
    make_app(secret).run("127.0.0.1", int(os.environ.get("ACTIONS_PORT", "8006")), access_log=False, motd=False)


if __name__ == "__main__":
    main()
