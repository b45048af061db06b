"""The trained parts of understanding, each by itself, in the engine environment where they live."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evaluation.corpus import ROOT

PYTHON = ROOT / ".venv-engine" / "bin" / "python"


def engine(script: str) -> None:
    """Runs a script with its asserts in the engine environment."""
    done = subprocess.run([PYTHON, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_passages_cover_a_letter_without_cutting_sentences() -> None:
    """Passages follow each other without gap, end with a sentence where there is one, and a short text has one."""
    engine("""
from nlu.components.passages import LONGEST, passages
assert passages("我妈八十了。", 100) == [(0, 6)]
assert passages("", 100) == [(0, 0)]
letter = "我是石坝村的。" * 40
whole, *parts = passages(letter, 100)
assert whole == (0, len(letter))
assert parts[0][0] == 0 and parts[-1][1] == len(letter)
assert all(one[1] == other[0] for one, other in zip(parts, parts[1:]))
assert all(letter[end - 1] == "。" and end - start <= 100 for start, end in parts)
voice = "那个就是说我家那个老人" * 300
parts = passages(voice, 100)[1:]
assert all(0 < end - start <= 200 for start, end in parts) and parts[-1][1] == LONGEST
""")


def test_rows_are_those_of_the_library() -> None:
    """The quick way from grams to a row gives what scikit-learn's transform gives, passages included."""
    engine("""
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from nlu.components.featurizer import Ngrams, grams, readings
from nlu.components.passages import passages
from nlu.components.rows import blocks_of, stacked
from nlu.components.tokenizer import Words

words = Words({**Words.get_default_config()})
class Nowhere:
    def write_to(self, resource): raise AssertionError
def message(text, length=2000):
    made = Message(data={"text": text, "intent": "x", "passages": passages(text, length)})
    made.set("text_tokens", words.tokenize(made, "text"))
    return made
known = [message(t) for t in ("老人没人做饭，想要送饭", "老人没人管", "村里修路灯", "孩子没人管，想找人带")]
part = Ngrams({"min_df": 1}, None, None)
part.keep = lambda: None
part.train(TrainingData(known))
plain = TfidfVectorizer(analyzer=grams, sublinear_tf=True, dtype=np.float32).fit([readings(m)[0] for m in known])
order = [part.model[0][gram] for gram in plain.get_feature_names_out()]
for text in ("老人没人做饭。" * 30, "完全没见过的话", "!!"):
    one = message(text, 50)
    part.add(one)
    wanted = plain.transform(readings(one)).toarray()
    made = blocks_of(one)[0].toarray()
    assert made.shape == wanted.shape
    assert abs(made[:, order] - wanted).max() < 1e-6
part.process_training_data(TrainingData(known))
assert stacked(known).shape == (4, len(order))
""")


def test_held_out_scores_are_of_heads_that_had_not_seen_the_row() -> None:
    """A label that is pure noise scores no better than chance on held-out rows; a real one is found."""
    engine("""
import numpy as np
from scipy.sparse import csr_matrix
from nlu import linear
dice = np.random.RandomState(3)
rows = csr_matrix((dice.rand(400, 60) < 0.2).astype(float))
real = np.asarray(rows[:, 5].todense()).ravel() > 0
noise = dice.rand(400) < 0.5
heads, held_out = linear.fit(rows, np.stack([noise, real], axis=1), ["noise", "real"], 1.0)
assert ((held_out[:, 1] > 0) == real).mean() > 0.95
assert ((held_out[:, 0] > 0) == noise).mean() < 0.6
short, long = heads.scores([rows[:1]]), heads.scores([csr_matrix(np.vstack([rows[0].todense()] * 2))])
assert np.allclose(short, long, atol=1e-5)  # a letter of one passage says what the passage says
empty, none = linear.fit(rows, np.zeros((400, 0), bool), [], 1.0)
assert empty.scores([rows[:1]]).shape == (0,) and none.shape == (400, 0)
""")


@pytest.mark.parametrize("reading", ["read_any", "read_together"])
def test_chances_are_calibrated(reading: str) -> None:
    """Of the messages to which about 70 % is given, about 70 % carry the label."""
    engine(f"""
import numpy as np, warnings
warnings.simplefilter("ignore")
from nlu import readings
dice = np.random.RandomState(5)
scores = dice.randn(6000, 4)
chance = 1 / (1 + np.exp(-(2 * scores[:, :2] - 0.5)))
held = dice.rand(6000, 2) < chance
if "{reading}" == "read_any":
    said = readings.read_any(scores[:, :2], held).chances(scores[:, :2])
else:
    network = readings.read_together(scores, held)
    said = np.array([network.chances(row) for row in scores])
near = (said > 0.65) & (said < 0.75)
assert near.sum() > 200 and abs(held[near].mean() - 0.7) < 0.06, held[near].mean()
one = readings.read_one(scores, np.where(scores[:, 0] > 0, "a", "b").tolist(), 1.0)
assert one.labels == ["a", "b"] and abs(one.chances(scores[0]).sum() - 1) < 1e-9
""")


def test_known_messages_keep_their_labels_when_rasa_copies_them(tmp_path: Path) -> None:
    """Each is told from others by its text; a copy may be changed without changing the first, and loses nothing."""
    (tmp_path / "a.yml").write_text(
        "nlu:\n- intent: inform\n  metadata: {services: [dibao], risks: [survival], urgency: urgent}\n"
        "  examples: |\n    - 断粮了\n    - 没米了\n",
        encoding="utf-8",
    )
    engine(f"""
import copy
from nlu.components.trained import labels_of
from nlu.importer import LabelledMessages
importer = LabelledMessages("config.yml", "domain", ["data/rules"], folders=[{str(tmp_path)!r}])
one, other = importer.get_nlu_data().training_examples
assert labels_of(one) == dict(services=["dibao"], risks=["survival"], urgency="urgent")
assert one != other and len({{one, other, copy.deepcopy(one)}}) == 2
one.features.append("kept")
copied = copy.deepcopy(one)
copied.set("intent", "thank")
assert one.get("intent") == "inform" and copied.features == ["kept"] and labels_of(copied) == labels_of(one)
""")
