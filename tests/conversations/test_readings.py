"""What the form reads out of a message, in the process itself: corrections, whose age and name, whom it is for."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from actions.answers import read_beneficiary, read_consent, read_name, read_phone
from actions.corrections import corrections
from actions.denied import denied
from actions.turn import SKIPPED, Turn, read
from actions.volunteered import facts, which_of_two
from nlu.entities import extract
from nlu.requests import asks_for_it, wants_it_after_all

FILLED = {
    "consent": True,
    "service": ["temporary_aid"],
    "location": "341522102",
    "village": "-",
    "beneficiary": "本人",
    "age": 49,
    "name": "李文斌",
    "phone": "13300000009",
    "description": "上个月摔断脚，住院花了三万多",
}


def turn(text: str, awaiting: str | None = None, services: tuple[str, ...] = (), **slots: Any) -> Turn:
    """A message as the engine hands it over; `slots` are those known before."""
    entities = [
        {"entity": one.type, "value": one.value, "start": one.start, "end": one.end, "confidence": one.confidence}
        for one in extract(text)
        if one.primary
    ]
    found = [{"code": code, "confidence": 0.9} for code in services]
    return Turn(
        text,
        "request_service",
        0.9,
        found,
        found,
        [],
        "routine",
        entities,
        {"status": "none"},
        None,
        {},
        awaiting,
        slots,
    )


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (
            "搞错了，不是给我办，翻车的是我老婆，她叫张玉梅，四十七岁",
            {"beneficiary": "配偶", "name": "张玉梅", "age": 47},
        ),
        ("不对，不是帮我申请，是给我妈办，她七十八了", {"beneficiary": "母亲", "age": 78}),
        ("弄错了，生病的是我儿子，叫李小军，二十二岁", {"beneficiary": "儿子", "name": "李小军", "age": 22}),
        ("慢点，两个地方错了，我是七十九岁，电话也打错了，是15012340479", {"age": 79, "phone": "15012340479"}),
        ("错了错了，年龄是五十岁，名字叫李文兵", {"age": 50, "name": "李文兵"}),
    ],
)
def test_several_things_are_corrected_at_once(said: str, wanted: dict[str, Any]) -> None:
    """Relation, name and age in one message; nothing else changes."""
    assert corrections(turn(said, "confirm", **FILLED)) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "整岔了，证去年就下来了，我要办的不是证，是残疾人每个月那个护理补贴",
        "不对，我要的是护理补贴，不是办证",
        "刚才说错了，不是她自己摔的，是俺弟弟喝了酒推的，以前也打过她",
        "不是他自己弄的，是我姐夫打的",
    ],
)
def test_who_corrects_does_not_become_the_one_in_need(said: str) -> None:
    """我要办的是… says who writes; of somebody called 她 the message itself names only who harmed her."""
    known = {**FILLED, "beneficiary": "母亲", "service": ["disability_certificate"]}
    assert "beneficiary" not in corrections(turn(said, "confirm", services=("disability_subsidy",), **known))


@pytest.mark.parametrize("said", ["不对，是给我自己办的", "搞错了，不是我妈，要办的是我", "不是给她办，是给我办"])
def test_the_speaker_may_be_the_correction(said: str) -> None:
    """… when it is said outright."""
    assert corrections(turn(said, "confirm", **{**FILLED, "beneficiary": "母亲"}))["beneficiary"] == "本人"


@pytest.mark.parametrize(
    "said",
    ["情况写错了，不是摔断脚，是中风，现在出院回来了，瘫了半边", "上面的情况不对，他是干活时从架子上掉下来的，腰断了"],
)
def test_a_story_told_anew_stands_first(said: str) -> None:
    """It is another story, no other matter; the earlier one is kept behind it."""
    changed = corrections(turn(said, "confirm", services=("disability_certificate",), **FILLED))
    assert changed == {"description": f"{said}（先前说的：{FILLED['description']}）"}


@pytest.mark.parametrize(
    ("said", "relation"),
    [
        ("先给我找就行", "本人"),
        ("就写我吧", "本人"),
        ("给我们老两口", "本人"),
        ("俩口子都要", "本人"),
        ("两公婆", "本人"),
        ("我们一家四口", "本人"),
        ("给我女儿找就行", "女儿"),
        ("我大", "父亲"),
        ("我个仔", "儿子"),
    ],
)
def test_for_whom_in_few_words(said: str, relation: str) -> None:
    """As people answer whom it is for."""
    assert read_beneficiary(turn(said, "beneficiary")) == {"beneficiary": relation}


def test_not_everybody_who_says_give_me_means_themselves() -> None:
    """给我找个人 says for whom nothing."""
    assert read_beneficiary(turn("给我找个人说", "beneficiary")) == {}


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("班上有个三年级女生，跟着七十多岁的奶奶过，没人辅导", None),  # the grandmother's
        ("我孙女跟着六十八岁的外婆，想问助学", None),
        ("想给八十五岁的奶奶装扶手", 85),
        ("我家里有个七十多岁的老妈，没人照顾", 70),
    ],
)
def test_whose_age_it_is(said: str, age: int | None) -> None:
    """An age before somebody else's name is theirs."""
    assert facts(turn(said)).get("age") == age


@pytest.mark.parametrize(
    "said",
    ["孩子叫吴婷婷，我姓杨，叫我杨老师就行", "叫吴婷婷，我是她班主任，你叫我杨老师", "吴婷婷，我叫杨国华"],
)
def test_the_name_of_the_one_in_need(said: str) -> None:
    """Not of the one who writes, though they say how to call them."""
    assert read_name(turn(said, "name", beneficiary="其他")) == {"name": "吴婷婷"}


def test_a_form_of_address_is_a_name_where_no_other_is() -> None:
    """就叫我老李吧 answers for the speaker."""
    assert read_name(turn("就叫我老李吧", "name", beneficiary="本人")) == {"name": "老李"}


ASKED_AND_WANTED = [
    "听说火化有丧葬补贴，农村户口的去哪里领？我想登记申请",
    "这个低保怎么弄 我家能不能给报一个",
    "残疾人补贴是不是还得另外申请呢？那就给我们申请上",
    "高龄津贴去哪里领，想给我妈办一下，谢谢",
    "残疾证要什么材料？帮我登记一下吧",
    "危房改造今年还有名额没得，有的话给我们报上嘛",
]
ONLY_ASKED = [
    "低保去哪里申请",
    "残疾证怎么办理，要带什么",
    "想问一下怎么申请低保",
    "我想申请低保，要什么条件",
    "低保怎么报，我家能报吗",
    "上次帮我报上去了，现在到哪一步了",
]


def heard(text: str, intent: str, context: dict[str, Any] | None = None, awaiting: str | None = None) -> Turn:
    """A message of that intent about a service, read from the tracker."""
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "services": [{"code": "dibao", "confidence": 0.9}],
        "metadata": {"context": context or {}},
    }
    slots = {"requested_slot": awaiting}
    return read(SimpleNamespace(latest_message=message, slots=slots, get_slot=slots.get))


@pytest.mark.parametrize(
    ("text", "wanted"), [*((each, True) for each in ASKED_AND_WANTED), *((each, False) for each in ONLY_ASKED)]
)
def test_a_request_at_the_end_of_a_question(text: str, wanted: bool) -> None:
    """What is wanted stands last; a question that has the word 申请 in it only asks."""
    assert asks_for_it(text) is wanted
    assert heard(text, "ask_policy").intent == ("request_service" if wanted else "ask_policy")


def test_how_it_stands_is_still_asked_where_something_was_filed() -> None:
    """…一分钱没见着，给我们申请上 is new where nothing was filed; else it is about that. In the form it is an aside."""
    text = "补贴到现在一分钱没见着，那就给我们申请上"
    assert heard(text, "ask_status").intent == "request_service"
    assert heard(text, "ask_status", {"tickets": 1}).intent == "ask_status"
    assert heard(text, "ask_policy", awaiting="phone").intent == "ask_policy"


@pytest.mark.parametrize(
    "said", ["莫打 会响", "不要打 爸爸听见", "千万别打过来 他在旁边", "我不敢接电话", "唔好打俾我"]
)
def test_who_must_not_be_called_is_not_asked_again(said: str) -> None:
    """Somebody else would hear the telephone."""
    assert read_phone(turn(said, "phone")) == {"phone": SKIPPED}


@pytest.mark.parametrize("said", ["你们给我打", "别打针那个号", "白天打工，晚上接"])
def test_other_words_about_calling_leave_nothing_out(said: str) -> None:
    """They are no refusal."""
    assert read_phone(turn(said, "phone")) == {}


def test_a_number_that_is_not_to_be_called_now_is_kept() -> None:
    """白天别打，晚上打 …"""
    assert read_phone(turn("白天别打，晚上打13800000005", "phone")) == {"phone": "13800000005"}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("我又想了想，还是登记吧，我同意了，别打到我婆婆手机上就行", True),
        ("刚刚我幺妹儿说你们是真的 那还是给我婆娘登记嘛 我同意了", True),
        ("那就给我办吧", True),
        ("还是帮我报上吧", True),
        ("还是算了", False),
        ("我不同意了", False),
        ("那我还是自己去办吧", False),
        ("我同意她离婚了", False),
        ("那就这样吧", False),
        ("好", False),
    ],
)
def test_what_was_declined_is_taken_up_again(said: str, wanted: bool) -> None:
    """Who has thought it over need not tell everything from the start."""
    assert wants_it_after_all(said) is wanted


@pytest.mark.parametrize("said", ["我说的这些，会不会传到我婆婆那里去呀", "我妈会知道吗", "这些信息会给孩子父母看到吗"])
def test_who_may_know_of_it_is_not_whom_it_is_for(said: str) -> None:
    """A question about what is kept names people who need nothing."""
    asked = turn(said, "consent")
    assert facts(replace(asked, intent="privacy_request")) == {}


@pytest.mark.parametrize(
    ("text", "codes", "gone"),
    [
        ("我不是来办低保的哈，是想给我家姑娘办残疾证", ["dibao", "disability_certificate"], {"dibao"}),
        ("不想送养老院，就想有人上门给老人洗个澡", ["nursing_home", "home_care"], {"nursing_home"}),
        ("不是申请五保，我是问高龄补贴", ["tekun", "old_age_allowance"], {"tekun"}),
        ("低保没批下来，高龄津贴也没发", ["dibao", "old_age_allowance"], set()),
        ("又办低保又办残疾证", ["dibao", "disability_certificate"], set()),
        ("我不是要办低保", ["dibao"], set()),  # then nothing else was said, and it is asked
    ],
)
def test_what_is_only_denied_is_not_asked_for(text: str, codes: list[str], gone: set[str]) -> None:
    """Only where something else is wanted instead."""
    assert denied(text, codes) == gone


def test_a_begun_sentence_is_about_nothing_yet() -> None:
    """我想: whatever the model makes of it, no matter is read and nothing is agreed to."""
    begun = heard("我想", "request_service")
    assert (begun.services, begun.ranking) == ([], [])
    assert heard("我想办低保", "request_service").services
    assert read_consent(turn("办那个", "consent")) == {}
    assert read_consent(turn("办吧", "consent")) == {"consent": True}


def test_later_words_say_which_of_two_it_is() -> None:
    """Until a story has been told: 护理补贴, then 失能的."""
    said = turn(
        "失能的 他87了", "consent", services=("elderly_subsidy",), service=["disability_subsidy", "elderly_subsidy"]
    )
    assert which_of_two(said, facts(said)) == {"service": ["elderly_subsidy", "disability_subsidy"]}
    told = replace(said, slots={**said.slots, "description": "我爸二级残疾，还想问失能补贴"})
    assert which_of_two(told, facts(told)) == {}


def test_a_number_with_a_word_is_no_story() -> None:
    """13800000005，白天打 says how to call, nothing of the matter."""
    assert "description" not in facts(turn("13800000005，白天打", "phone"))
    assert "description" in facts(turn("我爸摔断了腿，在家躺着没人照顾，13800000005"))


def test_whose_telephone_is_not_to_be_called_needs_nothing() -> None:
    """别打到我婆婆手机上 is about a telephone."""
    assert "beneficiary" not in facts(turn("还是登记吧，别打到我婆婆手机上就行"))
