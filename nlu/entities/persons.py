# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Persons a message speaks of, each with what they are to the speaker.

The list of the contract is short, so: parents-in-law, brothers and sisters, aunts, nephews, pupils, tenants, workmates
and strangers are 其他; grandparents of both sides 祖辈; an own child of unsaid sex 其他 unless the message tells more. Of a
chain the first link decides whose side it is: 邻居的孙子 is 邻居, 老公的爷爷 其他, 女儿的孩子 孙辈.

The words are in data/lexicon/persons.yml.
"""

from __future__ import annotations

import re
from dataclasses import replace

from nlu.entities.entity import Entity
from nlu.entities.wordlists import longest_first, word_lists

SELF = "(?:我|俺|咱|额|偶|阮|吾)"
_WORDS = word_lists("persons.yml")
_KIN = {word.rstrip("*"): value for value, words in reversed([*_WORDS.tables["kin"].items()]) for word in words}
_BOUND = {word.rstrip("*") for words in _WORDS.tables["kin"].values() for word in words if word.endswith("*")}
_BOUND -= {word for words in _WORDS.tables["kin"].values() for word in words}
_RELATIVE = _WORDS.compile(f"({{possessor}}[那这]?[大小二三四五老亲细满幺]??)?({longest_first(_KIN)})")
_NOBODY = _WORDS.compile("{nobody}")
_LACKING = _WORDS.compile("{lacking}$")

# Words that need a possessor elsewhere may open a clause: 娘一个人在山上, 姑娘才九岁.
_OPENERS = re.compile(
    r"(?:^|[,。;!?、\s:]|帮|给|替|为)(?:(妈|爸|娘|爹)(?![的妈爸爹娘们呀啊,。!、家咪俩祖呐嘞\s])"
    r"|(哥|弟|姐|妹|嫂|叔|舅|姑|姨|奶|爷|崽|仔|父|母)"
    r"(?=[今现也都才刚一独在得患病瘫摔去前有中住没眼腿不跑走死生被怀查耳脑聋残上昨心肝肺胃她他\d二三四五六七八九十快]))(?=.)"
    r"|(?:^|[,。;!?、\s:]|帮|给|替|为|的)(媳妇|姑娘|丫头|妹子|伢子|妮子|男人|婆娘|老汉)(?=[一-鿿\d])"
    r"|(?<=[十岁]的)(娘|妈|爹|爸)(?![爸妈爹娘])|(?<=[养生捡]的)(崽|女|儿|仔)"
)
# 他爸喝农药: a wife says so of her husband; only where nobody has been named before.
_OF_MY_CHILD = re.compile(r"(?:他|她|娃|孩)(?:爸|爹|妈(?!的)|娘)(?![妈爸爹娘])")

_ONE = "一?[个位名户家对]"
_VILLAGERS = _WORDS.compile(
    f"(?:我们?|咱们?|俺们?|阮|额|本|我这|这)(?:个|边)?{{settlement}}(?:里|上|内|头|子里)?面?(?:的|有|住着|还有)*"
    f"(?:{_ONE}|一?些|两个|几个|好几户)?[^,。!?！？;；]{{0,12}}?{{resident}}"
    r"|(?<![进出住在])(?:[一二三四五六七八九十\d]+组|村里?|寨里|屯里|组里|湾里|[村组湾庄屯寨队]上|嘎查|社区里?|网格里|村[东西南北]头|村[头尾口])面?"
    f"(?:(?:的|有|住着|那个?)+(?:{_ONE})?|一[个位名户家对])[^,。!?;]{{0,8}}?{{resident}}"
    r"|辖区内?的?有?一?[名位户]?[^,。]{0,6}?(?:患者|{resident})"
    r"|是?(?:我们|咱们|俺们)(?:这个?)?{settlement}里?的(?=$|[,。!;])"
    r"|(?<![进出住在])(?:村|寨子?|屯子?|湾|组|嘎查|社区)里[头面]?的?{resident}"
    r"|同村的?(?:[老小][一-鿿]|[一-鿿]大[爷娘]|一?[个位户]?[^,。]{0,4}?[人户家])?"
    r"|走访中?时?(?:发现|看到|了解到)?了?[有一两几][个位名户家]|牧民家?|[五低]保老人"
    r"|(?:村|组|寨子?|屯|社区|小区)里?的?(?={common_surname})[一-鿿][一-鿿]{1,2}(?=[,。]|今年|\d|[四五六七八九]十|有|是个)"
    r"|{on_record}(?!委员会|委会|议事|小组|大会|自治|楼|区|们有)"
)
# 孤寡老人能免费装…吗, 听村里人说: a question about rules and hearsay speak of nobody.
_RULE_ASKED = re.compile(
    r"都?[说讲]|能|可以|可不可以|怎么|如何|有什么|有没有|有哪些|要什么|需要什么|的(?:政策|补贴|条件|标准|待遇)|每月|一个月|享受|申请条件"
)
_STRANGER = _WORDS.compile(
    r"(?:(?:{meeting}一?[个位名][^,。!?]{0,6}?{stranger}|岁的{stranger_aged})(?!子?怎么领|能领)"
    r"|{occupation}[^,。!?;能怎]{0,7}的(?:那|这|一)?[个位]?[^,。!?;]{0,2}?{grown_stranger}"
    r"|(?:我们?|咱们?|俺们?){workplace}的?(?:那|一)?[个位]?[^,。!?;]{0,4}?{grown_stranger})"
)
# 快来个人吧, 派个人看看; 那个高龄老人的补贴: nobody has been met.
_NOBODY_MET = re.compile(
    r"[来叫派找喊请]?(?:一|几|两)?个人(?=[,。!?;\s吧来去帮看管过上]|$)|[那这]个[^,。!?;]{0,4}人的?(?:补贴|津贴|补助|待遇|优待)"
)
_IN_A_HOUSE = _WORDS.compile(r"[一二三四五六七八九十\d]+(?:单元|栋|幢|号楼|楼)的[^,。!?;]{0,3}?{grown_stranger}")
# 我家有个女孩, 我那十二岁的姑娘: own children, no strangers.
_AT_HOME = re.compile(r"(?:我们?家里?|俺家|家[里中]|屋里|我那?)[的还也就现在有]*(?:\d+|[一二三四五六七八九十]+)?$")
_YOUNG = re.compile(r"(女|男)?(?:孩子?|娃)$|(姑)娘$|(小)伙子?$")
_NEXT_DOOR = re.compile(r"邻|隔壁|对门|对面|楼[上下]")
# 我是隔壁的: the old man of whom this speaker goes on to tell is a neighbour.
_SPEAKS_NEXT_DOOR = re.compile(
    rf"{SELF}(?:就|也)?(?:是|住)(?:在)?(?:[他她]家?|老人家?|人家)?的?(?:隔壁|对门|斜对门|楼[上下]|邻居)(?:家|住|屋|邻居)?的?(?=[,。!?;\s]|$)"
)
# 俺一家现在搁俺兄弟家住着: who takes somebody in
_HOSTS = re.compile(r"(?:住|挤|躲|寄居|投奔|借宿|搁|呆|待)(?:在|到|进)?$|(?:暂时|现在|先)在$")
_AT_THEIRS = re.compile(r"(?:家|屋)[里头]?(?=住|借|挤|躲|$|[,。;!?\s]|了|着|的)")
# 我一个打游戏认识的兄弟
_ACQUAINTED = re.compile(rf"{SELF}(?:有|的)?(?:一|那|这)?个[^,。!?;]{{0,10}}?(?:兄弟|弟兄|哥们儿?|姐们儿?|姐妹)")
_IN_CARE = re.compile(
    r"我(?:现在)?(?:帮扶|包|结对|联系|挂点|挂包|包保|走访)的(?:那|一|这)?[个位户家]?(?:[^,。!?;]{0,8}?[户家人])?"
)
_TITLED = _WORDS.compile("{titled_surname}{title}(?![一-鿿]?家)")
_ADDRESSED = re.compile(r"(?:姓|叫|是|我|俺|找|谢谢)$")
_CALLED = _WORDS.compile("((?:(?:你|您)好[,!]?)?{called}+们?)[,!:~。 ]")
_CADRE_SPEAKS = _WORDS.compile(r"我是[^,。]{0,8}?{cadre}|{settlement}[里上]?的?(?:有|住着|一位|那个)|村医|辖区")

_INVERSE_VALUE = {word: value for value, words in _WORDS.tables["speaker_is"].items() for word in words}
_INVERSE = _WORDS.compile("我是{needing}[的他她]?(?:隔壁|对门)?的?(" + longest_first(_INVERSE_VALUE) + ")")
_CHILD = _WORDS.compile(
    "(?:我家|我的|我|俺|咱家|家里的?|我们家)?({child})(?!他|的?[爸妈爹娘爷奶]|们|爸|妈|爷|奶|爹|娘)"
)
_CHILD_OF_RULES = re.compile(r".{0,5}?(?:几岁|几个月|多大|满\d|满[一二三四五六七八九十]+周?岁)")
_GRANDCHILD, _GIRL, _BOY = map(_WORDS.compile, ("{grandchild_said}", "{girl_said}", "{boy_said}"))

_OUTSIDERS = frozenset(_WORDS.lists["outsider"])
_OWN = re.compile(SELF)
_OWN_BETWEEN = re.compile(r"我(?!们?[村小社])|俺|咱")
_THEIR = re.compile(r"[他她](爸妈?|妈|爹娘?|娘|父亲|母亲|哥|弟|姐|妹|爷爷?|奶奶?|外公|外婆|儿子|女儿|老公|老婆)")
# 侄子他爸妈没了, 孙子他爸坐牢: it is of the child that this is told.
_CHILDREN = re.compile(r"[孙侄甥崽孩娃儿]|学生")
_GONE = re.compile(
    r"[他她][爸妈爹娘父母]{1,2}亲?[^,。!?;]{0,4}?(?:去世|没了|死|跑|离|改嫁|坐牢|进去|判|打工|车祸|在外|不[管要养]|走了)"
)
# 老师说女儿…, 被同学打: these persons do or say something; the relatives named behind are the speaker's.
_REPORTS = re.compile(r"们?都?(?:说(?!他|她)|讲|介绍|告诉|打|让|叫|推荐|通知|骂|欺负|追)")
# Between two links of a chain: 邻居家的小孩, 隔壁王婆婆, 媳妇她爸
_LINK = re.compile(r"(?:家里?|屋里)?(?:的|那个|他|她|住着?一?[个位]|有一?[个位]|一?[个位])?[老小]?[一-鿿]?")


def find_persons(text: str, original: str) -> list[Entity]:
    """Every person but the speaker, in order of the text, without overlaps; all `primary`."""
    harmless = [match.span() for match in _NOBODY.finditer(text)]
    openers = {match.start(match.lastindex or 0) for match in _OPENERS.finditer(text)}
    found: list[Entity] = []

    def add(value: str, start: int, end: int, strict: bool = True) -> None:
        word = strict and any(a <= start < b or start < a < end < b for a, b in harmless)
        if not word and not any(one.start < end and start < one.end for one in found):
            found.append(Entity("relation", value, original[start:end], start, end))

    for match in _INVERSE.finditer(text):
        add(_inverse(match[0], match[1]), *match.span())
    for match in _VILLAGERS.finditer(text):
        if not _RULE_ASKED.match(text, match.end()):
            found.append(Entity("relation", "村民", original[match.start() : match.end()], *match.span()))
    for match in _IN_CARE.finditer(text):
        add("村民", *match.span(), strict=False)
    if called := _CALLED.match(text):
        harmless.append(called.span(1))
    official = _CADRE_SPEAKS.search(text) is not None
    next_door = _SPEAKS_NEXT_DOOR.search(text) is not None
    for match in _STRANGER.finditer(text):
        if _NOBODY_MET.match(text, match.start()):
            continue
        villager = official or any(one.value == "村民" for one in found)
        child = _YOUNG.search(match[0])
        if child and _AT_HOME.search(text, max(0, match.start() - 8), match.start()):
            value = {"女": "女儿", "姑": "女儿", "男": "儿子", "小": "儿子"}.get(child[child.lastindex or 0]) or _child(
                text
            )
            add(value, *match.span(), strict=False)
            continue
        near = next_door or _NEXT_DOOR.search(text, max(0, match.start() - 3), match.end())
        add("邻居" if near else "村民" if villager else "其他", *match.span(), strict=False)
    for match in _IN_A_HOUSE.finditer(text):
        add("村民" if official else "邻居", *match.span(), strict=False)
    for match in _TITLED.finditer(text):
        if not _ADDRESSED.search(text, max(0, match.start() - 2), match.start()):
            add("村民" if official else "邻居" if next_door else "其他", *match.span(), strict=False)
    for match in _ACQUAINTED.finditer(text):
        add("其他", *match.span())
    for match in _RELATIVE.finditer(text):
        word, possessor = match[2], match[1]
        of_him = len(word) > 1 and text[match.start() - 1 : match.start()] in ("他", "她")  # 儿子打他媳妇
        if of_him and _KIN[word] == "本人":  # 她自己摔的
            continue
        if _HOSTS.search(text, max(0, match.start() - 4), match.start()) and _AT_THEIRS.match(text, match.end()):
            continue
        own = possessor or of_him or match.start(2) in openers or (word in _BOUND and _opens(text, *match.span(2)))
        if not own and (word in _BOUND or len(word) == 1):
            continue
        if _is_called(text, *match.span(), bool(possessor)) or _LACKING.search(
            text, max(0, match.start() - 5), match.start()
        ):
            continue
        add(_KIN[word], *match.span())
    for match in _CHILD.finditer(text):
        if not _CHILD_OF_RULES.match(text, match.end()):
            add(_child(text), *match.span())
    if (father := _OF_MY_CHILD.match(text)) and father.end() < len(text):
        add("配偶", *father.span())
    return _chained(text, original, sorted(found, key=lambda one: one.start))


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
    outsider: Entity | None = None  # whose relatives follow: 我们小区有个阿姨，孙女生病
    for one in found:
        their = _THEIR.match(text, one.end)  # 媳妇她爸
        if their and not (_CHILDREN.search(one.text) and _GONE.match(text, one.end)):
            value = _through(
                str(one.value), "父亲" if their[1][0] in "爸爹父" else "母亲" if their[1][0] in "妈娘母" else "其他"
            )
            one = Entity("relation", value, original[one.start : their.end()], one.start, their.end())
        last = joined[-1] if joined else None
        if last is not None and one.start < last.end:
            continue
        own = _OWN.match(text, one.start) is not None
        if last is not None and not own:
            gap = text[last.end : one.start]
            tight = gap[:1] in ("家", "的", "他", "她") or (last.value == "邻居" and len(gap) <= 5)
            if tight and _LINK.fullmatch(gap) and not re.search(r"[和跟打说把]", gap):
                value = _through(str(last.value), str(one.value))
                joined[-1] = Entity("relation", value, original[last.start : one.end], last.start, one.end)
                continue
            if gap in ("", "的") and one.text in _OUTSIDERS:  # 我儿子班上同学
                joined[-1] = outsider = Entity("relation", "其他", original[last.start : one.end], last.start, one.end)
                continue
            if text[one.start - 1 : one.start] in ("他", "她") and "他" not in gap[:-1]:  # 师傅说他老婆
                one = replace(one, value=_through(str(last.value), str(one.value)))
        if outsider is not None and not own and not _OWN_BETWEEN.search(text, outsider.end, one.start):
            one = replace(one, value=outsider.value)
        elif (
            one.value in ("邻居", "村民")
            or one.text in _OUTSIDERS
            or (one.value == "其他" and _STRANGER.match(text, one.start))
        ) and not (_REPORTS.match(text, one.end) or text[one.start - 1 : one.start] in ("被", "跟", "听", "问")):
            outsider = one
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
    """What the person in need is to a speaker who says 我是…的`role`."""
    value = _INVERSE_VALUE[role]
    if value == "父母":
        return "母亲" if "她" in said else "父亲"
    if value == "子女":
        return "女儿" if "她" in said else "其他" if re.search(r"孩子|小孩|娃", said) else "儿子"
    return value


def _child(text: str) -> str:
    """A 孩子 of unsaid sex: a grandchild where the parents are away or grandparents speak, else by other words."""
    if _GRANDCHILD.search(text):
        return "孙辈"
    if _GIRL.search(text):
        return "女儿"
    return "儿子" if _BOY.search(text) else "其他"
