"""Worker and resident speak with each other in Telegram, through the bot: no name, no number, no forwarded message."""

from __future__ import annotations

import json
from datetime import timedelta

import telegram
from sqlalchemy import select

from tests.telegram.conftest import World
from tickets.lifecycle import act
from tickets.models import Hold, Ticket, Worker


def taken_over(world: World, wang: telegram.User, li: telegram.User) -> str:
    """王奶奶 has filed a request and wants a person; 李社工 takes the conversation over on her phone. The number."""
    number = world.file_request(wang)
    world.api.press(li, world.until(li, number, world.worker_bot), "认领", bot=world.worker_bot)
    world.until(wang, "已经接手")
    world.api.say(wang, "转人工")
    world.until(wang, "叫社工了")
    notice = world.until(li, f"居民要找真人，正在等\n{number}", world.worker_bot)
    world.api.press(li, notice, "接管对话", bot=world.worker_bot)
    world.until(li, f"您接管了对话（工单 {number}）", world.worker_bot)
    world.until(wang, "社工来了，正在看")
    return number


def test_they_speak_and_the_bot_is_silent(world: World) -> None:
    """Every word arrives on the other phone; the engine takes no turn; handed back, it does again."""
    wang, li = world.resident(), world.worker("li")
    number = taken_over(world, wang, li)
    turns, box = len(world.engine.heard), len(world.api.outbox(wang))
    world.api.say(wang, "我娘的存折换了，电话也换成13911112222了")
    heard = str(world.until(li, "💬 居民", world.worker_bot).text)
    assert number in heard and "存折换了" in heard and "139****2222" in heard and "13911112222" not in heard
    world.api.say(li, "好的，您把新存折带来就行", bot=world.worker_bot)
    reply = str(world.until(wang, "新存折带来").text)
    assert reply.startswith("【社工回复】") and "李" not in reply
    assert len(world.engine.heard) == turns and len(world.api.outbox(wang)) == box + 1
    world.api.press(li, world.until(li, "💬 居民", world.worker_bot), "交回助手", bot=world.worker_bot)
    world.until(li, "已经交回给助手", world.worker_bot)
    world.until(wang, "接着跟我说")
    world.api.say(wang, "你好")
    world.until(wang, "您好，我是社工站")
    assert len(world.engine.heard) == turns + 1
    ours = json.dumps([call.params for call in world.bot.calls], ensure_ascii=False, default=str)
    assert "forward" not in ours and "李社工" not in ours and str(li.id) not in ours


def test_words_after_the_end_are_not_sent(world: World) -> None:
    """What a worker types when nobody is being spoken with goes nowhere."""
    wang, li = world.resident(), world.worker("li")
    taken_over(world, wang, li)
    world.api.press(li, world.until(li, "您接管了对话", world.worker_bot), "交回助手", bot=world.worker_bot)
    world.until(li, "已经交回给助手", world.worker_bot)
    world.api.say(li, "这句给谁", bot=world.worker_bot)
    world.until(li, "我没看懂", world.worker_bot)
    assert world.messages("worker") == []


def test_two_talks_at_once_are_kept_apart(world: World) -> None:
    """With two residents a bare text is not guessed about; a reply to one's words goes to that one."""
    wang, zhao, li = world.resident(), world.resident("赵爷爷"), world.worker("li")
    taken_over(world, wang, li)
    second = taken_over(world, zhao, li)
    world.api.say(zhao, "我在门口等您")
    theirs = world.until(li, "我在门口等您", world.worker_bot)
    world.api.say(li, "马上到", bot=world.worker_bot)
    world.until(li, "不知道这句是给谁的", world.worker_bot)
    assert world.messages("worker") == []
    world.api.say(li, "马上到", bot=world.worker_bot, reply_to=theirs)
    world.until(zhao, "马上到")
    assert second in str(theirs.text) and not any("马上到" in str(each.text) for each in world.api.outbox(wang))


def test_a_childs_words_stay_at_the_desk(world: World) -> None:
    """Of somebody under fourteen Telegram carries only that there is something to read."""
    wang, li = world.resident(), world.worker("li")
    number = taken_over(world, wang, li)
    with world.database.session() as session:
        session.scalars(select(Ticket).where(Ticket.number == number)).one().age = 9
        session.commit()
    world.api.say(wang, "我爸又不让我吃饭")
    world.until(li, "请到网页工作台看", world.worker_bot)
    sent = json.dumps([call.params for call in world.worker_bot.calls], ensure_ascii=False, default=str)
    assert "不让我吃饭" not in sent


def test_what_is_said_at_the_desk_stays_there(world: World) -> None:
    """Taken over in the console: the phone is told, once the worker has gone quiet there, and never the words."""
    wang, li = world.resident(), world.worker("li")
    number = world.file_request(wang)
    world.until(li, number, world.worker_bot)
    with world.database.session() as session:
        worker = session.scalars(select(Worker).where(Worker.login == "li")).one()
        act(session, session.scalars(select(Ticket).where(Ticket.number == number)).one(), "hold", worker)
        session.commit()
    world.until(wang, "社工来了，正在看")
    world.api.say(wang, "第一句悄悄话")
    with world.database.session() as session:
        session.scalars(select(Hold)).one().quiet_since -= timedelta(hours=1)
        session.commit()
    world.api.say(wang, "第二句悄悄话")
    world.until(li, "居民有新的话", world.worker_bot)
    sent = json.dumps([call.params for call in world.worker_bot.calls], ensure_ascii=False, default=str)
    assert "悄悄话" not in sent


def test_a_complaint_reaches_the_supervisor_and_a_withdrawal_the_worker(world: World) -> None:
    """陈主任 hears of discontent in her stations, 李社工 of both."""
    wang, li, chen = world.resident(), world.worker("li"), world.worker("chen")
    number = world.file_request(wang)
    world.act(number, "claim", "li")
    with world.database.session() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        act(session, ticket, "complain", "resident", note="太慢了")
        act(session, ticket, "withdraw", "resident")
        session.commit()
    world.until(chen, "居民不满意", world.worker_bot)
    world.until(li, "居民不满意", world.worker_bot)
    world.until(li, "居民撤回了", world.worker_bot)
    assert not any("撤回" in str(each.text) for each in world.api.outbox(chen, world.worker_bot))
    assert "太慢了" not in json.dumps([call.params for call in world.worker_bot.calls], ensure_ascii=False, default=str)


def test_the_question_for_a_rating_has_buttons(world: World) -> None:
    """After 办结 five words can be pressed."""
    wang = world.resident()
    number = world.file_request(wang)
    world.act(number, "claim", "li")
    world.act(number, "resolve", "li", "办好了")
    question = world.until(wang, "满意吗")
    assert question.reply_markup is not None
    titles = [item.text for line in question.reply_markup.inline_keyboard for item in line]
    assert titles == ["很满意", "满意", "一般", "不满意", "很不满意"]


def test_what_was_begun_for_another_ticket_is_forgotten(world: World) -> None:
    """Asked to write a result for one, then taken over another: the words go to the one who is spoken with."""
    wang, zhao, li = world.resident(), world.resident("赵爷爷"), world.worker("li")
    first = world.file_request(wang)
    world.api.press(li, world.until(li, first, world.worker_bot), "认领", bot=world.worker_bot)
    world.until(wang, "已经接手")
    world.api.press(li, world.until(li, first, world.worker_bot), "办结", bot=world.worker_bot)
    world.until(li, "结果", world.worker_bot)
    taken_over(world, zhao, li)
    world.api.say(li, "我马上出门", bot=world.worker_bot)
    world.until(zhao, "我马上出门")
    assert not any("我马上出门" in str(each.text) for each in world.api.outbox(wang))
    assert world.status(first) == "accepted"


def test_a_number_among_the_words_hides_none_of_them(world: World) -> None:
    """What the form takes from the words is noted beside them; the worker reads the words."""
    wang, li = world.resident(), world.worker("li")
    number = taken_over(world, wang, li)
    with world.database.session() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        ticket.phone_sealed = ticket.phone_index = None
        session.commit()
    world.api.say(wang, "13812345678，我在家等")
    assert "我在家等" in str(world.until(li, "💬 居民", world.worker_bot).text)
