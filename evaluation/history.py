"""The figures of every full run, one JSON line each, so that a report can say what has changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evaluation.corpus import MESSAGES, ROOT

KEPT = ROOT / "evaluation" / "history.jsonl"
Run = dict[str, Any]  # {"date", "model", "messages", "machine", "counts": {name: n}, "figures": {name: value}}


def messages_mark() -> str:
    """A short hash of the evaluation messages: figures of different messages are not to be compared closely."""
    digest = hashlib.sha256()
    for path in sorted(MESSAGES.glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run_of(date: str, model: str, counts: Mapping[str, int], figures: Mapping[str, float | None]) -> Run:
    """One run as it is kept."""
    rounded = {name: None if value is None else round(value, 4) for name, value in figures.items()}
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}  # what the speed has to be seen with
    return {
        "date": date,
        "model": model,
        "messages": messages_mark(),
        "machine": machine,
        "counts": dict(counts),
        "figures": rounded,
    }


def read_runs(path: Path = KEPT) -> list[Run]:
    """All kept runs, the oldest first."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def before(runs: Iterable[Run], model: str) -> Run | None:
    """The last run of another model, or None: measuring the same model again changes nothing."""
    others = [run for run in runs if run["model"] != model]
    return others[-1] if others else None


def keep(run: Run, path: Path = KEPT) -> None:
    """Adds one line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(run, ensure_ascii=False) + "\n")
