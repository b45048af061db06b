"""李社工 speaks with a resident from her desk: takes the conversation over, answers, hands it back."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.console.forms import csrf, do
from tests.console.world import HUASHI, World
from tickets.filing import Intake, file_intake
from tickets.lifecycle import act
from tickets.models import Conversation, Ticket, new_data_key, utc_now

Browsers = Callable[[str], httpx.Client]


@pytest.fixture
def number(cast: World) -> str:
    """A request out of a web conversation whose resident wants a person, without consent to show the talk before."""
    with cast.database.session() as session:
        talk = Conversation(channel="web", token_hash="0" * 64, data_key=new_data_key(session))
        session.add(talk)
        session.flush()
        intake = Intake("talk", "web", talk.id, township=HUASHI, services=["temporary_aid"])
        ticket = file_intake(session, intake, utc_now())
        act(session, ticket, "call", "resident", note="转人工")
        session.commit()
        return ticket.number


def resident_says(cast: World, number: str, text: str) -> None:
    """Words of the resident while a person holds the conversation."""
    from bot.conversation.transcript import add

    with cast.database.session() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        conversation = session.get_one(Conversation, ticket.conversation_id)
        add(session, conversation, "resident", text, text, seen=True)
        act(session, ticket, "supplement", "resident", note=text)
        session.commit()


def test_who_waits_is_seen_in_the_list_and_on_the_page(browser_of: Browsers, cast: World, number: str) -> None:
    """A badge for the colleagues, the button that ends the waiting."""
    li = browser_of("li")
    assert "居民在等人回话" in li.get("/desk").text
    page = li.get(f"/desk/tickets/{number}").text
    assert "居民在等真人回话" in page and f"/desk/tickets/{number}/hold" in page and "/hand_back" not in page
    other = cast.file("d1")
    assert "/hold" not in li.get(f"/desk/tickets/{other}").text, "nobody is online there"


def test_taking_over_answering_and_handing_back(browser_of: Browsers, cast: World, number: str) -> None:
    """Plain forms, no scripts: the talk shows what is said from the taking over on, with or without consent."""
    li = browser_of("li")
    page = do(li, number, "hold").text
    assert "您正在直接跟居民说话" in page and "助手不插话" in page and "居民在等人回话" not in li.get("/desk").text
    resident_says(cast, number, "家里断粮两天了")
    page = do(li, number, "reply", note="我下午送米过来").text
    assert "家里断粮两天了" in page and "我下午送米过来" in page
    page = do(li, number, "hand_back").text
    assert "现在是助手在跟居民说话" in page and "对话交回助手" in page


def test_a_colleague_sees_who_speaks(browser_of: Browsers, cast: World, number: str) -> None:
    """刘社工 is told whose talk it is, and refused; 周社工 of another station learns nothing."""
    do(browser_of("li"), number, "hold")
    liu, zhou = browser_of("liu"), browser_of("zhou")
    assert "李社工</strong>正在跟居民说话" in liu.get(f"/desk/tickets/{number}").text
    refused = do(liu, number, "hold")
    assert refused.status_code == 409 and "李社工正在跟居民说话" in refused.text
    assert zhou.get(f"/desk/tickets/{number}/talk").status_code == 404
    token = csrf(zhou.get("/desk").text)
    assert zhou.post(f"/desk/tickets/{number}/hold", data={"csrf": token}).status_code == 404


def test_the_lines_alone_tell_whether_more_than_words_changed(browser_of: Browsers, cast: World, number: str) -> None:
    """Words of both sides leave `data-seen` as it was, and bring the version an action must name; a note changes it."""
    li, liu = browser_of("li"), browser_of("liu")
    do(li, number, "hold")

    def lines() -> tuple[str, int]:
        text = li.get(f"/desk/tickets/{number}/talk").text
        seen, version = re.search(r'data-seen="([^"]*)"', text), re.search(r'data-version="(\d+)"', text)
        assert seen and version
        return seen[1], int(version[1])

    seen, version = lines()
    resident_says(cast, number, "在吗")
    do(li, number, "reply", note="在的")
    assert lines() == (seen, version + 2)
    do(liu, number, "note", note="我去过她家")
    assert lines()[0] != seen


def test_the_api_knows_the_actions(client: httpx.Client, cast: World, number: str) -> None:
    """hold and hand_back beside the others; 409 with the reason when there is nothing to hand back."""
    headers = {"Authorization": f"Bearer {cast.token('li')}"}
    held = client.post(f"/api/v1/tickets/{number}/hold", headers=headers)
    assert held.status_code == 200 and held.json()["status"] == "accepted"
    assert [entry["event"] for entry in held.json()["history"]] == ["created", "called", "held"]
    assert client.post(f"/api/v1/tickets/{number}/hand_back", headers=headers).status_code == 200
    again = client.post(f"/api/v1/tickets/{number}/hand_back", headers=headers)
    assert again.status_code == 409 and "不用交回" in again.json()["detail"]
