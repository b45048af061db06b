"""Peers: other ways to understand, trained on the same training messages and measured on the same evaluation ones.

The figures of the last run of each are kept in evaluation/peers.json, each with its date: training some takes an hour.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.corpus import ROOT
from evaluation.figures import Figure, Heard, overview
from evaluation.targets import EMPTY, INTENT, INTENTS, MAIN
from nlu.messages import Labelled

KEPT = ROOT / "evaluation" / "peers.json"
SVM, STOCK = "TF-IDF + 线性 SVM", "原版 Rasa（jieba + DIET）"
SHARED = (MAIN, EMPTY, INTENT, INTENTS)  # what a plain classifier can be asked for
NO_SERVICE = "none"


@dataclass(frozen=True)
class Learnt:
    """What a peer answered to each query, the seconds it learnt, and the median milliseconds of an answer."""

    said: list[str]
    seconds: float
    ms: float


Learner = Callable[[Sequence[str], Sequence[str], Sequence[str]], Learnt]  # (texts, labels, queries)


def learners(which: str) -> dict[str, Learner]:
    """The peers to train: none (""), the quick one ("quick") or every one ("all")."""
    if which != "all":
        return {SVM: svm} if which else {}
    from evaluation.stock import stock  # loads Rasa

    return {SVM: svm, STOCK: stock}


def svm(texts: Sequence[str], labels: Sequence[str], queries: Sequence[str]) -> Learnt:
    """TF-IDF of characters 1-3 and jieba words 1-2 with a linear SVM: the usual strong baseline."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    jieba.setLogLevel(logging.WARNING)
    model = make_pipeline(
        make_union(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
            TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True),
        ),
        LinearSVC(random_state=7),
    )
    began = time.perf_counter()
    model.fit(texts, labels)
    return answered(lambda query: str(model.predict([query])[0]), queries, time.perf_counter() - began)


def answered(answer: Callable[[str], str], queries: Sequence[str], seconds: float) -> Learnt:
    """Asks a trained peer one query after another, as residents do."""
    said, spent = [], []
    for query in queries:
        start = time.perf_counter()
        said.append(answer(query))
        spent.append((time.perf_counter() - start) * 1000)
    return Learnt(said, seconds, sorted(spent)[len(spent) // 2])


def compare(learner: Learner, trained: Sequence[Labelled], measured: Sequence[Labelled]) -> dict[str, Any]:
    """The row of a peer that learns intents and main services apart, in the figures it shares with ours."""
    texts, queries = [m.text for m in trained], [m.text for m in measured]
    intents = learner(texts, [m.intent for m in trained], queries)
    mains = learner(texts, [(*m.services, NO_SERVICE)[0] for m in trained], queries)
    heard = [
        Heard(message, {"intent": intent, "services": _named(main), "risks": [], "urgency": "routine"})
        for message, intent, main in zip(measured, intents.said, mains.said, strict=True)
    ]
    shared = [figure for figure in overview(heard) if figure.name in SHARED]
    return row(shared, len(trained), len(measured), intents.seconds + mains.seconds, intents.ms + mains.ms)


def _named(main: str) -> list[dict[str, Any]]:
    return [] if main == NO_SERVICE else [{"code": main, "confidence": 1.0}]


def row(figures: Sequence[Figure], trained: int, measured: int, seconds: float, ms: float) -> dict[str, Any]:
    """A peer's figures as they are kept: with today's date and what they rest on."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "trained": trained,
        "measured": measured,
        "seconds": round(seconds, 1),
        "ms": round(ms, 2),
        "figures": [{key: _short(each) for key, each in asdict(figure).items()} for figure in figures],
    }


def _short(field: Any) -> Any:
    return round(field, 4) if isinstance(field, float) else field


def figures_of(kept: dict[str, Any]) -> dict[str, Figure]:
    """The figures of a kept row, by name."""
    return {each["name"]: Figure(**each) for each in kept["figures"]}


Kept = dict[str, dict[str, dict[str, Any]]]  # what it was measured on → peer → row


def read_kept(path: Path = KEPT) -> Kept:
    """The last figures of every peer on "messages" (the project's own) and on "smp2017"; empty before the first run."""
    kept: Kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {"messages": {}, "smp2017": {}, **kept}


def write_kept(kept: Kept, path: Path = KEPT) -> None:
    """Keeps every row for the runs that train no peers."""
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
