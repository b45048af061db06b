# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Ages of persons, in whole years.

八十多岁 counts as 80 and 快八十了 as 80: what matters to the station is which threshold is near, and a worker
checks the ID card anyway. 七十好几, 六七十岁 and 不到八十 give no number. Ages of rules (80岁以上) and of
the past (三岁那年, 十八岁嫁过来) are no person's age. A number without 岁 counts where nothing but an age can
stand: behind a person, or as a clause of its own in a message about persons (堂客病了，五十二，…).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.entity import Entity
from nlu.normalise import chinese_number
from nlu.taken import Taken

_CHINESE = "一二两三四五六七八九十百零〇廿卅"
_NUMBER = rf"(?:\d{{1,3}}|[四五六七八九]十有[一二三四五六七八九]|[{_CHINESE}]{{1,5}})"
_NOT_BEFORE = rf"(?<![\d.{_CHINESE}几第到至~\-—-])"
_PERSON = (
    r"(?:我|俺|咱|额|他|她|老人家|人|爸|妈|爹|娘|爷|奶|婆|公|伴|太|伯|叔|婶|姨|姑|舅|哥|姐|弟|妹|儿|女|男|子|崽|仔|娃|孩|孙|汉|嬷|嫲|老|嗲|毑|姥|豆|窦|参|大|"
    r"[父母]亲|母|父|妻|口|友|周|客|媳|妇|倌|工|嫂|伢|囡|囝|岳|丈人|丈夫|户|头|幺|大的|小的|男的|女的|老[大二三四五六]|一个|位|岁数|年纪|年龄|高龄)"
)
# What may stand between a person and the number, in any order and number.
_LEAD = re.compile(
    r"(?:今年|现年|年已|年过|年方|年近|年届|年满|年逾|芳龄|高寿|年|虚岁|周岁|实岁|现在|现|如今|目前|转眼|又|都|也|就|已经|已|才|刚刚|刚好|刚|正好|满的?|有|是|整整|整|快要|快|马上|眼看|奔|将近|就要|"
    r"过|大概|大约|约|差不多|怕是|可能|说|自己|本人|一个人|在家|岁数|年纪|年龄|大|了|的|:|,|\s)$"
)
_RULE_AFTER = (
    r"(?!\s{0,9}(?:以上|以下|以内|及以上|周岁以上|及|之上|往上|起(?!不)|以后|之后|之前|以前|前(?!几)|才能|才可以|才有|才给|才领|可以领|就能领|能领|老人(?:有|能|可以|的|津)|"
    r"的老人(?:有|能|可以|怎么|是)|到|至|[-~—]|退休|高龄津贴|高龄补贴|津贴|体检(?:要|免费|在|怎|能|是)))"
)
_PAST_AFTER = r"(?!\s{0,9}(?:时|那年|那会|的时候|那时|嫁|开始|丧|就嫁|守寡的|就没了|过来|得的|得病|发烧|没了[爹娘爸妈父母]|成家|丧|上班|工作|参军|参的军|入伍|当兵|下乡|结婚|生的))"
_AGED = re.compile(
    rf"{_NOT_BEFORE}({_NUMBER})([多来几]?)\s?(?:个)?(?:周|虚)?岁(?!月)(?:半|多|了)?{_RULE_AFTER}{_PAST_AFTER}"
)
# 二十岁出去打工, but 才十六岁就出去打工
_WENT = re.compile(r"就?(?:出去|出门|离开|进厂|进城)")
_JUST = re.compile(r"(?:才|今年|刚|刚满|现在|还不到)$")
# 满十六周岁是不是就不能领: a rule, unless it is said of somebody
_RULE_FULL = re.compile(r"(?:是不是|就(?:不|能|可)|才(?:能|可)|能不能|可不可以)")
_NEAR = re.compile(
    rf"(?:快要?|马上|眼看|奔|将近|年近|接近|要满|就要|往)(?:到|满|上)?({_NUMBER})(?=岁|周岁|了|的|啦|哒|,|。|$|高龄|!)"
)
_UNIT = r"(?:周?岁|好几|大几|几|\+|[个次年月天块元万千百号组亩斤级楼栋点份口度层名户位家条件台辆分秒米里平班座幢单公吨克届期页行倍场瓶片粒针间顿只头副套双成后折]|多[个次年月天块元万号亩斤口户块只头棵条里台件双本张顿回趟]|几[个年天块万]|来[个年天块万]|[.\-:/%℃°+]\d|%|℃)"
_END = r"(?:[^\w%℃°.\-:/+]|[.:\-](?!\d)|$)"
# As a clause of its own: 八十了, 五十二，…  –  Behind a person anything but a unit may follow: 妈妈四十二没工作.
_CLOSED = re.compile(
    rf"(?:了|啦|哒|咯|喽|哩|的人|出头|挂零|左右|上下|整|高龄|多(?=了|,|。|$|就|还|没|得)|住|身体|瘫)"
    rf"(?!了?(?:个|次|年|月|天|块|元|万|号|组|亩|斤|级|楼|栋|点|份|口))|{_END}|和{_NUMBER}|一个{_NUMBER}"
)
_OPEN = re.compile(rf"(?!{_UNIT})(?!了(?:个|次|年|月|天|块|万))")
_BARE = re.compile(rf"(?<![\d.{_CHINESE}几第月点\-])({_NUMBER})(?![\d{_CHINESE}])")
_OF_ELDER = re.compile(r"多?的(?:老)?(?:娘|妈|爹|爸|母亲|父亲|奶奶|爷爷|人|老人|外婆|外公|婆婆|公公)")
_ABOUT_PERSONS = re.compile(
    r"我|俺|咱|他|她|老人|老伴|爸|妈|爹|娘|爷|奶|婆|公|父|母|儿|女|男|孙|哥|姐|弟|妹|嫂|叔|伯|姑|姨|舅|侄|娃|孩|崽|伢|邻|隔壁|对门|亲戚|朋友|岁数|年纪|独居|丧偶|一个人|残|妻|老婆|老两口|村民|退休|老师|卧床|的老|大爷|大妈|掌柜|本人|低保|户|病|断|伤|癌|瘫|五保"
)
_CLAUSE_START = re.compile(r"(?:^|[^\w])$")
_MARK = re.compile(r"[,。;!?\s]")
_CLAUSE = 60  # characters of a clause that are read: dictated letters have no marks at all
_PERSON_END = re.compile(rf"{_PERSON}$")
_LED_END = re.compile(rf"(?:{_PERSON}|年|今年|现年|满)$")
# Clauses whose bare number is a date, an hour, a sum or a reading.
_OTHER_NUMBER = re.compile(
    r"今天|今日|昨天|明天|初|号|点|日|欠|工资|收入|血压|血糖|高压|低压|心率|体温|度|考了?|分|钱|花|借|每月|一个月|价|共|总|涨|降|打|拨|楼|栋|门牌|还差|再过|到明年|床|卡|第|编号|重|高\d|体重|身高|尺码|烧到"
)
_NOT_AN_AGE = frozenset(["110", "119", "120", "114", "122"])  # numbers to dial
_DECADE = re.compile(r"([五六七八九])旬")
_MONTHS = re.compile(
    rf"{_NOT_BEFORE}({_NUMBER})(?:个?多?(?:半)?月(?:多)?|天(?=大))(?:大|的(?:小)?(?:婴|宝|毛|孩|娃|小|孙|奶|囡|伢|崽|儿|女|侄|外孙|闺))"
)
_INFANT_MONTHS = re.compile(
    rf"(?:娃|娃娃|孩子|宝宝|毛毛|孙子|孙女|婴儿|宝|小孩|伢子|囡囡)(?:才|刚|今年|现在|也|都|有|满|还|只有){{0,2}}({_NUMBER})个(?:多|半)?月(?:了|多|,|。|!|$|\s|还不|还没|就会|才会|不会)"
)
_NEWBORN = re.compile(
    r"(?:刚|才|没|还没|未)(?:刚)?(?:满月|出月子|足月)|刚(?:刚)?(?:出生|生下来|落地)|(?:出生|生下来)(?:才|刚)?[\d一二两三四五六七八九十半]{1,3}[天个]"
)
_DAYS_OLD = re.compile(
    rf"(?:娃|宝宝|毛毛|婴儿|小孩|孩子|[孙外]孙女?|孙[子女]|囡囡|伢子|崽)(?:(?:才|刚|刚满|现在才){{1,2}}({_NUMBER})天(?=$|[,。!])|({_NUMBER})天(?=$|[,。!](?!还|没|不|人|就|都)))"
)
_HALF_YEAR = re.compile(r"半岁|半周岁")


def find_ages(text: str, original: str) -> Iterator[Entity]:
    """Ages in normalised `text`; spans are cut from `original`, which has the same length."""
    taken = Taken(text)

    def entity(value: int | None, start: int, end: int) -> Iterator[Entity]:
        if value is None or not 0 <= value <= 120 or taken.meets(start, end):
            return
        taken.add(start, end)
        yield Entity("age", value, original[start:end], start, end)

    for match in _AGED.finditer(text):
        before = text[max(0, match.start() - 6) : match.start()]
        if (
            match[2] == "几"
            or _vague_before(text, match.start())
            or (_WENT.match(text, match.end()) and not _JUST.search(before))
        ):
            continue
        if (
            before.endswith("满")
            and not re.search(r"我|俺|他|她|今年|刚", before)
            and _RULE_FULL.match(text, match.end())
        ):
            continue
        yield from entity(_years(match[1]), match.start(), match.end())
    for match in (*_MONTHS.finditer(text), *_INFANT_MONTHS.finditer(text)):
        months = 0 if "天" in match[0] else chinese_number(match[1])
        yield from entity(None if months is None else months // 12, match.start(1), match.end())
    for match in (*_NEWBORN.finditer(text), *_DAYS_OLD.finditer(text), *_HALF_YEAR.finditer(text)):
        yield from entity(0, match.start(), match.end())
    for match in _DECADE.finditer(text):  # 年逾九旬
        yield from entity("五六七八九".index(match[1]) * 10 + 50, match.start(), match.end())
    for match in _NEAR.finditer(text):
        value = _years(match[1])
        if value and value >= 10:
            yield from entity(value, match.start(1), match.end(1))
    about_persons = _ABOUT_PERSONS.search(text) is not None
    last = -1  # where the latest bare age ended: 六十三和六十一
    for match in _BARE.finditer(text):
        start, end = match.span(1)
        if text[start - 1 : start] == "老" and end - start > 2:
            start += 1  # 老二三十三
        if text[end - 1 : end + 1] == "一个":
            end -= 1  # 一个七十九一个八十一
        value = _years(text[start:end])
        if value is None or value < 10 or match[1] in _NOT_AN_AGE or _vague_before(text, start):
            continue
        if _stands_for_years(text, start, end, last, about_persons):
            last = end
            yield from entity(value, start, end)


def _years(number: str) -> int | None:
    if len(number) == 4 and number[1:3] == "十有":  # 八十有五
        number = number[:2] + number[3]
    return chinese_number(number)


def _stands_for_years(text: str, start: int, end: int, last: int, about_persons: bool) -> bool:
    """Whether the number text[start:end] can be nothing but somebody's years."""
    if last >= 0 and text[last:start] in ("和", "、", "跟", "一个", ",一个", ",老二", ",小的", "老二", "小的"):
        return _CLOSED.match(text, end) is not None
    if _OF_ELDER.match(text, end) and text[start - 1 : start] not in ("了", "第"):
        return True
    head = start  # where the words that lead to the number begin
    while (lead := _LEAD.search(text, max(0, head - 4), head)) and not (
        lead[0] in ", :" and text[head - 1] in (",", " ", ":")
    ):
        head = lead.start()
    led = text[head:start]
    clause = _MARK.split(text[max(0, start - _CLAUSE) : start])[-1]
    if _OTHER_NUMBER.search(clause):
        return False
    if _PERSON_END.search(text, max(0, head - 4), head) and "," not in led:
        closed = _CLOSED.match(text, end) is not None
        return closed or (_LED_END.search(text, max(0, start - 4), start) is not None and _opens(text, end))
    if start == 0 and (_years(text[start:end]) or 0) >= 14 and re.match(r"[,、\s](?!\d)", text[end:]):
        return True  # 六十七，守寡: how people begin
    if not _CLOSED.match(text, end) or not (_CLAUSE_START.search(text, max(0, head - 1), head) or led.strip(" ,:的了")):
        return False
    if text[end : end + 1] in "了啦哒咯喽哩" and text[end : end + 1]:
        return True
    return re.search(r"今年|虚岁|周岁|满|岁数|年纪", led) is not None or about_persons


def _opens(text: str, end: int) -> bool:
    return _OPEN.match(text, end) is not None and not re.match(
        r"\s*(?:那年|的时候|时|后|以上|以下|以后|[-~到至])", text[end : end + 8]
    )


def _vague_before(text: str, start: int) -> bool:
    return (
        text[max(0, start - 2) : start] in ("不到", "没到", "未满", "不满", "超过", "差点")
        or text[start - 1 : start] == "从"
    )
