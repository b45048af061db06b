"""Find every name of a division or village in a normalised text, and keep the best set that does not overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from nlu.places.homophones import sounds_like
from nlu.places.names import village_key

if TYPE_CHECKING:
    from nlu.places.gazetteer import Gazetteer

Codes = tuple[str, ...]
Item = TypeVar("Item")
_MOST = 400  # more than twice the names that a letter of 10,000 characters full of places has


def most(items: list[Item]) -> list[Item]:
    """The first and the last of very many: people say who they are at the beginning and sign at the end."""
    return items if len(items) <= _MOST else items[: _MOST // 2] + items[-_MOST // 2 :]


@dataclass
class Mention:
    """A stretch text[start:end] that may name any of the divisions in `codes` (of a village: its township)."""

    start: int
    end: int
    codes: Codes
    full: bool = False
    """Said with its suffix (花石镇) rather than bare (花石)."""
    ordinary: bool = False
    """Also an everyday word or a name that tells nothing by itself."""
    spare: Codes = ()
    """Divisions that bear the name in people's mouths only (龙潭乡 for 龙潭彝族乡): count where `codes` do not fit."""
    loose: bool = False
    """Said with another suffix than registered (花石乡 for 花石镇): needs the county beside it."""
    villages: dict[str, list[str]] = field(default_factory=dict)
    """For a village: township code → village codes."""

    @property
    def weight(self) -> int:
        """How much it speaks for this reading when names overlap: longer and fuller wins."""
        size = self.end - self.start
        if self.loose or self.ordinary:
            return 3 * size
        return 10 * size + size * size // 4 if self.full else 6 * size


@lru_cache(256)
def nested(codes: Codes, within: Codes) -> Codes:
    """The deeper codes of all pairs that lie on one branch: () when the two contradict each other.

    Real steps down count before plain repetition: 平山 平山 is the town in the county of that name.
    """
    if not within:
        return codes
    known, mine = set(within), set(codes)
    deeper = _below(codes, known)
    steps = set(_below([code[:-2] for code in deeper], known))
    below = [code for code in deeper if code not in known or code[:-2] in steps]
    above = [code for code in _below(within, mine) if code not in mine]
    if below or above:
        return tuple(dict.fromkeys(below + above))
    return tuple(deeper)


def _below(codes: Iterable[str], heads: set[str]) -> list[str]:
    """Those of `codes` that begin with one of `heads`; villages of hundreds of townships share a name."""
    sizes = {len(head) for head in heads}
    if len(sizes) == 1:
        (size,) = sizes
        return [code for code in codes if code[:size] in heads]
    return [code for code in codes if any(code[:size] in heads for size in sizes)]


@lru_cache(256)
def _inside(codes: Codes, within: Codes) -> bool:
    """Whether one of `codes` begins with one of `within`. Remembered, like `nested`: who repeats a name asks again."""
    heads = set(within)
    return any(not heads.isdisjoint([code[:size] for code in codes]) for size in {len(head) for head in heads})


_NOT_BARE = re.compile(
    r"[东西南北中前后一二三]{0,2}(?:路|大道|大街)|街(?!道|办|坊邻)|巷|弄|小区|新村|花苑|医院|卫生院|大学|学院|"
    r"学校|中学|小学|一中|二中|幼儿园|公司|集团|银行|信用社|超市|市场|"
    r"商场|广场|公园|酒店|宾馆|饭店|大厦|花园|家园|公寓|苑|桥|河|江|湖|山(?!区|里|上|沟)|水库|车站|火车站|"
    r"机场|高速|国道|省道|厂|煤矿|矿|书店|"
    r"牌|酒|菜|话|醋|牛肉|羊肉|鱼|烤|火锅|大米|茶|瓷|战争|村|社区|居委会|嘎查|生产队|敬老院|养老院|福利院|幸福院|日报|政府|法院|检察院|公安|"
    r"派出所|人民法院|纪念|楼|号|"
    r"时期|年代|生活|主义|省|市|县|区|镇|乡|苏木|旗|州|盟|自治|地区"
)
_OTHER_SUFFIX = re.compile(r"街道办事处|街道办|街道|街(?![道\d一二三四五六七八九十])|镇|乡|苏木")
_CLASHES = re.compile(
    r"城关[心注系于闭门]|家地址|市中心|人民[的法币银医政]|中心[里思医城小]|大[学家]|开放|建设[新银局用]"
)
_VILLAGE_END = re.compile(
    r"村民委员会|居民委员会|村委会|村支部|居委会|虚拟社区|社区居委会|社区|行政村|嘎查村|嘎查|自然村|村"
)
_COMMUNITY = re.compile(r"社区|居")
_BREAK = re.compile(r"[^一-鿿\d]")
_COUNTY_ENDS = ("县", "市", "区", "旗")
_SUPPORT = 25.0
_LOOK_BACK = 60
_HAS_INSIDE = tuple("家屋村组寨厂店校院城心手夜这那哪")
_ROAD = ("路", "街", "巷", "大道")
_STREET_OFFICE = re.compile(r"(?:的|人|这|那|一带|住|居民|社区)")
_NO_BEGINNING = "在是的了我俺咱们你他她住"
_RURAL = "塆垴磜圳屯寨庄营堡坪湾沟冲塘坳岭店铺窑坝沱垭洼峪台坑坡岩峒井泉畈圩埠垸弄"
_STOP = re.compile(
    r"$|[\d一二两三四五六七八九十]{1,5}[组队社号]|[^一-鿿]|[的人组队这那屯有住是也没]|村|社区|居委|嘎查|老家"
)


def _edge(text: str, start: int) -> bool:
    return not start or text[start - 1] in "住在是到从,。、 :家我俺咱"


def _is_street(gazetteer: Gazetteer, codes: str) -> bool:
    return "街道" in gazetteer.name[codes.split()[-1]]


def division_mentions(gazetteer: Gazetteer, text: str) -> list[Mention]:
    """Every known form in the text, overlapping ones included."""
    found: list[Mention] = []
    doubtful: list[Mention] = []
    lengths, forms, words = gazetteer.lengths, gazetteer.forms, gazetteer.words
    for start in range(len(text) - 1):
        for length in lengths.get(text[start : start + 2], ()):
            form = text[start : start + length]
            known = forms.get(form)
            if known is None:
                continue
            end = start + length
            if end > len(text) or (form in words.never and not text[:start].endswith(_COUNTY_ENDS)):
                continue
            full, bare, popular = known
            if full or popular:
                codes = tuple((full or popular).split())
                if full and form.endswith(("镇", "乡", "街道")):
                    popular = f"{popular} {bare}"  # 青山镇 is first the town, then the street office 青山镇街道
                elif bare and not _NOT_BARE.match(text, end):
                    codes += tuple(code for code in bare.split() if code not in codes)
                vague = form in words.generic or (length == 2 and len(codes[0]) == 9 and not _edge(text, start))
                spare = tuple(popular.split()) if full else ()
                found.append(Mention(start, end, codes, full=True, ordinary=vague, spare=spare))
            elif form.endswith(_ROAD) and not _STREET_OFFICE.match(text, end) and _is_street(gazetteer, bare):
                continue  # 解放北路12号 is a road; its street office is meant in 解放北路的
            elif form[0] == "里" and text[start - 1 : start] in _HAS_INSIDE:
                continue  # 家里水龙头, 村里商店
            elif not _NOT_BARE.match(text, end):
                if _CLASHES.match(text, start) or (start and _CLASHES.match(text, start - 1)):
                    continue
                common = form in words.ordinary or form.endswith(("路", "大道"))
                found.append(Mention(start, end, tuple(bare.split()), ordinary=common))
            else:
                doubtful.append(Mention(start, end, tuple(bare.split()), ordinary=form in words.ordinary))
                suffix = _OTHER_SUFFIX.match(text, end)
                if not suffix:
                    continue
                towns = tuple(code for code in bare.split() if len(code) == 9)
                if towns and text[start : suffix.end()] not in forms:
                    found.append(Mention(start, suffix.end(), towns, full=True, loose=True))
    found += _misspelt_counties(gazetteer, text, found)
    # 绵阳河口镇, 遂溪江洪: what looks like 绵阳河 is a name with another one of its area behind it
    behind: dict[int, list[Mention]] = {}
    for mention in found:
        behind.setdefault(mention.start, []).append(mention)
    for mention in doubtful:
        if any(nested(other.codes, mention.codes) for other in behind.get(mention.end, ())):
            found.append(mention)
            behind.setdefault(mention.start, []).append(mention)
    return found


def _misspelt_counties(gazetteer: Gazetteer, text: str, found: list[Mention]) -> list[Mention]:
    """Counties written by ear right before a township of theirs: 湘谭县花石镇."""
    heard: list[Mention] = []
    for town in found:
        if not town.full or len(town.codes[0]) < 9 or text[town.start - 1 : town.start] not in _COUNTY_ENDS:
            continue
        for start in (town.start - 3, town.start - 4):
            said = text[max(0, start) : town.start]
            if start < 0 or said in gazetteer.forms or not said:
                continue
            counties = {code[:6] for code in town.codes if sounds_like(said, gazetteer.name[code[:6]])}
            if counties:
                heard.append(Mention(start, town.start, tuple(sorted(counties)), full=True))
    return heard


def village_mention(gazetteer: Gazetteer, text: str, start: int, end: int, within: Codes = ()) -> Mention | None:
    """text[start:end] as a village name with everything it may be, or None."""
    name = text[start:end]
    stem = village_key(name)
    if stem in gazetteer.words.no_village:
        return None
    found = gazetteer.villages_named(stem, within)
    if not found:
        return None
    if _VILLAGE_END.search(name):
        community = _COMMUNITY.search(name) is not None
        found = [village for village in found if village[1] == community] or found
    villages: dict[str, list[str]] = {}
    for code, _ in found:
        villages.setdefault(code[:9], []).append(code)
    words = gazetteer.words
    plain = (
        name in words.ordinary
        or name in words.generic
        or len(stem) < 2
        or (stem == name and not name.endswith(tuple(_RURAL)))
    )
    return Mention(start, end, tuple(villages), full=True, ordinary=plain, villages=villages)


def suffixed_villages(gazetteer: Gazetteer, text: str) -> list[Mention]:
    """Villages said with their suffix, anywhere (日华村, 红星社区), in every length the register knows."""
    found: list[Mention] = []
    known: dict[str, Mention | None] = {}
    for suffix in most(list(_VILLAGE_END.finditer(text))):
        end, low = suffix.end(), max(0, suffix.start() - 9)
        while (gap := _BREAK.search(text, low, suffix.start())) is not None:
            low = gap.end()
        for start in range(low, suffix.start()):
            if text[start] in _NO_BEGINNING:
                continue
            name = text[start:end]
            if name not in known:
                known[name] = village_mention(gazetteer, text, start, end)
            mention = known[name]
            if mention is not None:
                found.append(replace(mention, start=start, end=end))
    return found


def bare_village(gazetteer: Gazetteer, text: str, position: int, within: Codes) -> Mention | None:
    """A village named without suffix right at `position` (花石镇|日华三组), below `within`; None if unsure."""
    for length in range(min(7, len(text) - position), 1, -1):
        end = position + length
        if not _STOP.match(text, end) or _BREAK.search(text, position, end):
            continue
        if (not within and text[end - 1] not in _RURAL) or text[position:end].endswith(_ROAD):
            continue
        mention = village_mention(gazetteer, text, position, end, within)
        if mention is not None:
            return mention
    return None


def best_cover(mentions: list[Mention]) -> list[Mention]:
    """The heaviest choice of mentions that do not overlap, in order. Neighbours on one branch support each other."""
    if len(mentions) < 2:
        return mentions
    mentions = sorted(mentions, key=lambda mention: (mention.start, mention.end))
    totals: list[float] = []
    before: list[int] = []
    far = -1  # the best end of a chain so far back that it cannot touch: keeps very long messages fast
    for number, mention in enumerate(mentions):
        late = number - _LOOK_BACK
        if late >= 0 and (far < 0 or totals[late] > totals[far]) and mentions[late].end <= mention.start:
            far = late
        best, link = (totals[far], far) if far >= 0 else (0.0, -1)
        for other in range(max(0, late + 1), number):
            gap = mention.start - mentions[other].end
            if gap < 0:
                continue
            total = totals[other]
            if gap <= 1 and total + _SUPPORT > best and _inside(mention.codes, mentions[other].codes):
                total += _SUPPORT
            if total > best:
                best, link = total, other
        totals.append(best + mention.weight)
        before.append(link)
    at = max(range(len(mentions)), key=totals.__getitem__)
    chosen: list[Mention] = []
    while at >= 0:
        chosen.append(mentions[at])
        at = before[at]
    return chosen[::-1]
