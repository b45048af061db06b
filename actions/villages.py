"""Villages as people name them, with the group or house that is said behind the name."""

from __future__ import annotations

import re

from nlu.normalise import normalise
from nlu.places.national import describe, locate

_COMMITTEE = re.compile(r"(?<=[村区里])(?:居民|村民)?(?:居|村)?委员?会$|(?:居民|村民|牧民)委员会$|[居村牧]委会$")
# 三组, 十四组, 老屋湾, 8号: a worker finds the house by it, so it is kept though the gazetteer has no such level.
_BEHIND = re.compile(
    r"(?:村委会|居委会|社区|村)?"
    r"((?:第?[0-9一二三四五六七八九十]{1,4}(?:村民小组|小组|[组社队屯])|[\u4e00-\u9fa5]{1,3}[湾冲屯组](?![合织长]))?(?:[0-9]{1,5}号)?)"
)
# A village the gazetteer lacks (merged, renamed, or known by its old name), said right after the township.
_SAID = re.compile(
    r"[,，、的 ]?((?!这|那|我们)[\u4e00-\u9fa5]{1,6}?(?:村|社区|屯|寨|居委会)(?:[0-9一二三四五六七八九十]{1,3}(?:组|社|队))?)"
)


def village_said(text: str) -> str | None:
    """The words for a village that follow the township in a message, if there are any."""
    end = locate(text).end
    found = _SAID.match(text, end) if end else None
    return found.group(1) if found else None


def village_words(code: str, text: str) -> str:
    """A village of the gazetteer with what `text` says behind its name: 打卦岭村三组."""
    name = village_name(code)
    stem, plain = re.sub(r"[村区]$|社区$", "", name), normalise(text)
    at = plain.rfind(stem)
    found = _BEHIND.match(plain, at + len(stem)) if at >= 0 else None
    return name + (found.group(1) if found else "")


def village_name(code: str) -> str:
    """日华村委会 → 日华村, 新民社区居委会 → 新民社区."""
    return _COMMITTEE.sub("", describe(code).removeprefix(describe(code[:9])))
