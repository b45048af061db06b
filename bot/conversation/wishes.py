# ruff: noqa: E501 – patterns
"""What residents want done with what is kept of them, heard in plain words. Rules: it must work with the engine down.

`heard` is for any message and takes only what is clear; `meant` is for words that the engine takes for a matter of
personal data, and finds which kind.
"""

from __future__ import annotations

import re

from nlu.normalise import normalise

SHOW, CORRECT, ERASE, WITHDRAW, NO_QUALITY, NO_CONTACT, INFORM = (
    "show", "correct", "erase", "withdraw", "no-quality", "no-contact", "inform",
)  # fmt: skip
LONGEST = 60  # characters; a story in which something is deleted is no wish
SHORT = 24

_ME = r"(?:我们?|俺|咱)"
_MINE = r"(?:我们?|俺|咱|自己|本人|个人)"
_DATA = r"(?:个人信息|信息|资料|数据|记录|隐私|聊天|对话|档案|[说讲写发填登]过?的(?:话|东西|这些|那些)?|这些话?|那些话?|内容)"
_THINGS = rf"(?:{_DATA}|手机号|电话|号码|名字|姓名|身份证|照片|录音|地址|东西)"
_REMOVE = r"(?:删[除掉了光去]?|清[除空掉理]|抹[掉去除了]|销毁|注销|去掉|擦掉)"
_NOT_KEPT = r"(?:不要|别|莫|不许|不准|不想|不让|甭|不愿意?|唔好|勿|不得)(?:你们?|再|继续|给我|把|被)*(?:留|存|保存|保留|记|记录)"
_ERASE = re.compile(
    rf"{_REMOVE}.{{0,12}}{_THINGS}|{_THINGS}.{{0,12}}{_REMOVE}|{_NOT_KEPT}(?!住).{{0,8}}{_DATA}|{_DATA}.{{0,6}}{_NOT_KEPT}"
)
_ERASE_ALL = re.compile(
    r"(?:我|要|我要|帮我|请|申请|给我|麻烦|你们?|把|都|全)*(?:注销|删我|销号|全删|都删)(?:账号|帐号|掉|了|吧|的)*"
)
_OURS = re.compile(rf"{_MINE}|全部|所有|都|你们|刚才|之前|前面|以前|聊天记录")
# 我的名字被村里从低保名单上删了 is a grievance, no wish.
_ELSEWHERE = re.compile(r"被|名单|低保|医保|社保|名额|村[里上委]|户口|微信|朋友圈|手机里|网上|抖音|银行|学校|病历")
_ASKS = re.compile(r"会不会|是不是|什么时候|多久|几时|自动|会删|删吗|删不删")
_WITHDRAW = re.compile(
    r"(?:撤回|收回|取消|撤销|反悔)(?:我|之前|上次|那个|的|点|对)*(?:同意|授权|允许)|"
    r"(?:不同意|不允许|不授权|不准|不许)(?:你们?|再|继续|了)*.{0,4}(?:留|存|用|记|收集|处理|使用).{0,6}(?:信息|资料|数据|记录|隐私|[说讲]的话)|"
    r"(?:同意|授权).{0,6}(?:收回|撤回|取消|不作数|不算数)"
)
_SHOW = re.compile(
    rf"(?:记|留|存|登记|收集|掌握|保存)(?:了|着|过|的)?(?:些|有)?(?:关于)?{_ME}(?:家)?(?:的|些|了|个人)*(?:什么|哪些|啥|么子|哪样|多少|信息|资料|数据|记录|情况)|"
    rf"(?:手里|那里|这里|系统里?|你们)(?:都)?(?:有|存|留|记)(?:了|着)?{_ME}(?:的)?(?:哪些|什么|啥|么子)|"
    rf"(?:查看|查阅|看看|看下|看一下|复制|导出|打印|下载|要一份|给我一?份|给我看|调取)(?:你们?|存的|留的|一下)*{_MINE}(?:的|在你们?这里?的?|所有的?)*(?:个人)?(?:信息|资料|数据|记录)|"
    rf"{_MINE}(?:的)?(?:个人)?(?:信息|资料|数据|记录).{{0,6}}(?:导出|给我看|打印|复制|给我一份|看一下|看看)"
)
_VALUE = r"(?:电话|手机号?|号码|名字|姓名|年龄|岁数|年纪)"
_CORRECT = re.compile(
    rf"(?:{_VALUE}|信息|资料|地址|生日|出生日期).{{0,10}}(?:写错|记错|填错|弄错|登错|错了|不对|有误|换了|改成|改为|改一下|更正|应该是|要改|想改)|"
    rf"(?:改|更正|更改|修改|换)(?:一下|下|掉)?{_MINE}?(?:的|登记的|留的)*(?:{_VALUE}|个人信息|信息|资料|地址)"
)
_NO_QUALITY = re.compile(
    r"(?:不要|别|不许|不准|不同意|不让|莫|不想|收回).{0,8}(?:拿|用|把|留|看).{0,6}(?:话|对话|聊天|记录).{0,6}(?:改进|训练|分析|统计|学习|研究)"
)
# 他不准我打电话 and 村里叫我不要来 tell what others forbid; 不用上门 spares a visit and forbids nothing.
_NO_CONTACT = re.compile(
    r"(?<![叫让喊劝要][我俺])(?:"
    r"(?:别|不要|莫|不用|不许|不准|请勿|甭|唔好)(?:你们|再|来|主动|总|老|派人)*(?:[给跟往](?:我们?|俺|家里|我家)(?:这边|这里)?)?(?:再)?"
    r"(?:打电话(?!报警)|来电|回电|联系(?=我|俺|了|$)|回访|发消息|发短信|发信息|找我(?!们)|(?<!不用)上门|打过来|打我电话|来家里|来我家|家访)|"
    r"(?:千万|可)?(?:别|不要|莫)(?:打|拨).{0,4}(?:电话|手机|号码))"
)


def heard(text: str) -> str | None:
    """The wish that a message clearly utters; None for every other message. Never CORRECT: the form corrects, too."""
    said = _plain(text)
    if len(said) > LONGEST:
        return None
    for kind, pattern in ((NO_QUALITY, _NO_QUALITY), (WITHDRAW, _WITHDRAW)):
        if pattern.search(said):
            return kind
    clear = _ERASE.search(said) and _OURS.search(said) and not _ELSEWHERE.search(said) and not _ASKS.search(said)
    if clear or _ERASE_ALL.fullmatch(said):
        return ERASE
    if _SHOW.search(said) and not _CORRECT.search(said):
        return SHOW
    return NO_CONTACT if len(said) <= SHORT and _NO_CONTACT.search(said) else None


def meant(text: str) -> str:
    """The kind of a message that is known to be about personal data; INFORM for questions about it."""
    said = _plain(text)
    if found := heard(text):
        return found
    if _ASKS.search(said):
        return INFORM
    for kind, pattern in (
        (ERASE, _ERASE),
        (CORRECT, _CORRECT),
        (ERASE, re.compile(r"删|注销|抹掉|清除|清空|销毁")),
        (WITHDRAW, re.compile(r"撤回|收回|取消授权")),
        (SHOW, re.compile(r"导出|查阅|复制|要一份|查看|打印|(?:记|存|留)了我")),
    ):
        if pattern.search(said):
            return kind
    return INFORM


def corrects(text: str) -> bool:
    """Whether the words set a stored particular right."""
    return len(text) <= LONGEST and bool(_CORRECT.search(_plain(text)))


def wants_no_contact(text: str) -> bool:
    """Whether the words, however long, ask not to be called or visited."""
    return bool(_NO_CONTACT.search(_plain(text)))


def _plain(text: str) -> str:
    return normalise(text).replace(" ", "").strip(",。.!！?？、~…")
