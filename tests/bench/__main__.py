"""Measures, prints and writes docs/performance.md. Loopback only, bounded in count and time.

`python -m tests.bench places worst` measures those sections anew and leaves the others.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil

from tests.bench import notices, peer, worst
from tests.bench.figures import Figure, timed, with_section
from tests.bench.places import measure
from tests.stack import ALL, Stack, Talk
from yimi.settings import ROOT

TURNS = 240
LOCATE = 20_000

RICH = "我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"
ANSWERS = ["同意", "王桂英", "13800001234", "对的"]
LINES = [
    RICH,
    "低保要什么条件",
    "房子漏雨没钱修，我们是长沙县黄兴镇的",
    "你好",
    "我的事办到哪一步了",
    "老公走了，带两个娃，没收入",
]


def turns(stack: Stack) -> list[Figure]:
    """Whole conversations, one client: every turn counts."""
    samples: list[float] = []
    while len(samples) < TURNS + 20:
        talk = Talk(stack)
        for text in [RICH, *ANSWERS]:
            samples.append(timed(lambda text=text, talk=talk: talk.say(text)))
    parse = [
        timed(lambda text=text: stack.client.post("/api/v1/analyze", json={"text": text}).raise_for_status())
        for text in (LINES * 30)[:150]
    ][20:]
    return [
        Figure("chat turn through the web API, 1 client", samples[20:], target="p50 ≤ 60, p95 ≤ 150"),
        Figure("analyze through the web API, 1 client", parse),
    ]


def locate() -> list[Figure]:
    """`yimi locate` as a program: its start, and its throughput."""
    command = [str(ROOT / ".venv" / "bin" / "yimi"), "locate"]
    starts = [
        timed(lambda: subprocess.run(command, input="花石镇\n", text=True, capture_output=True, check=True)) / 1000
        for _ in range(5)
    ]
    cases = (ROOT / "tests" / "nlu" / "places" / "cases.tsv").read_text(encoding="utf-8").splitlines()
    messages = [line.split("\t")[0] for line in cases if line and not line.startswith("#")]
    given = "\n".join((messages * (LOCATE // len(messages) + 1))[:LOCATE])
    rates = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, input=given, text=True, capture_output=True, check=True)
        rates.append(LOCATE / (time.perf_counter() - began - sorted(starts)[2]))
    return [
        Figure("yimi locate: start to first answer", starts, "s", "≤ 1.5 s"),
        Figure("yimi locate: messages a second", rates, "/s", "≥ 5,000/s"),
    ]


def memory(stack: Stack) -> list[Figure]:
    """Resident memory of each process and of all."""
    figures, total = [], 0.0
    for name, process in stack.processes.items():
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        size = sum(each.memory_info().rss for each in family) / 2**20
        total += size
        figures.append(Figure(f"memory: {name}", [size], "MB", "≤ 1,024 MB" if name == "engine" else ""))
    return [*figures, Figure("memory: everything", [total], "MB", "≤ 2,560 MB")]


def machine() -> str:
    """What it was measured on, without names."""
    memory_gib = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def product() -> list[str]:
    """The running product, and stock Rasa on the same machine."""
    with tempfile.TemporaryDirectory(prefix="yimi-bench-") as folder:
        stack = Stack(Path(folder) / "var", demo=False)
        try:
            began = time.perf_counter()
            stack.start(*ALL)
            stack.wait()
            ours = [Figure("start until a conversation answers", [time.perf_counter() - began], "s", "≤ 30 s")]
            ours += turns(stack) + notices.measure(stack) + memory(stack)
            stack.stop("engine")  # the peer gets the cores
            theirs = [] if "--no-peer" in sys.argv else peer.measure(stack, Path(folder), LINES)
        finally:
            stack.close()
    ours += locate()
    return [
        "One run; the load generator shares the cores. The peer is stock Rasa 3.6.21 (jieba, bag of words, DIET), on",
        "our intent messages (`data/intents`), with the same rules and action server, same run.",
        "",
        *rows_of([*ours, *theirs]),
    ]


def beside() -> list[str]:
    """Places beside other libraries."""
    return [
        "The held-out messages of `evaluation/places.jsonl`, as residents write them, each library in a process of its",
        "own and in the same run; of a peer only the levels count that it can name. A message may name a county and no",
        "home, or a home whose county stays open: counts differ by level. The peers are made for postal addresses.",
        "",
        *measure.measure(),
    ]


def hardest() -> list[str]:
    """Inputs of 10,000 characters that are as bad as inputs get."""
    with tempfile.TemporaryDirectory(prefix="yimi-bench-") as folder:
        stack = Stack(Path(folder) / "var", demo=False)
        try:
            stack.start(*ALL)
            stack.wait()
            figures = worst.measure(stack)
        finally:
            stack.close()
    return [
        "A name, number, mark, relative or word of danger again and again, real messages without end, and every plane",
        "of Unicode. Each input three times, the quickest counts: the machine's other work is not the question.",
        "",
        *rows_of(figures),
    ]


def rows_of(figures: list[Figure]) -> list[str]:
    """A table of figures."""
    head = ["| what | median | p95 | quartiles | samples | target |", "| --- | --- | --- | --- | --- | --- |"]
    return [*head, *(figure.row() for figure in figures)]


SECTIONS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "product": ("The product, and stock Rasa", product),
    "places": ("Places, beside the address libraries", beside),
    "worst": ("The worst inputs", hardest),
}


def main() -> None:
    """All sections, or those named; the others stay as they are in the document."""
    page = ROOT / "docs" / "performance.md"
    if unknown := set(sys.argv[1:]) - SECTIONS.keys() - {"--no-peer"}:
        sys.exit(f"没有这样的部分：{'、'.join(sorted(unknown))}；有 {'、'.join(SECTIONS)}")
    for name in [word for word in sys.argv[1:] if word in SECTIONS] or SECTIONS:
        title, section = SECTIONS[name]
        lines = [f"Measured on {date.today()}: {machine()}.", "", *section()]
        page.write_text(with_section(page.read_text(encoding="utf-8"), title, lines), encoding="utf-8")
        print(f"## {title}", *lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
