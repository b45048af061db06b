"""`python -m evaluation.relations`: learns what each sign of the person in need is worth, and tells how well that does.

nlu/entities/signs.py finds signs near each person of a message; the weights of these signs, in
data/lexicon/relation-weights.yml, are fitted here on the development messages of evaluation/facts.jsonl, never on those
that are held out. Of the persons named, the speaker and nobody, one is to be chosen: a regularised softmax over the
candidates, where several right ones (我和老伴都病了) share the probability.

Printed is the cross-validated figure: each fifth of the messages read with weights learned from the other four.
Neighbouring messages, often of one author, stay in one fifth. With --write the weights of all messages are written.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

import numpy as np
from scipy.optimize import minimize

from evaluation.facts import rows
from evaluation.figures import proportion
from nlu.entities.relations import WEIGHTS, candidates
from nlu.normalise import normalise

FOLDS = 5
BLOCK = 20  # messages that stay together
Name = tuple[str, str]  # the kind of candidate and the sign
PENALTY = 1.0  # of each squared weight: signs seldom seen stay near nothing


class Choices:
    """The candidates of every message as one table of signs: a row each, the rows of a message together."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        among = [candidates(normalise(row["text"]), row["text"]) for row in messages]
        every = ((each.kind, sign) for one in among for each in one for sign in each.signs)
        self.names: list[Name] = list(dict.fromkeys(every))
        column = {name: number for number, name in enumerate(self.names)}
        self.message = np.repeat(np.arange(len(among)), [len(one) for one in among])
        self.values = [each.entity and str(each.entity.value) for one in among for each in one]
        self.wanted = [_wanted(row) for row in messages]
        self.right = np.array([value in self.wanted[at] for value, at in zip(self.values, self.message, strict=True)])
        self.signs = np.zeros((len(self.values), len(self.names)))
        for line, each in enumerate(each for one in among for each in one):
            for sign, number in each.signs.items():
                self.signs[line, column[each.kind, sign]] = number

    def chosen(self, weights: np.ndarray, message: int) -> str | None:
        """The value that wins in one message."""
        lines = np.flatnonzero(self.message == message)
        return self.values[lines[int(np.argmax(self.signs[lines] @ weights))]]


def learned(choices: Choices, messages: np.ndarray) -> np.ndarray:
    """The weights that make the right candidates of `messages` likely."""
    usable = [at for at in messages if 0 < choices.right[choices.message == at].sum() < (choices.message == at).sum()]
    lines = np.isin(choices.message, usable)
    signs, right = choices.signs[lines], choices.right[lines]
    of = np.unique(choices.message[lines], return_inverse=True)[1]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        sums = signs @ weights
        highest = np.full(len(usable), -np.inf)
        np.maximum.at(highest, of, sums)
        odds = np.exp(sums - highest[of])
        everybody, good = np.bincount(of, odds), np.bincount(of, odds * right)
        slope = signs.T @ (odds / everybody[of] - odds * right / good[of])
        return (
            float(np.sum(np.log(everybody) - np.log(good)) + PENALTY * weights @ weights / 2),
            slope + PENALTY * weights,
        )

    return minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B").x


def validated(choices: Choices) -> list[tuple[int, str | None]]:
    """What is chosen in every message with weights learned from the other folds."""
    every = np.arange(len(choices.wanted))
    fold = every // BLOCK % FOLDS
    return [
        (int(at), choices.chosen(weights, at))
        for number in range(FOLDS)
        for weights in [learned(choices, every[fold != number])]
        for at in every[fold == number]
    ]


def written(content: str, weights: dict[Name, float]) -> str:
    """The file with its numbers replaced: comments stay, signs that are no more go, new ones end their kind."""
    left = dict(weights)
    lines: list[str] = []
    kind = ""

    def new() -> list[str]:
        return [f"  {name}: {left.pop((of, name)):.2f}" for of, name in list(left) if of == kind]

    for line in content.splitlines():
        if not line or line.startswith("#"):
            lines += new()
        if begins := re.match(r"(\w+):$", line):
            lines += new()
            kind = begins[1]
        entry = re.match(r"  (.+?): *-?[\d.]+(.*)$", line)
        if not entry:
            lines.append(line)
        elif (kind, entry[1]) in left:
            lines.append(f"  {entry[1]}: {left.pop((kind, entry[1])):.2f}{entry[2]}")
    return "\n".join([*lines, *new()]) + "\n"


def _wanted(row: dict[str, Any]) -> set[str | None]:
    values = [one["value"] for one in row["entities"] if one["type"] == "relation"]
    return {each for value in values for each in (value if isinstance(value, list) else [value])} or {None}


def main() -> int:
    """Prints the cross-validated figures and what went wrong; with --write replaces the weights."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.relations", description="学习“谁需要帮助”的权重")
    parser.add_argument("--write", action="store_true", help="把学到的权重写入词表")
    parser.add_argument("--quiet", action="store_true", help="不列出错误")
    options = parser.parse_args()
    messages = rows(held=False)
    choices = Choices(messages)
    found, given = [], []
    for at, value in validated(choices):
        wanted, right = choices.wanted[at], value in choices.wanted[at]
        if None not in wanted or (value is not None and right):
            found.append(right)
        if value is not None:
            given.append(right)
        if not right and not options.quiet:
            print(f"  {messages[at]['text']}  应 {'/'.join(map(str, wanted))} 得 {value}")
    for figure in (proportion("召回", found), proportion("精确", given)):
        print(f"{figure.name} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n={figure.n}")
    if options.write:
        weights = learned(choices, np.arange(len(messages)))
        named = dict(zip(choices.names, weights.tolist(), strict=True))
        WEIGHTS.write_text(written(WEIGHTS.read_text(encoding="utf-8"), named), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
