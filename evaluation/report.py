"""docs/understanding.md: everything measured, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.calibration import expected_error, intent_answers, service_answers
from evaluation.errors import surest, unheard
from evaluation.figures import (
    Figure,
    Heard,
    by_intent,
    by_risk,
    by_service,
    intent_confusions,
    main_service_right,
    proportion,
    service_confusions,
)
from evaluation.history import Run
from evaluation.peers import SHARED, Kept, figures_of
from evaluation.tables import (
    code_row,
    confusion_row,
    figure_row,
    percent,
    quoted,
    speed_row,
    table,
    with_bounds,
)
from evaluation.targets import P50
from evaluation.voices import all_voices, voices

SHOWN = 25  # rows of a list of single messages
OURS = "**易米**"


@dataclass(frozen=True)
class Measured:
    """What a report tells: this run, the one it is compared with, and the peers' last figures."""

    heard: Sequence[Heard]
    figures: Sequence[Figure]
    speeds: dict[str, float]
    run: Run
    last: Run | None = None
    peers: Kept = field(default_factory=lambda: {"messages": {}, "smp2017": {}})


def report(measured: Measured, catalogue: dict[str, Any], notes: str) -> str:
    """The whole page. `notes` is the hand-written part, included as it is."""
    parts = [
        *_head(measured),
        *_overview(measured),
        *_peers(measured),
        notes.strip(),
        *_voices(measured.heard),
        *_codes(measured.heard, catalogue),
        *_calibration(measured.heard),
        *_confusions(measured.heard, catalogue),
        *_errors(measured.heard),
    ]
    return "\n\n".join(parts) + "\n"


def _head(measured: Measured) -> list[str]:
    run, counts = measured.run, measured.run["counts"]
    return [
        "# 理解质量",
        "How well Yimi understands what residents write. Written by `make evaluate`; do not edit: "
        "the hand-written part comes from `evaluation/understanding-notes.md`.",
        f"{run['date']}，模型 `{run['model']}`，题目 `{run['messages']}`："
        f"{counts['messages']} 条手写的话，没有一条用于训练，"
        f"{counts['danger']} 条有危险，{counts['hard']} 条只是听着像，{counts['letters']} 封长信。",
    ]


def _overview(measured: Measured) -> list[str]:
    last, n, machine = measured.last, len(measured.heard), measured.run["machine"]
    before = last["figures"] if last else {}
    rows = [figure_row(figure, before.get(figure.name)) for figure in measured.figures]
    rows += [speed_row(name, value, before.get(name), n) for name, value in measured.speeds.items()]
    against = "没有更早的模型可比。"
    if last:
        against = f"“变化”是和模型 `{last['model']}`（{last['date']}）比，比例按百分点。"
        if last["messages"] != measured.run["messages"]:
            against += "那次的题目和这次不同，变化只作参考。"
    return [
        "## 总览",
        table(("指标", "数值", "95 % 区间", "目标", "达到", "变化", "条数"), rows),
        "比例用 Wilson 区间，F1 对话条重抽样 400 次；“达到”只看数值本身，不看区间。速度是单进程逐条解析，"
        f"测完时机器的负载是 {machine['load']:.1f}（{machine['cores']} 核）。{against}",
    ]


def _peers(measured: Measured) -> list[str]:
    kept, parts = measured.peers, []
    if kept["messages"]:
        shared = {figure.name: figure for figure in measured.figures}
        rows = [[OURS, *(with_bounds(shared[name]) for name in SHARED), "—", f"{measured.speeds[P50]:.1f}", "这次"]]
        rows += [_peer_row(name, row, SHARED) for name, row in kept["messages"].items()]
        parts += [
            "## 和同类比",
            "用同样的训练话训练，用同样的评测话测量（`--peers`、`--peers=all`）。同类各学两次：意图一次、主要服务一次；"
            "易米的一答还包括其他服务、危险、事实和地点。",
            table(("方法", *SHARED, "训练（秒）", "一答 p50（毫秒）", "何时、训练条数"), rows),
        ]
    if kept["smp2017"]:
        names = ("准确率", "macro-F1")
        parts += [
            "### 公开基准 SMP2017",
            "SMP2017-ECDT 任务一：31 类日常短句，用 train + develop 训练，test 测量；数据不在仓库里（`--smp2017`）。",
            table(
                ("方法", *names, "训练（秒）", "一答 p50（毫秒）", "何时、训练条数"),
                [_peer_row(name, row, names) for name, row in kept["smp2017"].items()],
            ),
        ]
    return parts


def _peer_row(name: str, row: dict[str, Any], names: Sequence[str]) -> list[str]:
    figures = figures_of(row)
    cells = [with_bounds(figures[each]) for each in names]
    return [name, *cells, f"{row['seconds']:,.1f}", f"{row['ms']:.1f}", f"{row['date']}，{row['trained']:,}"]


def _voices(heard: Sequence[Heard]) -> list[str]:
    spoken: dict[str, list[Heard]] = {name: [] for name in all_voices()}
    for h in heard:
        for name in voices(h.message.text):
            spoken[name].append(h)
    return [
        "## 怎么说的",
        "口气由话本身按 `evaluation/voices.py` 里的规则判断，一句话可以有几种。括号里是条数。",
        table(
            ("口气", "条数", "主要服务判对", "意图判对", "危险被察觉", "误报"),
            [_voice_row(name, cases) for name, cases in [("全部", list(heard)), *spoken.items()]],
        ),
    ]


def _voice_row(name: str, cases: list[Heard]) -> list[str]:
    main = proportion("", (main_service_right(h) for h in cases if h.message.services))
    intent = proportion("", (h.analysis["intent"] == h.message.intent for h in cases))
    danger = proportion("", (bool(h.risks) for h in cases if h.message.risks))
    alarm = proportion("", (bool(h.risks) for h in cases if not h.message.risks))
    counted = [f"{percent(each.value)}（{each.n}）" if each.n else "—" for each in (danger, alarm)]
    return [name, str(len(cases)), with_bounds(main), percent(intent.value), *counted]


def _codes(heard: Sequence[Heard], catalogue: dict[str, Any]) -> list[str]:
    names = {code: service["name"] for code, service in catalogue["services"].items()}
    return [
        "## 危险",
        table(("类别", "条数", "精确", "召回"), [code_row(row, {}) for row in by_risk(heard, catalogue["risks"])]),
        "## 意图",
        table(("意图", "条数", "精确", "召回"), [code_row(row, {}) for row in by_intent(heard, catalogue["intents"])]),
        "## 服务",
        "![每项服务的精确和召回](pictures/services.svg)",
        table(
            ("服务", "条数", "为主时判对", "精确", "召回"),
            [code_row(row, names, main=True) for row in by_service(heard, catalogue["services"])],
        ),
    ]


def _calibration(heard: Sequence[Heard]) -> list[str]:
    return [
        "## 把握",
        "说有八成把握的，是不是真的五次里对四次。平均偏差（ECE）："
        f"意图 {percent(expected_error(intent_answers(heard)))}，"
        f"服务（每句最可能的三项）{percent(expected_error(service_answers(heard)))}。",
        "![把握和实际](pictures/calibration.svg)",
    ]


def _confusions(heard: Sequence[Heard], catalogue: dict[str, Any]) -> list[str]:
    names = {code: service["name"] for code, service in catalogue["services"].items()}
    head = ("本意", "听成", "次数")
    return [
        "## 最常见的混淆",
        "![主要服务的混淆矩阵](pictures/confusions.svg)",
        "主要服务（“—”是没有）：",
        table(head, [confusion_row(pair, names) for pair in service_confusions(heard)]),
        "意图：",
        table(head, [confusion_row(pair, {}) for pair in intent_confusions(heard)]),
    ]


def _errors(heard: Sequence[Heard]) -> list[str]:
    missed = unheard(heard)
    return [
        "## 没有听出来的危险",
        f"有危险却判为平常的共 {len(missed)} 条，紧急的在前，最多列 {SHOWN} 条。",
        table(
            ("该是", "危险", "话", "在哪里"),
            [
                [h.message.urgency, "、".join(sorted(h.message.risks)), quoted(h.message.text), _where(h)]
                for h in missed[:SHOWN]
            ],
        ),
        f"## 最有把握的 {SHOWN} 个错误",
        "把握最大而错了的，每句话只列一个：意图，或者没有说到的服务和危险。全部有出入的在 `evaluation/misses.jsonl`。",
        table(
            ("把握", "什么", "本意", "听成", "话", "在哪里"),
            [
                [f"{m.sure:.2f}", m.kind, m.meant, m.understood, quoted(m.h.message.text), _where(m.h)]
                for m in surest(heard, SHOWN)
            ],
        ),
    ]


def _where(h: Heard) -> str:
    return f"{h.message.source}.yml:{h.message.line}"
