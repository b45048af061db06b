"""The intake form as people use it: several answers at once, corrections, digressions, skipping, giving up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.conftest import HUANGXING, JIANGBEI, Office, Resident

Begin = Callable[[], Resident]
START = "我娘今年八十三了，瘫在床上一年多，想办护理补贴"
# From here every question of the form is answered once; the key is what is awaited before the answer.
ANSWERS = {
    "consent": "同意",
    "location": "长沙县黄兴镇",
    "village": "打卦岭村三组",
    "name": "王桂英",
    "phone": "13800000001",
    "confirm": "对",
}


def until(talk: Resident, awaited: str) -> Resident:
    """The form up to the question that is named."""
    talk.play(START)
    while talk.awaiting != awaited:
        talk.play(ANSWERS[str(talk.awaiting)])
    return talk


def test_a_request_is_filed_after_a_few_plain_questions(resident: Begin, office: Office) -> None:
    """王奶奶's daughter answers each question once; the ticket holds it all and 李社工 has it, 周社工 not."""
    talk = until(resident(), "confirm")
    assert "王桂英" in talk.words and "打卦岭村三组" in talk.words and not talk.last["tickets"]
    talk.play("对")
    (number,) = talk.last["tickets"]
    ticket = office.ticket(number, "li")
    assert ticket["beneficiary"] == {"relation": "母亲", "age": 83, "name": "王桂英", "phone": "13800000001"}
    assert (ticket["queue"], ticket["status"], ticket["urgency"]) == (HUANGXING, "new", "routine")
    assert START in ticket["description"] and str(ticket["village"]).startswith(HUANGXING)
    assert office.call("zhou", "GET", f"/{number}")[0] == 404
    assert office.call("chen", "GET", f"/{number}")[0] == 200
    assert talk.spoken <= 7


def test_what_the_first_message_said_is_never_asked(resident: Begin) -> None:
    """Matter, place, village, whom it is for, age, phone and story in one message leave only consent and the name."""
    talk = resident()
    talk.play(START + "，住在长沙县黄兴镇打卦岭村三组，我的电话13800000002")
    asked = []
    while talk.awaiting:
        asked.append(talk.awaiting)
        talk.play("跳过" if talk.awaiting == "name" else "好")
    assert asked == ["consent", "name", "confirm"]
    assert "已受理" in talk.words


def test_one_answer_may_hold_several(resident: Begin) -> None:
    """Name and phone said together are both taken."""
    talk = until(resident(), "name")
    talk.play("王桂英，电话13800000003")
    assert talk.awaiting == "confirm" and "13800000003" in talk.words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("不对，电话是13800000009", "电话：13800000009"),
        ("名字写错了，叫王桂兰", "名字：王桂兰"),
        ("年龄不对，是八十五", "年龄：85"),
        ("我娘八十六了", "年龄：86"),
        ("不是给我妈办，是给我爸办", "帮谁：您父亲"),
        ("不是黄兴镇，是江背镇", "江背镇"),
        ("村错了，是接驾岭社区", "接驾岭社区"),
        ("她还有高血压，天天要吃药", "高血压"),
    ],
)
def test_any_answer_is_corrected_in_words_at_the_summary(resident: Begin, said: str, shown: str) -> None:
    """What is wrong is said in plain words, and the next summary has it right."""
    talk = until(resident(), "confirm")
    talk.play(said)
    if talk.awaiting == "village":
        talk.play("跳过")
    assert talk.awaiting == "confirm" and shown in talk.words, talk.words
    talk.play("对")
    assert len(talk.last["tickets"]) == 1


@pytest.mark.parametrize(
    ("button", "answers", "shown"),
    [
        ("[改电话]", ["13800000008"], "13800000008"),
        ("[改名字]", ["李秀英"], "李秀英"),
        ("[改年龄]", ["七十九"], "79"),
        ("[改帮谁]", ["[邻居]"], "邻居"),
        ("[改地方]", ["长沙县江背镇", "跳过"], "江背镇"),
        ("[改要办的事]", ["[最低生活保障]"], "最低生活保障"),
        ("[改情况]", ["一个人在家没人做饭"], "一个人在家没人做饭"),
    ],
)
def test_any_answer_is_corrected_by_its_button(resident: Begin, button: str, answers: list[str], shown: str) -> None:
    """Each line of the summary has a button; its question is asked again, and nothing else."""
    talk = until(resident(), "confirm")
    talk.play(button, *answers)
    assert talk.awaiting == "confirm" and shown in talk.words, talk.words


def test_an_answer_is_corrected_while_another_is_asked(resident: Begin, office: Office) -> None:
    """Asked for the phone, somebody remembers that the township was wrong: it is moved, and the phone asked again."""
    talk = until(resident(), "phone")
    talk.play("搞错了，不是黄兴镇，是江背镇")
    assert talk.awaiting in ("village", "phone")
    talk.play("跳过", *["13800000001"] * (talk.awaiting == "village"))
    while talk.awaiting != "confirm":
        talk.play("13800000001")
    talk.play("对")
    assert office.ticket(talk.last["tickets"][0])["queue"] == JIANGBEI


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("你好", "在"),
        ("你是谁", "电脑助手"),
        ("你是不是骗子", ""),
        ("你个傻逼", "帮不上"),
        ("等一下", "不急"),
        ("谢谢", "不客气"),
        ("低保要什么条件", ""),
    ],
)
@pytest.mark.parametrize("awaited", ["consent", "name", "confirm"])
def test_a_digression_is_answered_and_the_question_asked_again(
    resident: Begin, awaited: str, said: str, answered: str
) -> None:
    """A greeting, an insult, a question of policy in between: one answer, then the same question, nothing lost."""
    talk = until(resident(), awaited)
    talk.play(said)
    assert talk.awaiting == awaited and answered in talk.words, talk.transcript
    assert len(talk.last["messages"]) >= 2, "an answer, and the question again"
    talk.play(ANSWERS[awaited])
    assert talk.awaiting != awaited


@pytest.mark.parametrize("said", ["可以办多少钱一个月", "好难受", "我不知道", "行动不便", "？"])
def test_only_a_clear_yes_is_consent(resident: Begin, said: str) -> None:
    """Words that merely begin like a yes or a no decide nothing."""
    talk = until(resident(), "consent")
    talk.play(said)
    assert talk.awaiting == "consent"


@pytest.mark.parametrize("said", ["要得", "中", "好的，你记吧", "[同意]", "没问题", "可以可以"])
def test_people_agree_in_many_ways(resident: Begin, said: str) -> None:
    """Dialect and buttons count alike, and the consent is recorded."""
    talk = until(resident(), "consent")
    talk.play(said)
    assert talk.awaiting == "location"


def test_optional_questions_may_be_skipped_in_plain_words(resident: Begin, office: Office) -> None:
    """不知道, 不方便, 没有 leave the answer open; the request is filed all the same."""
    talk = until(resident(), "village")
    talk.play("不晓得", "不方便说", "没有电话", "对")
    ticket = office.ticket(talk.last["tickets"][0])
    assert (ticket["village"], ticket["beneficiary"]["name"], ticket["beneficiary"]["phone"]) == (None, None, None)


def test_a_question_not_understood_twice_is_left_open(resident: Begin) -> None:
    """Nobody is asked for the same thing a third time."""
    talk = until(resident(), "phone")
    talk.play("屋里有只黄狗")
    assert talk.awaiting == "phone"
    talk.play("狗叫得凶")
    assert talk.awaiting == "confirm" and "没留" in talk.words


def test_no_at_the_summary_files_nothing(resident: Begin) -> None:
    """不对 alone asks what is wrong."""
    talk = until(resident(), "confirm")
    talk.play("不对")
    assert talk.awaiting == "confirm" and not talk.last["tickets"] and "哪一项" in talk.words


def test_cancelling_files_nothing_and_one_may_begin_again(resident: Begin, office: Office) -> None:
    """不办了 ends it; the next request starts from the beginning, without the answers of the old one."""
    talk = until(resident(), "phone")
    talk.play("不办了")
    assert talk.awaiting is None and not talk.last["tickets"] and not office.tickets_of(talk)
    talk.play("想给我爸办残疾证")
    assert talk.awaiting == "location", "consent was given in this talk; the place was dropped"


def test_who_declines_leaves_nothing_behind(resident: Begin, office: Office) -> None:
    """Without consent there is no ticket, no words in the database, and numbers to call instead."""
    talk = resident()
    talk.play(START + "，住长沙县黄兴镇打卦岭村，13800000004")
    talk.play("[不同意]")
    assert talk.awaiting is None and "12345" in talk.words
    kept = "".join(office.words_kept(talk))
    assert "八十三" not in kept and "13800000004" not in kept and "打卦岭" not in kept
    assert not office.tickets_of(talk)
    assert office.conversation(talk).consent_declined_at
    talk.play("高龄津贴多少钱一个月")
    assert talk.words, "policy is explained without consent"


def test_consent_may_be_taken_back_in_the_middle(resident: Begin, office: Office) -> None:
    """不同意 after some answers erases them all, our own questions that repeated them included."""
    talk = until(resident(), "phone")
    talk.play("不同意")
    assert talk.awaiting is None
    kept = "".join(office.words_kept(talk))
    assert "王桂英" not in kept and "黄兴" not in kept and not office.tickets_of(talk)


def test_a_second_request_asks_only_what_is_new(resident: Begin, office: Office) -> None:
    """Place and phone of the first request, and the consent, still hold for the second; it gets its own ticket."""
    talk = until(resident(), "confirm")
    talk.play("对", "还有个事，我屋里孩子读书的学费交不起，想申请助学")
    asked = []
    while talk.awaiting:
        asked.append(talk.awaiting)
        talk.play("对" if talk.awaiting == "confirm" else "跳过")
    assert not {"consent", "location", "phone"} & set(asked)
    first, second = office.tickets_of(talk)
    assert first.number != second.number and first.township == second.township and "education_aid" in second.services


def test_who_asks_for_a_person_first_answers_only_what_that_person_needs(resident: Begin, office: Office) -> None:
    """No age, no name: consent, place, phone, one sentence."""
    talk = resident()
    talk.play("我要找真人说话")
    assert "社工" in talk.words
    asked = []
    while talk.awaiting:
        asked.append(talk.awaiting)
        talk.play({"consent": "好", "location": "黄兴镇", "confirm": "对"}.get(talk.awaiting, "跳过"))
    assert not {"age", "name", "beneficiary"} & set(asked)
    assert office.ticket(talk.last["tickets"][0])["queue"] == HUANGXING


def test_a_complaint_without_a_ticket_becomes_one(resident: Begin) -> None:
    """An angry first message is answered with an apology and the form, not with 没有记录."""
    talk = resident()
    talk.play("你们上次说的都没人来，气死我了")
    assert "对不住" in talk.words and talk.awaiting == "consent"


@pytest.mark.parametrize("said", ["我的事办得怎么样了", "撤回我的申请", "谢谢", "再见", "好的", "不用了", "取消"])
def test_talk_without_a_request_is_answered(resident: Begin, said: str) -> None:
    """Nothing is filed yet: a plain sentence, no form."""
    talk = resident()
    talk.play(said)
    assert talk.awaiting is None and talk.words
