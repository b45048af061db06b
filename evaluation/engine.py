"""Loads a model into this process and listens with it, exactly as the engine's /yimi/analyze does."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evaluation.figures import Heard
from nlu.messages import Labelled

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

WARM_UP = 20  # parses before the clock counts: dictionaries and place tables load on first use


@contextmanager
def quiet() -> Iterator[None]:
    """Packages of 2022 warn while they load, and reset the filters: what is recorded is at least not printed."""
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(record=True):
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)
        yield


def hear(model: Path, messages: Sequence[Labelled]) -> tuple[list[Heard], float]:
    """The analysis of every message, in order, and the seconds all of them took one after another."""
    with quiet():
        from rasa.core.agent import Agent
        from rasa.core.channels.channel import UserMessage

        from nlu.replies import analysis

        processor = Agent.load(str(model)).processor
        gc.collect()
        gc.freeze()  # as the engine does once it is ready: nlu/server.py

    async def parse_all() -> tuple[list[Heard], float]:
        for message in messages[:WARM_UP]:
            await processor.parse_message(UserMessage(message.text))
        heard = []
        began = time.perf_counter()
        for message in messages:
            start = time.perf_counter()
            parse = await processor.parse_message(UserMessage(message.text))
            spent = (time.perf_counter() - start) * 1000
            heard.append(Heard(message, analysis(message.text, parse), spent, parse.get("service_ranking") or []))
        return heard, time.perf_counter() - began

    return asyncio.run(parse_all())
