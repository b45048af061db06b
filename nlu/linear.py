"""A linear classifier over sparse rows: trained with scikit-learn, calibrated by cross-validation, scored with NumPy.

Linear models over character and word n-grams are the strongest cheap learners for short Chinese text: on the public
SMP2017 benchmark a linear SVM beats Rasa's DIET at a thousandth of the training time (see docs/performance.md).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

FOLDS = 4


@dataclass
class Linear:
    """Weights of shape (features, labels) float32 and two calibration numbers (slope, shift)."""

    labels: list[str]
    weights: np.ndarray
    bias: np.ndarray
    slope: float = 1.0
    shift: float = 0.0

    def scores(self, row: csr_matrix) -> np.ndarray:
        """Decision values of one row, shape (labels,); higher is more likely."""
        return row.data.astype(np.float32) @ self.weights[row.indices] + self.bias

    def softmax(self, row: csr_matrix) -> np.ndarray:
        """Probabilities over labels of which exactly one holds, shape (labels,), summing to 1."""
        return _softmax(self.slope * self.scores(row)[None, :])[0]

    def sigmoid(self, row: csr_matrix) -> np.ndarray:
        """Probability of each label by itself, shape (labels,); several may hold."""
        return _sigmoid(self.slope * self.scores(row) + self.shift)


def fit_one(rows: csr_matrix, labels: list[str], c: float = 1.0) -> Linear:
    """Trains a classifier for messages that carry exactly one label each."""
    names = sorted(set(labels))
    targets = np.array([[name == label for name in names] for label in labels])
    model, held_out = _fit(rows, targets, names, c)
    truth = targets.argmax(axis=1)

    def loss(parameter: np.ndarray) -> float:
        chances = _softmax(np.exp(parameter[0]) * held_out)
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    model.slope = float(np.exp(minimize(loss, [1.0], method="Nelder-Mead").x[0]))
    return model


def fit_many(rows: csr_matrix, labels: list[list[str]], c: float = 1.0) -> Linear:
    """Trains a classifier for messages that carry any number of labels, none included."""
    names = sorted({label for each in labels for label in each})
    targets = np.array([[name in each for name in names] for each in labels])
    model, held_out = _fit(rows, targets, names, c)

    def loss(parameters: np.ndarray) -> float:
        chances = _sigmoid(np.exp(parameters[0]) * held_out + parameters[1])
        return float(-np.where(targets, np.log(chances + 1e-12), np.log(1 - chances + 1e-12)).mean())

    slope, shift = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
    model.slope, model.shift = float(np.exp(slope)), float(shift)
    return model


def _fit(rows: csr_matrix, targets: np.ndarray, names: list[str], c: float) -> tuple[Linear, np.ndarray]:
    """The model on all rows, and the decision values each row got from models that had not seen it."""
    held_out = np.zeros(targets.shape)
    for train, test in KFold(FOLDS, shuffle=True, random_state=7).split(rows):
        weights, bias = _weights(rows[train], targets[train], c)
        held_out[test] = rows[test] @ weights + bias
    weights, bias = _weights(rows, targets, c)
    return Linear(names, weights.astype(np.float32), bias.astype(np.float32)), held_out


def _weights(rows: csr_matrix, targets: np.ndarray, c: float) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((rows.shape[1], targets.shape[1]))
    bias = np.full(targets.shape[1], -1.0)

    def fit(column: int) -> None:
        wanted = targets[:, column]
        if not wanted.any():  # a label so rare that this fold lacks it
            return
        # A rare label must not drown in the others: its examples weigh up to five times as much.
        weight = min(5.0, float(np.sqrt((~wanted).sum() / wanted.sum())))
        svm = LinearSVC(C=c, class_weight={False: 1.0, True: weight}, random_state=7).fit(rows, wanted)
        weights[:, column], bias[column] = svm.coef_[0], svm.intercept_[0]

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # the solver lets other threads run meanwhile
        list(threads.map(fit, range(targets.shape[1])))
    return weights, bias


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -50, 50)))
