"""Voice messages that a machine hears: treated as the resident's words, read back, marked for the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.conversation import Attached, Inbound
from bot.conversation.attachments import name_of
from bot.media import Listener
from tests.console.test_attachments import opened, rows, send
from tests.console.world import World, world
from tests.ears import Sighted, Spelled, spoken
from tests.files import picture
from tickets.attachments import admit
from tickets.models import Attachment, Conversation, Ticket

Browsers = Callable[[str], httpx.Client]
MARK = "（语音，机器听写）"


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[World]:
    """The cast, with a machine that listens."""
    listener = Listener([Spelled(), Sighted()])
    with world(tmp_path, listener=listener) as made:
        yield made
    listener.close()


def tell(client: httpx.Client, session: str, words: str, **fields: str) -> list[str]:
    """A voice message; what is answered."""
    answer = send(client, session, spoken(words), "a.wav", **fields)
    assert answer.status_code == 200, answer.text
    return [each["text"] for each in answer.json()["messages"]]


def test_what_is_heard_is_read_back_and_understood(client: httpx.Client, cast: World) -> None:
    """The words go to the engine like typed ones; the resident can see what was heard."""
    session = opened(client)
    said = tell(client, session, "我娘八十二了一个人在家没人做饭", message_id="v-1")
    assert said == ["我听到的是：我娘八十二了一个人在家没人做饭", "您家住在哪个乡镇？"]
    assert cast.replay.turns[0]["text"] == "我娘八十二了一个人在家没人做饭"
    assert tell(client, session, "我娘八十二了一个人在家没人做饭", message_id="v-1") == said, "a repeat"
    assert len(cast.replay.turns) == 1 and len(rows(cast)) == 1
    with cast.database.reading() as db:
        row = db.scalars(select(Attachment)).one()
        assert row.transcript == "我娘八十二了一个人在家没人做饭" and row.heard_at
    raw = b"".join(path.read_bytes() for path in cast.settings.var_dir.glob("yimi.db*"))
    assert "八十二".encode() not in raw


def test_danger_that_is_only_spoken_is_danger(client: httpx.Client, cast: World, browser_of: Browsers) -> None:
    """The floor hears it, with the engine down too; the alarm is filed at once and says a machine heard it."""
    cast.replay.down = True
    session = opened(client)
    said = tell(client, session, "我不想活了，我在花石镇")
    assert "12356" in "".join(said) and "我听到的是：我不想活了，我在花石镇" in said
    assert said.index("我听到的是：我不想活了，我在花石镇") > 0, "the help comes before it"
    with cast.database.reading() as db:
        ticket = db.scalars(select(Ticket)).one()
        assert ticket.urgency != "routine" and ticket.description == f"{MARK}我不想活了，我在花石镇"
        assert db.scalars(select(Attachment.ticket_id)).one() == ticket.id
        number = ticket.number
    page = browser_of("chen").get(f"/desk/tickets/{number}").text
    assert "机器听写，可能有错，以原件为准：</strong>我不想活了，我在花石镇" in page and "<audio" in page


def test_danger_in_the_voice_is_heard_behind_typed_words(client: httpx.Client, cast: World) -> None:
    """Typed calm, spoken danger: the engine judges the typed words and hears no danger in them, the floor does."""
    said = tell(client, opened(client), "他拿刀要杀我", text="您好")
    assert "110" in "".join(said)
    with cast.database.reading() as db:
        assert db.scalars(select(Ticket)).one().description == f"您好\n{MARK}他拿刀要杀我"


def test_what_is_not_heard_is_asked_for_in_words(client: httpx.Client, cast: World) -> None:
    """Silence, noise and a broken decoder: the worker listens, a few words are asked for."""
    session = opened(client)
    for words in ("", "!raise", "!die"):
        assert tell(client, session, words) == ["语音收到了，社工会听。我没有听清，麻烦您再打几个字说说是什么事。"]
    assert len(rows(cast)) == 3 and not cast.replay.turns


def test_an_id_number_that_is_spoken_is_not_kept_in_words(client: httpx.Client, cast: World) -> None:
    """The worker can hear it; it is not spread in text."""
    said = tell(client, opened(client), "我叫王测试身份证430321194001011234")
    assert "430321194001011234" not in "".join(said) and "身份证号已隐去" in said[0]
    assert "430321194001011234" not in str(cast.replay.turns)


def test_who_declined_is_heard_for_danger_only(client: httpx.Client, cast: World) -> None:
    """Nothing of a harmless voice message stays, neither file nor words; a cry for help is kept."""
    session = opened(client)
    with cast.database.session() as db:
        talk = db.scalars(select(Conversation)).one()
        talk.consent_declined_at = talk.created_at
        db.commit()
    assert "没有留下" in "".join(tell(client, session, "您好"))
    assert rows(cast) == []
    restored = client.post("/api/v1/chat/updates", json={"session": session}).json()["messages"]
    assert not [each for each in restored if each["author"] == "resident" and each["text"]]
    cast.replay.down = True  # the floor alone decides
    assert "12356" in "".join(tell(client, session, "我不想活了"))
    assert len(rows(cast)) == 1


def test_a_crash_after_the_upload_loses_nothing(client: httpx.Client, cast: World) -> None:
    """File and message are committed together; the restart listens and answers."""
    session = opened(client)
    bare = Inbound("web", "", "crash-1", session)
    admitted = admit(spoken("我娘八十二了没人做饭"))
    attached = Attached(admitted.kind, admitted.media_type, None, len(admitted.content), id=name_of(bare))
    inbound = Inbound("web", "", "crash-1", session, attachment=attached)
    cast.conversations._receive(inbound, None, admitted)  # what `answer` commits before anything else
    assert len(rows(cast)) == 1 and not cast.replay.turns
    assert [each.message_id for each in cast.conversations.resume("web")] == ["crash-1"]
    assert cast.replay.turns[0]["text"] == "我娘八十二了没人做饭"


def test_writing_in_a_photo_is_read_back_and_counts_where_a_story_is_expected(
    client: httpx.Client, cast: World
) -> None:
    """A photographed letter opens a request; a paper photographed while the place is asked for is no answer to that,
    but danger in it is heard."""
    session = opened(client)

    def show(width: int) -> list[str]:
        return [each["text"] for each in send(client, session, picture("PNG", (width, 60))).json()["messages"]]

    letter = "我娘八十二了一个人在家没人做饭"
    assert show(101) == ["照片收到了，社工能看到。", f"照片里的字，我看到的是：{letter}", "您家住在哪个乡镇？"]
    assert [each["text"] for each in cast.replay.turns] == [letter]
    assert show(101) == ["照片收到了，社工能看到。", f"照片里的字，我看到的是：{letter}"]
    assert show(60) == ["照片收到了，社工能看到。"], "no writing"
    assert "110" in "".join(show(102))
    assert len(cast.replay.turns) == 1, "the place is still what is asked for"
    with cast.database.reading() as db:
        ticket = db.scalars(select(Ticket)).one()
        assert ticket.description == "（照片里的字，机器识别）他天天打我还要杀我"
