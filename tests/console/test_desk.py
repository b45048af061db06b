"""The desk without scripts: plain forms do everything essential, and nothing is done for strangers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from tests.console.forms import csrf, do
from tests.console.world import HUASHI, QINGSHANQIAO, World
from tickets.filing import Intake, file_intake
from tickets.models import Conversation, Message, new_data_key

Browsers = Callable[[str], httpx.Client]


def _talk(cast: World, *, consented: bool) -> str:
    """A ticket that came from a web conversation."""
    with cast.database.session() as session:
        key = new_data_key(session)
        now = datetime.now(UTC)
        talk = Conversation(channel="web", token_hash="0" * 64, data_key=key, consent_at=now if consented else None)
        session.add(talk)
        session.flush()
        session.add(Message(data_key=key, conversation_id=talk.id, author="resident", text="家里揭不开锅了"))
        intake = Intake(
            draft_id="talk", channel="web", conversation_id=talk.id, township=HUASHI, services=["temporary_aid"]
        )
        number = file_intake(session, intake, now).number
        session.commit()
        return number


def test_the_list_shows_what_is_urgent_first_masked_and_with_places_in_words(browser_of: Browsers, cast: World) -> None:
    """Icon, word and colour for an emergency; no full name, no phone, no story in a list."""
    routine = cast.file("d1", village="430321107248")
    pressing = cast.file("d2", urgency="emergency", risks=["violence"], services=["domestic_violence"])
    page = browser_of("li").get("/desk").text
    assert page.index(pressing) < page.index(routine)
    assert "家庭暴力求助" in page and "紧急" in page and "遭受暴力" in page and "#alert-triangle" in page
    assert "花石镇" in page and "还剩" in page
    assert "王**" in page and "王奶奶" not in page and "13800000000" not in page and "腿脚" not in page


def test_filters_and_search_narrow_the_list(browser_of: Browsers, cast: World) -> None:
    """By state, urgency, service and number; a full number opens the ticket."""
    first, second = cast.file("d1"), cast.file("d2", urgency="urgent", services=["dibao"])
    li = browser_of("li")
    do(li, first, "claim")
    for query, seen, hidden in (
        ("tab=mine", first, second),
        ("tab=new", second, first),
        ("urgency=urgent", second, first),
        ("service=home_care&tab=all", first, second),
        (f"q={second[-4:]}", second, first),
    ):
        page = li.get(f"/desk?{query}").text
        assert seen in page and hidden not in page, query
    assert li.get(f"/desk?q={first}").url.path == f"/desk/tickets/{first}"
    assert "没有找到" in li.get("/desk?q=9999999").text
    assert li.get("/desk?urgency=nonsense").status_code == 200


def test_empty_lists_say_something_kind(browser_of: Browsers) -> None:
    """Every tab has words of its own for nothing."""
    li = browser_of("li")
    pages = [li.get(f"/desk?tab={tab}").text for tab in ("open", "new", "mine", "overdue", "resolved", "all")]
    words = [re.search(r'desk-empty">.*?<h2>(.+?)</h2>', page, re.S) for page in pages]
    assert all(words) and len({found[1] for found in words if found}) == 6


def test_a_ticket_page_has_what_is_needed_to_help(browser_of: Browsers, cast: World) -> None:
    """Who, where in words, the telephone to tap, the whole story, the history in Chinese."""
    number = cast.file("d1", village="430321107248")
    page = browser_of("li").get(f"/desk/tickets/{number}").text
    for words in (
        "王奶奶",
        'href="tel:13800000000"',
        "82 岁",
        "湖南省湘潭市湘潭县花石镇",
        "腿脚不便",
        "居家上门服务",
        "提交",
    ):
        assert words in page, words


def test_the_neighbouring_station_gets_the_same_404_for_foreign_and_wrong(browser_of: Browsers, cast: World) -> None:
    """周社工 sees no list entry, no page, can do nothing, and cannot tell whether the number exists."""
    number, never = cast.file("d1"), HUASHI + "20260101-0001"
    zhou = browser_of("zhou")
    assert number not in zhou.get("/desk?tab=all").text
    assert f"/desk/tickets/{number}" not in zhou.get(f"/desk?q={number}").text
    token = csrf(zhou.get("/desk").text)
    foreign, wrong = (zhou.get(f"/desk/tickets/{n}") for n in (number, never))
    assert foreign.status_code == wrong.status_code == 404
    assert foreign.text.replace(number, "") == wrong.text.replace(never, "")
    for action in ("claim", "note", "transfer"):
        assert (
            zhou.post(
                f"/desk/tickets/{number}/{action}", data={"csrf": token, "note": "x", "to": QINGSHANQIAO}
            ).status_code
            == 404
        )
    assert zhou.get(f"/desk/tickets/{number}/files/1").status_code == 404


def test_forms_carry_a_ticket_from_claim_to_close(browser_of: Browsers, cast: World) -> None:
    """Without scripts; only what the state allows is offered; the result is required."""
    number = cast.file("d1")
    li = browser_of("li")
    page = li.get(f"/desk/tickets/{number}").text
    assert "/claim" in page and "/resolve" not in page and "/reopen" not in page
    claimed = do(li, number, "claim")
    assert claimed.url.path == f"/desk/tickets/{number}" and "已受理" in claimed.text and "李社工" in claimed.text
    assert "打过电话" in do(li, number, "note", note="打过电话").text
    refused = do(li, number, "resolve", note=" ")
    assert refused.status_code == 409 and "请写明结果" in refused.text
    assert "转介到县残联" in do(li, number, "refer", to="县残联").text
    resolved = do(li, number, "resolve", note="每天中午有人送饭")
    assert "每天中午有人送饭" in resolved.text and "/close" in resolved.text and "/resolve" not in resolved.text
    assert "已关闭" in do(li, number, "close").text
    assert "办理中" in do(li, number, "reopen", note="又停了").text


def test_handing_a_ticket_on_takes_it_off_the_desk(browser_of: Browsers, cast: World) -> None:
    """To a colleague it stays in the station; to another station it leaves 李社工's sight and reaches 周社工's."""
    number = cast.file("d1")
    li = browser_of("li")
    assert "刘社工" in do(li, number, "transfer", to="liu").text
    gone = do(li, number, "transfer", to=QINGSHANQIAO, note="人搬到青山桥住了")
    assert gone.url.path == "/desk" and "已经转出去了" in gone.text
    assert li.get(f"/desk/tickets/{number}").status_code == 404
    assert "人搬到青山桥住了" in browser_of("zhou").get(f"/desk/tickets/{number}").text


def test_an_action_on_an_outdated_page_is_refused_and_the_words_are_kept(browser_of: Browsers, cast: World) -> None:
    """刘社工 resolved it meanwhile: 李社工 reads why it failed, sees the new state, and has not lost the text."""
    number = cast.file("d1")
    li, liu = browser_of("li"), browser_of("liu")
    do(li, number, "claim")
    page = li.get(f"/desk/tickets/{number}").text
    old = {"csrf": csrf(page), "version": re.search(r'name="version" value="(\d+)"', page)[1]}  # type: ignore[index]
    do(liu, number, "note", note="我也去看过")
    answer = li.post(f"/desk/tickets/{number}/resolve", data=old | {"note": "每天有人送饭"})
    assert answer.status_code == 409
    assert "有了变化" in answer.text and "我也去看过" in answer.text and "每天有人送饭" in answer.text
    assert "办结工单" not in answer.text and "/resolve" in answer.text, "still open, may be tried again"


def test_the_talk_is_shown_only_with_consent(browser_of: Browsers, cast: World) -> None:
    """Without consent for handling, the ticket's own content is all there is."""
    number = _talk(cast, consented=False)
    li = browser_of("li")
    page = li.get(f"/desk/tickets/{number}").text
    assert "家里揭不开锅了" not in page and "还没有同意" in page
    with cast.database.session() as session:
        session.query(Conversation).one().consent_at = datetime.now(UTC)
        session.commit()
    assert "家里揭不开锅了" in li.get(f"/desk/tickets/{number}").text


def test_hostile_words_stay_words(browser_of: Browsers, cast: World) -> None:
    """Whatever a resident writes is shown as text."""
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}'
    number = cast.file("d1", description=hostile, name=hostile[:20], village_text=hostile)
    li = browser_of("li")
    do(li, number, "note", note=hostile)
    for page in (li.get(f"/desk/tickets/{number}").text, li.get("/desk").text):
        assert "<script>alert" not in page and "<img src=x" not in page
    assert "{{ 7*7 }}" in li.get(f"/desk/tickets/{number}").text


def test_stations_and_gaps_are_for_those_who_answer_for_them(browser_of: Browsers, cast: World) -> None:
    """陈主任 and 孙督导 see stations, people and blank townships of their part; a worker does not."""
    cast.file("d1", township="430321106")  # a township without a station: its county takes it
    assert browser_of("li").get("/desk/stations").status_code == 403
    for login in ("sun", "chen"):
        browser = browser_of(login)
        stations = browser.get("/desk/stations").text
        assert "花石镇社工站" in stations and "李社工" in stations
        assert "湖南省湘潭市湘潭县" in browser.get("/desk/gaps").text
