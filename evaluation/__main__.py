"""`python -m evaluation` in the engine environment: how well the model understands messages it never saw.

Prints the report; a full run (no --limit) also writes docs/understanding.md with its pictures, a line of
evaluation/history.jsonl and evaluation/misses.jsonl. Peers are trained only when asked for. Exit codes: 0 measured,
1 the evaluation repeats training messages, 2 there is no model or a bad option.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation import history, peers, smp2017
from evaluation.corpus import LETTER, ROOT, catalogue, evaluation_messages, spread, training_messages
from evaluation.figures import misses, overview, speeds
from evaluation.overlap import listing, overlaps
from evaluation.report import Measured, report
from nlu.messages import Labelled
from nlu.train import fingerprint

MODEL = ROOT / "models" / "yimi.tar.gz"
PAGE = ROOT / "docs" / "understanding.md"
NOTES = ROOT / "evaluation" / "understanding-notes.md"


def main() -> int:
    """Checks the overlap first, then loads the model and parses every message in this process."""
    options = _options()
    os.chdir(ROOT)  # config.yml names its word lists from here
    if not options.model.is_file():
        print(f"没有找到模型 {options.model.name}：请先运行 make train。", file=sys.stderr)
        return 2
    messages, trained = evaluation_messages(), training_messages()
    pairs = overlaps(messages, trained)
    if pairs:
        print(f"评测和训练有 {len(pairs)} 对重复的话，改掉训练里的再测：\n{listing(pairs)}", file=sys.stderr)
        return 1

    messages = spread(messages, options.limit)
    measured = measure(options.model, messages)
    kept = learn_peers(options.peers, options.smp2017, trained, messages, keep=not options.limit)
    text = report(replace(measured, peers=kept), catalogue(), NOTES.read_text(encoding="utf-8"))
    print(text)
    if not options.limit:
        write(text, measured)
    return 0


def _path(name: str) -> Path:
    return Path(name).resolve()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description="测量理解质量")
    parser.add_argument("--model", type=_path, default=MODEL, help="模型文件")
    parser.add_argument("--limit", type=int, default=0, help="只测均匀抽出的这么多条（0：全部），什么也不写")
    parser.add_argument(
        "--peers",
        nargs="?",
        const="quick",
        default="",
        choices=["quick", "all"],
        help="也训练并测量同类：quick 是 TF-IDF + SVM（一分钟），all 还有原版 Rasa（可能要几个小时）",
    )
    parser.add_argument(
        "--smp2017",
        type=_path,
        metavar="FOLDER",
        help="也在公开基准 SMP2017 上测量；文件夹里有 train、develop、test 三个 .jsonl",
    )
    options = parser.parse_args()
    if options.limit < 0:
        parser.error("--limit 不能是负数")
    if options.smp2017 and (missing := smp2017.missing(options.smp2017)):
        parser.error(f"--smp2017：文件夹里没有 {'、'.join(missing)}")
    return options


def measure(model: Path, messages: Sequence[Labelled]) -> Measured:
    """Everything about the model itself, with the run it is to be compared with."""
    from evaluation.engine import hear  # Rasa takes seconds to load: only now is it needed

    if model == MODEL and model_mark(model) != fingerprint()[:12]:
        print("注意：模型不是用现在的数据和代码训练的，先 make train 再测才算数。", file=sys.stderr)
    mark = model_mark(model)  # before loading: training may replace the file meanwhile
    heard, seconds = hear(model, messages)
    figures, pace = overview(heard), speeds(heard, seconds)
    counts = {
        "messages": len(heard),
        "danger": sum(bool(h.message.risks) for h in heard),
        "hard": sum(h.message.hard_negative for h in heard),
        "letters": sum(len(h.message.text) >= LETTER for h in heard),
    }
    run = history.run_of(time.strftime("%Y-%m-%d"), mark, counts, {f.name: f.value for f in figures} | pace)
    return Measured(heard, figures, pace, run, history.before(history.read_runs(), mark))


def model_mark(model: Path) -> str:
    """The start of the fingerprint `nlu.train` left beside the model, or the file's name."""
    beside = model.with_suffix("").with_suffix(".fingerprint")
    return beside.read_text(encoding="utf-8").strip()[:12] if beside.is_file() else model.name


def learn_peers(
    which: str, smp: Path | None, trained: Sequence[Labelled], measured: Sequence[Labelled], keep: bool
) -> peers.Kept:
    """Trains the peers asked for, one after the other; the others' rows are the kept ones."""
    kept = peers.read_kept()
    learners = peers.learners(which)
    for name, learner in learners.items():
        print(f"训练同类：{name}…", file=sys.stderr, flush=True)
        kept["messages"][name] = peers.compare(learner, trained, measured)
        if keep:
            peers.write_kept(kept)  # at once: a long run that is broken off loses only what it has not measured
    if smp:
        for name, learner in {smp2017.OURS: smp2017.ours, peers.SVM: peers.svm, **learners}.items():
            print(f"SMP2017：{name}…", file=sys.stderr, flush=True)
            kept["smp2017"][name] = smp2017.measure(smp, learner)
            if keep:
                peers.write_kept(kept)
    return kept


def write(text: str, measured: Measured) -> None:
    """The page, its pictures, the history and the list of misses."""
    from evaluation.pictures import draw  # matplotlib

    draw(measured.heard, catalogue(), PAGE.parent / "pictures")
    PAGE.write_text(text, encoding="utf-8")
    history.keep(measured.run)
    rows = misses(measured.heard)
    (ROOT / "evaluation" / "misses.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    print(f"写好了 docs/understanding.md 和 docs/pictures/；{len(rows)} 条有出入的在 evaluation/misses.jsonl")


if __name__ == "__main__":
    sys.exit(main())
