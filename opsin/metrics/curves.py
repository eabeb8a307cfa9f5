"""What a score is worth as a test for one label against all others: ROC and precision-recall curves, and their areas.

The figures equal those of scikit-learn. Pictures with equal scores are on one side of every threshold together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Floats = NDArray[np.float64]

GRID: Floats = np.linspace(0, 1, 201)
"""Where the curves of many labels are sampled, so that they can be averaged, and drawn without a point for each
picture."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A line through m points, x rising.

    Attributes:
        x: (m,) in 0..1.
        y: (m,) in 0..1.
    """

    x: Floats
    y: Floats


@dataclass(frozen=True, eq=False)
class LabelCurves:
    """The curves of k labels, sampled at `GRID`; NaN where the pictures do not tell.

    Attributes:
        roc: (k, 201) true positive share at each false positive share.
        precision: (k, 201) precision at each recall.
        roc_auc: (k,) area under the ROC curve; NaN for a label that no picture, or every picture, has.
        average_precision: (k,) NaN for a label that no picture has.
    """

    roc: Floats
    precision: Floats
    roc_auc: Floats
    average_precision: Floats


def roc(is_true: ArrayLike, scores: ArrayLike) -> Curve:
    """Over all thresholds: x the share of the false that pass it, y the share of the true that do; (0, 0) to (1, 1).

    Args:
        is_true: (n,) whether each has the label.
        scores: (n,) for that label.

    Raises:
        InputError: when the shapes do not fit, a score is not finite, or all are true, or all false.

    >>> roc([True, False, True], [0.9, 0.8, 0.3]).y.tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    true, passed = _counts(is_true, scores)
    false = passed - true
    if not (true[-1] and false[-1]):
        raise InputError("A ROC curve needs pictures that have the label, and pictures that do not.")
    return Curve(np.append(0, false / false[-1]), np.append(0, true / true[-1]))


def precision_recall(is_true: ArrayLike, scores: ArrayLike) -> Curve:
    """Over all thresholds: x recall, y precision; from recall 0, where precision is 1 by agreement, to recall 1.

    Raises:
        InputError: as `roc` does, but for all being true.

    >>> precision_recall([True, False, True], [0.9, 0.8, 0.3]).y.round(3).tolist()
    [1.0, 1.0, 0.5, 0.667]
    """
    true, passed = _counts(is_true, scores)
    if not true[-1]:
        raise InputError("A precision-recall curve needs pictures that have the label.")
    return Curve(np.append(0, true / true[-1]), np.append(1, true / passed))


def area(curve: Curve) -> float:
    """The area under straight lines from point to point: for a ROC curve, the chance that a true one scores higher.

    >>> area(roc([True, False, True], [0.9, 0.8, 0.3]))
    0.5
    """
    return float(np.trapezoid(curve.y, curve.x))


def average_precision(curve: Curve) -> float:
    """Mean precision, each weighing as much as recall rises there; nothing is interpolated.

    >>> round(average_precision(precision_recall([True, False, True], [0.9, 0.8, 0.3])), 3)
    0.833
    """
    return float((np.diff(curve.x) * curve.y[1:]).sum())


def label_curves(truth: NDArray[np.int64], scores: NDArray[np.floating]) -> LabelCurves:
    """The curves of each label against all others.

    Args:
        truth: (n,) column numbers.
        scores: (n, k) a column for each label.

    Raises:
        InputError: when the shapes do not fit, or a score is not finite.
    """
    num_labels = scores.shape[1]
    sampled = np.full((2, num_labels, len(GRID)), np.nan)
    areas = np.full((2, num_labels), np.nan)
    for label in np.unique(truth):
        is_true = truth == label
        if not is_true.all():
            curve = roc(is_true, scores[:, label])
            sampled[0, label], areas[0, label] = np.interp(GRID, curve.x, curve.y), area(curve)
        curve = precision_recall(is_true, scores[:, label])
        sampled[1, label] = curve.y[np.searchsorted(curve.x, GRID).clip(max=len(curve.x) - 1)]
        areas[1, label] = average_precision(curve)
    return LabelCurves(sampled[0], sampled[1], areas[0], areas[1])


def mean_known(figures: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """The mean over the first axis of the rows that are known; None when none is.

    >>> float(mean_known(np.array([0.5, np.nan, 1.0])))
    0.75
    """
    rows = figures.reshape(len(figures), -1)
    known = figures[~np.isnan(rows).any(axis=1)]
    return np.asarray(known.mean(axis=0)) if len(known) else None


def _counts(is_true: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each different score, from the highest: how many true ones, and how many in all, score so much or more."""
    truth, numbers = np.asarray(is_true, bool), np.asarray(scores)
    if truth.ndim != 1 or truth.shape != numbers.shape or not len(truth):
        raise InputError(f"is_true and scores must be (n,), n at least 1; got {truth.shape} and {numbers.shape}.")
    if not np.isfinite(numbers).all():
        raise InputError("scores must be finite; got NaN or infinity.")
    order = np.argsort(-numbers, kind="stable")
    last = np.append(np.flatnonzero(np.diff(numbers[order])), len(order) - 1)  # of each run of equal scores
    return truth[order].cumsum()[last], last + 1
