"""Whatever is not plain text: voice, photos, files, places, cards, stickers. Nothing is dropped in silence."""

from __future__ import annotations

import telegram
from sqlalchemy import select

from bot.conversation.words import ONLY_SIGNS
from tests.telegram.conftest import World
from tickets.models import Attachment

NUMBER = "430321194001011234"  # invented; its place and date exist, the person does not


def test_nothing_sent_is_dropped(world: World) -> None:
    """Voice, photo, file, video: acknowledged in words, kept sealed, fetched byte by byte."""
    wang = world.resident()
    sent = {
        "voice": (b"OggS" + bytes(range(200)), ".oga", "语音收到了"),
        "photo": (b"\xff\xd8" + bytes(300), ".jpg", "照片收到了"),
        "document": (b"%PDF-1.7 " + bytes(100), ".pdf", "文件收到了"),
        "video": (b"ftyp" + bytes(50), ".mp4", "视频收到了"),
    }
    for kind, (content, suffix, words) in sent.items():
        world.api.send_file(wang, kind, content, suffix)
        world.until(wang, words)

    def kept() -> dict[str, bytes | None]:
        with world.database.reading() as session:
            return {row.kind: row.content for row in session.scalars(select(Attachment))}

    world.api.wait(lambda: all(kept().values()) and len(kept()) == 4, what="attachments are not fetched")
    names = {"document": "file"}
    assert kept() == {names.get(kind, kind): content for kind, (content, _, _) in sent.items()}
    raw = world.settings.var_dir / "yimi.db"
    assert b"%PDF-1.7" not in raw.read_bytes()
    links = [message for message in world.api.outbox(wang) if "/h/" in (message.text or "")]
    assert len(links) == 1  # said once, not at every photo


def test_a_caption_is_heard(world: World) -> None:
    """The words under a photo go into the conversation like any others."""
    wang = world.resident()
    world.api.send_file(wang, "photo", b"\xff\xd8", ".jpg", caption="我娘八十二了，想办高龄津贴")
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
