"""What is kept of somebody, in their hands: seen, set right, erased, no longer used; really done, in the chat."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.conversations.conftest import Office, Resident
from tests.conversations.test_consent import filed
from tests.conversations.test_danger import BEATEN
from tests.conversations.test_form import until
from tests.conversations.test_outages import without
from tests.stack import Stack
from tickets.models import Conversation, DataKey, Ticket
from tickets.sealing import ERASED

Begin = Callable[[], Resident]


def row(office: Office, number: str) -> Ticket:
    """The row of a ticket."""
    with office.database.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.number == number)).one()


def test_what_is_kept_is_shown(resident: Begin, office: Office) -> None:
    """Everything that was told, who sees it, how long, what was agreed to, and how to change it."""
    talk = filed(resident())
    (number,) = talk.last["tickets"]
    talk.play("我想看看你们记了我什么")
    for word in (
        "王桂英",
        "13800000001",
        "83",
        "打卦岭",
        "瘫在床上",
        number,
        "社工站",
        "三年",
        "同意过",
        "删掉我的信息",
    ):
        assert word in talk.words, word


def test_before_anything_was_filed_that_is_said(resident: Begin) -> None:
    """Nothing is made up."""
    talk = resident()
    talk.play("你好", "你们存了我哪些资料")
    assert "没有交过事" in talk.words


def test_danger_is_not_shown_to_whoever_holds_the_telephone(resident: Begin) -> None:
    """The list says that there is something urgent, not what."""
    talk = resident()
    talk.play(BEATEN, "长沙县黄兴镇", "没有电话", "我想看看你们记了我什么")
    assert "一件急事" in talk.words and "刀" not in talk.words and "暴力" not in talk.words


@pytest.mark.parametrize("said", ["我登记的个人信息要改，电话写错了，应该是13900000008", "电话写错了，是13900000008"])
def test_a_telephone_is_set_right(said: str, resident: Begin, office: Office) -> None:
    """Shown first, changed when the button is pressed, and in the history."""
    talk = filed(resident())
    (number,) = talk.last["tickets"]
    talk.play(said)
    assert "13900000008" in talk.words and office.ticket(number)["beneficiary"]["phone"] == "13800000001"
    talk.play("[对，改过来]")
    ticket = office.ticket(number)
    assert ticket["beneficiary"]["phone"] == "13900000008" and ticket["beneficiary"]["name"] == "王桂英"
    assert "电话" in str(ticket["history"][-1])


@pytest.mark.parametrize("said", ["把我的信息删了", "不同意你们留我的记录了", "帮我注销账号"])
def test_everything_goes_when_the_button_is_pressed(said: str, resident: Begin, office: Office) -> None:
    """The request is withdrawn, the key dropped; the talk goes on as with a stranger."""
    talk = filed(resident())
    (number,) = talk.last["tickets"]
    old = office.conversation(talk)
    talk.play(said)
    assert "找不回来" in talk.words and "撤回" in talk.words
    assert row(office, number).description != ERASED, "asked, not yet done"
    talk.play("[确定，都删掉]")
    assert "都删掉了" in talk.words and talk.last["tickets"] == []
    ticket = row(office, number)
    assert (ticket.description, ticket.age, ticket.village, ticket.status) == (ERASED, None, None, "withdrawn")
    with office.database.reading() as session:
        assert session.get_one(DataKey, old.data_key_id).wrapped is None
        assert session.get_one(Conversation, old.id).token_hash is None
    talk.play("我的事办得怎么样了")
    assert number not in talk.words
    talk.play("我娘八十三了，想办护理补贴")
    assert talk.awaiting == "consent", "and a new request begins like any other"


def test_who_presses_no_keeps_everything(resident: Begin, office: Office) -> None:
    """Nothing has changed."""
    talk = filed(resident())
    talk.play("把我的信息删了", "[先不删]")
    assert row(office, talk.last["tickets"][0]).status == "new"


def test_in_the_midst_of_a_form_the_question_comes_back(resident: Begin) -> None:
    """To look at what is kept costs nobody their place in the form."""
    talk = until(resident(), "name")
    talk.play("你们存了我哪些资料")
    assert talk.awaiting == "name" and "名字" in talk.words
    talk.play("把我的信息删了", "[先不删]")
    assert talk.awaiting == "name" and "名字" in talk.words
    talk.play("王桂英")
    assert talk.awaiting == "phone"


def test_in_the_midst_of_a_form_everything_goes_too(resident: Begin, office: Office) -> None:
    """Nothing filed yet, nothing left."""
    talk = until(resident(), "phone")
    talk.play("把我说过的都删掉", "[确定，都删掉]")
    assert talk.awaiting is None and not any("瘫在床上" in said for said in office.words_kept(talk))
    talk.play("你好")
    assert talk.awaiting is None


def test_while_somebody_is_in_danger_it_is_put_off_and_said_so(resident: Begin, office: Office) -> None:
    """The alarm stays; the wish is kept and done later (tests/tickets/test_retention.py)."""
    talk = resident()
    talk.play(BEATEN, "长沙县黄兴镇", "没有电话", "把我的信息删了")
    assert "办完" in talk.words and "110" in talk.words and not talk.buttons
    assert office.ticket(talk.last["tickets"][0])["status"] == "new"
    assert office.conversation(talk).erase_requested_at


def test_without_the_engine_as_well(stack: Stack, resident: Begin, office: Office) -> None:
    """Law does not wait for a repair."""
    talk = filed(resident())
    (number,) = talk.last["tickets"]
    with without(stack, "engine"):
        talk.play("我想看看你们记了我什么")
        assert "王桂英" in talk.words
        talk.play("删除我的信息", "[确定，都删掉]")
        assert row(office, number).description == ERASED


@pytest.mark.parametrize("said", ["我说的会保密吗", "你们怎么用我的个人信息", "聊天记录会保存多久"])
def test_questions_about_it_are_answered(said: str, resident: Begin) -> None:
    """Who sees it, how long, and what one can say."""
    talk = resident()
    talk.play(said)
    assert "加密" in talk.words and "三年" in talk.words and "删掉我的信息" in talk.words


def test_who_does_not_want_to_be_called_is_heard(resident: Begin, office: Office) -> None:
    """In the midst of an alarm: the worker reads it, and nobody asks after the next day."""
    talk = resident()
    talk.play(BEATEN, "长沙县黄兴镇", "千万别打我电话，他在家")
    assert office.conversation(talk).no_contact_at
    assert "不愿意被主动联系" in str(office.ticket(talk.last["tickets"][0]))
    assert "不方便" in talk.words or "都能看到" in talk.words
