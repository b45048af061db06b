# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Who the person in need is to the speaker.

Every mention of a relative, neighbour or villager becomes an entity, but only one is `primary`: the person in
need. It is chosen by what the text says near each mention: 没人管 and 瘫 speak for it, 在外打工 and 打我
against it. Without a better candidate somebody who tells of their own hardship is 本人.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from nlu.entities.entity import Entity, word_table

_POSSESSOR = r"(?:我们家|我家里?|俺家|咱家|我的|俺的|咱的|我们|俺们|咱们|我|俺|咱|偶|阮|伲|阿拉|家里|家中|屋里|吾)"
_NO_RELATION = re.compile(
    r"妈的|他妈的?|你妈的?|尼玛|大妈|大爷|大伯|大娘|老大爷|老大妈|女儿国|儿子兵|孙子兵法|老公公|妹子们|姑娘们|楼下(?:的)?(?:店|超市|垃圾|停车)|朋友圈|同学会|婆婆妈妈|"
    r"爹妈生|娘家|婆家|爷们|老爷们|哥们|姐妹们|兄弟们|学生证|学生资助|学生奶|妇女儿童|子女儿孙|师傅你|自己(?:的事|看|来|搞|弄|去|带|说|填|写|交|养|在|一个)|母婴|父老|师父|师母|神父|舅舅家|外婆家|奶奶家|娘俩|爷孙|婆孙|母子|父子|母女"
)
_PREFIXED = re.compile(
    r"(?:大|二|三|四|小|老|亲|细|满|幺|前|继|后|养|干|岳|婆|公|外|表|堂|姨|姑|舅|叔|伯|师|丈|孙|儿)$"
)
# 邻居家的孩子, 老公的奶奶: the person is somebody else than the first word says.
_CHAIN = re.compile(r"^(?:家)?的?(?=[一-鿿])")
_CADRE = re.compile(
    r"(?:我们?|咱们?|俺们?|本|我这|这)(?:个|边)?(?:村|组|队|寨|屯|庄|镇|乡|街道|社区|小区|网格|楼栋|片区|辖区)(?:里|上|子里)?(?:面)?(?:的|有|住着|还有)*(?:一?[个位名户家些对]|两个|几个|好几户)?"
    r"[^,。!?！？;；]{0,12}?(?:老人|老汉|老太|老头|大爷|大娘|奶奶|爷爷|孩子|小孩|娃|残疾|五保|低保户|村民|居民|贫困|困难|人家|妇女|学生|女人|男人|媳妇|独居|孤寡|孤儿|留守|户|人)"
    r"|(?:村民|居民|群众|五保户|脱贫户|监测户|特困户|低保户|贫困户|留守老人|空巢老人|孤寡老人|独居老人)(?!委员会|委会|议事|小组|大会|自治|楼|区|们有)"
)
_INVERSE = re.compile(
    r"我是(?:他|她|孩子|娃|娃娃|老人|病人|患者|小孩)(?:的|他|她)?(儿子|女儿|闺女|儿媳|媳妇|老婆|老公|妻子|丈夫|爱人|妈妈|妈|母亲|爸爸|爸|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|邻居|孙子|孙女|老师|班主任|姐姐|姐|哥哥|哥|弟弟|妹妹|妹|弟|姑姑|舅舅|叔叔|姨)"
)
_INVERSE_VALUE = {
    "老婆": "配偶", "老公": "配偶", "妻子": "配偶", "丈夫": "配偶", "爱人": "配偶", "奶奶": "孙辈", "爷爷": "孙辈", "外婆": "孙辈",
    "外公": "孙辈", "姥姥": "孙辈", "姥爷": "孙辈", "邻居": "邻居", "孙子": "祖辈", "孙女": "祖辈",
}  # fmt: skip
_NEED = re.compile(
    r"没人(?:管|照顾|照看|带|养|理|陪)|无人|一个人(?:在|住|过|带|生活)|独居|独自|孤零零|瘫|卧床|病|残|瞎|聋|哑|癌|中风|住院|手术|透析|摔|走不动|动不了|不能自理|自理|失能|糊涂|痴呆|岁|低保|五保|"
    r"补贴|津贴|补助|救助|残疾证|评残|轮椅|护理|养老院|敬老院|没钱|困难|可怜|受苦|欺负|被|挨打|不见|走失|走丢|失踪|自杀|不想活|想不开|抑郁|辍学|不上学|不肯上学|厌学|沉迷|孤儿|没饭|饿|冻|"
    r"腿|眼睛|耳朵|腰|摔倒|昏|晕|送饭|助餐|上门|陪诊|洗澡|怎么办|咋办|没收入|没有收入|没工作|丧|没父母|没爸|没妈|没娘|失业|怀孕|坐牢出来|刑满|戒毒|孤独|失眠|哭|发烧|叫不醒|找不到|了|没回"
)
_AWAY = re.compile(
    r"打工|在外|外出|外地|上班|不管|不养|不孝|不肯|不给|不认|跑了|走了|去世|过世|不在了|死了|没了|离婚|改嫁|坐牢|服刑|进去了|出钱|不愿|不来|不回|忙|推|赌|喝酒|酗酒|喝醉|打|骂|霸占|抢|占|赶|说|讲|让我|叫我|劝|"
    r"帮|照顾|管不|带着|没时间|联系不上|失联|失踪|同意|推来推去|嫌|走得早"
)
_FOR = re.compile(r"(?:帮|给|替|为|代|带|送|接|关于|是|照顾|伺候|服侍|救救|养活|把)$")
_CHILD = re.compile(
    r"(?:我家|我的|我|俺|咱家|家里的?|我们家)?(孩子|娃娃|娃儿|娃|小孩|小宝|宝宝|伢崽)(?!他|的?[爸妈爹娘爷奶]|们|爸|妈|爷|奶|爹|娘)"
)
_SELF_NEED = re.compile(
    r"(?<!打)(我|俺|咱|偶)(?![们家的爸妈爹娘爷奶儿女孙婆公哥姐弟妹老崽伢妹堂舅姑叔伯外侄]|想问|问一下|问下|想咨询|就问|帮|替|给|是[他她孩社村志])"
    r"(?=[^,。!?！？]{0,10}?(?:\d{2}岁|[六七八九]十.?岁|岁|腿|腰|眼睛|耳朵|病|残|瘫|癌|中风|摔|走不动|动不了|没钱|没饭|没人管|没人照顾|一个人(?:住|过|在家|带)|独居|失业|没工作|下岗|低保|五保|怀孕|离婚|离了婚|被|不想活|想死|活不|难受|睡不着|失眠|抑郁|饿|冻|没地方|困难|受伤|住院|手术|透析|单亲|丧偶|守寡|寡妇|孤儿|无依无靠|刑满|出狱|欠|没收入|评残|残疾证|头晕|胸|疼|痛|快不行|害怕|申请))"
)
_BEATS_ME = re.compile(r"(?:打|骂|揍|赶|掐|踢|威胁|欺负|家暴|虐待|关)(?:我|俺)(?![妈爸爹娘儿女孙奶爷婆])")


@functools.cache
def _table() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    values: dict[str, str] = {}
    bound: set[str] = set()  # words that count only after a possessor
    for value, words in word_table("relations.tsv"):
        for word in words:
            plain = word.rstrip("*")
            if word.endswith("*"):
                bound.add(plain)
            values.setdefault(plain, value) if not word.endswith("*") else values.setdefault(f"{plain}*", value)
    words = sorted({word.rstrip("*") for word in values}, key=len, reverse=True)
    pattern = re.compile(f"({_POSSESSOR})?({'|'.join(map(re.escape, words))})")
    return pattern, values, frozenset(bound)


def find_relations(text: str, original: str) -> Iterator[Entity]:
    """Mentions of persons in normalised `text`; the one in need first and `primary`, the others not."""
    mentions = _mentions(text, original)
    if not mentions:
        return
    scores = [_score(text, mention, mentions) for mention in mentions]
    best = max(range(len(mentions)), key=lambda number: (scores[number], -number))
    yield mentions[best]
    for number, mention in enumerate(mentions):
        if number != best:
            yield replace(mention, primary=False)


def _mentions(text: str, original: str) -> list[Entity]:
    pattern, values, bound = _table()
    harmless = [match.span() for match in _NO_RELATION.finditer(text)]
    found: list[Entity] = []

    def add(value: str, start: int, end: int) -> None:
        if not any(a < end and start < b for a, b in harmless) and not any(
            one.start < end and start < one.end for one in found
        ):
            found.append(Entity("relation", value, original[start:end], start, end))

    for match in _INVERSE.finditer(text):
        add(_inverse(match[0], match[1]), *match.span())
    for match in pattern.finditer(text):
        word, possessor = match[2], match[1]
        value = values.get(f"{word}*") if possessor and f"{word}*" in values else values.get(word)
        if value is None or (word in bound and word not in values and not possessor):
            continue
        if not possessor and len(word) == 1:
            continue
        add(value, *match.span())
    for match in _CADRE.finditer(text):
        add("村民", *match.span())
    for match in _CHILD.finditer(text):
        add(_child(text), *match.span())
    # 我 of 我爸 is no mention of the speaker, so the first one that stands alone counts.
    for match in _SELF_NEED.finditer(text):
        before = len(found)
        add("本人", *match.span(1))
        if len(found) > before:
            break
    beaten = _BEATS_ME.search(text)
    if beaten and not any(one.value == "本人" for one in found):
        add("本人", beaten.end() - 1, beaten.end())
    return sorted(found, key=lambda one: one.start)


def _inverse(said: str, role: str) -> str:
    she = "她" in said
    if role in ("儿子", "女儿", "闺女"):
        return "母亲" if she else "父亲"
    if role in ("妈妈", "妈", "母亲", "爸爸", "爸", "父亲"):
        return "女儿" if she else "儿子"
    if role == "媳妇":
        return "配偶"
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


def _score(text: str, mention: Entity, mentions: list[Entity]) -> float:
    """How much speaks for this mention being the person in need."""
    following = [one.start for one in mentions if one.start >= mention.end]
    end = min([mention.end + 24, *following])
    after = text[mention.end : end]
    before = text[max(0, mention.start - 4) : mention.start]
    needs = len(_NEED.findall(after))
    # 我妈被打, but 儿子打我妈: the word right behind decides who acts.
    away = _AWAY.search(after[:8])
    score = min(needs, 4) - (3.0 if away and not re.match(r".{0,3}(?:被|没人|不见)", after) else 0.0)
    score += 2.0 if _FOR.search(before) else 0.0
    score += 1.0 if re.match(r"的(?:低保|残疾证|病|情况|事|养老|补贴|津贴|高龄|腿|身体|后事)", after) else 0.0
    if re.search(r"(?:打|骂|虐待|欺负|赶|饿|不管|不养|不孝敬|不赡养|伺候|照顾)$", before):
        score += 3.0
    if _CHAIN.match(after) and after[:1] in ("的", "家") and following and following[0] - mention.end <= 3:
        score -= 4.0
    if mention.value == "本人":
        score += 0.5 if mention.text in ("我", "俺", "咱", "偶") else 1.0
    if mention.value == "村民":
        score += 1.0
    return score
