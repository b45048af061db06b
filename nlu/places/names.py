"""Spoken forms of division names: what residents say for 花石镇, 湘西土家族苗族自治州 or 日华村委会."""

from __future__ import annotations

import re

PSEUDO = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Rows of the statistics codes that are no place: never shown, never matched."""

_ETHNIC = (
    "蒙古族|回族|藏族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|"
    "傈僳族|佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|羌族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|乌孜别克族|俄罗斯族|鄂温克族|鄂温克|德昂族|"
    "保安族|裕固族|京族|塔塔尔族|独龙族|鄂伦春族|赫哲族|门巴族|珞巴族|基诺族|各族|蒙古|民族"
)
_ETHNIC_TAIL = re.compile(f"(?:{_ETHNIC})+$")
_TOWNSHIP = re.compile(r"(街道办事处|街道|办事处|苏木|地区|镇|乡)$")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_REGIMENT = re.compile(r"^(?:兵团)?([〇零一二三四五六七八九]{2,3}|[一二三四五六七八九]?十[一二三四五六七八九]?)团")

_CITY_NICKNAMES = {
    "巴音郭楞蒙古自治州": ("巴州",),
    "克孜勒苏柯尔克孜自治州": ("克州",),
    "博尔塔拉蒙古自治州": ("博州",),
    "西双版纳傣族自治州": ("版纳",),
    "锡林郭勒盟": ("锡盟",),
    "呼和浩特市": ("呼市",),
    "乌鲁木齐市": ("乌市",),
    "伊犁哈萨克自治州": ("伊犁州",),
    "鄂尔多斯市": ("鄂市",),
    "齐齐哈尔市": ("齐市",),
}
_PROVINCES = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|省|市)$")


def _without_ethnic(base: str) -> str:
    stripped = _ETHNIC_TAIL.sub("", base)
    return stripped if len(stripped) >= 2 else base


def province_forms(name: str) -> tuple[set[str], set[str]]:
    """Forms of a province as (with suffix, bare): {内蒙古自治区}, {内蒙古, 内蒙}."""
    short = {_PROVINCES.sub("", name)}
    if name.startswith("内蒙古"):
        short.add("内蒙")
    return {name}, short


def city_forms(name: str) -> tuple[set[str], set[str]]:
    """Forms of a prefecture as (with suffix, bare); empty for the pseudo-cities."""
    if name in PSEUDO:
        return set(), set()
    full, short = {name, *_CITY_NICKNAMES.get(name, ())}, set()
    if name.endswith("自治州"):
        base = _without_ethnic(name[:-3])
        full.add(base + "州")
    else:
        base = re.sub(r"(市|盟|地区)$", "", name)
    short.add(base)
    return full, {form for form in short if len(form) >= 2}


def county_forms(name: str, city: str = "") -> tuple[set[str], set[str]]:
    """Forms of a county, district, county city or banner as (with suffix, bare).

    `city` is the shown name of the city above: development zones are named after it, and people drop it
    (长春高新技术产业开发区 → 高新区), which counts only beside the city's name.
    """
    if name in PSEUDO:
        return set(), set()
    full, short = {name}, set()
    if name.endswith(("开发区", "产业园区", "工业园区", "示范区", "管理区")):
        bare = re.sub(rf"^(?:.{{2,3}}省?)?{re.escape(city.rstrip('市') or '-')}市?", "", name)
        if len(bare) >= 3 and bare != name:
            full.add(bare)
        if "高新" in name:
            full.add("高新区")
        if name.endswith(("经济开发区", "经济技术开发区")):
            full.add("经开区")
        if bare.endswith("管理区") and len(bare) > 4:
            short.add(bare[:-3])
        return full, short
    if name.endswith(("自治县", "自治旗")):
        base = _without_ethnic(name[:-3])
        full.add(base + name[-1])
    else:
        base = re.sub(r"(新区|林区|特区|县|区|市|旗)$", "", name)
        base = _without_ethnic(base) if name.endswith("族区") else base
    if len(base) >= 2 and base != name:
        short.add(base)
    return full, short


def former_county_forms(name: str) -> set[str]:
    """Names a county bore before it became a city or a district: 望城县 for 望城区. Registered names go before."""
    base = re.sub(r"(区|市)$", "", name)
    if base == name or len(base) < 2:
        return set()
    return {base + "县", base + "市"} if name.endswith("区") else {base + "县"}


def plain_township(name: str, county: str, city: str = "") -> str:
    """The township's name without its county's, which some provinces write before it: 济源市王屋镇 → 王屋镇."""
    for above in (city + county, county):
        if len(name) > len(above) + 1 and name.startswith(above):
            return name[len(above) :]
    return name


def township_forms(name: str) -> tuple[set[str], set[str]]:
    """Forms of a township-level division as (with suffix, bare): {花石镇}, {花石}."""
    bracket = re.fullmatch(r"(.+)[(（](.+)[)）]", name)
    if bracket:
        inside, outside = township_forms(bracket.group(2)), township_forms(bracket.group(1))
        return inside[0] | outside[0] | {name}, inside[1] | outside[1]
    full: set[str] = {name}
    short: set[str] = set()
    regiment = _REGIMENT.match(name)
    if regiment:
        number = regiment.group(1)
        full.add(number + "团")
        if "十" in number:
            tens, _, ones = number.partition("十")
            number = (tens or "一") + (ones or "〇")
        full.add(number.translate(_DIGITS) + "团")
        return full, short
    match = _TOWNSHIP.search(name)
    if not match:
        if name.startswith("国营"):
            full.add(name[2:])
        return full, short
    suffix, base = match.group(), name[: match.start()]
    if suffix in ("街道", "街道办事处", "办事处") and len(base) >= 2:
        full |= {base + tail for tail in ("街道", "街道办事处", "街道办", "街办", "办事处")}
    elif suffix in ("乡", "镇"):
        base = _without_ethnic(base)
    if len(base) >= 2:
        short.add(base)
    return full, short


def former_township_forms(name: str) -> set[str]:
    """What people call a township of a nationality: 龙潭乡 for 龙潭彝族乡. The register's own 龙潭乡 goes before it."""
    plain = _without_ethnic(name[:-1]) + name[-1]
    return {plain} if name[-1] in "乡镇" and plain != name else set()


_COMMITTEE = re.compile(r"(?:村民委员会|居民委员会|牧民委员会|村委会|居委会|牧委会|委员会)$")
_VILLAGE_TAIL = re.compile(r"(?:虚拟社区|社区|嘎查村|嘎查|行政村|村)$")
_COMMUNITY = re.compile(r"社区|居")


def village_key(name: str) -> str:
    """The stem both the register and residents share: 日华村委会, 日华村, 日华村民委员会 → 日华."""
    stem = _COMMITTEE.sub("", name)
    if not stem:
        return name
    bare = _without_ethnic(_VILLAGE_TAIL.sub("", stem))
    return bare if len(bare) >= 2 else stem


def is_community(name: str) -> bool:
    """Whether the name is that of an urban community (社区, 居委会) rather than a village."""
    return _COMMUNITY.search(name) is not None
