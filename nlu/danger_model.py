"""Trains and writes the small danger model that the app has for when the engine is away (`nlu.safety.alone`)."""

from __future__ import annotations

import json
import zipfile
from array import array
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu import linear
from nlu.messages import read_all
from nlu.readings import read_together
from nlu.safety.alone import grams

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "data" / name for name in ("services", "intents", "risks")]
LEAST = 6  # training messages a gram must occur in: the rarer ones are four fifths of all and tell little
C = 0.8


def write(path: Path) -> int:
    """Writes the model, at once or not at all; returns its size in bytes."""
    messages = read_all(FOLDERS)
    risks = sorted({risk for message in messages for risk in message.risks})
    labels = ["danger", "emergency", *risks]
    targets = np.array(
        [[bool(m.risks), m.urgency == "emergency", *(risk in m.risks for risk in risks)] for m in messages]
    )
    vectors = TfidfVectorizer(analyzer=grams, min_df=LEAST, sublinear_tf=True, dtype=np.float32)
    rows = vectors.fit_transform([message.text for message in messages])
    heads, held_out = linear.fit(rows, targets, labels, C)
    network = read_together(held_out, targets)
    layers = {name: getattr(network, name) for name in ("into", "bias", "out", "shift")}
    head = {
        "labels": labels,
        "bias": [float(each) for each in heads.bias],
        "network": {name: np.round(layer.astype(float), 6).tolist() for name, layer in layers.items()},
    }
    words = sorted(vectors.vocabulary_, key=vectors.vocabulary_.get)
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("model.json", json.dumps(head))
        box.writestr("grams.txt", "\n".join(words))
        box.writestr("idf.f32", array("f", vectors.idf_.tolist()).tobytes())
        box.writestr("weights.f32", np.ascontiguousarray(heads.weights, dtype="<f4").tobytes())
    part.replace(path)
    return path.stat().st_size
