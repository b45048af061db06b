"""A resident in Telegram, end to end: Bot API on the wire, the real conversation and domain, a replayed engine."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from bot.conversation import Conversations, Inbound
from bot.engine import Engine
from bot.telegram.handover import is_open, open_link
from bot.telegram.inbox import MASK
from bot.telegram.links import station_token
from tests.telegram.conftest import HUASHI, SECRET, World
from tests.telegram.replay import TOKEN
from tickets.models import Conversation, Inbox, Message, Ticket, utc_now

NUMBER = "430321194001011234"  # invented; its place and date exist, the person does not


def unfinished(world: World) -> bool:
    """Whether a row is still to be sent or an update to be handled."""
    with world.database.reading() as session:
        unsent = session.scalars(select(Message.id).where(Message.delivered_at.is_(None))).all()
        return bool(unsent) or set(session.scalars(select(Inbox.state))) != {"done"}


def test_from_the_first_word_to_the_number(world: World) -> None:
    """王奶奶 tells her need, presses buttons, leaves her phone, and gets a number; the choice stays visible."""
    wang = world.resident()
    number = world.file_request(wang)
    said = world.until(wang, "已受理")
    assert number in str(said.text)
    consent = world.until(wang, "同意吗")
    assert str(consent.text).endswith("✅ 您选了：同意") and consent.reply_markup is None
    assert len(world.bot.answers) == 2  # every press was answered
    world.api.wait(lambda: not unfinished(world), what="something is not marked done")
    with world.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.queue, ticket.channel, ticket.phone) == (HUASHI, "telegram", "13800000000")
        assert {row.body_sealed for row in session.scalars(select(Inbox))} == {None}
    assert (wang.id, "typing") in world.bot.actions


def test_the_menu_is_set_in_chinese(world: World) -> None:
    """Six commands, Latin names, Chinese descriptions, and the menu button shows them."""
    world.api.wait(lambda: world.bot.commands.get(("default:", "")) and world.bot.menu_buttons)
    commands = world.bot.commands["default:", ""]
    assert [item.command for item in commands] == ["start", "help", "status", "cancel", "human", "privacy"]
    assert all(not item.description.isascii() for item in commands)
    assert world.bot.menu_buttons[None] == {"type": "commands"}


def test_a_press_counts_once(world: World) -> None:
    """A second press on the same question is told that it is old, and the engine hears nothing of it."""
    wang = world.resident()
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    asked = world.until(wang, "同意吗")
    assert asked.reply_markup is not None
    data = str(asked.reply_markup.inline_keyboard[0][0].callback_data)
    world.api.press(wang, asked, "同意")
    world.until(wang, "哪个乡镇")
    before = len(world.engine.heard)
    world.api.press_data(wang, asked, data)
    world.api.wait(lambda: len(world.bot.answers) == 2)
    assert world.bot.answers[1]["text"] == "这个按钮已经过期了，请看最新的一条"
    assert str(world.bot.answers[1]["show_alert"]).lower() == "true"
    assert len(world.engine.heard) == before


def test_forged_and_borrowed_buttons_do_nothing(world: World) -> None:
    """Made-up data, data with another index, and data copied from somebody else's chat are all refused."""
    wang, zhao = world.resident(), world.resident("赵大爷")
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    world.api.say(zhao, "我娘八十二了，想办高龄津贴")
    hers, his = world.until(wang, "同意吗"), world.until(zhao, "同意吗")
    assert hers.reply_markup is not None
    data = str(hers.reply_markup.inline_keyboard[0][0].callback_data)
    tampered = data.replace(":0:", ":1:")
    assert tampered != data
    for who, where, what in ((zhao, his, data), (zhao, hers, data), (wang, hers, tampered), (wang, hers, "/affirm")):
        world.api.press_data(who, where, what)
    world.api.wait(lambda: len(world.bot.answers) == 4)
    assert {answer["text"] for answer in world.bot.answers} == {"这个按钮已经过期了，请看最新的一条"}
    assert len(world.engine.heard) == 2


def test_an_old_question_keeps_no_buttons_that_work(world: World) -> None:
    """The question was overtaken by a typed answer: its buttons are dead although a newer one offers the same word."""
    wang = world.resident()
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    old = world.until(wang, "同意吗")
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    world.api.wait(lambda: len(world.api.outbox(wang)) == 2)
    world.api.press(wang, old, "同意")
    world.api.wait(lambda: len(world.bot.answers) == 1)
    assert world.bot.answers[0]["text"] == "这个按钮已经过期了，请看最新的一条"
    world.api.wait(lambda: world.api.outbox(wang)[0].reply_markup is None)
    world.api.press(wang, world.api.outbox(wang)[1], "同意")
    world.until(wang, "哪个乡镇")


def test_commands(world: World) -> None:
    """/help explains, the others are spoken for the resident; a slash never reaches the engine."""
    wang = world.resident()
    world.api.say(wang, "/help")
    world.until(wang, "有什么难处")
    for command in ("/status", "/cancel", "/human", "/privacy"):
        world.api.say(wang, command)
    world.api.say(wang, "/没这个命令")
    world.api.wait(lambda: len(world.engine.heard) == 5)
    assert world.engine.words[-1] == "没这个命令"
    assert not any(str(words).startswith("/") for words in world.engine.words)


def test_a_posters_link_names_the_station(world: World) -> None:
    """?start=<token> sets the station of a new conversation and of one that exists; a made-up token sets none."""
    wang, zhao = world.resident(), world.resident("赵大爷")
    world.api.start(wang, station_token(HUASHI, SECRET))
    world.until(wang, "电脑助手一米")
    assert world.conversation().station_hint == HUASHI
    assert world.engine.heard[-1]["context"]["station"] == HUASHI
    world.api.start(wang, station_token("430321106", SECRET))
    world.api.wait(lambda: world.conversation().station_hint == "430321106")
    world.api.start(zhao, "ABmmLdNSVR0gZbVRSA")
    world.until(zhao, "电脑助手一米")
    assert world.engine.heard[-1]["context"]["station"] is None


def test_an_id_number_is_masked_and_a_safe_way_offered(world: World) -> None:
    """The number reaches neither the database nor the engine; the link continues the conversation once, on the web."""
    wang = world.resident()
    world.api.say(wang, f"我娘想办高龄津贴麻烦问一下，身份证号 {NUMBER}")
    said = str(world.until(wang, "身份证号请不要发在这里").text)
    assert world.engine.words == [f"我娘想办高龄津贴麻烦问一下，身份证号 {MASK}"]
    world.api.say(wang, NUMBER)
    world.api.wait(lambda: len([m for m in world.api.outbox(wang) if "/h/" in (m.text or "")]) == 2)
    assert len(world.engine.heard) == 1  # a bare number says nothing the engine should hear
    assert not any(NUMBER in words for words in world.messages("resident"))
    first = said.split("/h/")[1].split()[0]
    newest = str(world.api.outbox(wang)[-1].text).split("/h/")[1].split()[0]
    with world.database.session() as session:
        assert open_link(session, first, utc_now()) is None  # an older link ends with a newer one
        assert is_open(session, newest, utc_now())
        assert not is_open(session, newest, utc_now() + dt.timedelta(minutes=31))
        web = open_link(session, newest, utc_now())
        assert web is not None and open_link(session, newest, utc_now()) is None
        session.commit()
    with world.database.reading() as session:
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.token_hash is not None and newest not in str(vars(conversation))
    # what is said on the web is answered there and not carried into Telegram
    engine = Engine(world.engine.url, TOKEN)
    before = len(world.api.outbox(wang))
    reply = Conversations(world.database, engine).answer(Inbound("web", "", "w1", web, text="你好"))
    engine.close()
    assert "电脑助手" in reply.messages[0]["text"]
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    world.until(wang, "同意吗")
    assert len(world.api.outbox(wang)) == before + 1


def test_an_edited_message_is_a_correction(world: World) -> None:
    """Edited soon: heard as a correction. Edited much later: asked to say it anew."""
    wang = world.resident()
    first = world.api.say(wang, "我娘八十二")
    world.until(wang, "难处")
    world.api.edit(wang, first, "我娘八十二了，想办高龄津贴")
    world.until(wang, "同意吗")
    old = world.bot.messages[wang.id, first.message_id]
    old["date"] = old["date"] - dt.timedelta(hours=2)
    heard = len(world.engine.heard)
    world.api.edit(wang, first, "我娘八十三")
    world.until(wang, "很早以前")
    assert len(world.engine.heard) == heard


def test_a_workers_long_reply_arrives_in_pieces(world: World) -> None:
    """What a worker writes in the console arrives whole, in order, marked as the worker's."""
    wang = world.resident()
    number = world.file_request(wang)
    before = len(world.api.outbox(wang))
    long = "。".join(f"第{part}条要带的东西有很多" for part in range(700))
    world.act(number, "claim", "li")
    world.act(number, "reply", "li", long)
    pieces = world.api.heard(wang, before + 4)[before:]
    texts = [str(message.text) for message in pieces if "接手了" not in str(message.text)]
    assert texts[0].startswith("【社工回复】") and all(len(text) <= 4096 for text in texts)
    assert "".join(texts).replace("【社工回复】\n", "").replace("\n", "") == long


def test_a_resident_who_blocked_the_bot(world: World) -> None:
    """Nothing is thrown away: what could not be delivered comes when they are back."""
    wang = world.resident()
    number = world.file_request(wang)
    world.api.block(wang)
    world.api.wait(lambda: world.conversation().unreachable_at is not None)
    world.act(number, "claim", "li")
    world.act(number, "reply", "li", "明天上午来看您")
    world.api.start(wang)
    world.until(wang, "明天上午来看您")
    world.api.wait(lambda: world.conversation().unreachable_at is None)


def test_a_block_is_noticed_when_sending(world: World) -> None:
    """Telegram's 403 marks the conversation, and the row waits."""
    wang = world.resident()
    number = world.file_request(wang)
    world.bot.blocked.add(wang.id)
    world.act(number, "claim", "li")
    world.api.wait(lambda: world.conversation().unreachable_at is not None)
    with world.database.reading() as session:
        assert len(session.scalars(select(Message.id).where(Message.delivered_at.is_(None))).all()) == 1


def test_in_a_group_nobodys_case_is_discussed(world: World) -> None:
    """Added to a group the bot says once that it works in private chats only, and then is silent."""
    li, group = world.api.person("李社工"), world.api.group("花石社工群")
    world.api.add_to_group(li, group)
    world.until(group, "只在私聊里办事")
    world.api.say(li, "/status", chat=group)
    world.api.say(li, "/help", chat=group)
    wang = world.resident()
    world.api.say(wang, "你好")
    world.until(wang, "电脑助手")
    assert len(world.api.outbox(group)) == 1
    assert world.engine.words == ["你好"]


def test_the_engine_is_down(world: World) -> None:
    """The resident gets an honest answer with a number at once, and the press of a button is not lost either."""
    wang = world.resident()
    world.engine.down = True
    world.api.say(wang, "我娘八十二了，想办高龄津贴，住湘潭县花石镇")
    world.until(wang, "已受理")


def test_danger_is_answered_before_anything_else(world: World) -> None:
    """The hotlines do not wait for an engine that hangs (about 1.5 s on an idle machine; here others work too)."""
    wang = world.resident()
    world.engine.seconds = 8
    begun = dt.datetime.now(dt.UTC)
    world.api.say(wang, "我不想活了，农药都买好了")
    world.until(wang, "12356")
    assert (dt.datetime.now(dt.UTC) - begun).total_seconds() < 4
