"""Telephone and ID card numbers. Own validation: the engine's environment has no telephone library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nlu.entities.entity import Entity
from nlu.taken import Taken

_SPOKEN = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    "〇": "0", "洞": "0", "幺": "1", "两": "2", "拐": "7", "壹": "1", "贰": "2", "叁": "3", "肆": "4", "伍": "5",
    "陆": "6", "柒": "7", "捌": "8", "玖": "9",
}  # fmt: skip
_DIGIT = re.compile(r"\d")
_GAP = r"[\s\-.·_,、]{0,3}"
_MOBILE = re.compile(
    rf"(?<![\dA-Za-z])(?:\+?\s?(?:00)?86{_GAP})?(1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d|{_GAP}\d\d[\dXx])"
)
_S = "[" + "".join(_SPOKEN) + "]"
_SPOKEN_MOBILE = re.compile(rf"(?<!{_S})([一幺壹]{_GAP}{_S}(?:{_GAP}{_S}){{9}})(?!{_S})")
_MIXED_MOBILE = re.compile(
    rf"(?<![\d{''.join(_SPOKEN)}])([1一幺](?:{_GAP}[\d{''.join(_SPOKEN)}]){{10}})(?![\d{''.join(_SPOKEN)}])"
)
# Area codes: 010, 02x with 8 digits behind; 03xx to 09xx with 7 or 8.
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\+?86[\s\-]?)?\(?(0(?:10|2[0-57-9]))\)?[\s\-]{0,3}([2-8]\d{3}[\s\-]?\d{4})(?!\d)"
    r"|(?<![\d.])(?:\+?86[\s\-]?)?\(?(0[3-9]\d{2})\)?[\s\-]{0,3}([2-8]\d{2,3}[\s\-]?\d{4}|[2-8]\d{3}[\s\-]\d{3})(?!\d)"
)
_SPOKEN_LANDLINE = re.compile(rf"(?<!{_S})([零〇洞]{_GAP}{_S}(?:{_GAP}{_S}){{8,10}})(?!{_S})")
_LOCAL = re.compile(r"(?<!\d)([2-8]\d{2,3}[\s\-]?\d{4})(?!\d)")
# 区号0898，电话80000130: the two halves of a landline said apart.
_D = rf"[\d{''.join(_SPOKEN)}]"
_AREA_SAID = re.compile(rf"区号[是为:\s]{{0,4}}([0零〇洞](?:{_GAP}{_D}){{2,3}})(?!{_D})")
_LOCAL_SAID = re.compile(rf"(?<!{_D})({_D}(?:{_GAP}{_D}){{6,7}})(?!{_D})")
_ID = re.compile(r"(?<![\dA-Za-z])([1-8]\d(?:[\s\-]?\d){15}[\s\-]?[\dXx])(?![\dA-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = {str(n) for n in (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
                               *range(61, 66), 71, 81, 82, 83)}  # fmt: skip


def find_numbers(text: str, original: str, *, local: bool = False) -> Iterator[Entity]:
    """Phones and ID numbers in normalised `text`. `local`: 7 or 8 digits alone count too (a phone was asked for)."""
    taken = Taken(text)

    def entity(kind: str, value: str, start: int, end: int) -> Iterator[Entity]:
        if not taken.meets(start, end):
            taken.add(start, end)
            yield Entity(kind, value, original[start:end], start, end)

    # Both kinds need digits; most messages have none and are done here.
    if _DIGIT.search(text):
        for match in _ID.finditer(text):
            digits = re.sub(r"[\s\-]", "", match[1]).upper()
            if valid_id_number(digits):
                yield from entity("id_number", digits, *match.span(1))
        for match in _MOBILE.finditer(text):
            yield from entity("phone", digits_of(match[1]), *match.span())
        for match in _LANDLINE.finditer(text):
            area, rest = (match[1], match[2]) if match[1] else (match[3], match[4])
            yield from entity("phone", f"{area}-{digits_of(rest)}", *match.span())
    for match in (*_SPOKEN_MOBILE.finditer(text), *_MIXED_MOBILE.finditer(text)):
        digits = digits_of(match[1])
        if is_mobile(digits):
            yield from entity("phone", digits, *match.span(1))
    for match in _SPOKEN_LANDLINE.finditer(text):
        if said := _LANDLINE.fullmatch(digits_of(match[1])):
            yield from entity("phone", "-".join(part for part in said.groups() if part), *match.span(1))
    if area := _AREA_SAID.search(text):
        code = digits_of(area[1])
        near = [
            each
            for each in _LOCAL_SAID.finditer(text)
            if min(abs(each.start() - area.end()), abs(area.start() - each.end())) <= 8
        ]
        for match in near[:1]:  # 编号23456789 elsewhere is none
            if _LANDLINE.fullmatch(code + (digits := digits_of(match[1]))):
                yield from entity("phone", f"{code}-{digits}", *match.span(1))
    if local:
        for match in _LOCAL.finditer(text):
            yield from entity("phone", digits_of(match[1]), *match.span(1))


def digits_of(text: str) -> str:
    """The digits in `text`, spoken ones (幺 三 八) included, in order."""
    return "".join(digit for character in text if (digit := _SPOKEN.get(character, character)).isdecimal())


def is_mobile(digits: str) -> bool:
    """Whether 11 digits have the form of a mainland mobile number."""
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"


def valid_id_number(number: str) -> bool:
    """Whether 18 characters are a possible citizen ID number: province, date of birth and check character."""
    if len(number) != 18 or not number[:17].isdecimal() or number[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return 1900 <= born.year <= 2100 and "10X98765432"[total % 11] == number[17].upper()
