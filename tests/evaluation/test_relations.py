"""The file of weights keeps its comments when weights are learned anew."""

from __future__ import annotations

import json

from tests.evaluation.test_engine_side import engine

WRITE = """
import json
from evaluation.relations import written

content = "# Why.\\nperson:\\n  need: 1.00  # 瘫\\n  old: 2.00\\n\\nnobody:\\n  base: 0.0\\n"
learned = {("person", "need"): -0.5, ("person", "new"): 0.25, ("nobody", "base"): 1.0}
print(json.dumps(written(content, learned)))
"""


def test_numbers_are_replaced_and_comments_stay() -> None:
    """A sign that is no more goes, a new one ends its kind."""
    assert json.loads(engine(WRITE)) == ("# Why.\nperson:\n  need: -0.50  # 瘫\n  new: 0.25\n\nnobody:\n  base: 1.00\n")
