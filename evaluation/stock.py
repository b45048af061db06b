"""Stock Rasa as a peer: the pipeline of tests/bench/stock, trained in this process on the texts it is given."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import redirect_stdout
from math import ceil
from pathlib import Path

import yaml

from evaluation.corpus import ROOT
from evaluation.engine import quiet
from evaluation.peers import Learnt, answered

PIPELINE = ROOT / "tests" / "bench" / "stock" / "config.yml"  # one epoch there, to measure speed: here it shall learn
# Rasa's default of 100 epochs over the three thousand messages of a benchmark. Larger sets get fewer epochs of more
# steps each, so that training takes a quarter of an hour on two cores instead of hours.
MESSAGES_SEEN = 300_000
SEED = 1


def epochs(messages: int) -> int:
    """How often to go over so many messages: `MESSAGES_SEEN` in all, at most Rasa's 100 times."""
    return min(100, ceil(MESSAGES_SEEN / messages))


def stock(texts: Sequence[str], labels: Sequence[str], queries: Sequence[str]) -> Learnt:
    """DIET over jieba's words and bags of words and characters."""
    with tempfile.TemporaryDirectory(prefix="yimi-stock-") as name, quiet(), redirect_stdout(io.StringIO()):
        from rasa.core.agent import Agent
        from rasa.core.channels.channel import UserMessage
        from rasa.model_training import train_nlu

        folder = Path(name)
        write_project(folder, texts, labels)
        began = time.perf_counter()
        model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="stock")
        seconds = time.perf_counter() - began
        processor = Agent.load(model).processor
        loop = asyncio.new_event_loop()

        def answer(query: str) -> str:
            parse = loop.run_until_complete(processor.parse_message(UserMessage(query)))
            return parse["intent"]["name"] or ""

        learnt = answered(answer, queries, seconds)
        loop.close()
    return learnt


def write_project(folder: Path, texts: Sequence[str], labels: Sequence[str]) -> None:
    """config.yml and nlu.yml as Rasa wants them."""
    config = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))
    del config["policies"]  # only the understanding is asked
    config["pipeline"][-1] |= {"epochs": epochs(len(texts)), "random_seed": SEED}
    examples = defaultdict(list)
    for text, label in zip(texts, labels, strict=True):
        examples[label].append(f"- {text}\n")
    groups = [{"intent": label, "examples": "".join(lines)} for label, lines in sorted(examples.items())]
    for name, content in (("config.yml", config), ("nlu.yml", {"version": "3.1", "nlu": groups})):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10**6)
        (folder / name).write_text(text, encoding="utf-8")
