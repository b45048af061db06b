"""Consent: short, per purpose, never pressed, taken back in plain words; a no costs nobody their help."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from nlu.consents import consent_texts, present
from tests.conversations.conftest import Office, Resident
from tests.conversations.test_danger import BEATEN, assert_safety_first
from tests.conversations.test_form import START, until
from tickets import consents
from tickets.models import Consent, Conversation

Begin = Callable[[], Resident]
QUALITY = present("quality").text


def given(office: Office, talk: Resident) -> list[tuple[str, str, bool]]:
    """(purpose, version, whether it holds) of every consent of a talk."""
    with office.database.reading() as session:
        rows = session.scalars(select(Consent).where(Consent.conversation_id == office.conversation(talk).id))
        return [(row.purpose, row.text_version, row.withdrawn_at is None) for row in rows]


def evaluated(office: Office, talk: Resident) -> bool:
    """Whether administrators' evaluation may read the talk."""
    with office.database.reading() as session:
        own = consents.open_to_evaluation().where(Conversation.id == office.conversation(talk).id)
        return session.scalar(own) is not None


def filed(talk: Resident) -> Resident:
    """王奶奶's daughter goes through the whole form."""
    until(talk, "confirm").play("对")
    return talk


def test_the_question_says_who_what_for_how_long_and_how_to_take_it_back(resident: Begin, office: Office) -> None:
    """Under a hundred characters, in words an old farmer knows; what is agreed to is recorded with its version."""
    talk = resident()
    talk.play(START)
    assert talk.awaiting == "consent"
    asked = talk.words
    assert all(word in asked for word in ("社工站", "办您这件事", "三年", "删掉我的信息", "同意"))
    assert len(present("handling").text) <= 110
    talk.play("[同意]")
    assert given(office, talk) == [("handling", present("handling").version, True)]


def test_every_version_ever_asked_is_kept() -> None:
    """A consent in the database names a text that can still be read."""
    versions = [text.version for texts in consent_texts().values() for text in texts]
    assert "2026-11" in versions and all(text.text for texts in consent_texts().values() for text in texts)


def test_quality_is_asked_once_after_filing_and_no_is_the_default(resident: Begin, office: Office) -> None:
    """The talk goes on without an answer; nobody is asked again, and nothing may be read without a yes."""
    talk = filed(resident())
    assert "已受理" in talk.words and talk.words.endswith(QUALITY) and talk.buttons == ["可以", "不用了"]
    assert talk.awaiting is None and not evaluated(office, talk)
    talk.play("另外想问问高龄津贴多少钱")
    assert QUALITY not in talk.words and not evaluated(office, talk)
    talk.play("帮我爸也办一个，他八十五了", *["跳过"] * 0)
    while talk.awaiting:
        talk.play("对" if talk.awaiting == "confirm" else "跳过")
    assert QUALITY not in "".join(line for line in talk.transcript[-6:]), "asked once in a lifetime"


@pytest.mark.parametrize(("answer", "agreed"), [("[可以]", True), ("可以", True), ("[不用了]", False), ("不用", False)])
def test_quality_is_answered_by_button_or_word(answer: str, agreed: bool, resident: Begin, office: Office) -> None:
    """And neither answer begins anything else."""
    talk = filed(resident())
    talk.play(answer)
    assert evaluated(office, talk) == agreed
    assert talk.awaiting is None and not talk.buttons
    assert ("就收回" if agreed else "照常办") in talk.words


def test_quality_is_taken_back_in_plain_words(resident: Begin, office: Office) -> None:
    """别拿我的话去改进: at once, and the request goes on."""
    talk = filed(resident())
    talk.play("可以", "别拿我的话去改进")
    assert not evaluated(office, talk) and "照常办" in talk.words
    assert office.ticket(talk.last["tickets"][0])["status"] == "new"
    assert ("handling", present("handling").version, True) in given(office, talk)


def test_quality_is_not_asked_after_danger(resident: Begin, office: Office) -> None:
    """Who was in danger is asked for nothing, and their words are never open to evaluation."""
    talk = resident()
    talk.play(BEATEN, "长沙县黄兴镇", "没有电话")
    assert QUALITY not in "".join(talk.transcript) and not evaluated(office, talk)


@pytest.mark.parametrize("said", ["不同意", "[不同意]", "不同意你们留我的记录", "别留我的资料"])
def test_declined_means_nothing_is_written_down(said: str, resident: Begin, office: Office) -> None:
    """Numbers to call, no ticket, no words in the database; what is said afterwards does not stay either."""
    talk = resident()
    talk.play(START, said)
    assert "12345" in talk.words and "110" in talk.words and not talk.last["tickets"]
    assert talk.awaiting is None
    talk.play("低保要什么条件？")
    assert len(talk.words) > 30, "public information is for everybody"
    kept = "".join(office.words_kept(talk))
    assert "瘫在床上" not in kept and "低保要什么条件" not in kept
    assert all(not holds for _, _, holds in given(office, talk))


def test_declined_and_in_danger(resident: Begin, office: Office) -> None:
    """The alarm needs no consent, and holds what was said now, nothing of before."""
    talk = resident()
    talk.play(START, "不同意", BEATEN)
    assert_safety_first(talk)
    (number,) = talk.last["tickets"]
    ticket = office.ticket(number)
    assert BEATEN in ticket["description"] and "瘫在床上" not in ticket["description"]


def test_who_declined_may_change_their_mind(resident: Begin) -> None:
    """A no is no ban."""
    talk = resident()
    talk.play(START, "不同意", "算了还是帮我办吧，我娘八十三了瘫在床上，想办护理补贴")
    assert talk.awaiting == "consent"
    talk.play("同意")
    assert talk.awaiting not in (None, "consent")
