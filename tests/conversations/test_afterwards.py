"""After a request is handled: what residents are told, what they think of it, and how they open it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.conversations.conftest import Office, Resident
from tests.conversations.test_form import until
from tickets.models import Outbox, Ticket

Begin = Callable[[], Resident]


@pytest.fixture
def talk(resident: Begin) -> Resident:
    """A filed request."""
    talk = until(resident(), "confirm")
    talk.play("对")
    return talk


def number_of(talk: Resident) -> str:
    """The number of the last request."""
    return str(talk.last["tickets"][-1])


def resolved(talk: Resident, office: Office) -> str:
    """Claimed and resolved; its number. What the resident was told is read."""
    number = number_of(talk)
    for action in ("claim", "resolve"):
        assert office.act("li", number, action, note="补贴批下来了") == 200
    talk.news()
    return number


def row(office: Office, number: str) -> Ticket:
    """The row of a ticket."""
    with office.database.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.number == number)).one()


def announced(office: Office, number: str) -> list[str]:
    """What workers were told of it."""
    with office.database.reading() as session:
        return list(session.scalars(select(Outbox.kind).where(Outbox.number == number).order_by(Outbox.id)))


def events(office: Office, number: str) -> list[Any]:
    """The steps of its history."""
    return [entry["event"] for entry in office.ticket(number)["history"]]


class TestTold:
    """Each step of a worker is told to the resident, in the chat, without being asked."""

    def test_every_step(self, talk: Resident, office: Office) -> None:
        """Claimed, asked, referred, resolved: neutral words, since the phone may be somebody else's."""
        number = number_of(talk)
        for action, body, words in (
            ("claim", {}, "已经接手"),
            ("reply", {"note": "请带上户口本"}, "请带上户口本"),
            ("refer", {"to": "县残联"}, "转给相关部门"),
            ("resolve", {"note": "补贴批下来了"}, "办好了"),
            ("reopen", {"note": "少了一个月"}, "重新打开"),
        ):
            assert office.act("li", number, action, **body) == 200
            heard = talk.news()
            assert any(words in each for each in heard) and "残联" not in str(heard) and "补贴" not in str(heard)

    def test_a_transfer_is_told_with_the_new_desk(self, talk: Resident, office: Office) -> None:
        """Whose desk it is now; the progress says the same."""
        number = number_of(talk)
        office.act("li", number, "transfer", to="430121")
        (heard,) = talk.news()
        assert "长沙县" in heard and number in heard
        talk.play("我的事办得怎么样了")
        assert "长沙县" in talk.words and "等社工接手" in talk.words

    def test_what_is_overdue_is_said_to_be(self, talk: Resident, office: Office) -> None:
        """The time that was promised has passed: sorry, and 12345 as the next step."""
        number = number_of(talk)
        with office.database.session() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            ticket.due_acknowledge -= timedelta(days=5)
            session.commit()
        talk.play("我的事办得怎么样了")
        assert "已经过了时候" in talk.words and "12345" in talk.words and "最晚" not in talk.words


class TestRating:
    """One question after the end, answered by button or in words."""

    def test_by_button(self, talk: Resident, office: Office) -> None:
        """Five words; thanks; not asked again."""
        number = resolved(talk, office)
        assert talk.awaiting == "rating" and talk.buttons == ["很满意", "满意", "一般", "不满意", "很不满意"]
        talk.play("[很满意]")
        assert "谢谢" in talk.words and row(office, number).rating == 5 and talk.awaiting is None
        talk.play("我的事办得怎么样了", "谢谢")
        assert "满意吗" not in "".join(talk.transcript[-4:])

    @pytest.mark.parametrize(
        ("said", "stars"),
        [("很满意", 5), ("五星", 5), ("挺好的，谢谢你们", 4), ("还行吧", 3), ("不太满意", 2), ("打4分", 4)],
    )
    def test_in_words(self, said: str, stars: int, talk: Resident, office: Office) -> None:
        """The words are kept as a remark, and count as stars where they name them."""
        number = resolved(talk, office)
        talk.play(said)
        assert row(office, number).rating == stars
        assert office.ticket(number)["history"][-1] | {"at": ""} == {
            "at": "",
            "actor": "resident",
            "event": "rated",
            "note": said,
        }

    def test_a_remark_without_stars(self, talk: Resident, office: Office) -> None:
        """Free words are a remark."""
        number = resolved(talk, office)
        talk.play("那个小李人挺和气，就是来得晚了点")
        assert events(office, number)[-1] == "rated" and "谢谢" in talk.words
        assert len(talk.last["tickets"]) == 1, "no new request"

    def test_rather_not(self, talk: Resident, office: Office) -> None:
        """不评 is fine."""
        number = resolved(talk, office)
        talk.play("不想评")
        assert events(office, number)[-1] == "resolved" and "没关系" in talk.words

    def test_low_stars_offer_to_go_on(self, talk: Resident, office: Office) -> None:
        """不满意: sorry, and one tap opens it again; the supervisor hears of it."""
        number = resolved(talk, office)
        talk.play("[很不满意]")
        assert "对不住" in talk.words and talk.buttons == ["重新打开", "不用了"]
        assert "ticket.complaint" in announced(office, number)
        talk.play("[重新打开]")
        assert office.ticket(number)["status"] == "in_progress" and number in talk.words

    def test_another_matter_is_not_taken_for_an_answer(self, talk: Resident, office: Office) -> None:
        """A question of policy, a new need and danger are heard as what they are; nobody is asked again."""
        number = resolved(talk, office)
        talk.play("低保要什么条件")
        assert "rated" not in events(office, number) and "满意吗" not in talk.words
        talk.play("我爸六十五了，想办老年证优待")
        assert "rated" not in events(office, number)

    def test_danger_is_not_taken_for_an_answer(self, talk: Resident, office: Office) -> None:
        """The words after the question are a cry for help."""
        resolved(talk, office)
        talk.play("不满意，活着没意思，我不想活了")
        assert "12356" in talk.words and talk.last["urgency"] != "routine"

    def test_who_was_in_danger_is_not_asked(self, resident: Begin, office: Office) -> None:
        """No stars after an alarm."""
        talk = resident()
        talk.play("他又喝多了，正拿刀要砍我", "长沙县黄兴镇")
        number = number_of(talk)
        for action in ("claim", "resolve"):
            office.act("li", number, action, note="已到场")
        assert not any("满意吗" in each for each in talk.news()) and talk.awaiting != "rating"


class TestOpeningAgain:
    """It was said to be done, and is not."""

    @pytest.mark.parametrize("said", ["根本没给我办好，钱没到账，我不满意", "骗人的，什么都没解决，我要投诉"])
    def test_in_their_own_words(self, said: str, talk: Resident, office: Office) -> None:
        """After the question was answered or passed over: discontent opens it, and the supervisor hears."""
        number = resolved(talk, office)
        talk.play("不想评", said)
        ticket = office.ticket(number)
        assert ticket["status"] == "in_progress" and said in str(ticket["history"])
        assert "ticket.complaint" in announced(office, number)

    def test_more_words_about_what_is_over_are_asked_about(self, talk: Resident, office: Office) -> None:
        """A supplement to a finished request: shall it be opened again? Nothing is done by itself."""
        number = resolved(talk, office)
        talk.play("不想评", "补充一下，我娘的存折换了")
        assert talk.buttons == ["重新打开", "不用了"] and office.ticket(number)["status"] == "resolved"
        talk.play("[不用了]")
        assert office.ticket(number)["status"] == "resolved"

    def test_after_thirty_days_a_new_one_is_offered(self, talk: Resident, office: Office) -> None:
        """Not a refusal with a rule, but the way on."""
        number = resolved(talk, office)
        with office.database.session() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            ticket.resolved_at = (ticket.resolved_at or ticket.created_at) - timedelta(days=40)
            session.commit()
        talk.play("不想评", "你们太不负责任了，钱根本没到，我要投诉")
        assert "30" in talk.words and talk.buttons[0] == "重新交一件"
        talk.play("[重新交一件]")
        assert talk.awaiting in ("confirm", "name", "beneficiary", "phone", "village", "age", "description")


class TestReachingTheDesk:
    """Withdrawing, adding and complaining reach whoever works on it."""

    def test_each_reaches_its_people(self, talk: Resident, office: Office) -> None:
        """The worker hears of all, the supervisor of the complaint."""
        number = number_of(talk)
        office.act("li", number, "claim")
        talk.news()
        talk.play("刚才忘了说，我娘还有糖尿病，补充一下")
        assert announced(office, number)[-1] == "ticket.supplemented"
        talk.play("等了这么久都没人管，你们太不负责任了，我要投诉")
        assert announced(office, number)[-1] == "ticket.complaint" and events(office, number)[-1] == "complained"
        talk.play("我不想办了，帮我撤回", f"[{number[-4:]}]")
        assert announced(office, number)[-1] == "ticket.withdrawn" and office.ticket(number)["status"] == "withdrawn"
        assert not any("满意吗" in each for each in talk.news())

    def test_more_about_what_was_withdrawn(self, talk: Resident, office: Office) -> None:
        """No word of a state machine: it was taken back, shall there be a new one?"""
        number = number_of(talk)
        talk.play("我不想办了，帮我撤回", f"[{number[-4:]}]", "补充一下，我娘还有高血压")
        assert "已经撤回" in talk.words and "重新交一件" in talk.buttons
