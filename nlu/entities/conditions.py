"""Illness and disability: longest words of data/lexicon/conditions.tsv, not where they are denied."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from nlu.entities.entity import Entity, word_table
from nlu.taken import Taken

# Words of the lexicon that begin or end other, harmless words.
_NO_CONDITION = re.compile(
    r"癌(?:筛|症筛)|看不见(?:你|路|字|我|按钮|消息|了吗)|听不(?:清|到|见)你|盲目|文盲|盲区|扫盲|法盲|瞎(?:说|搞|编|忙|扯|填|讲|弄|闹|跑|折腾|猜|操心|话)|装聋作哑|哑铃|沙哑|"
    r"傻(?:瓜|眼|笑|等|乎|话|逼|事)|糊涂(?:账|虫)|发疯(?:似|一样)|瘫(?:软|坐)|残疾(?:人)?(?:证|补贴|两项|联|人联|人的?补|人事业)|精神病院|神经病吧|你(?:个|是|有)?神经病"
)
_DENIED = re.compile(r"(?:没有|没得|没|冇得|冇|无|不是|不得|未患|排除)(?:什么|啥|患|得过|得)?$")


@functools.cache
def _table() -> tuple[re.Pattern[str], dict[str, str]]:
    canonical = {word: name for name, words in word_table("conditions.tsv") for word in words}
    words = sorted(canonical, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words))), canonical


def find_conditions(text: str, original: str) -> Iterator[Entity]:
    """Conditions in normalised `text`, left to right, longest first, without overlaps."""
    pattern, canonical = _table()
    harmless = Taken(text, (match.span() for match in _NO_CONDITION.finditer(text)))
    for match in pattern.finditer(text):
        start, end = match.span()
        if harmless.meets(start, start + 1) or _DENIED.search(text, max(0, start - 5), start):
            continue
        yield Entity("condition", canonical[match[0]], original[start:end], start, end)
