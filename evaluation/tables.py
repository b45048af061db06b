"""Markdown tables: how figures, codes and people's words are written in a cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluation.figures import CodeRow, Confusion, Figure
from evaluation.targets import TARGETS

WORDS = 90  # characters of a message that are quoted


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or "（没有）" without rows."""
    rows = list(rows)
    if not rows:
        return "（没有）"
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def percent(share: float | None) -> str:
    """87.3%, or a dash where there is nothing to measure."""
    return "—" if share is None else f"{share:.1%}"


def with_bounds(figure: Figure) -> str:
    """87.3% [85.1, 89.2]."""
    if figure.value is None:
        return "—"
    return f"{figure.value:.1%} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"


def figure_row(figure: Figure, last: float | None) -> list[str]:
    """Name, value, interval, target, whether it is met, change since `last` in percentage points, cases."""
    bounds = f"[{figure.low:.1%}, {figure.high:.1%}]" if figure.n else "—"
    target = TARGETS.get(figure.name)
    wanted = f"{'≤' if target.most else '≥'} {100 * target.bound:g}%" if target else ""
    return [
        figure.name,
        percent(figure.value),
        bounds,
        wanted,
        _met(figure.name, figure.value),
        change(figure.value, last, 100),
        str(figure.n),
    ]


def speed_row(name: str, value: float, last: float | None, n: int) -> list[str]:
    """The same columns for a figure that is no share."""
    target = TARGETS.get(name)
    wanted = f"{'≤' if target.most else '≥'} {target.bound:g}" if target else ""
    return [name, f"{value:.1f}", "—", wanted, _met(name, value), change(value, last, 1), str(n)]


def _met(name: str, value: float | None) -> str:
    if name not in TARGETS or value is None:
        return ""
    return "✓" if TARGETS[name].met(value) else "✗"


def change(value: float | None, last: float | None, scale: float) -> str:
    """+1.2, −0.3, 0 or nothing to compare with."""
    if value is None or last is None:
        return ""
    difference = round(scale * (value - last), 1)
    return f"{difference:+.1f}".replace("-", "−") if difference else "0"


def code_row(row: CodeRow, names: dict[str, str], main: bool = False) -> list[str]:
    """Name and code, messages, how often found as the main one (if `main`), precision and recall."""
    shares = [row.main_right] * main + [row.precision, row.recall]
    return [named(row.code, names), str(row.n), *map(percent, shares)]


def confusion_row(counted: tuple[Confusion, int], names: dict[str, str]) -> list[str]:
    """Meant, understood, times."""
    (meant, understood), times = counted
    return [named(meant, names), named(understood, names), str(times)]


def named(code: str, names: dict[str, str]) -> str:
    """The Chinese name before the code, where there is one."""
    return f"{names.get(code, '')} {code}".strip()


def quoted(text: str) -> str:
    """The beginning of a message, safe in a cell."""
    short = text if len(text) <= WORDS else f"{text[:WORDS]}……（共 {len(text)} 字）"
    return short.replace("|", "｜").replace("<", "＜").replace("\n", " ")
