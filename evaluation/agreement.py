"""`python -m evaluation.agreement`: how far a second reader, who saw neither labels nor model, agrees with the labels.

The second reader's labels are in evaluation/second-reading.jsonl, one message a line. What two careful readers disagree
on no model can get right; messages written since then, which nobody read a second time, are counted and left out.
"""

from __future__ import annotations

import json
from typing import Any

from evaluation.corpus import ROOT, evaluation_messages
from evaluation.figures import Figure, proportion
from nlu.messages import Labelled

READING = ROOT / "evaluation" / "second-reading.jsonl"
Pair = tuple[Labelled, dict[str, Any]]


def pairs() -> list[Pair]:
    """Each message that was read twice, with the second reader's labels."""
    lines = READING.read_text(encoding="utf-8").splitlines()
    read = {row["text"]: row for row in map(json.loads, lines)}
    return [(message, read[message.text]) for message in evaluation_messages() if message.text in read]


def agreement(both: list[Pair]) -> list[Figure]:
    """The shares of messages on which both agree, as the report's figures are defined."""
    return [
        proportion("意图", (m.intent == r["intent"] for m, r in both)),
        proportion("主要服务", (m.services[:1] == tuple(r["services"][:1]) for m, r in both if m.services)),
        proportion("没有服务", (not r["services"] for m, r in both if not m.services)),
        proportion("有危险的，也说有危险", (bool(r["risks"]) for m, r in both if m.risks)),
        proportion("没有危险的，却说有危险", (bool(r["risks"]) for m, r in both if not m.risks)),
        proportion("缓急", (m.urgency == r["urgency"] for m, r in both)),
    ]


def main() -> None:
    """Prints the shares with their intervals, and the messages on whose danger the readers differ."""
    both = pairs()
    print(f"两人都读过 {len(both)} 条，还有 {len(evaluation_messages()) - len(both)} 条没有第二个人读过。")
    for figure in agreement(both):
        print(f"{figure.name}：{figure.value:.1%} [{figure.low:.1%}, {figure.high:.1%}]，{figure.n} 条")
    for message, reading in both:
        if bool(message.risks) != bool(reading["risks"]):
            print(f"  {message.source}.yml:{message.line} {sorted(message.risks)} / {reading['risks']}：{message.text}")


if __name__ == "__main__":
    main()
