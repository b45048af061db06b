"""Ten people in ten provinces, each in their own words: the request lands in the right queue, within a few messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from nlu.places.national import county_of
from tests.conversations.conftest import Office, Resident, code
from tickets.models import CoverageGap


@dataclass(frozen=True)
class Story:
    """`place` is where it must land; `desk` whose queue that is, when the township has no station."""

    turns: tuple[str, ...]
    place: str
    service: str
    relation: str | None
    most: int = 9
    desk: str | None = None
    age: int | None = None


STORIES = {
    "Hunan: everything in two sentences, a correction at the summary": Story(
        (
            "我娘今年八十三了，瘫在床上一年多，屎尿都要人弄，听讲有个护理补贴，我屋里在长沙县黄兴镇打卦岭村三组",
            "要得",
            "王桂英",
            "13800000001",
            "不对，我娘是八十四",
            "[对，提交]",
        ),
        "长沙县黄兴镇",
        "elderly_subsidy",
        "母亲",
        age=84,
    ),
    "Guizhou: a grandmother, buttons for every answer": Story(
        (
            "我孙子爸妈都在外头打工，一直跟着我过，他现在不肯去上学了",
            "[同意]",
            "从江丙妹镇的",
            "[跳过]",
            "十一岁",
            "[跳过]",
            "[跳过]",
            "[对，提交]",
        ),
        "贵州省从江县丙妹镇",
        "left_behind_child",
        "孙辈",
        age=11,
    ),
    "Sichuan: thick dialect, and a village the register lacks": Story(
        (
            "老汉儿中风咯，医药费遭不住，想问哈有没得救助，屋头在昭觉竹核",
            "可以嘛",
            "木渣洛村",
            "六十七",
            "阿木",
            "13800000002",
            "对头",
        ),
        "四川省昭觉县竹核镇",
        "medical_aid",
        "父亲",
        age=67,
    ),
    "Yunnan: the place comes late and in pieces": Story(
        (
            "今年下冰雹，苞谷地全打烂了，我家损失大得很，听说有救灾的补助",
            "[同意]",
            "元阳县",
            "新街",
            "[跳过]",
            "我自己",
            "41",
            "姓马",
            "13800000003",
            "对的，你交吧",
        ),
        "云南省元阳县新街镇",
        "disaster_relief",
        "本人",
        most=10,
        age=41,
    ),
    "Henan: the answer is a question first": Story(
        (
            "俺爹右眼瞎了好几年，想给他办个残疾证",
            "办这个要钱不",
            "中",
            "固始陈淋子",
            "不知道几组",
            "六十九咧",
            "张大山",
            "13800000004",
            "中，就这样",
        ),
        "河南省固始县陈淋子镇",
        "disability_certificate",
        "父亲",
        age=69,
    ),
    "Shandong: the county first, then the town": Story(
        (
            "俺想申请低保，男人走了，俺一个人拉扯仨孩子，家里没啥收入",
            "同意",
            "曹县",
            "青堌集镇",
            "不记得",
            "38",
            "刘秀兰",
            "没有电话",
            "[对，提交]",
        ),
        "山东省曹县青堌集镇",
        "dibao",
        "本人",
        age=38,
    ),
    "Jiangxi: no station in the township, the county takes it": Story(
        (
            "隔壁刘老头一个人住，七十八岁了，冇崽冇女，饭都冇人煮，想请人上门照料，于都县银坑镇的",
            "好",
            "银坑村",
            "刘老头",
            "13800000005",
            "对",
        ),
        "江西省于都县银坑镇",
        "home_care",
        "邻居",
        desk="江西省于都县",
        age=78,
    ),
    "Guangdong: one word answers": Story(
        ("孤儿补贴点样申请，我外甥女冇父母", "好", "五华华城", "唔知", "9", "跳过", "13800000006", "系"),
        "广东省五华县华城镇",
        "orphan_support",
        "其他",
        age=9,
    ),
    "Shaanxi: two towns of one name are told apart by a button": Story(
        (
            "我妈脑梗后走不成路，想给家里装个扶手改造一下",
            "能行，记吧",
            "四十里铺镇",
            "[绥德]",
            "[跳过]",
            "七十二",
            "[跳过]",
            "13800000007",
            "对着哩",
        ),
        "陕西省绥德县四十里铺镇",
        "home_modification",
        "母亲",
        age=72,
    ),
    "Heilongjiang: nobody above it either, the last desk takes it": Story(
        (
            "俺家老爷子糊涂了，老往外跑，想找个养老院，五常市山河镇的",
            "行",
            "[跳过]",
            "80",
            "跳过",
            "13800000008",
            "对",
        ),
        "黑龙江省五常市山河镇",
        "nursing_home",
        "父亲",
        desk="triage",
        age=80,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_the_request_reaches_the_right_queue_and_can_be_claimed(
    name: str, resident: Callable[[], Resident], office: Office
) -> None:
    """Told in dialect, with buttons or words, it is filed once, routed right, and a worker of that queue claims it."""
    story = STORIES[name]
    talk = resident()
    talk.play(*story.turns)
    assert talk.spoken <= story.most
    assert "已受理" in talk.words and talk.awaiting is None, talk.transcript
    (number,) = talk.last["tickets"]
    township = code(story.place)
    queue = {"triage": "triage", None: township}.get(story.desk) or county_of(code(story.desk or ""))
    ticket = office.ticket(number)
    assert (ticket["township"], ticket["queue"], ticket["status"]) == (township, queue, "new")
    assert story.service in ticket["services"]
    assert ticket["beneficiary"]["relation"] == story.relation
    assert ticket["beneficiary"]["age"] == story.age
    worker = "admin" if queue == "triage" else f"w{queue}"
    assert office.act(worker, number, "claim") == 200
    assert office.ticket(number, worker)["status"] == "accepted"
    assert office.act("zhou", number, "claim") == 404, "a foreign station must not even learn that it exists"
    with office.database.reading() as session:
        gap = session.scalar(select(CoverageGap).where(CoverageGap.township == township))
    assert (gap is not None) == (story.desk is not None)
