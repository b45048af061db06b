"""The `yimi` command as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.stack import Stack, Talk

STATIONS = "编码,名称,电话,启用\n430321107,花石镇社工站,0731-00000000,是\n999,错的,,是\n"
WORKERS = "登录名,姓名,角色,所属站点,管辖区划\nli.cmd,李社工,社工,430321107,\nno.cmd,无名,社工,430321199,\n"
FIRST = "我娘八十二了，一个人住在湘潭县花石镇日华村，眼睛看不清，没人做饭"


@pytest.fixture(scope="module")
def filed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A station, its worker, and one ticket; its number."""
    folder = tmp_path_factory.mktemp("tables")
    for name, text in (("stations", STATIONS), ("workers", WORKERS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    done = stack.yimi("station", "import", str(folder / "stations.csv"))
    assert done.returncode == 2 and "第 3 行" in done.stderr and "有错 1" in done.stdout
    done = stack.yimi("worker", "import", str(folder / "workers.csv"))
    assert done.returncode == 2 and "第 3 行" in done.stderr
    assert re.search(r"li\.cmd  [a-z0-9-]{16,}", done.stdout)
    talk = Talk(stack)
    for text in (FIRST, "同意", "王桂英", "13800001234"):
        talk.say(text)
    talk.press("提交")
    return str(talk.last["tickets"][-1])


def test_stations_and_workers_are_listed(stack: Stack, filed: str) -> None:
    """As a table for people, as JSON lines for programs; no password in either."""
    assert "花石镇社工站" in stack.yimi("station", "list").stdout
    rows = [json.loads(line) for line in stack.yimi("worker", "list", "--json").stdout.splitlines()]
    mine = next(row for row in rows if row["login"] == "li.cmd")
    assert mine["station_code"] == "430321107" and not any("password" in key for key in mine)


def test_a_poster_link_settles_the_place(stack: Stack, filed: str) -> None:
    """Who comes from a station's poster is not asked for the township; an invented token is ignored."""
    shown = stack.yimi("station", "link", "430321107").stdout
    token = re.search(r"\?s=([\w-]+)", shown)
    assert token and f"?start={token.group(1)}" in shown
    assert stack.yimi("station", "link", "abc").returncode == 2

    def awaited(start: str) -> str:
        opened = stack.client.post("/api/v1/chat", json={"text": "家里太穷，想办低保", "start": start}).json()
        agreed = stack.client.post("/api/v1/chat", json={"text": "同意", "session": opened["session"]}).json()
        return str(agreed["awaiting"])

    assert awaited(token.group(1)) == "village"
    assert awaited("invented-token-0000") == "location"


def test_a_token_is_alone_on_the_last_line(stack: Stack, filed: str) -> None:
    """It opens the API for that worker's scope; an unknown login is an error of one line."""
    token = stack.token("li.cmd")
    seen = stack.client.get(f"/api/v1/tickets/{filed}", headers={"Authorization": f"Bearer {token}"})
    assert seen.status_code == 200 and seen.json()["beneficiary"]["phone"] == "13800001234"
    unknown = stack.yimi("worker", "token", "nobody")
    assert unknown.returncode == 2 and len(unknown.stderr.strip().splitlines()) == 1


def test_tickets_are_listed_masked_and_shown_whole(stack: Stack, filed: str) -> None:
    """Lists mask names and phones; one ticket is shown whole; an export holds personal data only when asked to."""
    listed = stack.yimi("ticket", "list", "--queue", "430321107").stdout
    assert filed in listed and "13800001234" not in listed and "王桂英" not in listed
    shown = stack.yimi("ticket", "show", filed, "--json").stdout
    assert json.loads(shown)["number"] == filed
    assert stack.yimi("ticket", "show", "no-such-number").returncode == 2
    plain = list(csv.DictReader(io.StringIO(stack.yimi("ticket", "export").stdout)))
    assert any(row["number"] == filed for row in plain) and "phone" not in plain[0]
    personal = list(csv.DictReader(io.StringIO(stack.yimi("ticket", "export", "--personal").stdout)))
    assert any(row["phone"] == "13800001234" for row in personal)


def test_locate_and_ask_need_no_engine(stack: Stack) -> None:
    """Places and policy answer from the command line; bad lines are named and the rest goes on."""
    given = '{"id": 1, "text": "我住湘潭县花石镇"}\n{oops\n城关镇的\n'
    done = stack.yimi("locate", given=given)
    first, last = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["status"], first["code"]) == (1, "resolved", "430321107")
    assert last["status"] == "ambiguous" and len(last["candidates"]) > 80
    assert done.returncode == 2 and "2" in done.stderr and "Traceback" not in done.stderr
    done = stack.yimi("ask", given='{"id": "q", "question": "低保被停了不服怎么办"}\n')
    (answer,) = (json.loads(line) for line in done.stdout.splitlines())
    assert answer["id"] == "q" and {"law", "article_no", "score", "text"} <= answer["answers"][0].keys()


def test_chat_in_the_terminal(stack: Stack) -> None:
    """A conversation, a button by its number, an end."""
    done = stack.yimi("chat", given=f"{FIRST}\n1\n")
    assert done.returncode == 0 and "[1] 同意" in done.stdout and "叫什么" in done.stdout


def test_bad_usage_is_told_without_a_traceback(stack: Stack, tmp_path: Path) -> None:
    """Unknown commands, missing files, files that are no tables."""
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x00\x00")
    for arguments in (
        ["nonsense"],
        ["station", "import", str(tmp_path / "none.csv")],
        ["station", "import", str(picture)],
    ):
        done = stack.yimi(*arguments)
        assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr
