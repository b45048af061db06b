"""The report's pictures, as SVG for docs/pictures: the same figures give the same bytes.

Text stays text, so the files are small and the reader's own Chinese font shows them; the paper is opaque, so that they
read the same on a light and on a dark page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure as Picture
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle

from evaluation.calibration import bins, expected_error, intent_answers, service_answers
from evaluation.figures import NONE, Heard, by_service, main_pairs
from evaluation.targets import MAIN, TARGETS

PAPER, INK, SOFT, FAINT = "#fcfcfa", "#22262b", "#5b6470", "#c9ced6"
BLUE, ORANGE = "#2a6fbb", "#d9652b"  # told apart by the colour-blind too
# What Linux, macOS and Windows have; the first found measures the text here.
FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC", "SimHei")


def draw(heard: Sequence[Heard], catalogue: dict[str, Any], folder: Path) -> None:
    """Writes confusions.svg, calibration.svg and services.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    with _style():
        _save(confusions(heard, catalogue), folder / "confusions.svg")
        _save(calibration(heard), folder / "calibration.svg")
        _save(service_bars(heard, catalogue), folder / "services.svg")


def chinese_font() -> str | None:
    """A font with Chinese characters on this machine, or None."""
    known = {font.name for font in fontManager.ttflist}
    return next((name for name in FONTS if name in known), None)


def label(code: str, catalogue: dict[str, Any]) -> str:
    """The service's Chinese name without what is in brackets; its code where no font could show it."""
    if code == NONE:
        return _either("没有", "none")
    if not chinese_font():
        return code
    return re.sub(r"\(.*?\)", "", catalogue["services"][code]["name"])


def by_domain(catalogue: dict[str, Any]) -> list[str]:
    """The service codes, those of a domain together, in the catalogue's order."""
    place = list(catalogue["domains"])
    return sorted(catalogue["services"], key=lambda code: place.index(catalogue["services"][code]["domain"]))


def confusions(heard: Sequence[Heard], catalogue: dict[str, Any]) -> Picture:
    """Rows are what was meant, columns what was understood; the shade is the share of the row."""
    codes = [*by_domain(catalogue), NONE]
    pairs = main_pairs(heard)
    totals = {code: sum(n for (meant, _), n in pairs.items() if meant == code) for code in codes}
    picture = Picture(figsize=(12.4, 12.2))
    axes = picture.add_axes([0.175, 0.03, 0.815, 0.80])
    for row, meant in enumerate(codes):
        for column, understood in enumerate(codes):
            n = pairs[meant, understood]
            if n:
                share, colour = n / totals[meant], BLUE if row == column else ORANGE
                shade = 0.12 + 0.88 * share if row == column else min(1.0, 0.15 + 2.5 * share)
                axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=_mixed(colour, shade)))
                white = shade > 0.6
                axes.text(column, row, n, size=6.5, ha="center", va="center", color="white" if white else INK)
    names = [label(code, catalogue) for code in codes]
    axes.set(xlim=(-0.5, len(codes) - 0.5), ylim=(len(codes) - 0.5, -0.5), aspect="equal")
    axes.set_xticks(range(len(codes)), names, rotation=90, size=7)
    counted = [f"{name} {totals[code]}" for name, code in zip(names, codes, strict=True)]
    axes.set_yticks(range(len(codes)), counted, size=7)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    _domains(axes, codes, catalogue, -0.2)
    for edge in _edges(codes, catalogue):
        axes.axvline(edge, color=FAINT, linewidth=0.8)
    _title(axes, "主要服务：行是本意（和条数），列是听成；蓝是判对，橙是判错", "rows: meant, columns: understood")
    return picture


def _domains(axes: Any, codes: Sequence[str], catalogue: dict[str, Any], left: float) -> None:
    """Lines between the domains, and the domain's name beside its services."""
    services = catalogue["services"]
    for edge in _edges(codes, catalogue):
        axes.axhline(edge, color=FAINT, linewidth=0.8)
    for domain, name in catalogue["domains"].items():
        rows = [place for place, code in enumerate(codes) if code != NONE and services[code]["domain"] == domain]
        where = {"transform": axes.get_yaxis_transform(), "rotation": 90, "ha": "center", "va": "center"}
        axes.text(left, (rows[0] + rows[-1]) / 2, _either(name, domain), size=7.5, color=SOFT, **where)


def _edges(codes: Sequence[str], catalogue: dict[str, Any]) -> Iterator[float]:
    domains = [catalogue["services"].get(code, {}).get("domain") for code in codes]
    return (place + 0.5 for place in range(len(codes) - 1) if domains[place] != domains[place + 1])


def calibration(heard: Sequence[Heard]) -> Picture:
    """Confidence against the share that was right, with 95 % intervals; on the line a confidence means what it says."""
    picture = Picture(figsize=(9.6, 4.9))
    panels = (
        ("意图", "intents", intent_answers(heard)),
        ("服务（最可能的三项）", "services (top three)", service_answers(heard)),
    )
    for column, (chinese, english, answers) in enumerate(panels):
        axes = picture.add_axes([0.07 + 0.5 * column, 0.12, 0.41, 0.76])
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2, linestyle="--")
        for each in bins(answers):
            axes.plot([each.confidence] * 2, [each.low, each.high], color=BLUE, linewidth=1.4, alpha=0.6)
            axes.plot([each.confidence], [each.right], "o", color=BLUE, markersize=5)
            axes.annotate(
                f"{each.n}", (each.confidence, each.right), (5, -9), textcoords="offset points", size=7, color=INK
            )
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
        axes.set_xlabel(_either("把握", "confidence"), size=9)
        axes.set_ylabel(_either("判对的份额", "share right"), size=9)
        axes.tick_params(labelsize=8)
        error = expected_error(answers)
        _title(axes, *(f"{name}   ECE {error or 0:.1%}" for name in (chinese, english)))
    return picture


def service_bars(heard: Sequence[Heard], catalogue: dict[str, Any]) -> Picture:
    """Precision and recall of every service, those of a domain together."""
    codes = by_domain(catalogue)
    rows = by_service(heard, codes)
    picture = Picture(figsize=(9.2, 11.6))
    axes = picture.add_axes([0.26, 0.03, 0.71, 0.92])
    for shift, name, colour, shares in (
        (-0.19, _either("召回", "recall"), BLUE, [row.recall or 0 for row in rows]),
        (0.19, _either("精确", "precision"), ORANGE, [row.precision or 0 for row in rows]),
    ):
        axes.barh([place + shift for place in range(len(rows))], shares, 0.36, color=colour, label=name)
    axes.axvline(TARGETS[MAIN].bound, color=INK, linewidth=0.8, linestyle=":")
    _domains(axes, codes, catalogue, -0.34)
    names = [f"{label(row.code, catalogue)} {row.n}" for row in rows]
    axes.set_yticks(range(len(codes)), names, size=8)
    axes.set(xlim=(0, 1), ylim=(len(codes) - 0.4, -0.6))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 0.9, 1], ["0", "25%", "50%", "75%", "90%", "100%"], size=8)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.36, 1.0), ncol=2, frameon=False, fontsize=8)
    _title(axes, "每项服务（和条数）", "services and their messages")
    return picture


def _title(axes: Any, chinese: str, english: str) -> None:
    axes.set_title(_either(chinese, english), size=11, pad=10)
    for side in axes.spines.values():
        side.set_color(FAINT)


def _either(chinese: str, english: str) -> str:
    return chinese if chinese_font() else english


def _mixed(colour: str, share: float) -> str:
    """The colour laid thinly on the paper, as one opaque colour."""
    pairs = zip(*(bytes.fromhex(each[1:]) for each in (colour, PAPER)), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)


@contextmanager
def _style() -> Iterator[None]:
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "yimi",
        "font.family": [chinese_font() or "DejaVu Sans"],
        "axes.facecolor": PAPER,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.unicode_minus": False,
    }
    with matplotlib.rc_context(settings):
        yield


def _save(picture: Picture, path: Path) -> None:
    picture.savefig(path, format="svg", facecolor=PAPER, metadata={"Date": None, "Creator": None})
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<=px )'[^']+'", "sans-serif", text)  # the reader's font, told below that it is Chinese
    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.S).replace("<svg ", '<svg xml:lang="zh-CN" ', 1)
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
