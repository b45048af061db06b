"""Who of the persons in a message is the one in need: what that person is to the speaker.

Every mention of a person becomes an entity, but only one is `primary`. It is chosen by what the text says near each
mention: 没人管, 瘫 and an age speak for it, 在外打工, 打我, 去世 and a telephone number against it. Without a better
candidate somebody who tells of their own hardship is 本人; where all speaks against everybody, nobody is `primary`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nlu.entities.ages import find_ages
from nlu.entities.conditions import find_conditions
from nlu.entities.entity import Entity
from nlu.entities.persons import SELF, find_persons
from nlu.taken import Taken

_NEED = re.compile(
    r"没人(?:管|照顾|照看|带|养|理|陪|看)|无人|一个人(?:在|住|过|带|生活)|独居|独自|孤零零|瘫|卧床|病|残|瞎|聋|哑|癌|瘤|中风|脑梗|住院|手术|透析|摔|走不动|动不了|不能自理|自理|失能|糊涂|痴呆|躺|卧|走不稳|低保|五保|"
    r"补贴|津贴|补助|救助|残疾证|评残|轮椅|护理|养老院|敬老院|没钱|困难|可怜|受苦|欺负|被|挨打|不见|走失|走丢|失踪|自杀|不想活|想不开|抑郁|辍学|不上学|不肯上学|厌学|沉迷|孤儿|没饭|饿|冻|"
    r"腿|眼睛|耳朵|腰|脚|昏|晕|送饭|助餐|上门|陪诊|洗澡|怎么办|咋办|没收入|没有收入|没工作|丧|没父母|没爸|没妈|没娘|失业|怀孕|坐牢出来|刑满|戒毒|孤独|失眠|哭|发烧|叫不醒|找不到|没回|吐血|大出血|手断|断了|砸|烫|尿|喘|肿|跳楼|跳江|割|智力|癫痫|自闭|不说话|不吃|学费|吸毒|网瘾|离家出走|吓|开刀|查出|确诊|出血|砸|轧|轻生|不洗|没醒|醒不|没反应|没动静|不动了|没气|误喝|农药|吞|精神|不正常|脑子|疯|傻|植物人|受气|抽风|不回消息|没下楼|没钱|没起色|丢了|迷路|没儿没女|无儿无女|双亡|退学|落户|轮椅|流产|难产|烧|肋骨|骨|骂得|跑出去|没应"
)
_AWAY = re.compile(
    r"打工|在外(?!面流浪)|外出|[在去]外地|上班|不管|不养|不孝|不肯(?!上学|读书|去学校|吃|住院|看病|说话|出门|去医院|治)|不给(?!上学)|不认(?!人|得|识)|不要|跑了|离婚(?!了?回)|改嫁|坐牢|服刑|进去了|出钱|不愿(?!上学|说话|出门|吃|治)|不来|不回|忙|推(?!倒)|赌|喝酒|酗酒|喝醉|打(?!工|针|吊|点滴|伤|断|架)|骂|霸占|抢|占|赶(?!出)|[说讲](?:我|你|要我|叫|等|没空|没钱|不管)|喝多|拿刀|发酒疯|让我|叫我|劝|"
    r"帮|照顾|伺候|服侍|管不|带着|在带|没时间|联系不上|失联|同意|推来推去|嫌|对我|毒打|在(?:城里|国外|北京|广东|深圳|上海|广州|浙江|县城|市里|省城)"
)
_THEIR_PARENTS = re.compile(r"(?:的|他|她)?(?:爸妈|父母|爹妈|爹娘|爸爸|妈妈)")  # 我孙子爸妈都在外打工: they are away
_JAILED = re.compile(r"被判|被抓|判了|坐牢|服刑|蹲大牢|劳改|进去了")
_PASSIVE = re.compile(r".{0,4}(?:被|没人|无人|不见|挨)|.{0,6}[打骂][他她]")
_DEAD = re.compile(
    r"[^,。!?;爹妈爸娘父母]{0,8}?(?:去世|过世|(?<![跑逃出搬拐带骗抱接赶抢偷])走了(?!丢|失|一天|三天|几天)|(?<![钱米粮作入保贴口气腿手房饭药水电觉子])没了|不在了(?!家)|(?<![打想快要找寻])死(?:了|得|在|于)|死后|走得早|病逝|离世|牺牲|过身|丧葬|早逝|双亡)"
)
_FOR = re.compile(
    r"(?:帮|给|替|为|代|带|送|接|关于|是|照顾|伺候|服侍|救救|养活|把|留下我和|问问|剩下?个?(?:[一二三四五六七八九十\d]{1,4}个?[岁月]的)?|留下个?)$"
)
_CARRIED = re.compile(
    r"(?:带着?|养着?|拉扯|供|领着|背着|抚养|跟着|靠着?|陪着?)(?:大)?(?:一|两|三|四|二)?(?:个|岁的|个月的)?(?:小|大|细|上学的)?$"
)
_BESIDE_ME = re.compile(r"(?:我|俺|咱)(?:和|跟|与|带)(?:一|两|二|三|四)?个?(?:小|大)?$")
_PHONE_OF = re.compile(
    r"(?:家)?(?:的|那个)?(?:手机|电话|号码|号|联系方式|联系电话|老人机|座机|微信)(?:号码?)?|(?:的|是|:)?\s*\+?[\d(]"
)
_NUMBER_NEAR = re.compile(r"$|[,。](?!打不|没人)|[^,。]{0,8}?\+?\d[\d\s\-.]{6,}|的?号(?:码)?(?:$|[,。])")
_CALL = re.compile(r"(?:找|打|联系|拨|叫|转告|告诉|通知|打给)$")
_DIALLED = re.compile(r"幺|零零|〇〇|1[3-9][\d\s\-]{9}|\d{7}|电话")
_UNREACHED = re.compile(r"打不通|关机|没人接|联系不上|不接")
_ACTED_ON = re.compile(
    r"(?:打|骂|虐待|欺负|赶|饿|不管|不养|不孝敬|不赡养|伺候|照顾|关着|锁着|嫌弃|打死|追|砍|掐|踢|推|揍|赶走)$"
)
# 我 as the one something is done to: 老公打我, 后妈不给我饭吃
_BEATS_ME = re.compile(
    r"(?:(?<!拨)打|骂|揍|赶|掐|踢|砍|砸|捅|踹|扇|抽|泼|烫|咬|拽|威胁|欺负|家暴|虐待|关|不管|不养|不要|不认|不理|不给|不让|缠着?|跟踪|骗|抢|逼|摸|锁|霸占|嫌弃|肯要|没人[要管]|对)(?:着|了|过)?(我|俺|咱|额)(?!电话|手机|的?号|座机|[\d\s幺]|[妈爸爹娘儿女孙奶爷婆弟妹哥姐嫂崽家外公老伯叔们])"
)
_SAID_SELF = re.compile(
    rf"(?<!着)(?:我|俺|咱|额)(?:自己|本人)|(?:只?剩下?|留下)(?:我|俺)(?![的家])|(?<![他她人其非由])本人(?![^,。]{{0,6}}(?:村医|社工|志愿|干部|网格|教师))|(?:给|帮|为|替)自己"
    rf"|(?:就|只有|剩)?{SELF}(?:就是?|只是?|也是|是|都是)?(?:一?个|这个?|孤)(?:孤|老|瞎|瘸|寡|穷|单身|农村|乡下|快?.十多?岁的){{0,6}}(?:太婆|婆子|头子|妈妈|爸爸|母亲|老头|老汉|汉子|寡妇|婆婆|女人|男人|妇女|残疾人|光棍|孤儿|太太|妇道人家|老人家|老人)"
    rf"|{SELF}(?:单亲|离异|全职|丧偶)(?:妈妈|爸爸|母亲|父亲|女人|男人)|(?:老头子|老太婆|老婆子|老汉|老太太|老身|老朽){SELF}(?![家的们])|(?<![着靠]){SELF}们?(?:老)?(?:两口子?|夫妻俩?|夫妇)"
)
_SELF = re.compile(
    r"(?<![打找给帮替让叫对跟为使着的教陪养供])(我|俺|咱|偶|额|阮)(?:们(?=失独|都是|两个))?(?![们家的爸妈爹娘爷奶儿女孙婆公哥姐弟妹崽伢堂舅姑叔伯外侄嗲]|老(?![了人实]|是|早)|自己|想问|问一下|问下|想咨询|就问|想了解|帮|替|给|代|电话|手机|号|是[他她孩社村志老网驻居楼班医护组嘎校书主干镇乡]|也?(?:说不|不知|不晓|记不|不懂|不会(?:用|弄|写|填))|有[个一]|认识|看[到见]|听说|发现|照顾|照看|伺候|爱人|邻居|朋友|同[学事]|室友|带的|嫂)"
)
_SELF_NEED = re.compile(
    r"腿|腰|眼睛|耳朵|病|残|瘫|癌|瘤|中风|脑梗|摔|走不动|动不了|干不动|种不动|种地|没钱|没饭|没吃|没米|没人管|没人照顾|一个人(?:住|过|在家|带|养|拉扯|种)|独居|失业|没工作|没单位|没文凭|下岗|低保|五保|怀孕|离婚|离了婚|被|不想活|想死|活不|难受|睡不着|失眠|抑郁|饿|冻|没地方|没房|没户口|困难|受伤|住院|手术|透析|"
    r"单亲|丧偶|守寡|寡妇|孤儿|失独|无依无靠|无儿无女|没儿没女|刑满|出狱|欠|没收入|没有收入|没生活费|没社保|评残|残疾证|头晕|胸|疼|痛|快不行|害怕|不敢回|申请|查出|尿毒症|红斑|肝|肺|肾|心脏|糖尿|辞|工资|退休|养老金|下不去|下不了|交不起|租房|找不到活|找不到工作|没人要|带着?(?:一|两|二|三|几|俩)?个?[^,]{0,4}(?:孩子|娃|女儿|儿子)|"
    r"上不了学|想上学|读不起|自杀|跳楼|割腕|瞎|聋|哑|老了|孤独|想找人|说说话|走投无路|过不下去|不下去了|没依靠|断了|坏了|遭了?灾|淹|塌|漏|哪里肯要"
)
_ANY_SELF = re.compile(
    r"(?<![的给帮替叫找对])(我|俺)(?![们家的爸妈爹娘爷奶儿女孙婆公哥姐弟妹老崽伢堂舅姑叔伯外侄嗲]|想问|想咨询|想了解|是|要(?:投诉|举报)|组织|想当|想捐)"
)
_HARDSHIP = re.compile(r"没[^有错事问关什啥]|[坏断死欠饿冻病伤破漏]|不[了到起动让给能敢]|住[猪牛羊窝棚桥]|丢了|骗")
_ASKS = re.compile(r"[吗?呢]|怎么|什么|几点|哪里|请问|想问|谢谢|人工|取消|材料|进度")
_DESPAIR = re.compile(r"(?:^|[,。!?\s])(?:真的?|就|都|我|真是){0,9}(?:不想活|活不下去|想死|活够|没活路|走投无路)")
_CARER = re.compile(
    r"(?:伺候|照顾|服侍|供不起|管不了|背不动|在外|外地|在[一-鿿]{2,4}(?:打工|上班|读书|工作)|上班|没空|请不了假|离得远|死了谁)"
)
_TAIL = re.compile(r"[。!?;]")
_AND = ("", "和", "跟", "与", "、")
_TAILS_ONLY = 22  # how far behind a mention its circumstances are looked for
_NOBODY = -2.5
_MOST = 600  # persons that are weighed: twice as many as a letter of 10,000 characters speaks of
_COMPANY = 6  # how many persons side by side share what follows
# Who offers something, or asks about others' work, is in no need.
_OFFERS = re.compile(r"志愿者|送人|送给|匀出|愿意上门|志愿队|义工|捐|招不招|招聘|应聘|招人")


class _Row:
    """Mentions in order, with where each begins, to find the next one without going through all."""

    def __init__(self, mentions: list[Entity]) -> None:
        self.mentions = mentions
        self.starts = [one.start for one in mentions]


def find_relations(
    text: str, original: str, aged: Iterable[Entity] | None = None, ill: Iterable[Entity] | None = None
) -> Iterator[Entity]:
    """Mentions of persons in normalised `text`; the one in need first and `primary`, the others not. `aged` and `ill`
    are the ages and conditions of the text, where they are known already."""
    ages = sorted(one.start for one in (find_ages(text, original) if aged is None else aged))
    ills = [one.start for one in (find_conditions(text, original) if ill is None else ill)]
    persons = find_persons(text, original)[:_MOST]
    own = _speaker(text, original, persons, ages, ills)
    mentions = sorted([*persons, *own], key=lambda one: one.start)
    if not mentions:
        if hint := _anyhow(text, original, persons):
            yield hint
        return
    dialled = _DIALLED.search(text) is not None
    row, plain = _Row(mentions), _Row([one for one in mentions if not _in_passing(text, one)])
    scores = [
        _score_own(text, mention, plain, ages, ills)
        if mention.value == "本人"
        else _score(text, mention, row, ages, ills, dialled)
        for mention in mentions
    ]
    best = max(range(len(mentions)), key=lambda number: (scores[number], -number))
    sure = scores[best] > (1.5 if _OFFERS.search(text) else _NOBODY)
    if not sure and (hint := _anyhow(text, original, persons)):
        yield hint
        best = -1
    else:
        yield replace(mentions[best], primary=sure)
    for number, mention in enumerate(mentions):
        if number != best:
            yield replace(mention, primary=False)


def _speaker(text: str, original: str, persons: list[Entity], ages: Sequence[int], ills: Sequence[int]) -> list[Entity]:
    """The speaker as somebody with troubles of their own: at most one mention."""

    taken = Taken(text, ((one.start, one.end) for one in persons))

    def entity(start: int, end: int) -> list[Entity]:
        return [Entity("relation", "本人", original[start:end], start, end)]

    if said := _SAID_SELF.search(text):
        # 就我一个老太婆: the word for the spouse inside is the speaker here
        inside = [one for one in persons if said.start() <= one.start and one.end <= said.end()]
        if inside or not taken.meets(*said.span()):
            for one in inside:
                persons.remove(one)
            return entity(*said.span())
    # 我带着孩子没生活费, 我六十了，男人没了: such persons do not end what is said of the speaker
    others = _Row([one for one in persons if not _in_passing(text, one)])
    despair = _DESPAIR.search(text) is not None
    best: tuple[float, int, int] | None = None
    for match in _SELF.finditer(text):
        if taken.meets(*match.span(1)):
            continue
        after = _after(text, match.end(), others)
        weight = float(len(set(_SELF_NEED.findall(after)))) + _one_in(ages, match.end(), match.end() + 9)
        weight += _one_in(ills, match.end(), match.end() + len(after))
        if _CARER.search(after[:12]):
            weight -= 1
        if despair:
            weight += 2
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, *match.span(1))
    beaten = _BEATS_ME.search(text)
    if beaten and (best is None or best[0] < 3):
        return entity(*beaten.span(1))
    return entity(best[1], best[2]) if best else []


def _anyhow(text: str, original: str, persons: Sequence[Entity]) -> Entity | None:
    """Where nobody else can be meant, 我 anywhere in a message of hardship: 刚出狱，没钱，我该找谁."""
    hard = _SELF_NEED.search(text) or (_HARDSHIP.search(text) and not _ASKS.search(text))
    if _OFFERS.search(text) or not hard or not (found := _ANY_SELF.search(text)):
        return None
    start, end = found.span(1)
    if any(one.start < end and start < one.end for one in persons):
        return None
    return Entity("relation", "本人", original[start:end], start, end)


def _in_passing(text: str, person: Entity) -> bool:
    return (
        _CARRIED.search(text, max(0, person.start - 8), person.start) is not None
        or _BESIDE_ME.search(text, max(0, person.start - 6), person.start) is not None
        or _DEAD.match(text, person.end) is not None
    )


def _after(text: str, end: int, row: _Row) -> str:
    """The words behind a mention, up to the next one or the end of the sentence; 儿子儿媳 share what follows."""
    stop = end + _TAILS_ONLY
    number, company = bisect_left(row.starts, end), 0
    while number < len(row.mentions):
        beside = row.mentions[number]
        if beside.start - end > 1 or text[end : beside.start] not in _AND or company == _COMPANY:
            stop = min(stop, beside.start)
            break
        end, company = beside.end, company + 1
        stop = end + _TAILS_ONLY
        number = bisect_left(row.starts, end, number)
    tail = _TAIL.search(text, end, stop)
    return text[end : tail.start() if tail else stop]


def _one_in(places: Sequence[int], low: int, high: int) -> bool:
    """Whether one of these places, in order, is at `low` or behind it but before `high`."""
    number = bisect_left(places, low)
    return number < len(places) and places[number] < high


def _clause(after: str) -> str:
    """The first clause of what follows a mention: where it is said what that person does."""
    return next((part for part in after.split(",") if part), "")


def _score(text: str, mention: Entity, row: _Row, ages: Sequence[int], ills: Sequence[int], dialled: bool) -> float:
    """How much speaks for this mention being the person in need; `dialled`: a number is said in the message."""
    after = _after(text, mention.end, row)
    rest = text[mention.end : mention.end + 30]
    before = text[max(0, mention.start - 8) : mention.start]
    if not _UNREACHED.search(rest) and (
        (_PHONE_OF.match(rest) and _NUMBER_NEAR.match(rest)) or (_CALL.search(before) and dialled)
    ):
        return -9.0
    if _DEAD.match(after):
        return -4.0
    score = float(min(len(set(_NEED.findall(after))), 4))
    score += 0.5 if _one_in(ills, mention.end, mention.end + len(after)) else 0.0
    score += 0.75 if _one_in(ages, mention.end, mention.end + min(8, len(after)) + 1) else 0.0
    # 我妈被打, but 儿子打我妈: the word right behind decides who acts.
    away = _AWAY.search(_clause(after))
    if away and away.start() < 8 and not _PASSIVE.match(after) and not _THEIR_PARENTS.match(after):
        score -= 3.0
    if _JAILED.search(_clause(after)):
        score -= 3.0
    score += 2.0 if _FOR.search(before) else 0.0
    score += 1.0 if re.match(r"的(?:低保|残疾证|病|情况|事|养老|补贴|津贴|高龄|腿|身体|后事)", after) else 0.0
    if _ACTED_ON.search(before):
        score += 3.0
    if before.endswith("被"):
        score -= 3.0
    if re.search(r"[跟和]$", before) and re.match(r"(?:过|住|一起|生活|相依)", after):
        score -= 1.5
    if _CARRIED.search(before):
        score = min(score, 1.0) - (1.5 if score >= 1.0 else 3.0)
    if mention.value == "村民":
        score += 1.0
    if re.match(rf"{SELF}是(?:[他她老病患当伤]|孩子|娃|小孩)", text[mention.start : mention.start + 6]):
        score += 2.0  # 我是她邻居: says it outright
    return score


def _score_own(text: str, mention: Entity, plain: _Row, ages: Sequence[int], ills: Sequence[int]) -> float:
    """The same of the speaker; `plain` are the mentions that are not made in passing."""
    after, before = _after(text, mention.end, plain), text[max(0, mention.start - 8) : mention.start]
    troubles = len(set(_SELF_NEED.findall(after)))
    score = (0.5 if len(mention.text) == 1 else 1.5) + min(troubles, 4)
    beaten = _BEATS_ME.search(text, max(0, mention.start - 4), mention.end + 1)
    if not troubles and not beaten and len(mention.text) == 1:
        score -= 0.6  # a child that says how old it is, then that its mother is ill
    if _one_in(ages, mention.end, mention.end + 9):
        score += 0.5
    if _one_in(ills, mention.end, mention.end + len(after)):
        score += 0.5
    if beaten:
        score += 2.0
    if _FOR.search(before):
        score += 1.0
    if _CARER.search(after[:12]):
        score -= 2.0
    return score
