"""Words that say nothing of danger by themselves, whatever a model that has heard them in danger makes of them.

People write a sentence in pieces: 我想, 给我爸, 办那个. And a child answers for the grown-up beside it: 爷爷在旁边，
他说可以. Where the rules hear danger, nothing is taken from it.
"""

from __future__ import annotations

import re

from nlu.normalise import normalise

_BEGUN = re.compile(
    r"(?:我|俺|咱)?们?(?:就|也|只|还|正)?(?:想|要|想要|打算)?(?:问|办|给|帮|替|请|找|申请)?"
    r"(?:一?下|个|那个|这个|我们?|你们?|的|事)*"
)
_GROWN_UP = (
    "(?:爷爷?|奶奶?|外公|外婆|姥姥|姥爷|阿公|阿婆|爸爸?|妈妈?|爹|娘|家长|大人|老师|姐姐?|哥哥?|姑姑?|舅舅?|叔叔?|伯伯?|婆婆|公公|"
    "老伴|儿子|女儿|闺女)"
)
_PERSONS = re.compile(
    rf"(?:就?是|给|帮)?(?:(?:我|俺)们?[和跟、])?(?:我|俺)?(?:{_GROWN_UP}|弟弟?|妹妹?|孙子|孙女|孩子|娃娃?)(?:[两俩]个?|的)?"
)
_AGREED = re.compile(
    rf"(?:我|俺)?(?:问过?了?)?(?:我|俺)?{_GROWN_UP}了?(?:就|也)?(?:在我?(?:旁边|身边|边上|跟前|这里?|家))?[,。 ]*"
    rf"(?:[他她]|(?:我|俺)?{_GROWN_UP})?(?:也|都)?[说讲]了?"
    r"(?:可以|行|好|要得|同意|得|中|成|没问题|没事|能办?)(?:的|了|吧|呢|啊)*"
)


def says_nothing(text: str) -> bool:
    """Whether a message is no more than the beginning of a sentence, who it is about, or that the family agrees."""
    plain = normalise(text).strip(" ,。.!?、~…")
    return bool(plain) and any(each.fullmatch(plain) for each in (_BEGUN, _PERSONS, _AGREED))
