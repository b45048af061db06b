"""Linear heads over sparse rows: one support vector machine for each label, trained with scikit-learn.

Linear models over character and word n-grams are the strongest cheap learners for short Chinese text: see
docs/understanding.md. What a head says of a message is a score, no chance; `nlu.readings` makes chances of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

FOLDS = 3
PASSAGE = 0.4  # what the best passage of a long message counts beside the whole, measured on letters
TOLERANCE = 1e-2  # of the solver; finer takes twice as long and finds the same


@dataclass
class Heads:
    """Weights of shape (features, labels) float32."""

    labels: list[str]
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, blocks: Sequence[csr_matrix | np.ndarray]) -> np.ndarray:
        """Decision values of one message, shape (labels,); higher is more likely.

        A block holds some of the features, for the message as a whole and for its passages, if it is long: each label
        is also heard in the passage that speaks for it most.
        """
        values, start = self.bias, 0
        for block in blocks:
            end = start + block.shape[1]
            values = values + block @ self.weights[start:end]
            start = end
        whole: np.ndarray = values[0]
        return whole if len(values) == 1 else (whole + PASSAGE * values[1:].max(axis=0)) / (1 + PASSAGE)


def fit(rows: csr_matrix, targets: np.ndarray, labels: list[str], c: float) -> tuple[Heads, np.ndarray]:
    """Heads for `labels`, and the scores each row got from heads that had not seen it, shape (rows, labels).

    `targets` (rows, labels) says which row carries which label; `c` is the inverse strength of regularisation.
    Heads are independent of each other: all processors train some.
    """
    if not labels:
        return Heads([], np.zeros((rows.shape[1], 0), np.float32), np.zeros(0, np.float32)), np.zeros(targets.shape)
    folds = list(KFold(FOLDS, shuffle=True, random_state=7).split(rows))
    parts = [_ready(rows[train]) for train, _ in folds] + [_ready(rows)]
    wanted = [targets[train] for train, _ in folds] + [targets]
    solved = Parallel(n_jobs=os.cpu_count())(
        delayed(_solve)(part, held[:, column], c)
        for part, held in zip(parts, wanted, strict=True)
        for column in range(len(labels))
    )
    models = [_stack(solved[i : i + len(labels)]) for i in range(0, len(solved), len(labels))]
    held_out = np.zeros(targets.shape, dtype=np.float32)
    for (_, test), (weights, bias) in zip(folds, models, strict=False):
        held_out[test] = rows[test] @ weights + bias
    return Heads(labels, *models[-1]), held_out


def _ready(rows: csr_matrix) -> csr_matrix:
    """As the solver wants them: it may not change what the processes share."""
    rows = rows.astype(np.float64)
    rows.sort_indices()
    return rows


def _solve(rows: csr_matrix, wanted: np.ndarray, c: float) -> tuple[np.ndarray, float]:
    """Weights (features,) and bias of one head."""
    if not wanted.any():  # a label so rare that this fold lacks it
        return np.zeros(rows.shape[1], dtype=np.float32), -1.0
    # A rare label must not drown in the others: its examples weigh up to three times as much.
    weight = min(3.0, float(np.sqrt((~wanted).sum() / wanted.sum())))
    svm = LinearSVC(C=c, class_weight={False: 1.0, True: weight}, tol=TOLERANCE, random_state=7).fit(rows, wanted)
    return svm.coef_[0].astype(np.float32), float(svm.intercept_[0])


def _stack(solved: list[tuple[np.ndarray, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([weights for weights, _ in solved], axis=1), np.array(
        [bias for _, bias in solved], dtype=np.float32
    )
