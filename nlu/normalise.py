"""Make residents' text uniform without moving a character, and read Chinese numerals.

Everything that looks at text (model, rules, places) sees the same normalised text, and because no character is
added or dropped, a position in it is a position in what the resident wrote.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_TRADITIONAL = Path(__file__).resolve().parents[1] / "data" / "lexicon" / "traditional.txt"
_PUNCTUATION = {
    "，": ",",
    "﹐": ",",
    "｡": "。",
    "､": "、",
    "﹑": "、",
    "〜": "~",
    "—": "-",
    "–": "-",
    "―": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "“": '"',
    "”": '"',
    "„": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "﹁": '"',
    "﹂": '"',
    "‘": "'",
    "’": "'",
    "【": "[",
    "】": "]",
    "〔": "(",
    "〕": ")",
    "•": "·",
    "・": "·",
    "‧": "·",
    "○": "〇",
    "￥": "¥",
}


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"):
            table[code] = " "
    for code in range(0xE0000, 0xE0080):
        table[code] = " "
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    table |= {ord(mark): plain for mark, plain in _PUNCTUATION.items()}
    for line in _TRADITIONAL.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            table |= {ord(pair[0]): pair[1] for pair in line.split()}
    return table


def normalise(text: str) -> str:
    """Return `text` in one form, of exactly the same length.

    Full-width letters, digits and marks become half-width (，→ ','; 。 and 、 have no half-width form and stay),
    traditional characters simplified, quotes and dashes one kind each; control, zero-width and odd space
    characters become a plain space, lone surrogates too. Letters keep their case.
    """
    return text.translate(_table())


_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_DIGITS = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "两": 2,
    "幺": 1,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_WHOLE = {"俩": 2, "仨": 3, "廿": 20, "卅": 30, "卌": 40, "半百": 50}
_LONGEST = 24  # characters of a numeral
_ARABIC = re.compile(r"\d+")
_MIXED = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)([百千万亿])(\d?)")


def chinese_number(text: str) -> int | None:
    """The whole number that `text` as a whole says, or None where it says none or is not sure.

    八十二 → 82, 一百零三 → 103, 一百二 → 120, 两千 → 2000, 廿五 → 25, 俩 → 2, 二〇二四 → 2024, ８２ → 82, 3万5 → 35000;
    八十好几, 七八十, 三四, 几百 → None. Heed surrounding words (八十多, 不到八十) before calling.
    """
    text = normalise(text).replace(" ", "")
    if not text or len(text) > _LONGEST:
        return None
    if _ARABIC.fullmatch(text):
        return int(text) if len(text) <= 18 else None
    if mixed := _MIXED.fullmatch(text):
        return _mixed(*mixed.groups())
    if text in _WHOLE:
        return _WHOLE[text]
    if text[:1] in _WHOLE and text[:1] not in "俩仨" and len(text) == 2 and _DIGITS.get(text[1], 0) > 0:
        return _WHOLE[text[0]] + _DIGITS[text[1]]
    if all(character in _DIGITS for character in text):
        return _digit_string(text)
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.partition(unit)
        if found:
            return _with_unit(head, tail, size)
    return _below_ten_thousand(text)


def _mixed(number: str, unit: str, rest: str) -> int | None:
    size = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[unit]
    if rest and "." in number:
        return None
    value = float(number) * size + (int(rest) * size // 10 if rest else 0)
    return int(value) if value == int(value) else None


def _digit_string(text: str) -> int | None:
    if len(text) == 1:
        return _DIGITS[text]
    if len(text) >= 3 or (text[-1] in "〇零" and text[0] not in "〇零"):  # 二零, 二〇二四; 三四 means "three or four"
        return int("".join(str(_DIGITS[character]) for character in text)) if text else None
    return None


def _with_unit(head: str, tail: str, size: int) -> int | None:
    front = chinese_number(head) if head else None
    if front is None or not 0 < front < 10**4:
        return None
    if not tail:
        return front * size
    if len(tail) == 1 and tail in _DIGITS and _DIGITS[tail]:  # 三万五 = 35000
        return front * size + _DIGITS[tail] * size // 10
    back = chinese_number(tail.lstrip("零〇"))
    return None if back is None or back >= size else front * size + back


def _below_ten_thousand(text: str) -> int | None:
    total, digit, last_unit, gap = 0, None, 10**4, False
    for character in text:
        if character in _UNITS:
            unit = _UNITS[character]
            if unit >= last_unit or (digit is None and unit != 10) or digit == 0:
                return None
            total, digit, last_unit, gap = total + (1 if digit is None else digit) * unit, None, unit, False
        elif character in "零〇":
            if digit is not None or gap or total == 0:
                return None
            gap = True
        elif character in _DIGITS and digit is None:
            digit = _DIGITS[character]
        else:
            return None
    if digit is None:
        return total if total and not gap else None
    if last_unit == 10 or gap:
        return total + digit
    return total + digit * last_unit // 10  # 一百二 = 120
