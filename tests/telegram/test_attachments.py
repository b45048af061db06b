"""Whatever is not plain text: voice, photos, files, places, cards, stickers. Nothing is dropped in silence."""

from __future__ import annotations

import telegram
from sqlalchemy import select

from bot.conversation.words import ONLY_SIGNS
from bot.media import Listener
from tests.ears import Spelled, spoken
from tests.files import film, pdf, picture, voice
from tests.telegram.conftest import World
from tickets.models import Attachment, Conversation

NUMBER = "430321194001011234"  # invented; its place and date exist, the person does not


def kept(world: World) -> dict[str, bytes | None]:
    """What lies in our own store, by kind."""
    with world.database.reading() as session:
        return {row.kind: row.content for row in session.scalars(select(Attachment))}


def test_nothing_sent_is_dropped(world: World) -> None:
    """Voice, photo, file, video: acknowledged in words, fetched, kept sealed; Telegram's name of it is forgotten."""
    wang = world.resident()
    sent = {
        "voice": (voice(), ".oga", "语音收到了"),
        "photo": (picture(place=True), ".jpg", "照片收到了"),
        "document": (pdf(), ".pdf", "文件收到了"),
        "video": (film(), ".mp4", "视频收到了"),
    }
    for kind, (content, suffix, words) in sent.items():
        world.api.send_file(wang, kind, content, suffix)
        world.until(wang, words)
    world.api.wait(lambda: all(kept(world).values()) and len(kept(world)) == 4, what="attachments are not fetched")
    store = kept(world)
    assert (store["voice"], store["file"], store["video"]) == (voice(), pdf(), film())
    photo = store["photo"] or b""
    assert photo.startswith(b"\xff\xd8\xff") and b"secret" not in photo, "made anew, without place and camera"
    with world.database.reading() as session:
        assert not [row.remote_id for row in session.scalars(select(Attachment)) if row.remote_id]
    raw = world.settings.var_dir / "yimi.db"
    assert b"yimi-canary" not in raw.read_bytes()
    links = [message for message in world.api.outbox(wang) if "/h/" in (message.text or "")]
    assert len(links) == 1  # said once, not at every photo


def test_telegrams_name_of_a_file_is_sealed_while_it_is_needed(idle: World) -> None:
    """Whoever reads the database learns no file id that a bot token would open."""
    wang = idle.resident()
    idle.api.fault("status", "getFile", value=500, times=1000)
    idle.start()
    idle.api.send_file(wang, "photo", picture(), ".jpg")
    idle.until(wang, "照片收到了")
    with idle.database.reading() as session:
        row = session.scalars(select(Attachment)).one()
        remote = row.remote_id or ""
        assert remote and row.remote_id_sealed and not row.is_here
    raw = b"".join(path.read_bytes() for path in idle.settings.var_dir.glob("yimi.db*"))
    assert remote.encode() not in raw


def test_what_we_do_not_take_is_said_and_not_kept(world: World) -> None:
    """A program that calls itself a picture."""
    wang = world.resident()
    world.api.send_file(wang, "document", b"MZ" + bytes(400), ".jpg")
    world.until(wang, "收不了")
    world.api.wait(lambda: not kept(world), what="the refused file is still there")
    assert len([each for each in world.api.outbox(wang) if "收不了" in (each.text or "")]) == 1


def test_a_voice_message_is_heard_once_it_is_fetched(idle: World) -> None:
    """“I am listening” at once; then what was heard, and the answer to it."""
    idle.listener = Listener([Spelled()])
    try:
        idle.start()
        wang = idle.resident()
        idle.api.send_file(wang, "audio", spoken("我娘八十二了，想办高龄津贴"), ".wav")
        idle.until(wang, "我正在听")
        idle.until(wang, "我听到的是：我娘八十二了，想办高龄津贴")
        idle.until(wang, "同意吗")
        assert idle.engine.words == ["我娘八十二了，想办高龄津贴"]
        said = idle.messages("resident")
        assert said == ["［语音］", "（语音，机器听写）我娘八十二了，想办高龄津贴"]
        idle.api.send_file(wang, "audio", spoken(""), ".wav")
        idle.until(wang, "没有听清")
    finally:
        idle.listener.close()


def test_who_declined_leaves_no_file_in_telegram_either(world: World) -> None:
    """Not even its name."""
    wang = world.resident()
    world.api.say(wang, "你好")
    world.until(wang, "难处")
    with world.database.session() as session:
        talk = session.scalars(select(Conversation)).one()
        talk.consent_declined_at = talk.created_at
        session.commit()
    world.api.send_file(wang, "photo", picture(), ".jpg")
    world.until(wang, "没有留下")
    assert kept(world) == {}


def test_a_worker_reads_how_many_files_there_are_and_looks_at_them_in_the_console(world: World) -> None:
    """Photos of papers are not sent to a server abroad once more."""
    wang = world.resident()
    number = world.file_request(wang)
    world.api.send_file(wang, "photo", picture(), ".jpg")
    world.until(wang, "照片收到了")
    li = world.worker("li")
    world.api.say(li, "/queue", bot=world.worker_bot)
    world.api.press(li, world.until(li, number, world.worker_bot), f"1. {number[-4:]}", bot=world.worker_bot)
    card = world.until(li, "附件：", world.worker_bot)
    assert "照片 1 个（到网页工作台里看、听）" in (card.text or "")


def test_a_caption_is_heard(world: World) -> None:
    """The words under a photo go into the conversation like any others."""
    wang = world.resident()
    world.api.send_file(wang, "photo", picture(), ".jpg", caption="我娘八十二了，想办高龄津贴")
    world.until(wang, "同意吗")
    world.until(wang, "照片收到了")


def test_a_file_too_large_is_said_to_be(world: World) -> None:
    """Telegram hands over 20 MB at most: the resident is told what to do instead."""
    wang = world.resident()
    world.api.send_file(wang, "video", b"x", ".mp4", size=21 * 1024 * 1024)
    world.until(wang, "超过 20 兆")


def test_a_place_on_the_map(world: World) -> None:
    """A location is kept for the worker, and the township is asked for in words."""
    wang = world.resident()
    world.api.send_location(wang, 27.5, 112.75)
    world.until(wang, "哪个乡镇（街道）")
    with world.database.reading() as session:
        row = session.scalars(select(Attachment)).one()
        assert (row.kind, row.filename, row.remote_id) == ("location", "27.50000,112.75000", None)


def test_a_contact_card_answers_the_question_for_the_phone(world: World) -> None:
    """The card's number is what was asked for."""
    wang = world.resident()
    world.api.say(wang, "我娘八十二了，想办高龄津贴")
    world.api.press(wang, world.until(wang, "同意吗"), "同意")
    world.api.press(wang, world.until(wang, "哪个乡镇"), "湘潭县花石镇")
    world.until(wang, "留个电话")
    world.api.send_contact(wang, "13800000000")
    world.until(wang, "已受理")
    zhao = world.resident("赵大爷")
    world.api.send_contact(zhao, "13900000000")
    world.until(zhao, "难处")
    assert world.engine.words[-1] == "联系电话 13900000000"


def test_stickers_forwards_and_games(world: World) -> None:
    """A sticker and a throw of dice get a friendly word, a forwarded text is heard."""
    wang = world.resident()
    world.api.send_file(wang, "sticker", b"x")
    world.until(wang, ONLY_SIGNS)
    world.api.write(wang, dice=telegram.Dice(3, "🎲"))
    world.until(wang, "看不懂")
    world.api.forward(wang, "我娘八十二了，想办高龄津贴", "邻居")
    world.until(wang, "同意吗")
