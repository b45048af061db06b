"""Files in the web chat and at the desk, over HTTP, with the real conversation over a replaying engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select

from console.limits import Bucket, Limits
from tests.console.served import client_of
from tests.console.world import World
from tests.files import archive, film, pdf, picture, tone, voice
from tickets.attachments import LIMIT, MOST_IN_A_CONVERSATION
from tickets.lifecycle import act
from tickets.models import Attachment, Conversation, Ticket

PATH = "/api/v1/chat/attachments"
Browsers = Callable[[str], httpx.Client]


def opened(client: httpx.Client) -> str:
    session: str = client.post("/api/v1/chat/open").json()["session"]
    return session


def send(client: httpx.Client, session: str, content: bytes, name: str = "a.jpg", **fields: str) -> httpx.Response:
    return client.post(PATH, data={"session": session, **fields}, files={"file": (name, content)})


def rows(cast: World) -> list[Attachment]:
    with cast.database.reading() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.created_at)))


def filed(client: httpx.Client, session: str) -> str:
    """王奶奶's daughter's request, in a session; its number."""
    say = {"session": session}
    client.post("/api/v1/chat", json={**say, "text": "我娘八十二了，一个人在家没人做饭"})
    client.post("/api/v1/chat", json={**say, "payload": '/inform{"location": "430321107"}'})
    answer = client.post("/api/v1/chat", json={**say, "payload": '/inform{"consent": "yes"}'})
    number: str = answer.json()["tickets"][0]
    return number


def test_a_photo_is_answered_in_the_shape_of_the_chat_and_sealed(client: httpx.Client, cast: World) -> None:
    """The contract's members; the row is sealed, without the place it was taken at."""
    session = opened(client)
    answer = send(client, session, picture(place=True), "老屋.jpg", message_id="p-1")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"session", "messages", "awaiting", "urgency", "tickets"} and body["session"] == session
    assert body["messages"][0]["text"] == "照片收到了，社工能看到。"
    assert {"text", "buttons", "image"} <= set(body["messages"][0])
    assert not cast.replay.turns, "a photo alone needs no understanding"
    with cast.database.reading() as db:
        row = db.scalars(select(Attachment)).one()
        assert (row.kind, row.media_type, row.filename) == ("photo", "image/jpeg", "老屋.jpg")
        content = row.content or b""
    with Image.open(BytesIO(content)) as kept:
        assert not kept.getexif()
    files = b"".join(path.read_bytes() for path in cast.settings.var_dir.glob("yimi.db*"))
    assert content[200:260] not in files and "老屋".encode() not in files


def test_a_repeat_is_stored_once_and_answered_the_same(client: httpx.Client, cast: World) -> None:
    """A line that broke after the upload: the page sends it again under the same message_id."""
    session = opened(client)
    first, second = (send(client, session, picture(), message_id="p-1").json() for _ in range(2))
    assert first == second and len(rows(cast)) == 1
    send(client, session, picture(), message_id="p-2")
    assert len(rows(cast)) == 2


def test_words_with_a_photo_are_answered_like_any_words(client: httpx.Client, cast: World) -> None:
    """The photo is acknowledged, the words go into the form."""
    answer = send(client, opened(client), picture(), text="我娘八十二了，一个人在家没人做饭").json()
    assert [each["text"] for each in answer["messages"]] == ["照片收到了，社工能看到。", "您家住在哪个乡镇？"]
    assert cast.replay.turns[0]["text"] == "我娘八十二了，一个人在家没人做饭"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "空的"),
        (b"MZ" + bytes(400), 415, "收不了"),
        (archive("word/document.xml", "word/vbaProject.bin"), 415, "收不了"),
        (picture()[:200], 422, "打不开"),
        (pdf() + bytes(LIMIT), 413, "20 兆"),
        (pdf() + bytes(LIMIT + 200_000), 413, "20 兆"),
    ],
    ids=["empty", "program", "macros", "half", "just too big", "far too big"],
)
def test_refusals_are_problems_in_plain_chinese(
    client: httpx.Client, cast: World, content: bytes, status: int, words: str
) -> None:
    """Nothing of a refused file stays."""
    answer = send(client, opened(client), content)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert words in answer.json()["detail"]
    assert rows(cast) == []


def test_bad_requests_are_told_what_is_missing(client: httpx.Client) -> None:
    """Session, file, form, and a session nobody opened."""
    session = opened(client)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"data": {"session": session}}, 415, "multipart"),
        ({"json": {"session": session}}, 415, "multipart"),
        ({"files": {"file": ("a.jpg", picture())}}, 422, "session"),
        ({"data": {"session": session}, "files": {"other": ("a.jpg", picture())}}, 422, "file"),
        (
            {"data": {"session": session, "message_id": "a b"}, "files": {"file": ("a.jpg", picture())}},
            422,
            "message_id",
        ),
        ({"data": {"session": "x" * 43}, "files": {"file": ("a.jpg", picture())}}, 404, "新的对话"),
        ({"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "格式"),
        ({"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data"}}, 400, "格式"),
    ]
    for sent, status, words in cases:
        answer = client.post(PATH, **sent)
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


def test_a_chunked_upload_is_bounded_too(client: httpx.Client) -> None:
    """A body that declares no length is cut off, with the sentence for files."""

    def pieces():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
        for _ in range(22):
            yield bytes(1 << 20)

    answer = client.post(PATH, content=pieces(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413 and "20 兆" in answer.json()["detail"]


def test_too_many_files_are_slowed_down_and_counted(cast: World) -> None:
    """429 by session; after the fortieth file of a conversation a sentence instead of the file."""
    slow = Limits(upload=Bucket(rate=0.1, burst=2))
    with client_of(cast.app(limits=slow)) as client:
        session = opened(client)
        answers = [send(client, session, pdf(), "a.pdf") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) >= 1 and "请等" in answers[-1].json()["detail"]
        assert send(client, opened(client), pdf(), "a.pdf").status_code == 200, "another resident"
    with client_of(cast.app(limits=Limits(upload=Bucket(rate=100, burst=100)))) as client:
        session = opened(client)
        for number in range(MOST_IN_A_CONVERSATION):
            assert send(client, session, pdf(), "a.pdf", message_id=str(number)).status_code == 200
        full = send(client, session, pdf(), "a.pdf", message_id="one more")
        assert full.status_code in (409, 422)
        assert send(client, session, pdf(), "a.pdf", message_id="1-more").status_code == 409
        assert send(client, session, pdf(), "a.pdf", message_id="7").status_code == 200, "a repeat is no new file"


def test_who_declined_leaves_no_file_but_danger_keeps_it(client: httpx.Client, cast: World) -> None:
    """Declined: nothing is kept, and that is said; in danger it is kept, as the law allows."""
    session = opened(client)
    send(client, session, picture(), message_id="before")
    assert len(rows(cast)) == 1
    with cast.database.session() as db:
        talk = db.scalars(select(Conversation)).one()
        talk.consent_declined_at = talk.created_at
        db.commit()
    answer = send(client, session, pdf(), "娘的病历.pdf", message_id="after").json()
    assert "没有留下" in answer["messages"][0]["text"] and len(rows(cast)) == 1
    restored = client.post("/api/v1/chat/updates", json={"session": session}).json()["messages"]
    assert [each["text"] for each in restored if each["author"] == "resident"] == ["［照片］"]
    cast.replay.down = True  # the floor alone decides
    told = send(client, session, picture(), text="他拿刀要杀我", message_id="danger").json()
    assert "110" in str(told["messages"]) and len(rows(cast)) == 2
    assert "没有留下" not in str(told)
    assert rows(cast)[-1].ticket_id


def test_while_a_request_is_open_files_stay_as_words_do(client: httpx.Client, cast: World) -> None:
    """One rule for both (`consent.keeps`): whoever comes must read on, and see."""
    session = opened(client)
    filed(client, session)
    with cast.database.session() as db:
        talk = db.scalars(select(Conversation)).one()
        talk.consent_at, talk.consent_declined_at = None, talk.created_at
        db.commit()
        ticket = db.scalars(select(Ticket)).one()
    answer = send(client, session, picture(), message_id="while-open").json()
    assert "没有留下" not in str(answer["messages"]) and len(rows(cast)) == 1
    with cast.database.session() as db:
        act(db, db.get_one(Ticket, ticket.id), "withdraw", "resident")
        db.commit()
    answer = send(client, session, picture(), message_id="afterwards").json()
    assert "没有留下" in str(answer["messages"]) and len(rows(cast)) == 1


def test_a_photo_after_the_form_reaches_the_request_that_runs(client: httpx.Client, cast: World) -> None:
    """It is tied to the ticket, and its worker is told."""
    session = opened(client)
    number = filed(client, session)
    assert send(client, session, picture(), "新伤.jpg").status_code == 200
    with cast.database.reading() as db:
        ticket = db.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert db.scalars(select(Attachment.ticket_id)).one() == ticket.id
        assert ticket.history[-1].note == "居民发来照片，见附件。"


def _with_files(client: httpx.Client, cast: World) -> tuple[str, dict[str, str]]:
    """A ticket with one file of each kind: its number, the files' ids by kind."""
    session = opened(client)
    for name, content in (("a.jpg", picture()), ("b.ogg", voice()), ("c.mp4", film()), ("娘的病历.pdf", pdf())):
        assert send(client, session, content, name).status_code == 200
    number = filed(client, session)
    return number, {row.kind: row.id for row in rows(cast)}


def test_the_worker_sees_and_hears_them_on_the_ticket_page(
    client: httpx.Client, cast: World, browser_of: Browsers
) -> None:
    """Small pictures that open large, players, downloads; nothing of them in a list."""
    number, ids = _with_files(client, cast)
    li = browser_of("li")
    page = li.get(f"/desk/tickets/{number}").text
    base = f"/desk/tickets/{number}/files"
    assert f'<a class="desk-photo" href="{base}/{ids["photo"]}"' in page
    assert f'<img src="{base}/{ids["photo"]}/small"' in page
    assert f'<audio controls preload="none" src="{base}/{ids["voice"]}/play">' in page
    assert re.search(rf'<video [^>]*src="{base}/{ids["video"]}"', page)
    assert "文件：娘的病历.pdf（下载）" in page
    assert "病历" not in li.get("/desk?tab=all").text
    small = li.get(f"{base}/{ids['photo']}/small")
    with Image.open(BytesIO(small.content)) as thumbnail:
        assert max(thumbnail.size) <= 320
    assert li.get(f"{base}/{ids['photo']}").headers["content-type"] == "image/jpeg"
    sound = li.get(f"{base}/{ids['voice']}/play")
    assert sound.content == voice() and sound.headers["content-type"] == "audio/ogg"
    paper = li.get(f"{base}/{ids['file']}")
    assert paper.headers["content-type"] == "application/octet-stream"
    assert paper.headers["content-disposition"] == f'attachment; filename="{ids["file"]}.pdf"'


def test_files_are_never_cached_or_run_and_are_closed_to_strangers(
    client: httpx.Client, cast: World, browser_of: Browsers
) -> None:
    """no-store, nosniff, sandbox; the neighbouring station and nobody at all get nothing; ids of other tickets 404."""
    number, ids = _with_files(client, cast)
    other = cast.file("d1")
    li, zhou = browser_of("li"), browser_of("zhou")
    for kind, end in (("photo", ""), ("photo", "/small"), ("voice", "/play"), ("video", ""), ("file", "")):
        path = f"files/{ids[kind]}{end}"
        headers = li.get(f"/desk/tickets/{number}/{path}").headers
        assert headers["Cache-Control"] == "no-store, private" and headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert zhou.get(f"/desk/tickets/{number}/{path}").status_code == 404
        assert li.get(f"/desk/tickets/{other}/{path}").status_code == 404
        with client_of(cast.app()) as nobody:
            assert nobody.get(f"/desk/tickets/{number}/{path}", follow_redirects=False).status_code in (303, 401)


def test_players_may_ask_for_a_part(client: httpx.Client, cast: World, browser_of: Browsers) -> None:
    """iPhones play nothing without ranges."""
    session = opened(client)
    content = tone(0.2)
    send(client, session, content, "a.wav")
    number = filed(client, session)
    li, path = browser_of("li"), f"/desk/tickets/{number}/files/{rows(cast)[0].id}/play"
    for asked, begin, end in (
        ("bytes=0-1", 0, 1), ("bytes=100-", 100, len(content) - 1), ("bytes=-10", len(content) - 10, len(content) - 1),
        ("bytes=5-99999999", 5, len(content) - 1),
    ):  # fmt: skip
        answer = li.get(path, headers={"Range": asked})
        assert answer.status_code == 206 and answer.content == content[begin : end + 1], asked
        assert answer.headers["Content-Range"] == f"bytes {begin}-{end}/{len(content)}"
    assert li.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416
    assert li.get(path, headers={"Range": "lines=1-2"}).status_code == 200
    with cast.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Attachment)) == 1
