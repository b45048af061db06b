"""When the words leave open what the matter is, the resident is asked, not guessed at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.answers import read_service
from actions.catalogue import NAMES
from actions.turn import Turn
from tests.conversations.conftest import HUANGXING, Office, Resident
from tests.conversations.test_form import ANSWERS

Begin = Callable[[], Resident]
VAGUE = "家里有个残疾人，日子过不下去"  # the allowance, or the certificate it needs?


def asked(talk: Resident) -> list[str]:
    """The two services offered."""
    talk.play(VAGUE, "同意")
    assert talk.awaiting == "service" and "还是" in talk.words
    one, other, *rest = talk.buttons
    assert rest == ["两样都要", "都不是"]
    return [one, other]


def filed(talk: Resident, office: Office) -> list[str]:
    """The services of the ticket in the end."""
    for _ in range(10):
        if not talk.awaiting:
            break
        talk.play(ANSWERS.get(str(talk.awaiting), "跳过"))
    (number,) = talk.last["tickets"]
    return list(office.ticket(number)["services"])


@pytest.mark.parametrize("said", ["[{1}]", "第二个", "后面那个吧"])
def test_one_of_two_is_chosen(resident: Begin, office: Office, said: str) -> None:
    """By its button or in words; the ticket is about that one alone."""
    talk = resident()
    two = asked(talk)
    talk.play(said.format(*two))
    assert talk.awaiting == "location"
    assert [NAMES[code] for code in filed(talk, office)] == two[1:]


def test_both_may_be_wanted(resident: Begin, office: Office) -> None:
    """Then the ticket is about both."""
    talk = resident()
    asked(talk)
    talk.play("两样都要")
    assert len(filed(talk, office)) == 2


@pytest.mark.parametrize("said", ["[都不是]", "都不是", "两个都不是我要的"])
def test_neither_of_two_leads_to_the_list(resident: Begin, said: str) -> None:
    """Nobody is held to a wrong guess: the common matters are offered, and own words count."""
    talk = resident()
    asked(talk)
    talk.play(said)
    assert talk.awaiting == "service" and len(talk.buttons) > 4 and "别的事" in talk.buttons
    talk.play("想请人上门给他擦身做饭")
    assert talk.awaiting == "location"


def test_who_cannot_tell_is_not_asked_again(resident: Begin, office: Office) -> None:
    """不清楚 leaves it to the station, which sees the likelier one."""
    talk = resident()
    two = asked(talk)
    talk.play("不清楚")
    assert talk.awaiting == "location"
    assert [NAMES[code] for code in filed(talk, office)] == two[:1]


def test_danger_comes_before_the_choice(resident: Begin, office: Office) -> None:
    """Words of danger at this question are no answer to it: the alarm is raised, the likelier service stands."""
    talk = resident()
    asked(talk)
    talk.play("他爸又拿刀追着我们娘俩砍，我们躲在长沙县黄兴镇打卦岭村口")
    assert talk.awaiting != "service"
    (ticket,) = office.tickets_of(talk)
    assert ticket.urgency == "emergency" and ticket.township == HUANGXING


def said_of_two(text: str, services: tuple[str, ...] = ()) -> dict[str, object]:
    """What a reply to the choice between an allowance and a certificate fills."""
    understood = [{"code": code, "confidence": 0.9} for code in services]
    turn = Turn(
        text, "inform", 0.5, understood, [], [], "routine", [], {"status": "none"}, None, {}, "service",
        {"either": ["disability_subsidy", "disability_certificate"]},
    )  # fmt: skip
    return read_service(turn)


@pytest.mark.parametrize("text", ["都不是", "两个都不是", "两样都不要", "都不是我要的", "一个都不是"])
def test_a_refusal_of_both_chooses_none(text: str) -> None:
    """都 alone is no yes to both."""
    assert said_of_two(text) == {"either": []}


@pytest.mark.parametrize("text", ["残疾证，第一次办", "上面的人不管", "前一阵子摔了", "我说的都是低保", "我下面瘫了"])
def test_ordinary_words_choose_none(text: str) -> None:
    """第一, 上面 and 都 choose only as a short reply of their own."""
    assert said_of_two(text) == {}


def test_a_service_named_outright_counts() -> None:
    """Words that name another service are taken at their word."""
    assert said_of_two("残疾证，第一次办", ("disability_certificate",)) == {"service": ["disability_certificate"]}
