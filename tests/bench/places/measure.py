"""Builds the peers' environment, asks every library, and writes the table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from evaluation.places import rows
from nlu.places import Gazetteer
from tests.bench.figures import Figure
from tests.bench.places.judge import LEVELS, Tally, gold_of, tally
from yimi.install import fingerprint, run_logged
from yimi.settings import ROOT

HERE = Path(__file__).parent
LOCK = HERE / "requirements.txt"
PEERS = ("addressparser", "cpca", "jionlp")
NAMES_NO_TOWNSHIP = {"addressparser", "cpca"}


def environment(folder: Path = ROOT / "var" / "bench-peers") -> Path:
    """The Python of the peers: pinned, with hashes, made anew when the lock changes; nothing else uses it."""
    python, mark = folder / "bin" / "python", folder / "fingerprint"
    if not mark.exists() or mark.read_text(encoding="utf-8") != fingerprint(LOCK):
        run_logged("bench-peers", [sys.executable, "-m", "venv", "--clear", str(folder)])
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(LOCK),
        ]
        run_logged("bench-peers", [str(python), *install])
        mark.write_text(fingerprint(LOCK), encoding="utf-8")
    return python


def ask(python: Path | str, library: str, texts: list[str]) -> dict[str, Any]:
    """What ask.py answers for one library."""
    command = [str(python), str(HERE / "ask.py"), library]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, env=environ, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure() -> list[str]:
    """The lines of the report."""
    messages = rows(held=True)
    gazetteer = Gazetteer.load()
    gold = [gold_of(gazetteer, row) for row in messages]
    texts = [row["text"] for row in messages]
    peers = environment()
    answers = {name: ask(sys.executable if name == "yimi" else peers, name, texts) for name in ("yimi", *PEERS)}
    return table(answers, {name: tally(gold, each["answers"]) for name, each in answers.items()})


def table(answers: dict[str, dict[str, Any]], counts: dict[str, Tally]) -> list[str]:
    """One column a library; a level that a library does not know is no mistake but a dash."""
    shown: dict[str, list[str]] = {}
    for name, count in counts.items():
        answer, knows = answers[name], name not in NAMES_NO_TOWNSHIP
        times = Figure(name, [ms for repeat in answer["ms"] for ms in repeat])
        middles = [statistics.median(repeat) for repeat in answer["ms"]]
        levels = [f"{right} / {asked}" for right, asked in zip(count.right, count.asked, strict=True)]
        shown[f"{name} {answer['version']}"] = [
            *levels[:3],
            levels[3] if knows else "–",
            f"{count.wrong_county} / {count.placed}",
            f"{count.wrong_township} / {count.messages}" if knows else "–",
            f"{times.at(0.5):.2f} / {times.at(0.95):.2f}",
            f"{min(middles):.2f}–{max(middles):.2f}",
            f"{answer['load']:.1f} s",
            f"{answer['memory']:,.0f} MB",
        ]
    labels = [
        *(f"{level} right" for level in LEVELS),
        "wrong county given as sure",
        "wrong township given as sure",
        "ms a message, p50 / p95",
        f"p50 of each of {len(next(iter(answers.values()))['ms'])} repeats",
        "from nothing to the first answer",
        "memory",
    ]
    lines = [f"| | {' | '.join(shown)} |", "| --- |" + " --- |" * len(shown)]
    lines += [f"| {label} | {' | '.join(cells)} |" for label, *cells in zip(labels, *shown.values(), strict=True)]
    return lines
