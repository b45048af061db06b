"""The report: the figures as Markdown, for the terminal and for evaluation/report.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.corpus import LETTER
from evaluation.figures import (
    CodeRow,
    Confusion,
    Figure,
    Heard,
    by_intent,
    by_risk,
    by_service,
    intent_confusions,
    overview,
    service_confusions,
)


def report(heard: Sequence[Heard], catalogue: dict[str, Any], model: str, spent_seconds: float) -> str:
    """Markdown of everything measured. `model` is the mark of what it was trained from, no path."""
    times = sorted(h.ms for h in heard)
    names = {code: service["name"] for code, service in catalogue["services"].items()}
    risky = sum(bool(h.message.risks) for h in heard)
    hard = sum(h.message.hard_negative for h in heard)
    letters = sum(len(h.message.text) >= LETTER for h in heard)
    parts = [
        "# 理解质量报告",
        f"由 `make evaluate` 写成。模型 `{model}`；{len(heard)} 条手写的话，没有一条用于训练"
        f"（{risky} 条有危险，{hard} 条只是听着像，{letters} 封长信）。",
        "方括号里是 95 % 区间：比例用 Wilson 区间，F1 用对话条重抽样 400 次。",
        "## 总览",
        _table(("指标", "数值", "95 % 区间", "条数"), [_figure(figure) for figure in overview(heard)]),
        "## 速度",
        f"单进程逐条解析：p50 {_at(times, 0.50):.1f} ms，p95 {_at(times, 0.95):.1f} ms，"
        f"每秒 {len(heard) / spent_seconds:.0f} 条。",
        "## 危险",
        _table(("类别", "条数", "精确", "召回"), [_row(row) for row in by_risk(heard, catalogue["risks"])]),
        "## 意图",
        _table(("意图", "条数", "精确", "召回"), [_row(row) for row in by_intent(heard, catalogue["intents"])]),
        "## 服务",
        _table(
            ("服务", "条数", "为主时判对", "精确", "召回"),
            [_row(row, names) for row in by_service(heard, catalogue["services"])],
        ),
        "## 最常见的混淆",
        "本意 → 听成（主要服务；“—”是没有）",
        _table(("本意", "听成", "次数"), [_confusion(pair, names) for pair in service_confusions(heard)]),
        "本意 → 听成（意图）",
        _table(("本意", "听成", "次数"), [_confusion(pair, {}) for pair in intent_confusions(heard)]),
    ]
    return "\n\n".join(parts) + "\n"


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _figure(figure: Figure) -> tuple[str, ...]:
    bounds = f"[{figure.low:.1%}, {figure.high:.1%}]" if figure.n else "—"
    return figure.name, _percent(figure.value), bounds, str(figure.n)


def _row(row: CodeRow, names: dict[str, str] | None = None) -> tuple[str, ...]:
    shares = [row.precision, row.recall]
    if names is None:
        return row.code, str(row.n), *map(_percent, shares)
    return f"{names[row.code]} {row.code}", str(row.n), *map(_percent, [row.main_right, *shares])


def _confusion(counted: tuple[Confusion, int], names: dict[str, str]) -> tuple[str, ...]:
    (meant, understood), times = counted
    return (*(f"{names.get(code, '')} {code}".strip() for code in (meant, understood)), str(times))


def _table(head: Sequence[str], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return "（没有）"
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
