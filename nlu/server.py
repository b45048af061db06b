"""Starts the engine: Rasa with the project's model and its own channel, on loopback only."""

from __future__ import annotations

import gc
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

ROOT = Path(__file__).resolve().parent.parent


def check_answers_quickly() -> None:
    """Compiles the schema of action answers once.

    Rasa checks each answer with `jsonschema.validate`, which checks the schema itself anew on every call: nine tenths
    of a turn were spent there. Answers are checked as before.
    """
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def validate(_: RemoteAction, answer: dict[str, Any]) -> bool:
        validator.validate(answer)
        return True

    RemoteAction._validate_action_result = validate


def main() -> None:
    """Serves $ENGINE_MODEL on 127.0.0.1:$ENGINE_PORT until it is told to stop."""
    model = Path(os.environ.get("ENGINE_MODEL", ROOT / "models" / "yimi.tar.gz"))
    if not model.exists():
        sys.exit(f"没有找到模型 {model.name}：请先运行 make train。")
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    for noisy in ("rasa", "sanic", "apscheduler", "matplotlib", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    from rasa.core.agent import Agent
    from rasa.core.run import configure_app, create_http_input_channels, load_agent_on_start
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog
    from sanic import Sanic

    check_answers_quickly()
    configure_structlog(logging.WARNING)  # its debug lines hold the residents' words

    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = configure_app(channels, enable_api=False, route="/", endpoints=endpoints)
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")

    async def use_our_store(app: Sanic, _: object) -> None:
        # Rasa wraps the store so that a failed write goes to memory and is forgotten; ours must fail aloud.
        agent: Agent = app.ctx.agent
        store = agent.tracker_store
        while hasattr(store, "_tracker_store"):
            store = store._tracker_store
        agent.tracker_store = agent.processor.tracker_store = store

    async def forget_garbage(app: Sanic, _: object) -> None:
        # Dictionaries and model are millions of objects that stay. A full collection went through them all, 0.4 s in
        # the midst of somebody's turn; frozen, they are passed over.
        gc.collect()
        gc.freeze()

    app.register_listener(use_our_store, "before_server_start")
    app.register_listener(forget_garbage, "after_server_start")
    app.run("127.0.0.1", int(os.environ.get("ENGINE_PORT", "8005")), access_log=False, motd=False, workers=1)


if __name__ == "__main__":
    main()
