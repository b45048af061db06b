"""A person is asked for, comes, speaks and goes: the assistant keeps quiet meanwhile, and goes on afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conversations.conftest import HUANGXING, Office, Resident
from tests.conversations.test_form import until
from tests.stack import Stack
from tickets.models import LOCAL, Hold, Station, TicketEvent

Begin = Callable[[], Resident]
SILENT = "他又喝多了，正拿刀要砍我"


def history(office: Office, number: str) -> list[tuple[str, str | None]]:
    """(event, note) of a ticket."""
    return [(entry["event"], entry["note"]) for entry in office.ticket(number)["history"]]


def called(talk: Resident, said: str = "转人工") -> str:
    """A resident of 黄兴镇 who wants a person; the number of the ticket."""
    talk.play(said, "长沙县黄兴镇")
    (number,) = talk.last["tickets"]
    return str(number)


@contextmanager
def hours(office: Office, text: str) -> Iterator[None]:
    """The opening times of 黄兴镇 for a while."""

    def write(value: str | None) -> None:
        with office.database.session() as session:
            session.get_one(Station, HUANGXING).hours = value
            session.commit()

    write(text)
    yield
    write(None)


class TestCalling:
    """Asking for a person calls one at once, at any point."""

    @pytest.mark.parametrize(
        "said", ["转人工", "我要找真人社工", "不想跟机器说，叫个活人来", "你们那边有人吗，找个人跟我说"]
    )
    def test_the_first_word_is_for_a_person(self, said: str, resident: Begin, office: Office) -> None:
        """A ticket at once, then only one question: where."""
        talk = resident()
        talk.play(said)
        (number,) = talk.last["tickets"]
        assert talk.awaiting == "location" and "社工" in talk.words and "同意吗" not in talk.words
        assert office.ticket(number)["queue"] == "triage" and ("called", said) in history(office, number)
        talk.play("长沙县黄兴镇打卦岭村")
        assert talk.awaiting is None and "黄兴" in talk.words and talk.last["tickets"] == [number]
        ticket = office.ticket(number, "li")
        assert ticket["queue"] == HUANGXING and ticket["status"] == "new"

    def test_who_does_not_say_where_is_not_asked_for_ever(self, resident: Begin, office: Office) -> None:
        """A second demand ends the questions; the desk of last resort has it."""
        talk = resident()
        talk.play("转人工", "别问了，转人工")
        assert talk.awaiting is None and "值班总台" in talk.words
        talk.say("人呢")
        talk.alone("有人没有")
        assert office.ticket(talk.last["tickets"][0])["queue"] == "triage"

    @pytest.mark.parametrize("awaited", ["consent", "village", "name", "confirm"])
    def test_in_the_middle_of_the_form(self, awaited: str, resident: Begin, office: Office) -> None:
        """What is known is filed; the question that stood is not asked again now. Without a place, that is asked."""
        talk = until(resident(), awaited)
        talk.play("我要找真人")
        (number,) = talk.last["tickets"]
        ticket = office.ticket(number)
        assert "elderly_subsidy" in ticket["services"] and "护理补贴" in ticket["description"]
        if awaited == "consent":
            assert talk.awaiting == "location"
            talk.play("长沙县黄兴镇")
        assert talk.awaiting is None and office.ticket(number)["queue"] == HUANGXING
        talk.play("我娘昨晚又摔了")
        talk.alone("麻烦快一点")
        assert ("supplemented", "我娘昨晚又摔了") in history(office, number)

    def test_for_a_request_that_is_filed(self, resident: Begin, office: Office) -> None:
        """No second ticket."""
        talk = until(resident(), "confirm")
        talk.play("对", "找真人")
        assert len(talk.last["tickets"]) == 1 and "社工" in talk.words
        assert ("called", "找真人") in history(office, talk.last["tickets"][0])

    def test_outside_office_hours_it_is_said_when_somebody_comes(self, resident: Begin, office: Office) -> None:
        """Closed: the day and hour, and whom to ring; open: by when."""
        tomorrow = "一二三四五六日"[(datetime.now(LOCAL).weekday() + 1) % 7]
        with hours(office, f"周{tomorrow} 9:15—17:00"):
            talk = resident()
            called(talk)
            assert "下班" in talk.words and "明天 9:15" in talk.words and "12345" in talk.words
        with hours(office, "24小时"):
            talk = resident()
            called(talk)
            assert "下班" not in talk.words and "最晚" in talk.words

    def test_one_may_go_on_with_the_assistant(self, resident: Begin, office: Office) -> None:
        """By the button or in words; the call stays with the worker."""
        for back in ("[不等了]", "算了，不等了，跟你说吧"):
            talk = until(resident(), "name")
            talk.play("转人工", back)
            assert talk.awaiting == "name" and "咱们接着刚才的" in talk.words, talk.transcript
            talk.play("王桂英", "13800000001", "对")
            assert len(talk.last["tickets"]) == 1
            ticket = office.ticket(talk.last["tickets"][0])
            assert ticket["beneficiary"]["name"] == "王桂英"
            assert [event for event, _ in history(office, ticket["number"])][:3] == ["created", "called", "handed_back"]


class TestSpeaking:
    """A worker speaks with the resident, through the assistant, which says nothing."""

    def test_the_whole_way(self, resident: Begin, office: Office) -> None:
        """Called, taken over, spoken, handed back: every word arrives; the assistant is heard before and after."""
        talk = resident()
        number = called(talk)
        assert office.act("li", number, "hold") == 200
        (came,) = talk.news()
        assert "社工来了" in came and "李社工" not in came
        talk.alone("我家低保停了", "不晓得为什么")
        assert office.act("li", number, "reply", note="您户口本上几个人？") == 200
        assert talk.news() == ["您户口本上几个人？"]
        talk.alone("三个")
        notes = [note for event, note in history(office, number) if event == "supplemented"]
        assert notes[-3:] == ["我家低保停了", "不晓得为什么", "三个"]
        assert office.act("li", number, "hand_back") == 200
        assert "接着跟我说" in talk.news()[0]
        talk.play("我的事办得怎么样了")
        assert number in talk.words

    def test_it_is_said_once_that_the_worker_reads(self, resident: Begin, office: Office) -> None:
        """A worker who answers a call without further ado: one sentence, then nothing."""
        talk = resident()
        number = called(talk)
        assert office.act("li", number, "reply", note="您好，我是社工，您说") == 200
        talk.news()
        talk.play("您好")
        assert talk.words == "社工在看，您的话他（她）能看到。"
        talk.alone("低保本子找不到了", "能不能补一个")

    def test_no_form_begins_meanwhile(self, resident: Begin, office: Office) -> None:
        """A need, a question of policy, a complaint: all of it is for the person."""
        talk = resident()
        number = called(talk)
        office.act("li", number, "hold")
        talk.alone("我还想办个残疾证", "低保要什么条件", "你们怎么这么慢", "撤回")
        assert talk.last["tickets"] == [number] and talk.awaiting is None

    def test_danger_is_answered_at_once_all_the_same(self, resident: Begin, office: Office) -> None:
        """Hotlines in the same turn; the held ticket becomes an alarm; afterwards silence again."""
        talk = resident()
        number = called(talk)
        office.act("li", number, "hold")
        talk.play(SILENT)
        assert "110" in talk.words and talk.last["urgency"] == "emergency"
        ticket = office.ticket(number)
        assert ticket["urgency"] == "emergency" and "violence" in ticket["risks"] and SILENT in ticket["description"]
        assert ticket["queue"] == HUANGXING and talk.last["tickets"] == [number]
        talk.alone("在镇政府对面")

    def test_who_is_in_danger_keeps_the_assistant_too(self, resident: Begin, office: Office) -> None:
        """Asking for a person in danger calls again and silences nobody: the place is still asked for."""
        talk = resident()
        talk.play(SILENT, "我要找真人")
        assert "110" in talk.words and talk.awaiting == "location"
        talk.play("长沙县黄兴镇")
        assert office.ticket(talk.last["tickets"][0])["queue"] == HUANGXING

    def test_after_the_talk_the_form_goes_on_where_it_stood(self, resident: Begin, office: Office) -> None:
        """Taken over at the question for the name, handed back: that question, with its buttons."""
        talk = until(resident(), "name")
        talk.play("转人工")
        (number,) = talk.last["tickets"]
        office.act("li", number, "hold")
        talk.alone("我在黄兴")
        talk.news()
        office.act("li", number, "hand_back")
        assert talk.news()[-1].startswith("咱们接着刚才的") and talk.awaiting == "name"
        talk.play("王桂英")
        assert talk.awaiting == "phone"

    def test_the_end_of_the_request_is_the_end_of_its_form(self, resident: Begin, office: Office) -> None:
        """Resolved while the form stood at a question: it is not asked again, and the next words are heard afresh."""
        for said, expected in (("谢谢啦", "不客气"), ("低保要什么条件", "低"), ("我爸想办残疾证", "您父亲")):
            talk = until(resident(), "name")
            talk.play("转人工")
            (number,) = talk.last["tickets"]
            for action in ("hold", "resolve"):
                assert office.act("li", number, action, note="电话里说好了") == 200
            talk.news()
            assert talk.awaiting == "rating"
            if "谢谢" in said:
                talk.play("[很满意]")
            talk.play(said)
            assert expected in talk.words and talk.awaiting in (None, "location", "village"), talk.transcript

    def test_silence_of_the_worker_ends_it_honestly(self, resident: Begin, office: Office, stack: Stack) -> None:
        """After twelve working hours the dispatcher gives the talk back, with a word and 12345."""
        talk = resident()
        number = called(talk)
        office.act("li", number, "hold")
        talk.alone("在吗")
        talk.news()
        with office.database.session() as session:
            hold = session.scalars(select(Hold).where(Hold.conversation_id == office.conversation(talk).id)).one()
            hold.quiet_since -= timedelta(days=7)
            session.commit()
        until_then = time.monotonic() + 20
        while not (heard := talk.news()) and time.monotonic() < until_then:
            time.sleep(0.5)
        assert heard and "对不住" in heard[0] and "12345" in heard[0] and "黄兴" in heard[0]
        talk.play("低保要什么条件")
        assert talk.words

    def test_names_and_numbers_stay_hidden(self, resident: Begin, office: Office) -> None:
        """The resident reads of 社工 only; with the station's leave, who it is."""
        with office.database.session() as session:
            session.get_one(Station, HUANGXING).shows_names = True
            session.commit()
        try:
            talk = resident()
            office.act("li", called(talk), "hold")
            assert talk.news()[0].startswith("李社工来了")
        finally:
            with office.database.session() as session:
                session.get_one(Station, HUANGXING).shows_names = False
                session.commit()

    def test_a_number_said_meanwhile_is_kept(self, resident: Begin, office: Office) -> None:
        """The telephone given to the person is on the ticket."""
        talk = resident()
        number = called(talk)
        office.act("li", number, "hold")
        talk.alone("我电话13800000009")
        assert office.ticket(number)["beneficiary"]["phone"] == "13800000009"


class TestAnsweringAWorker:
    """A worker asked something without taking over: the answer is the worker's."""

    def test_the_answer_reaches_the_worker(self, resident: Begin, office: Office) -> None:
        """Three short messages, one word of ours; a question about something else is still answered by us."""
        talk = until(resident(), "confirm")
        talk.play("对")
        (number,) = talk.last["tickets"]
        office.act("li", number, "claim")
        office.act("li", number, "reply", note="您娘有残疾证吗？家里几口人？")
        talk.news()
        talk.play("有的")
        assert talk.words == "好，您的话社工能看到。"
        talk.alone("五口人", "我哥在外头打工")
        notes = [note for event, note in history(office, number) if event == "supplemented"]
        assert notes[-3:] == ["有的", "五口人", "我哥在外头打工"]
        talk.play("我的事办得怎么样了")
        assert number in talk.words


def test_a_person_is_called_with_the_engine_down(resident: Begin, office: Office, stack: Stack) -> None:
    """Who wants a person is never told to try again later."""
    talk = resident()
    talk.play("你好")
    stack.kill("engine")
    try:
        talk.play("转人工")
        (number,) = talk.last["tickets"]
        assert "乡镇" in talk.words and "抢修" not in talk.words
        talk.play("长沙县黄兴镇打卦岭村")
        assert office.ticket(number)["queue"] == HUANGXING
        with office.database.reading() as session:
            assert session.scalars(select(TicketEvent.event).where(TicketEvent.event == "called")).first()
    finally:
        stack.start("engine")
        stack.wait(180)
