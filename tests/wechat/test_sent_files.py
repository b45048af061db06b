"""Files and voices in WeChat: fetched and sealed, heard where a machine listens, and nothing dropped unsaid."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation.words import NOT_KEPT, UNKNOWN_KIND, UNKNOWN_PLACE
from bot.media import Listener
from bot.wechat import files, words
from tests.ears import Spelled, spoken
from tests.files import film, picture
from tests.wechat.conftest import Account, account_of
from tickets.attachments import MOST_IN_A_CONVERSATION, TOO_MANY, Admitted, keep
from tickets.models import Attachment, Conversation, Message

WISH = "我娘八十二了，一个人在家没人做饭"


def test_nothing_that_is_sent_is_dropped(account: Account) -> None:
    """Photo, voice, film, place, link, whatever WeChat may invent: a word to the resident, the thing to the worker."""
    wang = account.platform.person()
    account.platform.api.media = {
        "photo-1": ("image/jpeg", picture(place=True)),
        "voice-1": ("audio/amr", b"#!AMR\n" + bytes(100)),
        "film-1": ("video/mp4", film()),
    }
    assert "照片收到了" in str(account.platform.send(wang, "image", MediaId="photo-1"))
    assert "语音收到了" in str(account.platform.send(wang, "voice", MediaId="voice-1"))
    assert "视频收到了" in str(account.platform.send(wang, "video", MediaId="film-1"))
    assert "视频收到了" in str(account.platform.send(wang, "shortvideo", MediaId="gone"))
    assert UNKNOWN_PLACE in str(account.platform.send(wang, "location", Label=""))
    assert "哪个乡镇" in str(account.platform.send(wang, "location", Label="湖南省湘潭市湘潭县花石镇"))
    # The film that WeChat no longer has may be told of in any of the answers from here on.
    said = account.platform.send(wang, "link", Title="低保新规", Url="https://example.org/1")
    assert str(said).endswith(words.LINK)
    assert str(account.platform.send(wang, "unknown")).endswith(UNKNOWN_KIND)
    assert str(account.platform.say(wang, "【收到不支持的消息类型，暂无法显示】")).endswith(UNKNOWN_KIND)
    assert [turn["text"] for turn in account.engine.turns] == ["湖南省湘潭市湘潭县花石镇"]

    def kept() -> dict[str, bytes | None]:
        with account.cast.database.reading() as session:
            rows = session.scalars(select(Attachment).order_by(Attachment.created_at)).all()
            return {row.kind: row.content for row in rows if row.kind != "location" and row.content}

    account.until(lambda: len(kept()) == 3, what="attachments are not fetched")
    store = kept()
    photo = store.pop("photo") or b""
    assert photo.startswith(b"\xff\xd8\xff") and b"secret" not in photo, "made anew, without place and camera"
    assert store == {"voice": account.platform.api.media["voice-1"][1], "video": film()}
    with account.cast.database.reading() as session:
        shown = session.scalars(select(Message).where(Message.author == "resident")).all()
        assert any("低保新规 https://example.org/1" in (row.text or "") for row in shown)
        places = session.scalars(select(Attachment).where(Attachment.kind == "location")).all()
        assert {row.filename for row in places} == {"23.134521,113.358803"}


def attachments(account: Account) -> list[Attachment]:
    with account.cast.database.reading() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.created_at)))


def test_what_we_do_not_take_is_said_and_not_kept(account: Account) -> None:
    """A program that calls itself a picture."""
    wang = account.platform.person()
    account.platform.api.media = {"photo-1": ("image/jpeg", b"MZ" + bytes(400))}
    account.platform.send(wang, "image", MediaId="photo-1")
    account.reads(wang, "收不了")
    account.until(lambda: not attachments(account), what="the refused file is still there")


def test_a_file_that_cannot_be_had_is_asked_for_again(account: Account) -> None:
    """WeChat has it no more, or its three days are over: the resident and the worker are told, and nobody asks on."""
    wang = account.platform.person()
    number = account.file_request(wang)
    account.platform.send(wang, "image", MediaId="gone")
    account.reads(wang, words.LOST.format(kind="照片"))
    note = words.LOST_NOTE.format(kind="照片")
    account.until(lambda: note in [said for _, _, said in account.history(number)], what="the worker was not told")
    account.platform.api.media = {"voice-1": ("text/html", b"<html>busy</html>")}
    account.platform.send(wang, "voice", MediaId="voice-1")
    asked = len(account.platform.api.sent("media/get"))
    account.until(lambda: account.wechat._files._not_before, what="a page was taken for a file")
    account.wechat._files.wake()
    time.sleep(0.5)
    assert len(account.platform.api.sent("media/get")) <= asked + 1, "each file has its own pause"
    with account.cast.database.session() as session:
        for row in session.scalars(select(Attachment)):
            row.created_at -= files.KEPT_BY_WECHAT
        session.commit()
    account.wechat._files.wake()
    account.reads(wang, words.LOST.format(kind="语音"))
    account.until(lambda: not any(row.remote_id_sealed for row in attachments(account)))


def test_the_forty_first_file_is_refused_in_words(account: Account) -> None:
    """The limit of the web chat holds here, too; words that come along are answered all the same."""
    wang = account.platform.person()
    account.platform.say(wang, "你好")
    with account.cast.database.session() as session:
        conversation = session.get_one(Conversation, account.conversation().id)
        for number in range(MOST_IN_A_CONVERSATION):
            keep(session, conversation, Admitted("photo", "image/jpeg", b"x"), f"{number:032d}")
        session.commit()
    assert account.platform.send(wang, "image", MediaId="photo-1") == TOO_MANY
    said = str(account.platform.send(wang, "voice-heard", Recognition=WISH))
    assert TOO_MANY in said and "哪个乡镇" in said and "收到了" not in said
    assert len(attachments(account)) == MOST_IN_A_CONVERSATION


def test_a_file_that_breaks_us_stops_none_after_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a decoder does with the first one, the second is fetched."""
    real = files.admit

    def breaking(content: bytes, **given: Any) -> Any:
        if content == b"breaks":
            raise NotImplementedError
        return real(content, **given)

    monkeypatch.setattr(files, "admit", breaking)
    wang = account.platform.person()
    account.platform.api.media = {"photo-1": ("image/jpeg", b"breaks"), "photo-2": ("image/jpeg", picture())}
    account.platform.send(wang, "image", MediaId="photo-1")
    account.platform.send(wang, "image", MediaId="photo-2")
    account.until(lambda: [row.is_here for row in attachments(account)] == [False, True], what="not fetched")


def test_after_a_no_a_link_is_not_kept(account: Account) -> None:
    """Neither its title nor its address, and nobody is said to see it."""
    wang = account.platform.person()
    account.platform.say(wang, "你好")
    account.set_conversation(consent_declined_at=account.conversation().created_at)
    said = account.platform.send(wang, "link", Title="低保新规", Url="https://example.org/1")
    assert said == words.LINK_NOT_KEPT and "社工能看到" not in said
    with account.cast.database.reading() as session:
        assert not [row for row in session.scalars(select(Message)) if "低保新规" in (row.text or "")]


def test_after_a_no_a_voice_message_that_is_none_is_not_kept(tmp_path: Path) -> None:
    """Fetched to be heard; what turns out to be a film stays nowhere, and the resident is told."""
    listener = Listener([Spelled()])
    try:
        with account_of(tmp_path, listener=listener) as account:
            wang = account.platform.person()
            account.platform.say(wang, "你好")
            account.set_conversation(consent_declined_at=account.conversation().created_at)
            account.platform.api.media = {"voice-1": ("audio/mpeg", film())}
            assert "我正在听" in str(account.platform.send(wang, "voice", MediaId="voice-1", Format="mp3"))
            account.reads(wang, NOT_KEPT)
            account.until(lambda: not attachments(account), what="the film is still there")
    finally:
        listener.close()


def test_words_heard_in_a_voice_message_count_like_written_ones(account: Account) -> None:
    """Where the account has speech recognition, WeChat sends the words along; they are marked as a machine's."""
    wang = account.platform.person()
    said = str(account.platform.send(wang, "voice-heard", Recognition=WISH))
    assert f"我听到的是：{WISH}" in said and "哪个乡镇" in said
    assert account.engine.turns[-1]["text"] == WISH
    (row,) = attachments(account)
    with account.cast.database.reading() as session:
        row = session.get_one(Attachment, row.id)
        assert row.transcript == WISH and row.heard_at
        spoken_words = session.scalars(select(Message).where(Message.author == "resident")).one()
        assert spoken_words.text == f"［语音］（语音，机器听写）{WISH}"


def test_a_voice_message_is_heard_once_it_is_fetched(tmp_path: Path) -> None:
    """“I am listening” with the request; what was heard, and the answer to it, by a message of its own. What WeChat has
    heard itself is not listened to again."""
    listener = Listener([Spelled()])
    try:
        with account_of(tmp_path, listener=listener) as account:
            wang = account.platform.person()
            account.platform.api.media = {
                "voice-1": ("audio/mpeg", spoken(WISH)),
                "voice-2": ("audio/mpeg", spoken("别的话")),
            }
            assert "我正在听" in str(account.platform.send(wang, "voice", MediaId="voice-1", Format="mp3"))
            assert "哪个乡镇" in account.reads(wang, f"我听到的是：{WISH}")
            assert [turn["text"] for turn in account.engine.turns] == [WISH]
            account.platform.send(wang, "voice-heard", MediaId="voice-2", Format="mp3", Recognition="花石镇")
            account.until(lambda: all(row.is_here for row in attachments(account)), what="not fetched")
            account.wechat._files.wake()
            time.sleep(0.5)
            assert [turn["text"] for turn in account.engine.turns] == [WISH, "花石镇"]
            account.set_conversation(consent_declined_at=account.conversation().created_at)
            said = account.platform.send(wang, "voice-heard", MediaId="voice-3", Format="mp3", Recognition="你好")
            assert "没有留下" in str(said) and len(attachments(account)) == 2
    finally:
        listener.close()
