"""Messages as nobody would write them, up to 10,000 characters: strategies for Hypothesis."""

from __future__ import annotations

import functools
import os
import re

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from yimi.settings import ROOT

LONGEST = 10_000
RAW = 80  # characters drawn one by one; longer texts are made of repeated pieces

_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("small", max_examples=400, derandomize=True, database=None, **_common)
settings.register_profile("nightly", max_examples=50_000, **_common)
PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))
# The whole model takes ten times as long as its parts: a tenth of the inputs.
WHOLE = settings(PROFILE, max_examples=PROFILE.max_examples // 10)

SCRIPTS = {
    "han": "一丁七万丈三上下不与丑专且世丘丙业丛东丝丢两严丧个中丰临为主丽举乃久么义之乌乎乏乐乒乓乔乖乘乙九",
    "traditional": "臺灣鎮縣鄉戶婦醫無來歲門龍體聽",
    "rare han": "𠀀𠮷𡈽𪚥𫝆㐀䶵鿿",
    "digits": "0123456789０１２３一二三十百千万亿〇零٣४๕𝟗²½①",
    "marks": "，。、；：？！…—·《》「」（）()<>[]{}'\"`~@#$%^&*_+-=|\\/",
    "rtl": "שלוםمرحبا\u202e\u202b\u200f",
    "thai and indic": "สวัสดีनमस्तेবাংলা",
    "combining": "e\u0301\u0300\u0336\u0489\u20dd\u0f39",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
    "control": "\x00\x01\x07\x08\t\n\r\x0b\x0c\x1b\x7f\x85\u2028\u2029",
    "emoji": "😀👨\u200d👩\u200d👧\u200d👦🇨🇳🏳\ufe0f\u200d🌈👍🏽❤\ufe0f",
    "latin": "aZéßİıǅﬁⅣ",
    "astral": "\U0001d54f\U00010348\U000e0041\U000f0000\U0010ffff",
}
UNITS = re.findall(
    r"\S+",
    """
    我妈 儿子 孩子 邻居 有个老人 我八十岁， 八十二， 刚出生 今年82 13800001234 1-3 8 +86 010- 430321194001011234
    幺三八零 一百 万 亿 工资3 ¥1 3组 第3组 路 12号 今天 高血压 没 癌 叫王桂英 王 阿卜杜· 住 住在 在 家 老家在
    我是 的 了 人 和 村 村里 社区 红星村 红星社区 王庄村 花石镇 湘潭县花石镇 住花石镇， 长沙市 朝阳 和平 吉林
    解放路 街道 镇 县 省 日华村3组 我不想活了 救命 喝农药 老公打我， 不见了 没饭吃 自 杀 跳楼 《 》 〇 负 半 几
    """,
)


@functools.cache
def messages() -> list[str]:
    """Real training messages of every kind, cut to their words."""
    found = [
        line
        for folder in ("services", "intents", "risks")
        for path in sorted((ROOT / "data" / folder).glob("*.yml"))[:12]
        for line in re.findall(r"^\s*- (.{6,120})$", path.read_text(encoding="utf-8"), re.M)[:40]
    ]
    assert len(found) > 500
    return found


@functools.cache
def dangers() -> list[str]:
    """Words of the safety floor's own lists."""
    words: set[str] = set()
    for path in sorted((ROOT / "data" / "lexicon").glob("risk-*.yml")):
        for group in (yaml.safe_load(path.read_text(encoding="utf-8")).get("lists") or {}).values():
            words |= {str(word) for word in group if re.fullmatch(r"[一-鿿]+", str(word))}
    return sorted(words)


def characters() -> st.SearchStrategy[str]:
    """Any character of Unicode but a lone surrogate, which cannot travel in UTF-8."""
    return st.characters(exclude_categories=("Cs",))


def raw() -> st.SearchStrategy[str]:
    """Characters of all planes, of one script, or of several."""
    one_script = st.sampled_from(sorted(SCRIPTS)).flatmap(lambda name: st.text(SCRIPTS[name], max_size=RAW))
    return st.one_of(st.text(characters(), max_size=RAW), one_script, st.text("".join(SCRIPTS.values()), max_size=RAW))


def runs() -> st.SearchStrategy[str]:
    """One character, name, number, mark or word of danger again and again, parted by something or by nothing."""
    unit = st.one_of(
        st.sampled_from(UNITS),
        st.deferred(lambda: st.sampled_from(dangers())),
        st.sampled_from("".join(SCRIPTS.values())),
        st.text(characters(), min_size=1, max_size=5),
    )
    several = st.lists(unit, min_size=1, max_size=3).map("".join)
    times = st.one_of(st.integers(1, 60), st.sampled_from((300, 1_000, LONGEST)))
    between = st.sampled_from(("", "", "", "，", " ", "。", "\n", "\u200b"))
    return st.builds(lambda unit, times, mark: (unit + mark) * times, several, times, between).map(_cut)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A message of the training data with pieces lost, doubled, turned round, moved or replaced."""
    text = draw(st.sampled_from(messages()))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = text[start:end]
        change = draw(st.sampled_from(("", piece * 2, piece[::-1], piece * 40, None)))
        text = text[:start] + (draw(raw()) if change is None else change) + text[end:]
    return text


def texts() -> st.SearchStrategy[str]:
    """All of these, alone and joined."""
    piece = st.one_of(raw(), runs(), mutated())
    return st.one_of(piece, st.lists(piece, max_size=5).map("".join)).map(_cut)


def _cut(text: str) -> str:
    return text[:LONGEST]
