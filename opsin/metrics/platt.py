"""One score for each answer, from its logit alone: as a share of answers like it that are right.

Platt, Probabilistic Outputs for Support Vector Machines, 1999.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEPS = 100
"""Of Newton's method: it needs about 10."""


def sigmoid(logits: ArrayLike) -> NDArray[np.float64]:
    """Scores in 0..1 from logits of any shape.

    >>> sigmoid([0.0, 1000.0, -1000.0])
    array([0.5, 1. , 0. ])
    """
    scores: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(np.asarray(logits, np.float64) / 2))
    return scores


def fit_scores(logits: ArrayLike, is_right: ArrayLike) -> tuple[float, float]:
    """The slope, above 0, and the offset for which sigmoid(slope * logit + offset) says how often an answer is right.

    A score that rises with the logit is all that is asked: where the answers show nothing of the kind, because there
    are none, or none is right, or none wrong, the scores stay as they are: 1, 0.

    Args:
        logits: (n,).
        is_right: (n,) whether each answer is right.

    >>> slope, offset = fit_scores([-2.0, -1.0, 1.0, 2.0] * 100, [False, True, False, True] * 100)
    >>> round(slope, 2), abs(round(offset, 2))
    (0.42, 0.0)
    """
    x, right = np.asarray(logits, np.float64), np.asarray(is_right, bool)
    count = int(right.sum())
    if count == 0 or count == len(right):
        return 1.0, 0.0
    # Not quite 0 and 1, as Platt has it: a few answers that are all right do not promise that all others are.
    wanted = np.where(right, (count + 1) / (count + 2), 1 / (len(right) - count + 2))
    design = np.column_stack([x, np.ones_like(x)])  # (n, 2)
    line = np.array([1.0, 0.0])
    for _ in range(STEPS):
        step = _step(design, wanted, line)
        line = line - step
        if np.abs(step).max() < 1e-9:
            break
    is_good = np.isfinite(line).all() and line[0] > 1e-3
    return (float(line[0]), float(line[1])) if is_good else (1.0, 0.0)


def _step(design: NDArray[Any], wanted: NDArray[Any], line: NDArray[Any]) -> NDArray[np.float64]:
    """Newton's step down the log loss; a little held back, so that it goes down from anywhere."""
    scores = sigmoid(design @ line)
    gradient = design.T @ (scores - wanted)
    curvature = design.T @ (design * (scores * (1 - scores))[:, None]) + 1e-6 * np.eye(2)
    step: NDArray[np.float64] = np.linalg.solve(curvature, gradient).clip(-1, 1)
    return step
