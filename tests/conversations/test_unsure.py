"""When the words leave open what the matter is, the resident is asked, not guessed at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.conftest import Office, Resident
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
    assert len(filed(talk, office)) == 1


def test_both_may_be_wanted(resident: Begin, office: Office) -> None:
    """Then the ticket is about both."""
    talk = resident()
    asked(talk)
    talk.play("两样都要")
    assert len(filed(talk, office)) == 2


def test_neither_of_two_leads_to_the_list(resident: Begin) -> None:
    """Nobody is held to a wrong guess: the common matters are offered, and own words count."""
    talk = resident()
    asked(talk)
    talk.play("[都不是]")
    assert talk.awaiting == "service" and len(talk.buttons) > 4 and "别的事" in talk.buttons
    talk.play("想请人上门给他擦身做饭")
    assert talk.awaiting == "location"


def test_who_cannot_tell_is_not_asked_again(resident: Begin) -> None:
    """不清楚 leaves it to the station."""
    talk = resident()
    asked(talk)
    talk.play("不清楚")
    assert talk.awaiting == "location"
