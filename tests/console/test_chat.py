"""The residents' chat API, with the real conversation over a replaying engine."""

from __future__ import annotations

import threading
import time

import anyio
import httpx

from bot.telegram.links import station_token
from console.limits import Bucket, Limits
from tests.console.served import client_of
from tests.console.world import HUASHI, World
from tickets.lifecycle import act
from tickets.models import Conversation, Ticket, Worker

WISH = "我娘八十二了，一个人在家没人做饭"


def _file(client: httpx.Client) -> dict:
    """王奶奶's daughter asks, presses the township, agrees; the answer that files."""
    first = client.post("/api/v1/chat", json={"text": WISH}).json()
    session = first["session"]
    client.post("/api/v1/chat", json={"session": session, "payload": first["messages"][-1]["buttons"][0]["payload"]})
    agree = '/inform{"consent": "yes"}'
    return client.post("/api/v1/chat", json={"session": session, "payload": agree}).json()


def test_a_first_message_opens_a_session_and_is_answered(client: httpx.Client) -> None:
    """The contract's shape, with buttons, and a session nobody can guess."""
    answer = client.post("/api/v1/chat", json={"text": WISH})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"session", "messages", "awaiting", "urgency", "tickets"}
    assert len(body["session"]) >= 40
    assert body["awaiting"] == "location"
    assert body["messages"][-1]["buttons"][0]["title"] == "湘潭县花石镇"
    assert {"text", "buttons", "image"} <= set(body["messages"][0])
    assert "乡镇" in answer.text, "plain Chinese, no escapes"


def test_a_conversation_ends_in_a_ticket_whose_number_is_given(client: httpx.Client) -> None:
    """Text, then two pressed buttons: the ticket's number comes with the answer."""
    answer = _file(client)
    assert len(answer["tickets"]) == 1
    assert answer["tickets"][0].startswith(HUASHI)


def test_a_repeated_message_gets_the_first_answer_and_is_heard_once(client: httpx.Client, cast: World) -> None:
    """A retry after a broken line carries the same message_id."""
    session = client.post("/api/v1/chat/open", json={}).json()["session"]
    said = {"session": session, "text": WISH, "message_id": "m-1"}
    first, second = (client.post("/api/v1/chat", json=said).json() for _ in range(2))
    assert first == second
    assert len(cast.replay.turns) == 1


def test_two_sessions_may_use_the_same_message_id(client: httpx.Client) -> None:
    """Message ids belong to a session: a stranger's “1” is not mine."""
    for _ in range(2):
        session = client.post("/api/v1/chat/open").json()["session"]
        answer = client.post("/api/v1/chat", json={"session": session, "text": WISH, "message_id": "1"}).json()
        assert answer["messages"], "the second 1 was taken for a repeat"


def test_an_unknown_session_is_a_404_in_words(client: httpx.Client) -> None:
    """The page then opens a new conversation."""
    for path, body in (("", {"text": "在吗"}), ("/updates", {"after": 0})):
        answer = client.post("/api/v1/chat" + path, json={"session": "x" * 43, **body})
        assert answer.status_code == 404
        assert "新的对话" in answer.json()["detail"]


def test_updates_restore_the_talk_and_bring_the_workers_reply(client: httpx.Client, cast: World) -> None:
    """After a reload the whole talk is there; while waiting, a social worker's reply comes within seconds."""
    session = _file(client)["session"]
    restored = client.post("/api/v1/chat/updates", json={"session": session, "after": 0}).json()
    assert restored["messages"][0]["author"] == "resident"
    assert restored["messages"][0]["text"] == WISH
    assert len(restored["tickets"]) == 1

    def reply() -> None:
        time.sleep(0.5)
        with cast.database.session() as db:
            worker = db.query(Worker).filter_by(login="li").one()
            ticket = db.query(Ticket).filter_by(number=restored["tickets"][0]).one()
            act(db, ticket, "claim", worker)
            act(db, ticket, "reply", worker, note="我明天上午到您家来看看。")
            db.commit()

    worker = threading.Thread(target=reply)
    worker.start()
    began = time.monotonic()
    last = restored["messages"][-1]["id"]
    news = client.post("/api/v1/chat/updates", json={"session": session, "after": last, "wait": 20}).json()
    worker.join()
    assert time.monotonic() - began < 6
    assert "我明天上午到您家来看看。" in [each["text"] for each in news["messages"] if each["author"] == "worker"]


def test_updates_without_news_end_by_themselves(client: httpx.Client) -> None:
    """A long poll that has nothing to say answers with nothing new, on time."""
    session = client.post("/api/v1/chat", json={"text": "你好"}).json()["session"]
    last = client.post("/api/v1/chat/updates", json={"session": session}).json()["messages"][-1]["id"]
    began = time.monotonic()
    answer = client.post("/api/v1/chat/updates", json={"session": session, "after": last, "wait": 0.4})
    assert answer.json()["messages"] == []
    assert 0.3 < time.monotonic() - began < 3


def test_the_poster_of_a_station_gives_the_conversation_its_place(client: httpx.Client, cast: World) -> None:
    """Only a token we signed counts; an invented one is ignored, and nobody is turned away for it."""
    good = station_token(HUASHI, cast.settings.secret_key)
    for start, expected in ((good, HUASHI), ("A" * 18, None)):
        assert client.post("/api/v1/chat", json={"text": WISH, "start": start}).status_code == 200
        with cast.database.reading() as db:
            newest = db.query(Conversation).order_by(Conversation.created_at.desc()).first()
            assert newest is not None and newest.station_hint == expected


def test_ten_thousand_characters_are_answered_in_words(client: httpx.Client) -> None:
    """A very long message is no error."""
    answer = client.post("/api/v1/chat", json={"text": "难" * 10_000})
    assert answer.status_code == 200 and answer.json()["messages"]


def test_half_an_emoji_and_control_characters_do_no_harm(client: httpx.Client) -> None:
    """What old keyboards send must not become a 500."""
    answer = client.post(
        "/api/v1/chat", content='{"text": "帮帮我\\ud83d\\u0000 好吗"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200


def test_too_many_messages_are_slowed_down_with_a_time_to_wait(cast: World) -> None:
    """429 in Chinese with Retry-After, per session and per address."""
    tight = Limits(session=Bucket(rate=0.1, burst=2), address=Bucket(rate=100, burst=1000))
    with client_of(cast.app(limits=tight)) as client:
        session = client.post("/api/v1/chat/open").json()["session"]
        states = [client.post("/api/v1/chat", json={"session": session, "text": "你好"}) for _ in range(3)]
        assert [each.status_code for each in states] == [200, 200, 429]
        assert int(states[-1].headers["Retry-After"]) >= 1
        assert "请等" in states[-1].json()["detail"]
    narrow = Limits(address=Bucket(rate=0.1, burst=1))

    async def from_elsewhere() -> list[int]:
        # The loopback address is not limited (a proxy may stand there), so these come from an invented one.
        wire = httpx.ASGITransport(cast.app(limits=narrow), client=("203.0.113.5", 40000))
        async with httpx.AsyncClient(transport=wire, base_url="http://test") as client:
            return [(await client.post("/api/v1/analyze", json={"text": "你好"})).status_code for _ in range(2)]

    assert anyio.run(from_elsewhere) == [200, 429]


def test_with_the_database_down_nothing_is_said_to_be_kept(client: httpx.Client, cast: World) -> None:
    """503, an honest sentence and the hotlines; in danger the hotline comes first."""
    session = client.post("/api/v1/chat/open").json()["session"]
    cast.database.engine.dispose()
    path = cast.settings.var_dir / "yimi.db"
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    try:
        for body in ({"text": "我不想活了"}, {"session": session, "text": "我不想活了"}):
            answer = client.post("/api/v1/chat", json=body)
            assert answer.status_code == 503
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert "12356" in answer.json()["detail"]
            assert "受理号" not in answer.text
    finally:
        path.rmdir()


def test_with_the_engine_down_the_resident_still_gets_an_answer(client: httpx.Client, cast: World) -> None:
    """The words are kept for a person to read."""
    cast.replay.down = True
    answer = client.post("/api/v1/chat", json={"text": WISH})
    assert answer.status_code == 200 and answer.json()["messages"]


def test_analyze_gives_the_id_back_and_says_when_the_engine_is_down(client: httpx.Client, cast: World) -> None:
    """The contract's analysis; 503 in words without the engine."""
    answer = client.post("/api/v1/analyze", json={"id": "7", "text": WISH}).json()
    assert answer["id"] == "7" and answer["text"] == WISH and answer["services"][0]["code"] == "home_care"
    cast.replay.down = True
    assert client.post("/api/v1/analyze", json={"text": WISH}).status_code == 503


def test_health_is_ok_only_while_engine_and_database_work(client: httpx.Client, cast: World) -> None:
    """A real turn and a real query; looked at again after a few seconds, not at every call."""
    well = client.get("/health")
    assert well.status_code == 200 and well.json() == {"status": "ok", "database": "ok", "engine": "ok"}
    turns = len(cast.replay.turns)
    client.get("/health")
    assert len(cast.replay.turns) == turns, "asking again at once loads nothing"
    cast.replay.down = True
    with client_of(cast.app()) as fresh:
        ill = fresh.get("/health")
    assert ill.status_code == 503
    assert "引擎" in ill.json()["detail"] and ill.json()["database"] == "ok"
