"""A request that stands at the end of a question: 这个低保怎么弄，我家能不能给报一个. Pure; no Rasa."""

from __future__ import annotations

import re

from nlu.normalise import normalise

_DO = "(?:办|申请|申报|报名|报|登记|评|弄|整|领|安排|填|转|上报|递|交|搞|落实|解决)"
_US = "(?:我们?家?|俺们?家?|咱们?家?|他|她|我[一-鿿]{1,3}|俺[一-鿿]{1,2})"
_UP = "(?:一?下子?|哈|上|个|一个|一份|上去|了|吧|嘛|呗|噻|啦|咯|哦|呢|不|吗|么)*"
_ENDS = (
    "(?:谢谢.{0,4}|多谢.{0,4}|麻烦.{0,4}|拜托.{0,4}|辛苦.{0,3}|行不行|行吗|好吗|好不好|可以吗|要得不|中不中|得不得)?"
)
# The last clause alone: what is asked before it is the reason, what stands in it is the wish.
_REQUEST = re.compile(
    rf"(?:那就?|所以|.{{1,4}}的话就?)?(?:请|麻烦|拜托)?(?:您|你)?们?(?:快|先|就)?[帮给替]{_US}(?:也)?(?:把[^,。]{{1,8}})?{_DO}{_UP}{_ENDS}"
    rf"|(?:我|俺|咱)?们?(?:就|也|现在)?(?:想|要|打算)(?:请你们|请您|找人)?(?:帮忙|[帮给替]{_US})?{_DO}(?:个|一个)?(?:登记|申请|一下|哈|下)?{_UP}{_ENDS}"
    rf"|{_US}(?:这[种个]?(?:情况)?)?(?:能|可)不(?:能|可以)(?:也)?(?:帮忙|帮|给)(?:我们?|俺们?)?(?:家)?(?:也)?{_DO}{_UP}{_ENDS}"
    rf"|(?:能|可)不(?:能|可以)(?:帮忙|[帮给]{_US}?){_DO}{_UP}{_ENDS}"
)
_POLITE = re.compile(r"(?:谢谢|多谢|麻烦|拜托|辛苦).{0,6}|(?:行|好|可以|中|得)(?:吗|不|不行|不好)?")
_CLAUSE = re.compile(r"[,。!?;~…\n]+|(?<=[^a-zA-Z\d]) +")


# 还是登记吧, 我同意了: taken up again after a no.
_AFTER_ALL = re.compile(
    rf"(?:我|俺|咱)?(?:又|再)?(?:想了?一?想)?(?:那就?|还是|就)+(?:请)?(?:你们)?(?:[帮给替]{_US})?(?:登记|记|写){_UP}"
    rf"|(?:那就?|还是)+(?:请)?(?:你们)?(?:[帮给替]{_US})?{_DO}{_UP}"
    r"|(?:我|俺|咱)(?:又|现在|也|就)*(?:同意|愿意|答应)(?:登记|记)?(?:了|咯|哒|啦)(?:吧|哈|啊)?"
)


def wants_it_after_all(text: str) -> bool:
    """Whether a clause takes up again what was declined: 我又想了想，还是登记吧."""
    return any(_AFTER_ALL.fullmatch(part.strip()) for part in _CLAUSE.split(normalise(text)) if part.strip())


def asks_for_it(text: str) -> bool:
    """Whether the last words ask that it be done for somebody, whatever the words before them ask."""
    parts = [part.strip() for part in _CLAUSE.split(normalise(text)) if part.strip()]
    while len(parts) > 1 and _POLITE.fullmatch(parts[-1]):
        parts.pop()
    return bool(parts) and _REQUEST.fullmatch(parts[-1]) is not None
