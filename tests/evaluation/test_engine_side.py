"""What needs the engine environment: the pictures, the quick peer, and our components outside Rasa's graph."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from evaluation import smp2017
from evaluation.corpus import ROOT
from evaluation.stock import epochs, write_project

PYTHON = ROOT / ".venv-engine" / "bin" / "python"

DRAW = """
import sys
from pathlib import Path
from evaluation.corpus import catalogue, evaluation_messages
from evaluation.figures import Heard
from evaluation import pictures

heard = []
for number, m in enumerate(evaluation_messages()):
    sure = number % 97 / 97
    named = [{"code": code, "confidence": sure} for code in (m.services if number % 7 else ["dibao"])]
    analysis = {"intent": m.intent, "intent_confidence": sure, "services": named, "risks": [], "urgency": "routine"}
    heard.append(Heard(m, analysis, 1.0, named))
pictures.draw(heard, catalogue(), Path(sys.argv[1]))
if len(sys.argv) > 2:
    pictures.FONTS = ()
    pictures.draw(heard, catalogue(), Path(sys.argv[2]))
"""

LEARN = """
import json, sys
from pathlib import Path
from evaluation import peers, smp2017
folder = Path(sys.argv[1])
print(json.dumps([smp2017.measure(folder, learner) for learner in (peers.svm, smp2017.ours)]))
"""


def engine(script: str, *arguments: Path) -> str:
    """What a script in the engine environment prints."""
    done = subprocess.run([PYTHON, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_pictures_are_small_and_the_same_every_time(tmp_path: Path) -> None:
    """The same figures give the same bytes; without a Chinese font the codes stand in."""
    once, again, plain = tmp_path / "once", tmp_path / "again", tmp_path / "plain"
    engine(DRAW, once)
    engine(DRAW, again, plain)
    for name in ("confusions", "calibration", "services"):
        drawn = (once / f"{name}.svg").read_bytes()
        assert drawn == (again / f"{name}.svg").read_bytes()
        assert len(drawn) < 150_000 and b"<dc:date>" not in drawn and b"http://www.w3.org/2000/svg" in drawn
        assert max((plain / f"{name}.svg").read_text("utf-8")) < "一"
    assert "disability_certificate" in (plain / "confusions.svg").read_text("utf-8")


def test_our_components_and_the_peer_learn_a_benchmark(tmp_path: Path) -> None:
    """The components of config.yml, trained through their classes, tell three invented domains apart."""
    words = {"weather": "天气 下雨 气温 刮风", "music": "唱歌 歌曲 音乐 听歌", "train": "火车 车票 高铁 车站"}
    for name, start, end in (("train", 0, 8), ("develop", 8, 12), ("test", 12, 16)):
        lines = [
            {"text": f"{['帮我', '想要', '今天', '明天'][n % 4]}{each[n % 4]}{each[n * 3 % 4]}第{n}次", "label": label}
            for label, each in ((label, every.split()) for label, every in words.items())
            for n in range(start, end)
        ]
        rows = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (tmp_path / f"{name}.jsonl").write_text(rows, encoding="utf-8")
    assert smp2017.missing(tmp_path) == []
    for got in json.loads(engine(LEARN, tmp_path)):
        assert (got["trained"], got["measured"]) == (36, 12)
        assert {each["name"]: each["value"] >= 0.75 for each in got["figures"]} == {"准确率": True, "macro-F1": True}


def test_an_incomplete_benchmark_is_named(tmp_path: Path) -> None:
    """The files that are missing, before anything is trained."""
    (tmp_path / "train.jsonl").write_text("", encoding="utf-8")
    assert smp2017.missing(tmp_path) == ["develop.jsonl", "test.jsonl"]


def test_the_benchmark_takes_the_pipeline_of_the_product() -> None:
    """What is measured is what config.yml runs, up to the intent."""
    names = [name for name, _ in smp2017.pipeline()]
    assert names[0].endswith("tokenizer.Words") and names[-1] == smp2017.LAST


@pytest.mark.parametrize(("messages", "times"), [(1_000, 100), (30_000, 10), (23_000, 14)])
def test_stock_rasa_learns_as_many_steps_from_any_number_of_messages(messages: int, times: int) -> None:
    """Rasa's hundred epochs for a small set, fewer for a large one."""
    assert epochs(messages) == times


def test_stock_rasa_gets_every_message_under_its_label(tmp_path: Path) -> None:
    """The project written for it holds the texts as they are."""
    write_project(tmp_path, ["你好", "你好啊", "要低保"], ["greet", "greet", "dibao"])
    groups = yaml.safe_load((tmp_path / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    assert {each["intent"]: each["examples"] for each in groups} == {
        "greet": "- 你好\n- 你好啊\n",
        "dibao": "- 要低保\n",
    }
    config = yaml.safe_load((tmp_path / "config.yml").read_text(encoding="utf-8"))
    assert config["pipeline"][-1]["epochs"] == 100 and "policies" not in config
