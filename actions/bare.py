"""Bare replies: yes, no, skip, wait. Each pattern takes the whole message: 可以 agrees, 可以办多少钱 asks."""

from __future__ import annotations

import re

from actions.turn import Turn
from nlu.normalise import normalise

_ENDS = "的|了|吧|啊|呀|嘛|哦|呢|哈|,| "
_YES = re.compile(
    r"(?:(?:是|对|对头|好|行|可以|同意|嗯+|恩|要得|要|中|得|係|系|ok|okay|yes|y|没问题|没有问题|冇问题|没错|没事|不错|正确|没意见|"
    r"愿意|当然|确认|确定|提交|交|报|办|记|弄|能行|得行|使得|阔以|成|都对|就这样|就这|就是|那|帮我|给我|给他|给她|"
    r"[你您]们?(?=就|给|帮|记|办|交|报|弄|看着)|我(?=同意|愿意|要)|"
    rf"就|都|全|滴|哒|咧|呗|喽|咯|着|哩|嘞|、|1|{_ENDS}))+"
)
_AGREES = re.compile(
    r"是|对|好|行|可以|同意|嗯|恩|要|中|得|係|系|ok|yes|y|没问题|没有问题|没错|没事|不错|正确|没意见|愿意|当然|确|交|报|办|就这|1|记|弄|成|阔以"
)
_NO = re.compile(
    r"(?:我|俺)?(?:不|否|别|莫|冇|no|2|不同意|不可以|不行|不要|不愿意?|不给|不想|不对|不是|错|有误|拒绝|别记|莫记|不让|不用|"
    rf"搞错|不得行|不中|不要得|算了)(?:记|说|登记|这样|这里|这个|地方|镇|我|{_ENDS})*"
)
_NO_MORE = re.compile(
    r"(?:我|现在|又)*不(?:同意|愿意)(?:记|登记|了|啊|,| )*|"
    r"(?:别|莫|不要|不许|不准)(?:再)?(?:记|登记)(?:我的?|了|这些|下来)*"
)
_SLOT = "电话|手机|座机|号码?|名字|姓名|村子?|社区|村名|年龄|年纪|岁数|多大"
_SKIP = re.compile(
    rf"(?:我|俺|他|她|也|都|真|就|先|这个|那个|具体|{_SLOT})*"
    r"(?:跳过|略过|下一[个项步]|skip|不想|不方便|不愿意?|不告诉你?|不填|不写|不留|暂时不|保密|不知道|不清楚|不晓得|唔知|晓不得|"
    r"记不得|记不清|不记得|记不住|记不到|忘了|忘记了?|没有?|无|冇得?|都没有|没得|没了|算了|以后再|先不|空着|没带|不会用|不详|"
    r"说不清楚?|没装|不用)"
    rf"(?:这个|那个|他|她|我|是|叫|有|什么|哪个|哪里|哪|几|第|组|具体|说|讲|留|填|写|记|{_SLOT}|{_ENDS})*"
)
_WAIT = re.compile(
    r"(?:你|您|请|先|麻烦|那|我|稍|让我|喂)*(?:等一?下|等等|等会儿?|等一?会儿?|稍等|慢点|慢着|别急|不急|先忙|忙一?下|想一?下|想想|"
    rf"去问问|问一?下(?:家里人|家里|他|她)|找一?下|看看|过一?会儿?)(?:我|再|说|来|看|想|{_ENDS})*"
)
DIGRESSIONS = (
    "greet",
    "thank",
    "goodbye",
    "bot_question",
    "ask_policy",
    "privacy_request",
    "out_of_scope",
    "ask_status",
)


def plain(turn: Turn) -> str:
    """The words without the signs around them."""
    return normalise(turn.text).strip(" ,。.!！?？、~…").lower()


def digresses(turn: Turn) -> bool:
    """Whether the message is surely something else than an answer."""
    return bool(turn.risks) or (turn.intent in DIGRESSIONS and turn.confidence >= 0.6)


def says_yes(turn: Turn) -> bool:
    """Whether the words agree. The classifier has no say: 好难受 is no consent."""
    text = plain(turn)
    return bool(_YES.fullmatch(text) and _AGREES.search(text))


def says_no(turn: Turn) -> bool:
    """Whether the words or the intent disagree."""
    if _NO.fullmatch(plain(turn)):
        return True
    return turn.intent == "deny" and turn.confidence > 0.7 and not says_skip(turn) and not _asks(turn)


def is_bare(turn: Turn) -> bool:
    """Whether the message is nothing but a yes or a no."""
    return says_yes(turn) or bool(_NO.fullmatch(plain(turn)))


def says_skip(turn: Turn) -> bool:
    """Whether the resident would rather not say, or cannot."""
    text = plain(turn)
    return len(text) <= 16 and bool(_SKIP.fullmatch(text))


def says_wait(turn: Turn) -> bool:
    """Whether the resident asks for a moment."""
    return bool(_WAIT.fullmatch(plain(turn)))


def takes_back(turn: Turn) -> bool:
    """Whether consent, once given, is taken back."""
    return bool(_NO_MORE.fullmatch(plain(turn)))


def _asks(turn: Turn) -> bool:
    return bool(re.search(r"[?？吗么]|多少|什么|怎么|为啥|为什么", turn.text))
