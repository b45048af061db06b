"""The slowest inputs: as long as a message may be, made of what each part of understanding likes least."""

from __future__ import annotations

import random
from collections.abc import Callable

from bot.engine import Engine
from nlu import entities
from nlu.normalise import normalise
from nlu.places import Gazetteer
from nlu.safety import assess
from tests.bench.figures import Figure, timed
from tests.fuzz.texts import LONGEST, SCRIPTS, UNITS, dangers, messages
from tests.stack import Stack
from yimi.processes import open_engine

TRIES = 3


def inputs() -> list[str]:
    """Each of 10,000 characters; the same ones every time."""
    dice = random.Random(1)
    units = [*UNITS, *SCRIPTS.values(), *("".join(dice.sample(dangers(), 3)) for _ in range(40))]
    units += ["".join(dice.sample(UNITS, 4)) for _ in range(20)]
    repeated = [unit * LONGEST for unit in units]
    letters = ["".join(dice.choices(messages(), k=LONGEST // 6)) for _ in range(20)]
    planes = [chr(dice.choice((dice.randrange(0xD800), dice.randrange(0xE000, 0x110000)))) for _ in range(LONGEST)]
    return [text[:LONGEST] for text in (*repeated, *letters, "".join(planes))]


def measure(stack: Stack) -> list[Figure]:
    """Without the engine, as the app does before anything else, and by the whole model."""
    gazetteer = Gazetteer.load()
    engine: Engine = open_engine(stack.settings)

    def parts(text: str) -> None:
        normalise(text)
        entities.extract(text)
        gazetteer.locate(text)
        assess(text)

    try:
        return [*_figures("rules alone", parts), *_figures("whole model, analyze by the engine", engine.analyze)]
    finally:
        engine.close()


def _figures(name: str, call: Callable[[str], object]) -> list[Figure]:
    call("我妈八十了，住湘潭县花石镇")
    times = {text: min(timed(lambda text=text: call(text)) for _ in range(TRIES)) for text in inputs()}  # type: ignore[misc]
    text = max(times, key=lambda one: times[one])
    shown = text[:16].replace("|", "/").replace("\n", " ")
    return [
        Figure(f"{name}: {len(times)} inputs of {LONGEST:,} characters", list(times.values())),
        Figure(f"{name}: slowest of them ({shown}…)", [times[text]], target="≤ 200"),
    ]
