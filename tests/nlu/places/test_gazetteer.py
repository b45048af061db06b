"""The gazetteer: complete, never shows a pseudo-city, and answers within a conversation."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from nlu.places import Gazetteer
from nlu.places.cli import locate_lines
from nlu.places.index import Index, ensure_index
from nlu.places.packed import unpack


def test_every_division_is_there() -> None:
    """The packed file holds the whole register."""
    counts: dict[int, int] = {}
    for code, _ in unpack():
        counts[len(code)] = counts.get(len(code), 0) + 1
    assert counts == {2: 31, 4: 342, 6: 2978, 9: 41352, 12: 620573}


def test_no_pseudo_city_is_ever_shown(gazetteer: Gazetteer) -> None:
    """No shown name of a county or township holds 市辖区, 省直辖县级行政区划 or a doubled city."""
    for code in gazetteer.name:
        shown = gazetteer.describe(code)
        assert "县级行政区划" not in shown and "市辖区" not in shown
    assert gazetteer.describe("429004") == "湖北省仙桃市"
    assert gazetteer.describe("110101001") == "北京市东城区东华门街道"
    assert gazetteer.describe("441900119") == "广东省东莞市长安镇"
    assert gazetteer.describe("430321107248").startswith("湖南省湘潭市湘潭县花石镇日华")


def test_children_skip_pseudo_cities(gazetteer: Gazetteer) -> None:
    """One step down always leads to real places, and every township is reached."""
    assert len(gazetteer.children("")) == 31
    assert "429004" in gazetteer.children("42") and "110101" in gazetteer.children("11")
    assert "441900119" in gazetteer.children("4419")
    reached, open_ = 0, list(gazetteer.children(""))
    while open_:
        code = open_.pop()
        if len(code) == 9:
            reached += 1
        else:
            open_ += gazetteer.children(code)
    assert reached == 41352
    with pytest.raises(KeyError):
        gazetteer.children("99")


def test_labels_tell_candidates_apart(gazetteer: Gazetteer) -> None:
    """Buttons for the same name never read alike."""
    assert gazetteer.short_label("430321107") == "湘潭县花石镇"
    for name in ("城关镇", "太平镇", "和平街道"):
        candidates = gazetteer.locate(f"我住在{name}").candidates
        labels = [gazetteer.short_label(code, candidates) for code in candidates]
        assert len(set(labels)) == len(labels) > 10


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("日华", "430321107248"),
        ("日华村3组", "430321107248"),
        ("我们住在日华村委会旁边", "430321107248"),
        ("没有这个村", None),
    ],
)
def test_village_of_a_known_township(gazetteer: Gazetteer, text: str, code: str | None) -> None:
    """A village is found by stem, with or without suffix; an unknown one gives None."""
    assert gazetteer.match_village("430321107", text) == code


CANDIDATES = ("411081116", "430321107")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湘潭县的", "430321107"),
        ("湘潭", "430321107"),
        ("湖南那个", "430321107"),
        ("第二个", "430321107"),
        ("第一个，禹州的", "411081116"),
        ("2", "430321107"),
        ("最后一个", "430321107"),
        ("河南的", "411081116"),
        ("我是日华村的", "430321107"),
    ],
)
def test_an_answer_chooses_among_candidates(gazetteer: Gazetteer, text: str, code: str) -> None:
    """After "哪一个花石镇?" a county, a province, a village or a number settles it."""
    assert gazetteer.locate("花石镇", asked=True).candidates == CANDIDATES
    assert gazetteer.locate(text, within=CANDIDATES).code == code


def test_a_bare_name_answers_the_question(gazetteer: Gazetteer) -> None:
    """花石 says nothing out of the blue, but is a place when asked, or within its county."""
    assert gazetteer.locate("和平").status == "none"
    assert gazetteer.locate("花石", within="430321").code == "430321107"
    assert gazetteer.locate("花石", asked=True).status == "ambiguous"


def test_a_correction_leaves_the_context(gazetteer: Gazetteer) -> None:
    """A clear other place is taken at its word even when another county was in view; small talk is not."""
    assert gazetteer.locate("不对，我是长沙县黄兴镇的", within="430321").code == "430121102"
    assert gazetteer.locate("不知道", within="430321").status == "none"


def test_spans_point_into_the_text(gazetteer: Gazetteer) -> None:
    """start and end frame the words used, in the resident's own text."""
    text = "我家住在長沙縣黃興鎮，今年８２"
    place = gazetteer.locate(text)
    assert (place.code, text[place.start : place.end]) == ("430121102", "長沙縣黃興鎮")


def test_a_very_long_message_is_answered_at_once(gazetteer: Gazetteer) -> None:
    """A pasted page of places takes well under a second."""
    started = time.perf_counter()
    gazetteer.locate("湘潭县花石镇日华村，长沙县黄兴镇，" * 230)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "镇", "镇镇镇镇", "村" * 500, "😀" * 50, "\ud800\udfff", "a" * 5000, "长沙" * 800, "我住" * 400],
)
def test_odd_text_is_no_place_and_no_error(gazetteer: Gazetteer, text: str) -> None:
    """Nothing a resident can type breaks the resolver or makes it sure."""
    assert gazetteer.locate(text).code is None


def test_the_index_is_built_once_and_whole(tmp_path: Path) -> None:
    """First use builds the file, later use takes it; nothing half-written stays."""
    path = ensure_index(tmp_path / "var")
    written = path.stat().st_mtime_ns
    assert ensure_index(tmp_path / "var") == path and path.stat().st_mtime_ns == written
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    broken = tmp_path / "broken.index"
    broken.write_bytes(b"nothing" * 100)
    with pytest.raises(ValueError, match="place index"):
        Index(broken)


def test_locate_lines_reports_bad_lines_and_goes_on(gazetteer: Gazetteer) -> None:
    """JSON and plain lines are answered in order; a broken one is named on stderr and costs exit code 2."""
    lines = '{"id": "a", "text": "湘潭县花石镇日华村"}\n我住在花石镇\n{"id": 3}\n{broken\n\n{"id": 6, "text": "你好"}\n'
    out, err = io.StringIO(), io.StringIO()
    assert locate_lines(io.StringIO(lines), out, err, gazetteer) == 2
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answers[0] == {
        "id": "a",
        "status": "resolved",
        "code": "430321107",
        "village_code": "430321107248",
        "candidates": [],
    }
    assert (
        answers[1]["id"] == 2 and answers[1]["status"] == "ambiguous" and answers[1]["candidates"] == list(CANDIDATES)
    )
    assert answers[2] == {"id": 6, "status": "none", "code": None, "village_code": None, "candidates": []}
    assert "3" in err.getvalue() and "4" in err.getvalue() and len(err.getvalue().splitlines()) == 2
