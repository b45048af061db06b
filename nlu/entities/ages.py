"""Ages of persons, in whole years.

八十多岁 counts as 80 and 快八十了 as 80: what matters to the station is which threshold is near, and a worker
checks the ID card anyway. 七十好几, 六七十岁 and 不到八十 give no number. Ages of rules (80岁以上) and of
the past (三岁那年, 十八岁嫁过来) are no person's age.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.entity import Entity
from nlu.normalise import chinese_number

_CHINESE = "一二两三四五六七八九十百零〇廿"
_NUMBER = rf"(?:\d{{1,3}}|[{_CHINESE}]{{1,5}})"
_NOT_BEFORE = rf"(?<![\d.{_CHINESE}几第到至~\-—-])"
_PERSON = (
    r"(?:我|俺|咱|他|她|人|爸|妈|爹|娘|爷|奶|婆|公|伴|伯|叔|婶|姨|姑|舅|哥|姐|弟|妹|儿|女|子|崽|娃|孩|孙|汉|嬷|老|嗲|毑|"
    r"母|父|岁数|年纪|年龄|高龄|客|媳|妇|倌)"
)
_LEAD = r"(?:今年|现年|虚岁|周岁|实岁|现在|都|也|已经|已|才|刚|刚满|满|有|是|整|快|快要|马上|奔|,|:|\s){0,4}"
_RULE_AFTER = (
    r"(?!\s*(?:以上|以下|以内|及以上|周岁以上|及|之上|往上|起(?!不)|以后|之后|之前|以前|前(?!几)|才能|才可以|才有|才给|才领|可以领|就能领|能领|老人(?:有|能|可以|的|津)|"
    r"的老人(?:有|能|可以|怎么|是)|到|至|[-~—]|退休|高龄津贴|高龄补贴|津贴))"
)
_PAST_AFTER = r"(?!\s*(?:时|那年|的时候|那时|那会|嫁|开始|丧|就嫁|守寡|就没了|过来|得的|得病|发烧))"
_AGED = re.compile(rf"{_NOT_BEFORE}({_NUMBER})([多来几]?)(?:周|虚)?岁(?!月)(?:半|多|了)?{_RULE_AFTER}{_PAST_AFTER}")
_NEAR = re.compile(rf"(?:快要?|马上|眼看|奔|将近|要满|就要)(?:到|满|上)?({_NUMBER})(?=岁|周岁|了|的人|啦|哒)")
_BARE = re.compile(
    rf"(?:{_PERSON}{_LEAD}|(?:今年|现年|年龄|年纪|岁数|虚岁|周岁|高寿|年满|芳龄)(?:是|有|为|都|也|已经|才|刚|刚满|满|:|\s){{0,3}})"
    rf"(?<![\d{_CHINESE}])({_NUMBER})(?=了|啦|哒|咯|喽|的人|出头|多了|[,。.!！;；、?？\s]|$|高龄|住|身体|瘫|一个人|独居)"
    r"(?!了?(?:个|次|年|月|天|块|元|万|号|组|亩|斤|级|楼|栋|点|份|口|人)|[.\-]\d)"
)
_MONTHS = re.compile(rf"{_NOT_BEFORE}({_NUMBER})个?多?(?:半)?月(?:大|的(?:婴|宝|毛|孩|娃|小|孙))")
_NEWBORN = re.compile(
    r"(?:刚|才|没|还没|未)(?:刚)?(?:满月|出月子|足月)|刚(?:刚)?(?:出生|生下来)|出生(?:才)?[\d一二两三四五六七八九十]{1,3}[天个]"
)
_HALF_YEAR = re.compile(r"半岁|半周岁")


def find_ages(text: str, original: str) -> Iterator[Entity]:
    """Ages in normalised `text`; spans are cut from `original`, which has the same length."""
    taken: list[tuple[int, int]] = []

    def entity(value: int | None, start: int, end: int) -> Iterator[Entity]:
        if value is None or not 0 <= value <= 120 or any(a < end and start < b for a, b in taken):
            return
        taken.append((start, end))
        yield Entity("age", value, original[start:end], start, end)

    for match in _AGED.finditer(text):
        if match[2] == "几" or _vague_before(text, match.start()):
            continue
        yield from entity(chinese_number(match[1]), match.start(), match.end())
    for match in _MONTHS.finditer(text):
        months = chinese_number(match[1])
        yield from entity(None if months is None else months // 12, match.start(), match.end())
    for match in (*_NEWBORN.finditer(text), *_HALF_YEAR.finditer(text)):
        yield from entity(0, match.start(), match.end())
    for match in _NEAR.finditer(text):
        value = chinese_number(match[1])
        if value and value >= 10:
            yield from entity(value, match.start(1), match.end(1))
    for match in _BARE.finditer(text):
        value = chinese_number(match[1])
        if value and value >= 10 and not _vague_before(text, match.start(1)):
            yield from entity(value, match.start(1), match.end(1))


def _vague_before(text: str, start: int) -> bool:
    return text[max(0, start - 2) : start] in ("不到", "没到", "未满", "不满", "超过", "差点")
