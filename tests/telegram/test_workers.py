"""Workers in Telegram: binding, notices without personal data, claim, reply, resolve, and who may see what."""

from __future__ import annotations

from sqlalchemy import select

from bot.telegram.buttons import Work, work_data
from tests.telegram.conftest import SECRET, World
from tickets import people
from tickets.models import TicketEvent, Worker

PERSONAL = ("赵测试", "13900000000", "3900000", "丈夫", "喝了酒", "430321194001011234")


def test_binding_takes_a_code_once(world: World) -> None:
    """A code binds one account; a wrong, missing or used code explains how to get one."""
    li = world.worker("li")
    with world.database.reading() as session:
        assert session.scalars(select(Worker.telegram_chat_id).where(Worker.login == "li")).one() == str(li.id)
    stranger = world.api.person("生人")
    world.api.say(stranger, "/bind 123456", bot=world.worker_bot)
    world.until(stranger, "绑定码", world.worker_bot)
    world.api.say(stranger, "你好", bot=world.worker_bot)
    world.until(stranger, "给社工用的", world.worker_bot)
    with world.database.session() as session:
        code = people.issue_binding(session, session.scalars(select(Worker).where(Worker.login == "liu")).one())
        session.commit()
    liu = world.api.person("刘社工")
    world.api.say(liu, f"/bind {code}", bot=world.worker_bot)
    world.until(liu, "绑定好了，刘社工", world.worker_bot)
    count = len(world.api.outbox(stranger, world.worker_bot))
    world.api.say(stranger, f"/bind {code}", bot=world.worker_bot)
    assert "绑定好了" not in str(world.api.heard(stranger, count + 1, world.worker_bot)[-1].text)
    menu = world.worker_bot.commands[f"chat:{liu.id}", ""]
    assert [item.command for item in menu] == ["queue", "mine", "bind", "help"]


def test_another_station_hears_and_sees_nothing(world: World) -> None:
    """周社工 of the next township gets no notice, cannot open the ticket, and cannot press 李社工's buttons."""
    li, zhou = world.worker("li"), world.worker("zhou")
    number = world.ticket()
    notice = world.until(li, number, world.worker_bot)
    assert notice.reply_markup is not None
    data = str(notice.reply_markup.inline_keyboard[0][0].callback_data)
    hers = world.api.outbox(zhou, world.worker_bot)[-1]
    with world.database.reading() as session:
        zhou_id = session.scalars(select(Worker.id).where(Worker.login == "zhou")).one()
    # the other's data; one really signed for 周社工, as if the ticket had been theirs once; pure invention
    world.api.press_data(zhou, hers, data, bot=world.worker_bot)
    world.api.press_data(zhou, hers, work_data(SECRET, zhou_id, Work("show", number)), bot=world.worker_bot)
    world.api.press_data(zhou, hers, f"w1:claim:{number}:AAAAAAAAAA", bot=world.worker_bot)
    world.api.wait(lambda: len(world.worker_bot.answers) == 3)
    texts = [answer["text"] for answer in world.worker_bot.answers]
    assert sum("不是给您的" in text for text in texts) == 2 and "没有这张工单，或者您没有查看的权限。" in texts
    assert world.status(number) == "new"
    world.api.say(zhou, "/queue", bot=world.worker_bot)
    world.until(zhou, "现在没有工单", world.worker_bot)
    assert not any(number in str(message.text) for message in world.api.outbox(zhou, world.worker_bot))


def test_claim_and_who_was_second(world: World) -> None:
    """The first claims, the notice shows who; the second is told by whom it is taken."""
    li, liu = world.worker("li"), world.worker("liu")
    number = world.ticket()
    first, second = world.until(li, number, world.worker_bot), world.until(liu, number, world.worker_bot)
    world.api.press(li, first, "认领", bot=world.worker_bot)
    world.until(li, "✅ 李社工 已认领", world.worker_bot)
    edited = world.until(li, number, world.worker_bot)
    assert edited.reply_markup is not None
    assert [item.text for item in edited.reply_markup.inline_keyboard[0]] == ["回复", "办结", "查看"]
    world.api.press(liu, second, "认领", bot=world.worker_bot)
    world.api.wait(lambda: len(world.worker_bot.answers) == 2)
    assert "已经由李社工受理" in world.worker_bot.answers[1]["text"]
    assert str(world.worker_bot.answers[1]["show_alert"]).lower() == "true"
    assert world.status(number) == "accepted"


def test_reply_and_resolve_reach_the_resident(world: World) -> None:
    """Claim, a reply in the worker's words, a result: the resident reads each in their own chat."""
    wang = world.resident()
    li = world.worker("li")
    number = world.file_request(wang)
    notice = world.until(li, number, world.worker_bot)
    world.api.press(li, notice, "认领", bot=world.worker_bot)
    world.until(wang, "社工已经接手")
    notice = world.until(li, "已认领", world.worker_bot)
    world.api.press(li, notice, "回复", bot=world.worker_bot)
    world.until(li, "要回复居民什么", world.worker_bot)
    world.api.say(li, "米和油下午送到，您在家等着", bot=world.worker_bot)
    world.until(li, "已经发给居民", world.worker_bot)
    assert world.until(wang, "米和油").text == "【社工回复】\n米和油下午送到，您在家等着"
    world.api.say(li, "这句不是回复", bot=world.worker_bot)
    world.until(li, "我没看懂", world.worker_bot)
    world.api.press(li, notice, "办结", bot=world.worker_bot)
    asked = world.until(li, "写明结果", world.worker_bot)
    world.api.say(li, "米 20 斤、油 5 升已送到，低保申请已递交", bot=world.worker_bot, reply_to=asked)
    world.until(li, "已经办结", world.worker_bot)
    world.until(wang, "说办好了")
    assert world.status(number) == "resolved"
    with world.database.reading() as session:
        events = [row.event for row in session.scalars(select(TicketEvent).order_by(TicketEvent.id))]
    assert events == ["created", "claimed", "replied", "resolved"]


def test_a_prompt_can_be_left_and_does_not_mix_up_tickets(world: World) -> None:
    """/cancel forgets it; answering the older of two questions goes to the older ticket."""
    wang, li = world.resident(), world.worker("li")
    number = world.file_request(wang)
    world.api.press(li, world.until(li, number, world.worker_bot), "认领", bot=world.worker_bot)
    notice = world.until(li, "已认领", world.worker_bot)
    world.api.press(li, notice, "回复", bot=world.worker_bot)
    older = world.until(li, "要回复居民什么", world.worker_bot)
    world.api.say(li, "/cancel", bot=world.worker_bot)
    world.until(li, "没有发出去", world.worker_bot)
    world.api.say(li, "这句不该发出去", bot=world.worker_bot)
    world.until(li, "我没看懂", world.worker_bot)
    other = world.ticket()
    world.api.press(li, world.until(li, other, world.worker_bot), "认领", bot=world.worker_bot)
    world.api.wait(lambda: "已认领" in str(world.until(li, other, world.worker_bot).text))
    world.api.press(li, world.until(li, other, world.worker_bot), "办结", bot=world.worker_bot)
    world.until(li, "写明结果", world.worker_bot)
    world.api.say(li, "明天来看您", bot=world.worker_bot, reply_to=older)
    world.until(wang, "明天来看您")
    assert world.status(other) == "accepted"
    assert not any("不该发出去" in text for text in world.messages("worker"))


def test_an_id_number_is_not_sent_on(world: World) -> None:
    """A worker who types a resident's ID number is stopped: Telegram is not the place for it."""
    wang, li = world.resident(), world.worker("li")
    number = world.file_request(wang)
    world.api.press(li, world.until(li, number, world.worker_bot), "认领", bot=world.worker_bot)
    world.api.press(li, world.until(li, "已认领", world.worker_bot), "回复", bot=world.worker_bot)
    world.until(li, "要回复居民什么", world.worker_bot)
    world.api.say(li, "您的身份证 430321194001011234 对吗", bot=world.worker_bot)
    world.until(li, "没有发出去", world.worker_bot)
    assert world.messages("worker") == []


def test_the_card_is_masked_and_private(world: World) -> None:
    """查看 masks name and phone, says of a child's matter only that it is one, and does nothing in a group."""
    li = world.worker("li")
    number = world.ticket()
    notice = world.until(li, number, world.worker_bot)
    world.api.press(li, notice, "查看", bot=world.worker_bot)
    card = str(world.until(li, "经过：", world.worker_bot).text)
    assert "赵**" in card and "139****0000" in card and "喝了酒就打我" in card
    assert not [word for word in ("赵测试", "13900000000", "430321194001011234") if word in card]
    child = world.ticket(draft_id="child", age=9, services=["child_protection"], description="爸爸打孩子")
    world.api.press(li, world.until(li, child, world.worker_bot), "查看", bot=world.worker_bot)
    card = str(world.until(li, "未满十四岁", world.worker_bot).text)
    assert "爸爸打孩子" not in card
    group = world.api.group("花石社工群")
    world.api.add_to_group(li, group, bot=world.worker_bot)
    carried = world.until(group, "私聊", world.worker_bot)
    assert notice.reply_markup is not None
    show = str(notice.reply_markup.inline_keyboard[0][-1].callback_data)
    world.api.press_data(li, carried, show, bot=world.worker_bot)
    world.api.wait(lambda: world.worker_bot.answers[-1].get("text") == "这件事只能在私聊里办，请单独给我发消息。")
    assert len(world.api.outbox(group, world.worker_bot)) == 1


def test_lists(world: World) -> None:
    """/queue lists the station's open tickets, danger first, /mine one's own; a number opens the card."""
    li = world.worker("li")
    calm = world.ticket(draft_id="calm", urgency="routine", services=["dibao"])
    danger = world.ticket(draft_id="danger")
    world.api.say(li, "/queue", bot=world.worker_bot)
    listed = world.until(li, "1. 🔴", world.worker_bot)
    text = str(listed.text)
    assert text.index(danger) < text.index(calm) and not [word for word in PERSONAL if word in text]
    world.api.press(li, listed, 0, bot=world.worker_bot)
    world.until(li, f"🔴 工单 {danger}", world.worker_bot)
    world.api.say(li, "/mine", bot=world.worker_bot)
    world.until(li, "现在没有工单", world.worker_bot)
    world.act(calm, "claim", "li")
    world.api.say(li, "/mine", bot=world.worker_bot)
    world.until(li, f"1. 🔵 {calm}", world.worker_bot)
    world.api.say(li, "/help", bot=world.worker_bot)
    world.until(li, "/queue", world.worker_bot)
    world.api.send_file(li, "photo", b"x", ".jpg", bot=world.worker_bot)
    world.until(li, "只能发文字", world.worker_bot)


def test_someone_disabled_is_out_at_once(world: World) -> None:
    """A worker who left gets no notices and their buttons do nothing."""
    li = world.worker("li")
    number = world.ticket()
    notice = world.until(li, number, world.worker_bot)
    with world.database.session() as session:
        people.disable(session, session.scalars(select(Worker).where(Worker.login == "li")).one())
        session.commit()
    world.api.press(li, notice, "认领", bot=world.worker_bot)
    world.api.wait(lambda: world.worker_bot.answers)
    assert "不是给您的" in world.worker_bot.answers[0]["text"]
    assert world.status(number) == "new"


def test_residents_and_workers_on_one_bot(shared: World) -> None:
    """With one token the chat decides: a bound chat works, any other asks for help."""
    wang, li = shared.resident(), shared.worker("li")
    number = shared.file_request(wang)
    notice = shared.until(li, number)
    shared.api.press(li, notice, "认领")
    shared.until(wang, "社工已经接手")
    shared.api.say(li, "我娘八十二了，想办高龄津贴")
    shared.until(li, "我没看懂")
    commands = [item.command for item in shared.bot.commands["default:", ""]]
    assert commands[0] == "start"
