# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Persons a message speaks of, each with what they are to the speaker.

The list of the contract is short, so: parents-in-law, brothers and sisters, aunts, nephews, pupils, tenants, workmates
and strangers are 其他; grandparents of both sides 祖辈; an own child of unsaid sex 其他 unless the message tells more. Of a
chain the first link decides whose side it is: 邻居的孙子 is 邻居, 老公的爷爷 其他, 女儿的孩子 孙辈.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right

from nlu.entities.entity import Entity, word_table
from nlu.taken import Taken

SELF = "(?:我|俺|咱|额|偶|阮|吾)"
_SELF = re.compile(SELF)
_POSSESSOR = r"(?:我们家里?|我家里?|俺家|咱家|额家|我的|俺的|咱的|我们|俺们|咱们|我|俺|咱|额|偶|阮|伲|阿拉|家里的?|家中|屋里的?|吾)"
_NO_RELATION = re.compile(
    r"妈的|他妈的?|你妈的?|尼玛|(?<![三二四五大小][姨姑舅叔])大妈|大爷|大娘|老大爷|老大妈|女儿国|儿子兵|孙子兵法|老公公|妹子们|姑娘们|楼下(?:的)?(?:店|超市|垃圾|停车)|朋友圈|同学会|婆婆妈妈|"
    r"爹妈生|娘家|婆家|爷们|老爷们|哥们|姐妹们|兄弟们|学生证|学生资助|学生奶|妇女儿童|子女儿孙|师傅你|自己(?:的事|看|来|搞|弄|去|带|说|填|写|交|养|在|一个)|母婴|父老|师父|师母|神父|舅舅家|外婆家|奶奶家|娘俩|爷孙|婆孙|母子|父子|母女|"
    r"[父母]亲节|儿童节|独生子女(?:费|证|父母|家庭|奖|补)|叫[一-鿿]师傅|小儿(?:麻痹|科|推拿|脑瘫)|女儿红|嘎{3,99}|(?:单亲|全职|准|宝)(?:妈妈?|爸爸?)|爹死|娘嫁|楼上楼下|伯乐|妹夫"
)
# Words of the lexicon that need a possessor elsewhere may open a clause: 娘一个人在山上, 姑娘才九岁.
_OPENERS = re.compile(
    r"(?:^|[,。;!?、\s:]|帮|给|替|为)(?:(妈|爸|娘|爹)(?![的妈爸爹娘们呀啊,。!、家咪俩祖呐嘞\s])|(哥|弟|姐|妹|嫂|叔|舅|姑|姨|奶|爷|崽|仔|父|母)(?=[今现也都才刚一独在得患病瘫摔去前有中住没眼腿不跑走死生被怀查耳脑聋残上昨心肝肺胃她他\d二三四五六七八九十快]))(?=.)"
    r"|(?:^|[,。;!?、\s:]|帮|给|替|为|的)(媳妇|姑娘|丫头|妹子|伢子|妮子|男人|婆娘|老汉)(?=[一-鿿\d])"
    r"|(?<=[十岁]的)(娘|妈|爹|爸)(?![爸妈爹娘])"
)
_VILLAGE = r"(?:村|组(?![织长员])|队|寨|屯|屯子|寨子|庄|镇|乡|街道|社区|小区|网格|楼栋|片区|辖区|嘎查|湾|院子|弄堂)"
_PEOPLE = r"(?:老人|老汉|老太|老头|老爷子|大爷|大娘|大妈|大伯|大叔|阿姨|奶奶|爷爷|阿婆|阿公|婆婆|嗲嗲|孩子|小孩|娃|残疾|五保|低保户|村民|居民|贫困|困难|人家|妇女|学生|女人|男人|媳妇|独居|孤寡|孤儿|留守|光棍|疯|哑巴|瞎子|寡妇|大姐|大哥|姑娘|小伙|后生|住户|户|夫妻|两口|一家|老[一-鿿]|人)"
_CADRE = re.compile(
    rf"(?:我们?|咱们?|俺们?|本|我这|这)(?:个|边)?{_VILLAGE}(?:里|上|子里)?(?:面)?(?:的|有|住着|还有){{0,4}}(?:一?[个位名户家些对]|两个|几个|好几户)?[^,。!?！？;；]{{0,12}}?{_PEOPLE}"
    rf"|(?<![进出住在])(?:[一二三四五六七八九十\d]{{1,4}}组|村里?|寨里|屯里|组里|湾里|嘎查|社区里?|网格里|村[东西南北]头|村[头尾口])(?:面)?(?:(?:的|有|住着|那个?){{1,4}}(?:一?[个位名户家对])?|一[个位名户家对])[^,。!?;]{{0,8}}?{_PEOPLE}"
    rf"|辖区(?:内)?(?:的)?(?:有)?一?[名位户]?[^,。]{{0,6}}?(?:患者|{_PEOPLE})|是?(?:我们|咱们|俺们)(?:这个?)?{_VILLAGE}里?的(?=$|[,。!;])"
    rf"|(?<![进出住在])(?:村|寨子?|屯子?|湾|组|嘎查|社区)里(?:头|面)?(?:的)?{_PEOPLE}"
    r"|同村(?:的)?(?:[老小][一-鿿]|[一-鿿]大[爷娘]|一?[个位户]?[^,。]{0,4}?(?:人|户|家))?|走访(?:中)?(?:时)?(?:发现|看到|了解到)?(?:了|有)?(?:一|两|几)[个位名户家]|牧民家?|[五低]保老人"
    r"|(?:村|组|寨子?|屯|社区|小区)里?(?:的)?(?=[王李张刘陈杨黄赵周吴徐孙朱马胡郭林何罗宋谢唐曹彭曾田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶黎贺顾毛郝龚邵万覃武钱戴严莫孔向])[一-鿿][一-鿿]{1,2}(?=[,。]|今年|\d|[四五六七八九]十|有|是个)"
    r"|(?:村民|居民|群众|五保户|脱贫户|监测户|特困户|低保户|贫困户|特困人员|留守老人|空巢老人|孤寡老人|独居老人|散居孤儿)(?!委员会|委会|议事|小组|大会|自治|楼|区|们有)"
)
# 孤寡老人能免费装…吗: a question about rules speaks of nobody.
_RULE_ASKED = re.compile(
    r"(?:能|可以|可不可以|怎么|如何|有什么|有没有|有哪些|要什么|需要什么|的(?:政策|补贴|条件|标准|待遇)|每月|一个月|享受|申请条件)"
)
_INVERSE = re.compile(
    r"我是(?:他|她|孩子|娃|娃娃|老人|病人|患者|小孩|伤者|死者|当事人)(?:的|他|她)?(?:隔壁|对门)?(?:的)?(大儿子|小儿子|大女儿|小女儿|儿子|女儿|闺女|儿媳|女婿|媳妇|老婆|老公|妻子|丈夫|爱人|老伴|妈妈|妈|母亲|爸爸|爸|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|邻居|外孙女|外孙|孙子|孙女|老师|班主任|姐姐|姐|哥哥|哥|弟弟|妹妹|妹|弟|姑姑|舅舅|叔叔|侄子|侄女|姨|同事|朋友|房东|社工)"
)
_INVERSE_VALUE = {
    "老婆": "配偶", "老公": "配偶", "妻子": "配偶", "丈夫": "配偶", "爱人": "配偶", "老伴": "配偶", "媳妇": "配偶", "奶奶": "孙辈",
    "爷爷": "孙辈", "外婆": "孙辈", "外公": "孙辈", "姥姥": "孙辈", "姥爷": "孙辈", "邻居": "邻居", "孙子": "祖辈", "孙女": "祖辈",
    "外孙": "祖辈", "外孙女": "祖辈",
}  # fmt: skip
_CHILD = re.compile(
    r"(?:我家|我的|我|俺|咱家|家里的?|我们家)?(孩子|娃娃|娃儿|娃崽|娃|小孩子?|小宝|宝宝|毛毛|伢崽|细伢子|细路|小家伙|宝贝)(?!他|的?[爸妈爹娘爷奶]|们|爸|妈|爷|奶|爹|娘)"
)
# A person without a name: 有个老太太, 碰到一个走失的老人, 三十来岁的女人
_STRANGER = re.compile(
    r"(?:(?:有|服务的|照顾的|负责的|碰到|碰见|看到|看见|捡到?了?|发现|遇到|[睡躺坐站蹲跪趴]着|那|这|来了?|见到?)(?:一)?(?:个|位|名)[^,。!?]{0,6}?(?:老人|老太太|老太婆|老奶奶|老爷爷|老头子?|老爷子|长者|老者|大爷|大娘|大妈|奶奶|爷爷|阿婆|小孩|孩子|娃|女孩|男孩|女娃|男娃|女人|男人|姑娘|小伙子?|阿姨|大姐|哑巴|瞎子|疯子|寡妇|光棍|孕妇|老头|妇女|小男孩|小女孩|人(?!说|家))"
    r"|岁的(?:女人|男人|老人|光棍|老头|女孩|男孩|孩子|小伙子?|姑娘|妇女))(?!子?怎么领|能领)"
)
# 张阿姨, 王奶奶: a form of address, no relative
_TITLED = re.compile(
    r"[王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方邱夏谭韦贾邹石熊孟秦薛侯雷龙段郝孔邵史常顾赖武康贺严尹钱施牛洪龚](?:奶奶|爷爷|阿姨|大爷|大娘|大妈|大叔|大伯|大姐|大哥|叔叔?|伯伯?|婆婆?|嫂子?|婶婶?|嗲嗲|娭毑|老汉|姨)(?![一-鿿]?家)"
)
_OFFICIAL = re.compile(
    rf"我是[^,。]{{0,8}}?(?:干部|主任|书记|组长|村长|网格员|村医|嘎查长|社工|楼长|楼栋长|队长|专干|协理员|工作人员|驻村|委员|联络员)|{_VILLAGE}(?:里|上)?(?:的)?(?:有|住着|一位|那个)|村医|辖区"
)
_OUTSIDERS = frozenset(
    [
        "朋友",
        "同学",
        "同事",
        "工友",
        "战友",
        "学生",
        "租客",
        "房东",
        "房客",
        "老乡",
        "室友",
        "邻床",
        "病友",
        "亲戚",
        "客户",
        "网友",
        "小夫妻",
        "小工",
    ]
)
_OWN_BETWEEN = re.compile(r"我(?!们?[村小社])|俺|咱")
# Between two links of a chain: 邻居家的小孩, 隔壁王婆婆, 媳妇她爸
_THEIR = re.compile(r"[他她](爸妈?|妈|爹娘?|娘|父亲|母亲|哥|弟|姐|妹|爷爷?|奶奶?|外公|外婆|儿子|女儿|老公|老婆)")
_LINK = re.compile(r"(?:家里?|屋里)?(?:的|那个|他|她|住着?一?[个位]|有一?[个位]|一?[个位])?[老小]?[一-鿿]?")


@functools.cache
def _table() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    values: dict[str, str] = {}
    bound: set[str] = set()  # words that count only after a possessor
    for value, words in word_table("relations.tsv"):
        for word in words:
            if word.endswith("*"):
                bound.add(word.rstrip("*"))
            values.setdefault(word, value)
    words = sorted({word.rstrip("*") for word in values}, key=len, reverse=True)
    pattern = re.compile(f"({_POSSESSOR}(?:那|这)?[大小二三四五老亲细满幺]??)?({'|'.join(map(re.escape, words))})")
    return pattern, values, frozenset(bound)


def find_persons(text: str, original: str) -> list[Entity]:
    """Every person but the speaker, in order of the text, without overlaps; all `primary`."""
    pattern, values, bound = _table()
    harmless = [match.span() for match in _NO_RELATION.finditer(text)]
    openers = {match.start(match.lastindex or 0) for match in _OPENERS.finditer(text)}
    found: list[Entity] = []
    taken = Taken(text)
    official = _OFFICIAL.search(text) is not None
    child = _child(text)

    def keep(value: str, start: int, end: int) -> None:
        found.append(Entity("relation", value, original[start:end], start, end))
        taken.add(start, end)

    def add(value: str, start: int, end: int, strict: bool = True) -> None:
        if not (strict and _cuts(harmless, start, end)) and not taken.meets(start, end):
            keep(value, start, end)

    for match in _INVERSE.finditer(text):
        add(_inverse(match[0], match[1]), *match.span())
    for match in _CADRE.finditer(text):
        if not _RULE_ASKED.match(text, match.end()):
            keep("村民", *match.span())
    local = "村民" if official or any(one.value == "村民" for one in found) else "其他"
    for match in _STRANGER.finditer(text):
        add(local, *match.span(), strict=False)
    for match in _TITLED.finditer(text):
        if not re.search(r"(?:姓|叫|是|我|俺|找|谢谢)$", text[max(0, match.start() - 2) : match.start()]):
            add("村民" if official else "其他", *match.span(), strict=False)
    for match in pattern.finditer(text):
        word, possessor = match[2], match[1]
        own = possessor or match.start(2) in openers or (word in bound and _opens(text, *match.span(2)))
        kin = values.get(f"{word}*") if own and f"{word}*" in values else values.get(word)
        if not kin or (word in bound and word not in values and not own):
            continue
        if (not own and len(word) == 1) or _is_called(text, *match.span(), bool(possessor)):
            continue
        add(kin, *match.span())
    for match in _CHILD.finditer(text):
        if not re.match(r"几岁|多大|满\d|满[一二三四五六七八九十]+周?岁", text[match.end() : match.end() + 6]):
            add(child, *match.span())
    return _chained(text, original, sorted(found, key=lambda one: one.start))


def _cuts(harmless: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of these words, in order and apart from each other, covers `start` or runs over `end`."""
    covers, runs = bisect_right(harmless, start, key=_first) - 1, bisect_left(harmless, end, key=_first) - 1
    return (covers >= 0 and start < harmless[covers][1]) or (
        runs >= 0 and start < harmless[runs][0] and end < harmless[runs][1]
    )


def _first(span: tuple[int, int]) -> int:
    return span[0]


def _opens(text: str, start: int, end: int) -> bool:
    """Whether a word of two or more characters is the subject of a clause: 老大有癫痫, but not 叔叔救救我."""
    return (
        end - start > 1
        and text[start:end] != "老师"
        and (start == 0 or text[start - 1] in ",。;!?:、 帮给替")
        and re.match(r"[一-鿿\d](?<![我你您请救们])", text[end : end + 1]) is not None
    )


def _is_called(text: str, start: int, end: int, own: bool) -> bool:
    """Whether the word only addresses somebody: 妈，我对不起你; 老师，…"""
    return (
        not own and start == 0 and re.match(r"[,!、:~]\s*(?:我|你|请|能|想|爸|妈|您)", text[end : end + 3]) is not None
    )


def _chained(text: str, original: str, found: list[Entity]) -> list[Entity]:
    """Joins the links of a chain into one person."""
    joined: list[Entity] = []
    seen = 0  # up to here nothing of the speaker's own stands behind the outsider
    outsider: Entity | None = None  # whose relatives follow: 我们小区有个阿姨，孙女生病
    for one in found:
        if their := _THEIR.match(text, one.end):  # 媳妇她爸
            value = _through(
                str(one.value), "父亲" if their[1][0] in "爸爹父" else "母亲" if their[1][0] in "妈娘母" else "其他"
            )
            one = Entity("relation", value, original[one.start : their.end()], one.start, their.end())
        own = _SELF.match(text, one.start) is not None
        last = joined[-1] if joined else None
        if last is not None and one.start < last.end:
            continue
        if last is not None and not own:
            gap = text[last.end : one.start]
            tight = gap[:1] in ("家", "的", "他", "她") or (last.value == "邻居" and len(gap) <= 5)
            if tight and _LINK.fullmatch(gap) and not re.search(r"[和跟打说把]", gap):
                value = _through(str(last.value), str(one.value))
                joined[-1] = Entity("relation", value, original[last.start : one.end], last.start, one.end)
                continue
        between = _OWN_BETWEEN.search(text, seen, one.start) if outsider is not None else None
        seen = between.start() if between else max(seen, one.start)
        if outsider is not None and not own and not between:
            one = Entity("relation", outsider.value, one.text, one.start, one.end)
        elif (
            one.value in ("邻居", "村民")
            or one.text in _OUTSIDERS
            or (one.value == "其他" and _STRANGER.match(text, one.start))
        ):
            outsider, seen = one, one.end
        joined.append(one)
    return joined


def _through(first: str, second: str) -> str:
    """Whose relative is whose: 老公 + 爷爷 → 其他."""
    if first in ("邻居", "村民"):
        return first
    if second in ("儿子", "女儿") and first in ("儿子", "女儿"):
        return "孙辈"
    if second in ("父亲", "母亲") and first in ("父亲", "母亲"):
        return "祖辈"
    if second in ("父亲", "母亲") and first in ("儿子", "女儿", "孙辈"):
        return "配偶" if first != "孙辈" else "其他"
    if second in ("儿子", "女儿", "孙辈") and first == "配偶":
        return second
    return "其他"


def _inverse(said: str, role: str) -> str:
    she = "她" in said
    if role.endswith(("儿子", "女儿", "闺女")):
        return "母亲" if she else "父亲"
    if role in ("妈妈", "妈", "母亲", "爸爸", "爸", "父亲"):
        return "女儿" if she else "其他" if re.search(r"孩子|小孩|娃", said) else "儿子"
    return _INVERSE_VALUE.get(role, "其他")


def _child(text: str) -> str:
    """A 孩子 of unsaid sex: a grandchild where the parents are away or grandparents speak, else by other words."""
    if re.search(
        r"孙|(?:孩子|娃)(?:的)?(?:爸妈|父母|爸爸妈妈|爹妈)|我是(?:他|她|孩子|娃)?的?(?:爷爷|奶奶|外婆|外公)|儿子(?:和)?儿媳|我们?(?:两个)?老(?:的|两口)",
        text,
    ):
        return "孙辈"
    if re.search(r"女孩|女娃|女儿|闺女|丫头|女生|小姑娘", text):
        return "女儿"
    return "儿子" if re.search(r"男孩|男娃|儿子|小子|男生|我家|我的?孩子|我(?:的)?娃", text) else "其他"
