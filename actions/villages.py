"""Villages as people name them, with the group or house that is said behind the name."""

from __future__ import annotations

import re

from nlu.normalise import normalise
from nlu.places.national import describe, locate, match_village, short_label

# 三组, 十四组, 老屋湾, 8号: a worker finds the house by it, so it is kept though the gazetteer has no such level.
_BEHIND = re.compile(
    r"(?:村委会|居委会|社区|村)?"
    r"((?:第?[0-9一二三四五六七八九十]{1,4}(?:村民小组|小组|[组社队屯])|[\u4e00-\u9fa5]{1,3}[湾冲屯组](?![合织长]))?(?:[0-9]{1,5}号)?)"
)
# A village the gazetteer lacks (merged, renamed, or known by its old name), said right after the township.
_SAID = re.compile(
    r"[,，、的 ]?((?!这|那|我们)[\u4e00-\u9fa5]{1,6}?(?:村|社区|屯|寨|居委会)"
    r"(?:[0-9一二三四五六七八九十]{1,3}(?:组|社|队))?)"
)


def village_said(text: str) -> str | None:
    """The words for a village that follow the township in a message, if there are any."""
    end = locate(text).end
    found = _SAID.match(text, end) if end else None
    return found.group(1) if found else None


def village_beside(township: str, text: str) -> str | None:
    """The village that a text names besides its township: 江背镇 does not name 江背社区."""
    name = normalise(short_label(township).removeprefix(short_label(township[:6])))
    stem = re.sub(r"(?<=..)(?:镇|乡|街道|苏木|民族乡)$", "", name)
    rest = re.sub(rf"{re.escape(name)}|{re.escape(stem)}(?!社区|村|居委)", " ", normalise(text), count=1)
    return match_village(township, rest)


def village_words(code: str, text: str) -> str:
    """A village of the gazetteer with what `text` says behind its name: 打卦岭村三组."""
    name = village_name(code)
    stem, plain = re.sub(r"社区$|村$", "", name), normalise(text)
    at = plain.rfind(stem)
    found = _BEHIND.match(plain, at + len(stem)) if at >= 0 else None
    return name + (found.group(1) if found else "")


def village_name(code: str) -> str:
    """日华村委会 → 日华村, 新民社区居委会 → 新民社区, 沿河居委会 → 沿河社区."""
    name = describe(code).removeprefix(describe(code[:9]))
    name = re.sub(r"(?:居民|村民)?(?:居|村)?委员?会$", "", name) if re.search(r"社区\S*会$", name) else name
    name = re.sub(r"(?:居民委员会|居委会)$", "社区", name)
    return re.sub(r"村*(?:村民?)?委员?会$|村+$", "村", name)
