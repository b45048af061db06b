# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Amounts of money, times, and the parts of an address below the village."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.entity import Entity
from nlu.normalise import chinese_number
from nlu.taken import Taken

_C = "一二两三四五六七八九十百千万零〇亿"
_N = rf"(?:\d{{1,12}}(?:\.\d{{1,6}})?|[{_C}]{{1,18}}|\d{{1,12}}(?:\.\d{{1,6}})?[百千万亿]\d?)"
_AMOUNT = re.compile(
    rf"(?<![\d{_C}几第.])({_N})([多来几]?)\s?(万|千|百)?(?:块钱|块|元钱|元|圆|大洋|人民币|RMB|rmb|¥)(?!桌|田|地|墙|石|肉|糖|砖)"
    rf"|¥\s?(\d{{1,12}}(?:\.\d{{1,6}})?)(?!\d)"
)
_BARE_AMOUNT = re.compile(
    rf"(?:工资|收入|欠了?|花了?|借了?|贷了?|补贴|低保金?|养老金|退休金|医药费|住院费|学费|房租|押金|抚养费|彩礼|费用|药费|手术费?|报销?了|一个?月|每月|每年|一年)(?:是|有|才|只|就|了|大概|差不多|共|给|发|拿|领|快|要|得|好|小|大){{0,3}}"
    rf"({_N})(?=[,。.!！;；\s?？]|$|多|的|,)(?!\d)"
)
_D = r"(?:\d{1,4}|[一二两三四五六七八九十〇零百]{1,4})"
_TIME = re.compile(
    rf"\d{{4}}[年./-]\d{{1,2}}[月./-]\d{{1,2}}[日号]?|{_D}年{_D}月(?:{_D}[日号])?|{_D}月{_D}[日号]|\d{{4}}年|{_D}月份"
    rf"|(?:大前|前|昨|今|明|后)[天日晚夜早年](?:晚上|早上|上午|中午|下午|夜里|半夜|晚)?(?:{_D}点(?:半|多|钟)?)?|(?:早上|上午|中午|下午|傍晚|晚上|夜里|半夜|凌晨|清早){_D}点(?:半|多|钟|{_D}分)?"
    rf"|上个?(?:月|星期|礼拜|周)[一二三四五六日天]?|下个?(?:月|星期|礼拜|周)[一二三四五六日天]?|这个?(?:月|星期|礼拜|周)|去年|(?:{_D}|半|几)(?:个)?(?:多)?(?:年|月|星期|礼拜|周|天|小时|钟头|分钟)(?:之前|以前|前|后|之后|以后)"
    rf"|(?:腊月|正月)(?:初)?{_D}?|星期[一二三四五六日天]|礼拜[一二三四五六日天]|周[一二三四五六日](?!岁)|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|凌晨|清早|刚才|刚刚"
)
_PART = rf"(?:第?{_D}(?:村民小?组|小组|组(?!合)|生产队|大?队(?!长)|社(?![区工会保])|号楼|号院|栋|幢|座(?!谈)|单元|层(?!次)|楼(?!上|下|道|梯)|排|巷|弄|室|户型))"
_NEAR = (
    r"(?:村|桥|路|街|巷|镇|塘|坝|河|山|校|庙|祠堂|渡|井)(?:口|头|尾|边|东头|西头|南头|北头|背后|旁边|对面)(?:第?[一二三四五六七八九十\d]{1,4}(?:家|户|间))?"
    r"|(?:学校|卫生室|卫生院|村委会|村部|小学|中学|小卖部|超市|幼儿园|菜市场|车站|水库|加油站|祠堂|教堂|大樟树|大槐树|老樟树|大榕树|池塘|桥头|粮站|派出所|邮局)(?:的)?(?:旁边?|边上|对面|后面|背后|前面|隔壁|下面|后头|前头|附近)"
)
_DOOR = rf"(?:(?<=[路街巷弄村组队区里园院沟湾坡冲垄屯寨庄道胡同栋幢])|门牌号?(?:是)?){_D}号(?![楼院召])"
_ADDRESS = re.compile(
    rf"(?:{_PART}|{_DOOR}|{_NEAR})(?:[\s,]?(?:{_PART}|{_D}号(?:楼|院)?|{_D}室)){{0,8}}|{_D}号(?={_PART})(?:{_PART}){{1,8}}"
)
_ASKED_DOOR = re.compile(rf"(?<!月){_D}号")


def find_quantities(text: str, original: str, *, address_asked: bool = False) -> Iterator[Entity]:
    """Amounts (yuan), times (the words themselves) and address details in normalised `text`."""
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    if address_asked and not addresses:
        addresses = [match.span() for match in _ASKED_DOOR.finditer(text)]
    taken = Taken(text, addresses)
    for start, end in addresses:
        yield Entity("address_detail", original[start:end].strip(), original[start:end], start, end)
    amounts = list(_amounts(text, original))
    yield from amounts
    for match in _TIME.finditer(text):
        start, end = match.span()
        if not taken.meets(start, end):
            yield Entity("time", match[0], original[start:end], start, end)


def _amounts(text: str, original: str) -> Iterator[Entity]:
    ends: set[int] = set()
    for match in _AMOUNT.finditer(text):
        value = _yuan(match[1] or match[4], match[3])
        if value is not None:
            ends.add(match.end(1) if match[1] else match.end())
            yield Entity("amount", value, original[match.start() : match.end()], *match.span())
    for match in _BARE_AMOUNT.finditer(text):
        value = _yuan(match[1], None)
        if value is not None and value >= 50 and match.end(1) not in ends:
            yield Entity("amount", value, original[match.start(1) : match.end(1)], *match.span(1))


def _yuan(number: str, unit: str | None) -> int | float | None:
    size = {"万": 10_000, "千": 1000, "百": 100, None: 1}[unit]
    if "." in number:
        head = re.match(r"\d+\.\d+", number)
        tail = {"万": 10_000, "千": 1000, "百": 100}.get(number[-1], 1)
        value = float(head[0]) * tail * size if head else None
        return None if value is None else int(value) if value == int(value) else round(value, 2)
    whole = chinese_number(number)
    return None if whole is None else whole * size
