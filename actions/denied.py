"""Services that are named only to say that they are not meant: 我不是来办低保的，是给我姑娘办残疾证."""

from __future__ import annotations

import re

from nlu.normalise import normalise

# What people call them when they ask for something else.
_CALLED = {
    "dibao": "低保|吃低保|最低生活",
    "tekun": "五保|特困",
    "temporary_aid": "临时救助|临时补助",
    "medical_aid": "医疗救助|大病救助|报销",
    "education_aid": "助学|学费|教育救助",
    "housing_aid": "危房|公租房|廉租房|住房救助",
    "employment_aid": "找工作|公益岗|培训",
    "charity_resources": "捐款|捐赠|众筹|募捐",
    "old_age_allowance": "高龄|尊老金|长寿金",
    "elderly_subsidy": "失能补贴|养老补贴|养老服务补贴",
    "home_care": "送饭|送餐|保姆|上门照顾",
    "nursing_home": "养老院|敬老院|护理院",
    "orphan_support": "孤儿",
    "adoption": "收养|领养",
    "disability_subsidy": "残疾补贴|两残补贴|残疾人补贴|护理补贴",
    "disability_certificate": "残疾证|残疾人证|评残",
    "mediation": "调解",
    "funeral": "丧葬|火化",
}
_DENIES = re.compile(
    r"(?:不是|不|唔是|唔系|勿是)(?:来|想|要|说|问|打算|准备)*(?:办理?|申请|申报|报|领|吃|要|搞|弄|整|问|评|找|去|送|住)"
    r"(?:的|那个|这个|什么|啥)*([^,。;!?\s]{2,8})"
)


def denied(text: str, codes: list[str]) -> set[str]:
    """Those of the services which the message only says it does not mean; never all of them."""
    gone: set[str] = set()
    for clause in _DENIES.finditer(normalise(text)):
        gone |= {code for code in codes if code in _CALLED and re.match(_CALLED[code], clause[1])}
    return gone if set(codes) - gone else set()
