"""How well labels, or scores for labels, agree with the truth.

`truth` and `predicted` are (n,) arrays of labels, all text or all whole numbers. Where scores come in, they are (n, k)
with one column for each label, and `truth` is (n,) column numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError, OptionError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Averages:
    """Precision, recall and F1, each in 0..1, averaged over labels."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, eq=False)
class PrecisionRecallF1:
    """How well each label is recognised.

    Attributes:
        labels: n labels.
        precision: (n,) of the images said to be so, the share that are; 0 when none was said to be.
        recall: (n,) of the images that are so, the share that were said to be; 0 when there are none.
        f1: (n,) harmonic mean of the two.
        support: (n,) number of images that are so.
        macro: mean over labels.
        weighted: mean over labels, each weighing as much as its support.
    """

    labels: tuple[str | int, ...]
    precision: Floats
    recall: Floats
    f1: Floats
    support: Counts
    macro: Averages
    weighted: Averages


def accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of the predicted labels that are true, in 0..1.

    Raises:
        InputError: when there is nothing to score, or the two differ in length.

    >>> accuracy(["cat", "dog", "dog", "dog"], ["cat", "cat", "dog", "dog"])
    0.75
    """
    true_labels, predicted_labels = _paired(truth, predicted)
    return float(np.mean(true_labels == predicted_labels))


def top_k_accuracy(truth: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Share of the images whose true label is among the k with the highest scores, in 0..1.

    Of equal scores the first column wins, as with `argmax`; so `k=1` is the accuracy of `argmax`.

    Args:
        truth: (n,) column numbers.
        scores: (n, labels).
        k: how many labels may be named for an image.

    Raises:
        InputError: when the shapes do not fit, or a column number is none.
        OptionError: when k is less than 1 or more than there are labels.

    >>> top_k_accuracy([0, 1], [[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]], k=2)
    0.5
    """
    columns, table = _scored(truth, scores)
    if not 1 <= k <= table.shape[1]:
        raise OptionError(f"k must be from 1 to the number of labels, {table.shape[1]}; got {k}.")
    best = np.argsort(-table, axis=1, kind="stable")[:, :k]  # (n, k)
    return float((best == columns[:, None]).any(axis=1).mean())


def log_loss(truth: ArrayLike, scores: ArrayLike) -> float:
    """Mean of -log(score of the true label): 0 is perfect, log(k) is what even scores over k labels give.

    A score of 0 counts as the smallest step of its number type, so that one sure mistake does not make it infinite.

    Args:
        truth: (n,) column numbers.
        scores: (n, labels) in 0..1, each row summing to 1.

    Raises:
        InputError: when the shapes do not fit, or rows do not sum to 1.

    >>> round(log_loss([0, 1], [[0.5, 0.5], [0.5, 0.5]]), 4)
    0.6931
    """
    columns, table = _scored(truth, scores)
    sums = table.sum(axis=1, dtype=np.float64)
    worst = np.abs(sums - 1).argmax()
    if not abs(sums[worst] - 1) < 1e-3:
        raise InputError(
            f"scores must sum to 1 in each row; row {worst} sums to {sums[worst]:.4g}. Apply softmax first."
        )
    step = np.finfo(table.dtype).eps
    of_truth = table[np.arange(len(columns)), columns].clip(step, 1 - step)
    return float(-np.log(of_truth, dtype=np.float64).mean())


def confusion_matrix(truth: ArrayLike, predicted: ArrayLike, labels: Sequence[str | int]) -> Counts:
    """(k, k) counts: row i, column j is how many images of label i were said to be label j.

    Args:
        truth: (n,) labels.
        predicted: (n,) labels.
        labels: the k labels in the order wanted; each label that occurs must be among them.

    Raises:
        InputError: when there is nothing to score, the two differ in length, or a label is not among `labels`.

    >>> confusion_matrix(["cat", "dog", "dog"], ["cat", "cat", "dog"], ["cat", "dog"])
    array([[1, 0],
           [1, 1]])
    """
    rows, columns = (_positions(array, labels) for array in _paired(truth, predicted))
    counts = np.bincount(rows * len(labels) + columns, minlength=len(labels) ** 2)
    return counts.reshape(len(labels), len(labels)).astype(np.int64)


def precision_recall_f1(truth: ArrayLike, predicted: ArrayLike, labels: Sequence[str | int]) -> PrecisionRecallF1:
    """Precision, recall and F1 of each label, and their averages.

    Raises:
        InputError: as `confusion_matrix` does.

    >>> precision_recall_f1(["cat", "dog", "dog"], ["cat", "cat", "dog"], ["cat", "dog"]).recall
    array([1. , 0.5])
    """
    counts = confusion_matrix(truth, predicted, labels)
    right, said, support = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall, f1 = _share(right, said), _share(right, support), _share(2 * right, said + support)
    macro = Averages(*(float(figure.mean()) for figure in (precision, recall, f1)))
    weighted = Averages(*(float(np.average(figure, weights=support)) for figure in (precision, recall, f1)))
    return PrecisionRecallF1(tuple(labels), precision, recall, f1, support, macro, weighted)


def _share(part: Counts, whole: Counts) -> Floats:
    """Of nothing, the share is 0 and not 0/0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _paired(truth: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    true_labels, predicted_labels = np.asarray(truth), np.asarray(predicted)
    if true_labels.shape != predicted_labels.shape or true_labels.ndim != 1:
        raise InputError(
            f"truth and predicted must be lists of one length; got {true_labels.shape} and {predicted_labels.shape}."
        )
    if not len(true_labels):
        raise InputError("There is nothing to score: truth and predicted are empty.")
    return true_labels, predicted_labels


def _scored(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.floating[Any]]]:
    columns, table = np.asarray(truth), np.asarray(scores)
    if columns.ndim != 1 or table.ndim != 2 or len(columns) != len(table):
        raise InputError(f"truth must be (n,) and scores (n, labels); got {columns.shape} and {table.shape}.")
    if not table.size:
        raise InputError("There is nothing to score: truth and scores are empty.")
    known = (columns >= 0) & (columns < table.shape[1]) if columns.dtype.kind in "iu" else np.zeros(len(columns), bool)
    if not known.all():
        strange = columns[~known][0].item()
        raise InputError(f"truth must be column numbers from 0 to {table.shape[1] - 1}; got {strange!r}.")
    return columns.astype(np.intp), table if table.dtype.kind == "f" else table.astype(np.float64)


def _positions(array: NDArray[Any], labels: Sequence[str | int]) -> NDArray[np.intp]:
    place = {label: position for position, label in enumerate(labels)}
    strange = [label for label in np.unique(array).tolist() if label not in place]
    if strange:
        raise InputError(f"{strange[0]!r} is not among the labels: {', '.join(map(str, labels)) or 'none given'}.")
    return np.array([place[label] for label in array.tolist()], np.intp)
