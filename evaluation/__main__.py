"""`python -m evaluation` in the engine environment: how well the model understands messages it never saw.

Prints the report and writes evaluation/report.md and evaluation/misses.jsonl. Exit codes: 0 measured, 1 the
evaluation repeats training messages, 2 there is no model or a bad option.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from evaluation.corpus import ROOT, catalogue, evaluation_messages, spread, training_messages
from evaluation.figures import misses
from evaluation.overlap import listing, overlaps
from evaluation.report import report


def main() -> int:
    """Checks the overlap first, then loads the model and parses every message in this process."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description="测量理解质量")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "yimi.tar.gz", help="模型文件")
    parser.add_argument("--limit", type=int, default=0, help="只测均匀抽出的这么多条（0：全部），不写报告")
    options = parser.parse_args()
    if options.limit < 0:
        parser.error("--limit 不能是负数")
    if not options.model.is_file():
        print(f"没有找到模型 {options.model.name}：请先运行 make train。", file=sys.stderr)
        return 2

    messages = evaluation_messages()
    pairs = overlaps(messages, training_messages())
    if pairs:
        print(f"评测和训练有 {len(pairs)} 对重复的话，改掉训练里的再测：\n{listing(pairs)}", file=sys.stderr)
        return 1

    from evaluation.engine import hear  # Rasa takes seconds to load: only now is it needed

    heard, spent = hear(options.model, spread(messages, options.limit))
    text = report(heard, catalogue(), _mark(options.model), spent)
    print(text)
    if options.limit:
        return 0
    folder = ROOT / "evaluation"
    (folder / "report.md").write_text(text, encoding="utf-8")
    rows = misses(heard)
    (folder / "misses.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    print(f"写好了 evaluation/report.md；{len(rows)} 条有出入的在 evaluation/misses.jsonl")
    return 0


def _mark(model: Path) -> str:
    """The start of the fingerprint `nlu.train` left beside the model, or the file's name; with today's date."""
    beside = model.with_suffix("").with_suffix(".fingerprint")
    mark = beside.read_text(encoding="utf-8").strip()[:12] if beside.is_file() else model.name
    return f"{mark}，{time.strftime('%Y-%m-%d')}"


if __name__ == "__main__":
    sys.exit(main())
