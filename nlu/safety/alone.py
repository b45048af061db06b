"""Danger while the engine cannot be asked: the floor, and beside it a small model that needs neither Rasa nor NumPy.

`nlu.danger_model` writes the model when the engine's is trained: linear heads over character n-grams, as in the engine
but without words and sentence vectors, and a small network that reads their scores together. Measured on the
evaluation's messages (docs/understanding.md) it hears half of what the floor misses, at fewer false alarms. Without
the file the floor is alone.
"""

from __future__ import annotations

import functools
import json
import logging
import math
import re
import zipfile
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from nlu.normalise import normalise
from nlu.safety.floor import CALM, LEVELS, Alarm, assess
from nlu.safety.fragments import says_nothing

log = logging.getLogger(__name__)

PATH = Path(__file__).resolve().parents[2] / "models" / "danger.zip"
LONGEST = 2000  # characters read
DANGER = 0.8  # chance from which the model alone raises an alarm
FURTHER = 0.5  # of another risk beside the likeliest
EMERGENCY = 0.4  # of an emergency, once there is danger
MISHEARD = 0.05  # below it the model is sure that the floor misheard something urgent; its emergencies always stand
_AGE, _LONG = re.compile(r"(?<!\d)([1-9])\d(?!\d)"), re.compile(r"\d{6,}")


def grams(text: str) -> list[str]:
    """Character 1- to 4-grams within clauses; of an age only the decade counts, of a long number that it is one."""
    plain = _LONG.sub("0", _AGE.sub(r"\g<1>0", normalise(text[:LONGEST]).lower()))
    clauses = "".join(c if c.isalnum() else " " for c in plain).split()
    return [c[i : i + n] for c in (f"^{c}$" for c in clauses) for n in (1, 2, 3, 4) for i in range(len(c) - n + 1)]


@dataclass(frozen=True)
class DangerModel:
    """`weights` holds `len(labels)` numbers for each gram, `idf` one; the labels are danger, emergency and the risks.
    `network`: hidden and output layer as lists of rows, with their biases."""

    labels: list[str]
    places: dict[str, int]
    idf: array[float]
    weights: array[float]
    bias: list[float]
    network: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> DangerModel:
        """Raises OSError, zipfile.BadZipFile, KeyError or ValueError for a missing or broken file."""
        with zipfile.ZipFile(path) as box:
            head = json.loads(box.read("model.json"))
            words = box.read("grams.txt").decode().split("\n")
            idf, weights = array("f", box.read("idf.f32")), array("f", box.read("weights.f32"))
        if len(idf) != len(words) or len(weights) != len(words) * len(head["labels"]):
            raise ValueError(f"{path.name}: grams and weights differ in number")
        places = {word: place for place, word in enumerate(words)}
        return cls(head["labels"], places, idf, weights, head["bias"], head["network"])

    def chances(self, text: str) -> dict[str, float]:
        """Each label's chance by itself."""
        counted = Counter(place for gram in grams(text) if (place := self.places.get(gram)) is not None)
        known = [(place, (1 + math.log(times)) * self.idf[place]) for place, times in counted.items()]
        length = math.sqrt(sum(value * value for _, value in known)) or 1.0
        size, scores = len(self.labels), list(self.bias)
        for place, value in known:
            start, share = place * size, value / length
            for head in range(size):
                scores[head] += share * self.weights[start + head]
        return dict(zip(self.labels, self._read_together(scores), strict=True))

    def _read_together(self, scores: list[float]) -> list[float]:
        layer = self.network
        hidden = [
            max(0.0, bias + sum(score * row[unit] for score, row in zip(scores, layer["into"], strict=True)))
            for unit, bias in enumerate(layer["bias"])
        ]
        out = [
            shift + sum(value * row[label] for value, row in zip(hidden, layer["out"], strict=True))
            for label, shift in enumerate(layer["shift"])
        ]
        return [1 / (1 + math.exp(-max(-50.0, min(50.0, value)))) for value in out]


@functools.cache
def danger_model(path: Path = PATH) -> Optional[DangerModel]:
    """The model, read once; None where there is none, and the floor is alone."""
    try:
        return DangerModel.read(path)
    except FileNotFoundError:
        log.warning("%s is missing: while the engine is away only the rules hear danger", path.name)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        log.error("%s cannot be read (%s): while the engine is away only the rules hear danger", path.name, error)
    return None


def assess_alone(text: str, model: Optional[DangerModel] = None) -> Alarm:
    """Floor and model together. Never raises on any string."""
    floor = assess(text)
    model = model or danger_model()
    if model is None or not isinstance(text, str) or not text.strip() or (not floor and says_nothing(text)):
        return floor
    chances = model.chances(text)
    danger, emergency = chances.pop("danger"), chances.pop("emergency")
    if danger < DANGER:
        return CALM if floor.urgency == "urgent" and danger < MISHEARD else floor
    likeliest = max(chances, key=lambda risk: chances[risk])
    heard = [risk for risk in chances if risk == likeliest or chances[risk] >= FURTHER]
    heard.sort(key=lambda risk: -chances[risk])
    level = 2 if emergency >= EMERGENCY or "medical_emergency" in heard else 1
    urgency = LEVELS[max(level, LEVELS.index(floor.urgency))]
    return Alarm(tuple(dict.fromkeys((*floor.risks, *heard))), urgency, (*floor.cues, "model"))
