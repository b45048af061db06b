"""The engine through its own wire: complete answers, no silence, nothing twice, no open door."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import httpx
import pytest
import redis

from bot.engine import Engine, EngineError, EngineReply
from tests.stack import Stack
from tickets import catalogue
from yimi.processes import open_engine
from yimi.redis import redis_url

FIRST = "我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"


@pytest.fixture
def engine(stack: Stack) -> Iterator[Engine]:
    """A client of the running engine."""
    client = open_engine(stack.settings)
    yield client
    client.close()


def conversation() -> str:
    """A conversation nobody else has."""
    return f"test-{uuid.uuid4().hex}"


def test_one_answer_holds_everything(engine: Engine) -> None:
    """Messages, effects, the parse and the slot asked for come back in one answer."""
    reply = engine.turn(conversation(), "1", text=FIRST, context={"draft": "d1"})
    assert reply.awaiting == "consent" and reply.messages and reply.effects == []
    assert reply.parse["location"]["code"] == "430321107"
    assert {each["type"] for each in reply.parse["entities"]} >= {"age", "relation"}


def test_a_repeated_message_is_answered_from_the_store(engine: Engine) -> None:
    """The same id twice: the same words, and the form has moved on once only."""
    name = conversation()
    first = engine.turn(name, "1", text=FIRST, context={"draft": "d2"})
    assert engine.turn(name, "1", text=FIRST, context={"draft": "d2"}) == first
    second = engine.turn(name, "2", text="同意", context={"draft": "d2"})
    assert engine.turn(name, "1", text=FIRST, context={"draft": "d2"}) == first
    assert engine.turn(name, "2", text="同意", context={"draft": "d2"}) == second
    assert [type(each).__name__ for each in second.effects] == ["RecordConsent"]


def test_a_slash_is_no_command(engine: Engine) -> None:
    """Free text can neither restart a conversation nor press a button."""
    name = conversation()
    engine.turn(name, "1", text=FIRST, context={"draft": "d3"})
    for number, text in enumerate(("/restart", "/affirm", '／inform{"consent": true}', "/session_start")):
        assert engine.turn(name, f"s{number}", text=text).awaiting == "consent"


def test_the_door_wants_the_token(stack: Stack) -> None:
    """Nothing is answered without the shared secret, and Rasa's own API is not there."""
    with httpx.Client(base_url=stack.settings.engine_url, trust_env=False, timeout=10) as client:
        for path in ("/yimi/turn", "/yimi/analyze", "/yimi/forget"):
            assert client.post(path, json={"text": "你好"}).status_code == 401
            wrong = client.post(path, json={}, headers={"Authorization": "Bearer wrong"})
            assert wrong.status_code == 401
        for path in ("/model/parse", "/conversations/x/tracker", "/webhooks/rest/webhook"):
            assert client.post(path, json={}).status_code == 404


def test_conversations_are_not_readable_in_redis(engine: Engine, stack: Stack) -> None:
    """Redis holds the conversation, and none of its words in clear."""
    name = conversation()
    engine.turn(name, "1", text=FIRST)
    client = redis.Redis.from_url(redis_url(stack.settings))
    stored = client.get(f"tracker:{name}")
    assert stored and "花石".encode() not in stored and b"\\u82b1" not in stored
    assert 0 < client.ttl(f"tracker:{name}") <= 30 * 86400
    client.close()


def test_a_forgotten_conversation_is_gone(engine: Engine, stack: Stack) -> None:
    """Declining consent or erasure leaves nothing in Redis."""
    name = conversation()
    engine.turn(name, "1", text=FIRST)
    engine.forget(name)
    client = redis.Redis.from_url(redis_url(stack.settings))
    assert client.get(f"tracker:{name}") is None
    client.close()


def test_the_redis_user_may_not_script_or_administrate(stack: Stack) -> None:
    """The commands by which Redis servers were taken over are refused."""
    client = redis.Redis.from_url(redis_url(stack.settings))
    for command in (("EVAL", "return 1", "0"), ("CONFIG", "GET", "dir"), ("FLUSHALL",), ("KEYS", "*")):
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command(*command)
    client.close()


def test_dead_actions_are_an_error_and_never_silence(stack: Stack) -> None:
    """Rasa would answer 200 and go on without the form; ours answers 502 and keeps the conversation as it was."""
    name = conversation()
    client = Engine(stack.settings.engine_url, stack.settings.derived("engine token"))
    client.turn(name, "1", text=FIRST)
    stack.stop("actions")
    try:
        with pytest.raises(EngineError):
            client.turn(name, "2", text="同意")
    finally:
        stack.start("actions")
    assert _again(client, name).awaiting not in (None, "consent")
    client.close()


def _again(client: Engine, name: str) -> EngineReply:
    """The same message, until the action server is back."""
    for _ in range(60):
        try:
            return client.turn(name, "2", text="同意")
        except EngineError:
            time.sleep(0.5)
    raise AssertionError("the engine never came back")


def test_odd_texts_are_analysed_without_failure(engine: Engine) -> None:
    """Empty, signs, control characters, markup, very long: an analysis in the contract's shape each time."""
    for text in (
        "",
        "   ",
        "😀😀",
        "\x00\x07\u200b",
        "<script>alert(1)</script>",
        "'; DROP TABLE x;--",
        "啊" * 10_000,
        "{}",
    ):
        found = engine.analyze(text)
        assert found["urgency"] in catalogue.urgencies()
        assert found["location"]["status"] in ("resolved", "ambiguous", "none")
        assert found["intent"] is None or found["intent"] in catalogue.intents()


def test_analyze_lines_go_on_after_a_bad_one(stack: Stack) -> None:
    """JSON and plain lines are answered; a bad line is named with its number, and the exit code says so."""
    given = '{"id": "a", "text": "我住湘潭县花石镇，想办低保"}\n{broken\n\n你好\n{"id": "b"}\n'
    done = stack.yimi("analyze", given=given)
    assert done.returncode == 2
    lines = [line for line in done.stdout.splitlines() if line]
    assert [line.split('"')[3] for line in lines] == ["a", "4"] and "\\u" not in done.stdout
    assert "第 2 行" in done.stderr and "第 5 行" in done.stderr and "Traceback" not in done.stderr
