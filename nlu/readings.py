"""What scores mean: chances, learnt from the scores that messages got from heads which had not seen them.

Three readings of the same scores: exactly one label holds (intents), any number holds (services), and a small
network that hears how the labels play together (danger, where a sad story and a farewell differ in many small signs).
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

NETWORKS = 4  # trained from different starts and averaged: steadier than one
HIDDEN = 32
ROUNDS = 25


@dataclass
class OneOf:
    """Multinomial logistic regression over all scores."""

    labels: list[str]
    weights: np.ndarray
    bias: np.ndarray

    def chances(self, scores: np.ndarray) -> np.ndarray:
        """Shape (labels,), summing to 1."""
        values = scores @ self.weights + self.bias
        powers: np.ndarray = np.exp(values - values.max())
        return powers / powers.sum()


def read_one(scores: np.ndarray, labels: list[str], c: float) -> OneOf:
    """Learns from `scores` (messages, heads) which one of the labels each message carries."""
    model = LogisticRegression(C=c, max_iter=2000).fit(scores, labels)
    return OneOf(list(model.classes_), model.coef_.T.copy(), model.intercept_)


@dataclass
class AnyOf:
    """One sigmoid for all labels, over each label's own score."""

    slope: float
    shift: float

    def chances(self, scores: np.ndarray) -> np.ndarray:
        """Shape as `scores`; each label by itself."""
        return _sigmoid(self.slope * scores + self.shift)


def read_any(scores: np.ndarray, targets: np.ndarray) -> AnyOf:
    """Learns slope and shift from `scores` and what holds, both (messages, labels)."""

    def loss(parameters: np.ndarray) -> float:
        chances = _sigmoid(np.exp(parameters[0]) * scores + parameters[1])
        return float(-np.where(targets, np.log(chances + 1e-12), np.log(1 - chances + 1e-12)).mean())

    slope, shift = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
    return AnyOf(float(np.exp(slope)), float(shift))


@dataclass
class Network:
    """Small networks with one hidden layer, side by side as one, their chances averaged as log odds."""

    into: np.ndarray
    bias: np.ndarray
    out: np.ndarray
    shift: np.ndarray

    def chances(self, scores: np.ndarray) -> np.ndarray:
        """Shape (labels,); each label by itself."""
        return _sigmoid(np.maximum(scores @ self.into + self.bias, 0) @ self.out + self.shift)


def read_together(scores: np.ndarray, targets: np.ndarray) -> Network:
    """Learns from all `scores` (messages, heads), standardised, which labels hold, `targets` (messages, labels)."""
    centre, scale = scores.mean(axis=0), scores.std(axis=0) + 1e-6
    values, wanted = (scores - centre) / scale, targets if targets.shape[1] > 1 else targets.ravel()
    each = Parallel(n_jobs=os.cpu_count())(delayed(_network)(values, wanted, start) for start in range(NETWORKS))
    into, bias, out, shift = zip(*each, strict=True)
    weights = np.hstack(into) / scale[:, None]
    return Network(
        weights.astype(np.float32),
        (np.concatenate(bias) - centre @ weights).astype(np.float32),
        (np.vstack(out) / NETWORKS).astype(np.float32),
        np.mean(shift, axis=0).astype(np.float32),
    )


def _network(values: np.ndarray, wanted: np.ndarray, start: int) -> tuple[np.ndarray, ...]:
    """Weights and bias of the hidden layer and of the output."""
    model = MLPClassifier(
        (HIDDEN,), alpha=0.03, batch_size=256, max_iter=ROUNDS, n_iter_no_change=ROUNDS, random_state=start
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped on purpose before it knows them by heart
        model.fit(values, wanted)
    return model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -50, 50)))
