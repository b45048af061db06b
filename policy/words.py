"""Cuts text into the terms it is searched by: pairs of characters, single characters, figures and Latin words.

Pairs need no dictionary, start at once and were as good as jieba's words (docs/policy.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from nlu.normalise import normalise
from policy.corpus import load

# What every question has and no answer is about.
_EMPTY = """
请问一下 请问 我想问 想问 问一下 晓得 知道 怎么办理 怎么办 怎么弄 怎么搞 怎么整 咋办 咋弄 咋整
咋个 咋样 咋 怎样 怎么样 怎么个 怎么 如何 什么样的 什么样 什么 啥样 啥子 啥 哪些 哪样的 哪样
哪里 哪儿 哪头 哪个 哪几样 哪 多少 几多 好多 为什么 凭什么 能不能 可不可以 行不行 要不要 该不该
会不会 是不是 有没有 算不算 合不合 要得不 要得吗 要得 行不 行吗 可以不 可以吗 可以 有没得 作数不
这样对吗 对不对 对不 对吗 合理不 合规矩吗 能不 没得 不得 得不 得了 应该 这个 那个 这样 那样 这种
那种 这些 那些 我们 你们 他们 她们 咱们 俺们 俺 咱 我 你 他 她 它 的 了 吗 呢 吧 啊 呀 嘛 哟 哦
么 也 都 就 还 又 很 想 让 叫 把 给 跟 和 与 去 到 里头 里 着 过 个 在 是 这 那 会 能 要 得 讲
说 吔 咧 哩 撒 噻 屋 家里
"""
# The longer ones first, so that 可不可以 goes before 可以.
_FILLER = re.compile("|".join(sorted(_EMPTY.split(), key=len, reverse=True)))
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_SINGLE = 0.35  # a single character says less than a pair
_OFFICIAL = 0.35  # an official word was not said, only meant


def terms(text: str) -> list[str]:
    """Pairs and single characters of Chinese, whole words of the rest, in order, with repeats."""
    found: list[str] = []
    for run in _RUN.findall(normalise(text).lower()):
        if run[0] < "\u3400":
            found.append(run)
            continue
        found += run
        found += [run[i : i + 2] for i in range(len(run) - 1)]
    return found


@cache
def everyday() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(everyday word, the terms of the official ones it stands for), from data/policy/everyday.yml."""
    table: dict[str, list[str]] = load("everyday.yml")
    return tuple((word, tuple(terms(official))) for official, words in table.items() for word in words)


def said(question: str) -> dict[str, float]:
    """The terms a question says itself, without filler, weighted."""
    return _weighted(terms(_FILLER.sub(" ", normalise(question).lower())), 1.0)


def meant(question: str) -> dict[str, float]:
    """The terms of the official words for the everyday ones in a question, weighted."""
    text = normalise(question).lower()
    found: dict[str, float] = {}
    for word, official in everyday():
        if word in text:
            found.update(dict.fromkeys(official, _OFFICIAL))
    return found


def _weighted(all_terms: Iterable[str], weight: float) -> dict[str, float]:
    return {term: weight * (_SINGLE if len(term) == 1 and not term.isdigit() else 1.0) for term in all_terms}
