"""How surely a named place is where the person in need lives: cues before and after it.

Scores are small steps on one scale, only their order matters: 3 said outright (住在), 2 implied (我是 … 的), 0 merely
written down, -3 somebody else's place, a journey, a hospital, the past. Below EXCLUDED a place does not count at all.
"""

from __future__ import annotations

import re

EXCLUDED = -1.0
_OPENS = 1.8
_CLAUSE_READ = 200  # characters of a clause that are read, nearest to the place: dictated letters have no marks at all

# Who writes without marks parts clauses by spaces; 家在 花石镇 and 湖南 湘潭 are one.
_CLAUSE = re.compile(r"[,。!?;\n~…]|(?<=[^在住到是于系喺:址家人省市县州区旗镇乡村里屋搬嫁]{4}) ")
_SELF = r"(?:我们|咱们|俺们|我|俺|咱|本人|自己|两口子|一家|全家)"
_OTHER = (
    r"(?:儿子|[我俺]儿|女儿|闺女|崽|伢|娃|孩子|仔|儿媳|媳妇|老公|老婆|丈夫|妻子|男人|爱人|孙子|孙女|外孙|哥|弟|姐|妹|"
    r"女婿|爸妈|父母|爹妈|爹娘|爸爸|妈妈|"
    r"我爸|我妈|他爸|她爸|他妈|她妈|娃他|孩子他|子女|儿女|老大|老二|老三|小的|大的|亲戚|朋友|同学|年轻人|后生|"
    r"细佬|囝|他们|她们|父亲|母亲|两个小孩)"
)
_NEEDY = (
    r"(?:我妈|我娘|老娘|我爸|我爹|老爹|老母|老父|老妈|老爸|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|"
    r"老人|母亲|父亲|大爷|大娘|大妈|大伯|邻居|"
    r"爸妈|父母|爹妈|爹娘|娘老子|娭毑|阿公|阿婆|家公|家婆|爸|妈|爹|娘|叔|伯|姑|姨|舅|孤寡|他|她|有个|有一|一个|孩子)"
)
_WORK = re.compile(
    r"打工|务工|上班|做工|做事|干活|工作|挣钱|赚钱|做生意|开店|跑车|开车|开出租|送外卖|送快递|进厂|工地|当兵|"
    r"服役|读书|上学|念书|读大|上大|读高|念大|"
    r"读研|求学|留学|出差|旅游|玩|坐牢|服刑|蹲|劳改|开会|培训|实习|搞建筑|搞装修|搬砖|做保姆|带孩子|带孙|带娃|"
    r"安家|买房|买了房|成家|务农活|厂里|厂子|做买卖|跑运输"
)
_CARE = re.compile(
    r"看病|住院|治病|治疗|就医|就诊|手术|化疗|透析|检查|抢救|医院|卫生院|诊所|ICU|康复|复查|看医生|查出|开刀"
)
_PLACE_OF_OTHERS = re.compile(
    r"(?:市|县|省|区|镇|乡)?(?:第?[一二三四五六]?人民医院|中心医院|中心卫生院|中医院|医院|卫生院|卫生室|诊所|"
    r"药店|集市|赶集|大学(?![东西南北]?路)|学院|师范|火车站|汽车站|车站|高铁|机场|监狱|看守所|戒毒|"
    r"法院|公司|工地|电子厂|服装厂|鞋厂|玩具厂|厂|中学|一中|二中|三中|职高|职校|技校|老板|客户|口音|特产|"
    r"电视台|那边的医院|大医院|儿童医院|妇幼|精神病院|康复)"
)
_OFFICE = re.compile(
    r"(?:镇|乡|街道|县|区)?(?:政府|民政|派出所|社工站|便民|办事处|司法所|残联|妇联|信访|社保|综治|党政办|"
    r"人民政府)"
)
_HERE = re.compile(
    r"人(?!民)|这边|这里|这儿|这头|这个|本地|当地|的|村民|居民|农民|老百姓|户|一带|,|。|$| |乡下|农村|山里|"
    r"山区|附近"
)
_MOVED_AWAY = re.compile(r"(?:那边|那里|那儿)?(?:嫁|搬|迁|逃|跑|来|过来|出来|移民|调|到|去)")

_RESIDES = re.compile(
    r"(?:(?:现在?|一直|目前|如今|常年|长期|就|都|还|平时|暂时|独自|一个人|两个人|自己|是|我|搬)*"
    r"(?:居住(?:地|地址)?|现居|定居|住址|地址|住处|租住|租房|借住|寄住|暂住|住的地方|住|家|屋里|屋企|屋头|人|"
    r"安置|落户|户))"
    r"(?:[是在于系喺:到]|就在|现在|就是|都在|住在)*(?:了|的)?(?:我们|咱们?|俺们?)?$"
)
_LIVES_STRONG = re.compile(
    r"(?:住|居|址|租|家|屋里|屋企|屋头|人|安置|落户)(?:[是在于系喺:到]|就在|现在|就是|都在|住在)*(?:了|"
    r"的)?(?:我们|咱们?|俺们?)?$"
)
_MOVED_TO = re.compile(r"(?:搬|嫁|住|接|迁|移民|安置|落户|搬迁|改嫁|卖|拐|骗|拐卖)(?:到|去|来|在|回|进|给)了?$")
_AT_SCHOOL_THERE = re.compile(r"(?:转学|转校|转)(?:到|来|去|回|在)了?$")
_PUPIL_THERE = re.compile(r".{0,8}(?:年级|小学|初[一二三中]|中学|学校|读书|上学|念书)|.{0,2}$")
_GOING = re.compile(
    r"(?:去|到|往|赴|飞|回|跑|上|来|经过|路过|送|转|下|转院|离|比|像|和|跟|同|与|考上|考到|分到|寄|寄到)了?$"
)
_OTHERS_WAY = re.compile(r"(?:嫁|读|上学|工作|考)[^ ]*(?:[到在去往] )?$")  # many write a space for a comma
_PAST = re.compile(r"以前|原来|原先|从前|曾经|早年|小时候|之前|当年|过去|早些年|前些年|年轻时|年轻的时候|本来")
_NOW = re.compile(r"现在|如今|目前|现|眼下|这几年|当前|今年|后来|刚")
_NOT = re.compile(r"(?:不|没|没有|并不|不是|又不)(?:住|在|是|住在|住到)$")
_ROOTS = re.compile(r"(?:娘家|祖籍|籍贯|出生|生在|长大|原籍)(?:就|也|都)?[在是于地:]*$")
_HUKOU = re.compile(
    r"(?:户口|户籍|户口本|身份证|学籍|社保|医保|低保|戶口)(?:所在地|地址|住址|地|上|本|关系)?(?:还|也|都|就|一直|仍|挂|"
    r"落|迁|上|写|登记)*[在是到的:]*$"
)
_OLD_HOME = re.compile(r"(?:老家|老屋|老宅)(?:就|也|是|都)*[在是:]*$")
_AT_HOME = re.compile(
    r"在家|在老家|留在|没人管|没人照顾|没人照看|一个人|瘫|孤零零|留守|跟着?(?:爷爷|奶奶|外公|外婆|爷奶|老人|他爷|她爷|他奶|她奶)|"
    r"在农村|在乡下|独居"
)
_SELF_TAIL = re.compile(rf"{_SELF}(?:家|屋里|这里|这边|这儿|这|那边|那|都|就|也|现在)*(?:是|系|就是|都是|喺|属于|归)?$")
_OURS = re.compile(r"(?:这里|这边|这儿|这|咱这|俺这|本地)(?:是|属于|归|系)?$|(?:来自|属于|隶属于?|归)$")
# What stands there is an office or a place of work: 镇政府在…
_SEAT = re.compile(
    r"(?:政府|医院|卫生院|学校|派出所|工地|工厂|厂子|厂|单位|公司|法院|车站|中学|大学|监狱|店|民政所|办公室|银行)(?:就|也|都|是)?(?:设)?在$"
)
_UNCARED = re.compile(r"[,里那边]{0,3}(?:没人管|没人照顾|没人带|跟着?(?:爷|奶|外公|外婆|老人))")
_AT = re.compile(r"(?:在|喺|待在|呆在|位于)$")
_NEEDY_TAIL = re.compile(rf"{_NEEDY}[^,。]{{0,6}}(?:在|住|是|待在|呆在|留在)$")
_OTHER_HERE = re.compile(_OTHER)
_SELF_HERE = re.compile(_SELF)


_HARM = re.compile(r"打|家暴|虐待|欺负|骂|关起|关在|逃|救|杀|死|病|瘫")
_WITH_CHILD = re.compile(
    r"(?:带|养|领|陪|照顾|照看|背)(?:着|了|起)?(?:一个|两个|三个|几个|个|俩|仨|小|大)?(?:的)?(?:娃娃|娃|孩子|"
    r"孙子|孙女|小孩|崽|女儿|儿子|老人|老娘)"
)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last hit ends, or -1. A hit of 我 that belongs to 我妈 or 我儿子 ends before that one."""
    return max((found.end() for found in pattern.finditer(text)), default=-1)


def _clause_before(text: str, start: int, low: int) -> tuple[str, str]:
    """The words of the same clause before the place, and the clause before that."""
    low = max(low, start - 2 * _CLAUSE_READ)
    breaks = [found.end() for found in _CLAUSE.finditer(text, low, start)]
    begin = max(breaks[-1] if breaks else low, start - _CLAUSE_READ)
    earlier = breaks[-2] if len(breaks) > 1 else low
    return text[begin:start], text[earlier:begin]


def score(text: str, start: int, end: int, low: int, high: int) -> float:
    """How surely text[start:end] is where the person in need lives; its neighbours end at `low`, begin at `high`."""
    left, earlier = _clause_before(text, start, low)
    high = min(high, end + _CLAUSE_READ)
    stop = _CLAUSE.search(text, end, high)
    right = text[end : stop.start() if stop else high]
    value = _score_left(text, left, earlier, right, text[end:])
    if value <= EXCLUDED:
        return value
    if _PLACE_OF_OTHERS.match(text, end):
        return -3.0
    if _OFFICE.match(right):
        return value if value > 0.5 else 0.3
    if re.match(r"(?:那边|那里|那儿)?(?:嫁|搬|迁|逃|跑)(?:过|出)?来", right) or (
        left.endswith(("从", "由", "自")) and "来自" not in left
    ):
        return -3.0
    if value == 0.0 and not left and re.match(r"的(?:[^一-鿿]|$|人)", right):
        return _OPENS  # 白兔潭的,…: how people begin
    return value + (0.4 if _HERE.match(right) else 0.0)


def _score_left(text: str, left: str, earlier: str, right: str, rest: str) -> float:
    near = right[:10]
    subject = _WITH_CHILD.sub("", left)
    self_said = _last(_SELF_HERE, subject) > _last(_OTHER_HERE, subject)
    other = not self_said and (_OTHER_HERE.search(subject) or _OTHER_HERE.search(earlier)) is not None
    if _NOT.search(left) or _SEAT.search(left):
        return -3.0
    if left.endswith(("从", "由")):
        return -3.0
    past = _PAST.search(left) is not None and not _NOW.search(left)
    if past:
        return -3.0
    if _ROOTS.search(left):
        return -2.0
    if _HUKOU.search(left):
        return 0.3
    if _OLD_HOME.search(left):
        return 2.0 if _AT_HOME.search(text) else 0.7
    works, care = _WORK.search(near) is not None, _CARE.search(near) is not None
    if _MOVED_TO.search(left):
        return 3.0 if not other or re.match(r"住|生活|养老|一起", right) or _HARM.search(rest[:16]) else 0.6
    if works and (other and not self_said):
        return -3.0
    if _RESIDES.search(left) and _LIVES_STRONG.search(left):
        if care and re.search(r"人在?$", left):
            return -2.0
        if works:
            return 1.5
        if other and _OTHER_HERE.search(subject) and not _NEEDY_TAIL.search(left):
            return 0.5
        return 3.0 + (0.3 if _NEEDY_TAIL.search(left) else 0.0)
    if _AT_SCHOOL_THERE.search(left) and _PUPIL_THERE.match(right) and not other:
        return 2.0
    if care and left.endswith(("在", "去", "到", "往", "来")):
        return -3.0
    if _GOING.search(left):
        return -3.0
    if _SELF_TAIL.search(left) or re.search(rf"^{_SELF}[^,]{{0,6}}是$", left) or re.search(r"(?:^|我|俺)是$", left):
        return 2.0
    if _OURS.search(left):
        return 1.8
    if _AT.search(left):
        return _score_at(left, works, other, self_said, _left_there(right, rest))
    if other and _OTHERS_WAY.search(left):
        return -2.0
    if works and not self_said and right[:1] in "打务上做读工":
        return 0.2
    return 0.0


def _left_there(right: str, rest: str) -> bool:
    """Whether the other person is said to live there by themselves: 孙子在…，没人管; 娃在…跟奶奶."""
    return _AT_HOME.search(right) is not None or _UNCARED.match(rest) is not None


def _score_at(left: str, works: bool, other: bool, self_said: bool, at_home: bool) -> float:
    if self_said:
        return 0.5 if works else 2.0
    if works:
        return 0.3
    if re.search(r"(?:现在?|如今|目前)(?:都|还)?在$", left) and not other:
        return 2.2
    if _NEEDY_TAIL.search(left):
        return 2.0
    if other:
        return 2.0 if at_home else -2.0
    return 1.0
