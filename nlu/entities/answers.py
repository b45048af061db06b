# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Bare answers to a question of the form: the awaited slot decides what a few characters mean."""

from __future__ import annotations

import re

from nlu.entities.ages import find_ages
from nlu.entities.names import parse_name as _name
from nlu.entities.numbers import digits_of, find_numbers, is_mobile
from nlu.entities.relations import find_relations
from nlu.normalise import chinese_number, normalise

_AGE_NUMBER = re.compile(r"\d{1,3}|[一二两三四五六七八九十百零〇廿]{1,4}")
_VAGUE = re.compile(r"好几|大几|不知道|不晓得|不清楚|[一二三四五六七八九]{2}十|不到|忘")
_NOT_IN_NAMES = re.compile(
    r"[吗么啥什怎哪谁不没你我俺他她您的了吧呢是在就都这那要想问为钱话村镇乡县岁啊呀哦嗯行记忘说讲写填叫真办]|^有|好[的吧啊]|[一二三四五六七八九十]"
)
_SELF = re.compile(
    r"(?:先|就|只|都|主要|还是|当然|这[回次]|写|填|是|给|帮|为|替)*"
    r"(?:(?:我|俺|咱|额|阮)们?(?:本人|自己|自家|个人|家自己|家|屋里)?|本人|自己|自家)"
    r"(?:来|要|用|找|办|弄|整|搞|领|申请|申报|登记|安排)*(?:先|就|行|好|可以|的|了|吧|呀|啊|嘛|呢|哈|咯|哩|噻)*"
)
_COUPLE = re.compile(
    r"(?:是|给|帮|为)*(?:我|俺|咱|额|阮)?们?(?:老?[两俩]口子?|老[两俩]口|[两俩]公婆|公婆[两俩]|夫妻[两俩]?|[两俩]个?(?:人|老的)?|[两俩]老|一家[人子]?|一家.{1,2}口|全家人?)(?:自己)?(?:都.{0,8}|的|吧|嘛)?"
)
_ELSE = (
    ("父亲", r"爸|爹|父|老汉"), ("母亲", r"妈|娘|母"), ("配偶", r"老婆|老公|爱人|丈夫|妻|老伴|媳妇|堂客|婆娘|老倌|对象"),
    ("孙辈", r"孙"), ("祖辈", r"爷|奶|外公|外婆|姥|嗲|娭|阿嬷"), ("儿子", r"儿子|崽|^儿$|伢|男孩"), ("女儿", r"女|闺|姑娘|丫头|妹子"),
    ("邻居", r"邻|隔壁|对门"), ("村民", r"村民|村里|居民|社区|五保|低保户|群众|组里"),
    ("其他", r"朋友|同学|同事|亲戚|学生|别人|其他|旁人|哥|姐|弟|妹|叔|伯|舅|姑|姨|婶|嫂|侄|甥|公公|婆婆|岳|女婿|儿媳|路人|陌生"),
)  # fmt: skip


def parse_age(text: str) -> int | None:
    """Years in an answer to "how old?": 八十二, 82了, 今年67, 三岁半, 八个月; None where no number is sure."""
    text = normalise(text).strip()
    for entity in find_ages(text, text):
        return int(entity.value)
    if months := re.search(r"(\d{1,2}|[一二两三四五六七八九十]{1,2})个(?:多|半)?月", text):
        count = chinese_number(months[1])
        return None if count is None else count // 12
    if _VAGUE.search(text) or len(text) > 20:
        return None
    numbers = [match[0] for match in _AGE_NUMBER.finditer(text)]
    if len(numbers) != 1 or re.search(
        r"[年月号]|\d{4}", text.replace("今年", "").replace("年纪", "").replace("年龄", "")
    ):
        return None
    value = chinese_number(numbers[0])
    return value if value is not None and 0 <= value <= 120 else None


def parse_phone(text: str) -> str | None:
    """The number in an answer to "which phone?": mobile as 11 digits, landline as 0731-80000000 or 7 to 8 digits."""
    text = normalise(text).strip()
    for entity in find_numbers(text, text, local=True):
        if entity.type == "phone":
            return str(entity.value)
    digits = digits_of(text)
    return digits if is_mobile(digits) else None


def parse_name(text: str) -> str | None:
    """The name in an answer to "what is the name?"; forms of address (王奶奶, 老李) count, refusals do not."""
    return _name(normalise(text))


def rare_name(text: str) -> str | None:
    """Where a name was asked for: a reply of two to six characters that holds no other word, though its surname is in
    no list (东主才让, 独有才), or what stands behind 叫 (户主叫次仁顿珠)."""
    text = re.sub(r"^.{0,6}?(?:叫做?|户主是?|名字是)", "", normalise(text).strip(" ,。.!！?？、~"))
    return text if re.fullmatch(r"[一-鿿]{2,6}", text) and not _NOT_IN_NAMES.search(text) else None


def names_speaker(text: str) -> bool:
    """Whether an answer to "who needs help?" is nothing but oneself or one's household: 先给我找就行, 我们两口子."""
    text = normalise(text).strip(" ,。.!！?？、~")
    return len(text) <= 16 and bool(_SELF.fullmatch(text) or _COUPLE.fullmatch(text))


def parse_relation(text: str) -> str | None:
    """The relation in an answer to "who needs help?": 我自己 → 本人, 俺娘 → 母亲; None where nothing is said."""
    text = normalise(text).strip(" ,。.!！?？、~")
    if names_speaker(text):
        return "本人"
    for entity in find_relations(text, text):
        return str(entity.value)
    if len(text) > 12:
        return None
    return next((value for value, words in _ELSE if re.search(words, text)), None)
