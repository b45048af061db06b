"""While the engine is away: the floor and the small model hear most of what the engine hears, and cry wolf no more."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from nlu.messages import read_all
from nlu.safety import alone, assess, assess_alone
from nlu.safety.alone import PATH, DangerModel, danger_model

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", autouse=True)
def _trained() -> None:
    assert PATH.exists(), "models/danger.zip is missing: run `make train`"


def test_it_hears_more_than_the_floor_at_no_more_false_alarms() -> None:
    """On the evaluation's messages, which no training saw."""
    messages = read_all([ROOT / "evaluation" / "messages"])
    floor = [bool(assess(each.text)) for each in messages]
    both = [bool(assess_alone(each.text)) for each in messages]
    danger = [bool(each.risks) for each in messages]
    hard = [each.hard_negative for each in messages]

    def share(heard: list[bool], of: list[bool]) -> float:
        return sum(h for h, one in zip(heard, of, strict=True) if one) / sum(of)

    calm = [not d and not h for d, h in zip(danger, hard, strict=True)]
    assert share(both, danger) >= 0.90 > share(floor, danger) + 0.2
    assert share(both, hard) <= share(floor, hard)
    assert share(both, calm) <= share(floor, calm)


@pytest.mark.parametrize(
    ("said", "risk"),
    [
        ("车停在悬崖边，发动机没熄，我就歇这最后一根烟", "suicide_self_harm"),
        ("羊都分给弟弟了，刀磨好了，今晚我去见阿妈", "suicide_self_harm"),
        ("我是不是死了，你们就都轻省了", "suicide_self_harm"),
    ],
)
def test_veiled_danger_is_heard(said: str, risk: str) -> None:
    """What has no word of alarm in it."""
    assert risk in assess_alone(said).risks


def test_an_emergency_of_the_floor_always_stands() -> None:
    """The model may silence what is urgent at most."""
    said = "他又喝多了，正拿刀要砍我"
    deaf = DangerModel(["danger", "emergency", "violence"], {}, alone.array("f"), alone.array("f"), [0.0] * 3, CALM)
    assert deaf.chances(said)["danger"] < 0.01
    assert assess_alone(said, deaf) == assess(said)


CALM = {"into": [[0.0]] * 3, "bias": [0.0], "out": [[0.0] * 3], "shift": [-9.0] * 3}


def test_without_the_model_the_floor_is_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing or broken, it costs nobody the floor."""
    broken = tmp_path / "danger.zip"
    assert danger_model(broken.with_name("none.zip")) is None
    broken.write_bytes(b"no zip")
    assert danger_model(broken) is None
    with zipfile.ZipFile(broken, "w") as box:
        box.writestr("model.json", "{}")
    assert danger_model(tmp_path / "." / "danger.zip") is None
    monkeypatch.setattr(alone, "danger_model", lambda: None)
    assert assess_alone("我不想活了") == assess("我不想活了")


@pytest.mark.parametrize("said", ["", " ", "。。。", "\ud800", "1" * 10_000, "不想活" * 4000, "a\x00b", "𠮷" * 3000])
def test_any_text_is_answered_quickly(said: str) -> None:
    """Never raises, and never takes longer than a resident in danger may wait."""
    began = time.monotonic()
    assess_alone(said)
    assert time.monotonic() - began < 0.5
