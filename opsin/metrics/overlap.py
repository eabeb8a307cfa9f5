"""How much of what is painted over a picture is right: by pixel, over maps of label numbers, or over two masks.

A map is (h, w) whole numbers, one label for each pixel. Every figure of maps is made from the confusion matrix alone,
and matrices add up: that of a whole set is the sum of those of its pictures, which may come one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Map = NDArray[np.integer[Any]]
"""(h, w) a label number for each pixel."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """How well the labels of pixels agree.

    Attributes:
        iou: (k,) intersection over union of each label, in 0..1; NaN for one that neither truth nor prediction has.
        dice: (k,) twice the intersection over the sum of both areas: the F1 of its pixels; NaN likewise.
        mean_iou: mean over the labels that occur in one of the two, as in PASCAL VOC; NaN without any pixel.
        mean_dice: likewise.
        accuracy: share of the pixels whose label is right; NaN without any.
        support: (k,) pixels that are so.
    """

    iou: Floats
    dice: Floats
    mean_iou: float
    mean_dice: float
    accuracy: float
    support: Counts


def pixel_confusion(truth: Map, predicted: Map, num_labels: int, *, ignore: int | None = None) -> Counts:
    """(k, k) counts: row i, column j is how many pixels of label i were said to be label j.

    Args:
        truth: (h, w) label numbers.
        predicted: (h, w) label numbers.
        num_labels: k.
        ignore: the number of true pixels that nobody labelled; they are passed over, whatever was said of them.

    Raises:
        InputError: when the two are not maps of one size, or a number is no label.

    >>> pixel_confusion(np.array([[0, 1, 9]]), np.array([[0, 0, 1]]), 2, ignore=9)
    array([[1, 0],
           [1, 0]])
    """
    _refuse_unlike(truth, predicted)
    is_known = np.ones(truth.shape, bool) if ignore is None else truth != ignore
    rows, columns = truth[is_known].astype(np.int64), predicted[is_known].astype(np.int64)
    _refuse_strange("truth", rows, num_labels)
    _refuse_strange("predicted", columns, num_labels)
    counts = np.bincount(rows * num_labels + columns, minlength=num_labels**2)
    return counts.reshape(num_labels, num_labels).astype(np.int64)


def overlap(counts: ArrayLike) -> Overlap:
    """The figures of a confusion matrix (k, k) by pixel, or of the sum of many.

    Everingham et al., The PASCAL Visual Object Classes Challenge, 2010; Dice, Measures of the Amount of Ecologic
    Association Between Species, 1945.

    Raises:
        InputError: when the matrix is not square.

    >>> overlap([[3, 1, 0], [0, 4, 0], [0, 0, 0]]).iou
    array([0.75, 0.8 ,  nan])
    """
    matrix = _square(counts)
    shared, both = matrix.diagonal(), matrix.sum(axis=0) + matrix.sum(axis=1)
    iou, dice = ratio(shared, both - shared), ratio(2 * shared, both)
    accuracy = ratio(shared.sum(), matrix.sum())
    return Overlap(
        iou, dice, float(mean_of_known(iou)), float(mean_of_known(dice)), float(accuracy), matrix.sum(axis=1)
    )


def iou(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks (h, w), in 0..1; two empty ones agree, which is 1, and one empty is 0.

    Jaccard, The Distribution of the Flora in the Alpine Zone, 1912.

    Raises:
        InputError: when they are not masks of one size.

    >>> iou(np.array([[True, True, False]]), np.array([[False, True, False]]))
    0.5
    """
    refuse_no_masks(truth, predicted)
    either = np.count_nonzero(truth | predicted)
    return float(np.count_nonzero(truth & predicted) / either) if either else 1.0


def dice(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Twice the intersection over the sum of the areas of two masks (h, w), in 0..1; empty ones count as for `iou`.

    Raises:
        InputError: when they are not masks of one size.

    >>> round(dice(np.array([[True, True, False]]), np.array([[False, True, False]])), 3)
    0.667
    """
    refuse_no_masks(truth, predicted)
    both = np.count_nonzero(truth) + np.count_nonzero(predicted)
    return float(2 * np.count_nonzero(truth & predicted) / both) if both else 1.0


def ratio(part: ArrayLike, of: ArrayLike) -> Floats:
    """Part over whole, of arrays of one shape; NaN where the whole is nothing: there is no such share."""
    parts, wholes = np.asarray(part, np.float64), np.asarray(of, np.float64)
    shares: Floats = np.divide(parts, wholes, out=np.full(wholes.shape, np.nan), where=wholes > 0)
    return shares


def mean_of_known(figures: Floats) -> Floats:
    """Mean along the last axis over the figures that are known; NaN where none is."""
    is_known = ~np.isnan(figures)
    return ratio(np.where(is_known, figures, 0).sum(axis=-1), is_known.sum(axis=-1))


def refuse_no_masks(truth: Any, predicted: Any) -> None:
    """Whether these are two masks of one size.

    Raises:
        InputError: when they are not.
    """
    for name, mask in (("truth", truth), ("predicted", predicted)):
        if getattr(mask, "dtype", None) != np.bool_ or mask.ndim != 2:
            came = f"{getattr(mask, 'dtype', type(mask).__name__)} {getattr(mask, 'shape', '')}".strip()
            raise InputError(f"{name} must be a mask, bool of shape (h, w); got {came}.")
    if truth.shape != predicted.shape:
        raise InputError(f"truth and predicted must be of one size; got {truth.shape} and {predicted.shape}.")


def _square(counts: ArrayLike) -> Counts:
    matrix = np.asarray(counts, np.int64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"A confusion matrix must be (k, k); got {matrix.shape}.")
    return matrix


def _refuse_unlike(truth: Map, predicted: Map) -> None:
    for name, array in (("truth", truth), ("predicted", predicted)):
        if array.ndim != 2 or array.dtype.kind not in "iu":
            raise InputError(f"{name} must be a map, whole numbers of shape (h, w); got {array.dtype} {array.shape}.")
    if truth.shape != predicted.shape:
        raise InputError(f"truth and predicted must be of one size; got {truth.shape} and {predicted.shape}.")


def _refuse_strange(name: str, numbers: Counts, num_labels: int) -> None:
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < num_labels):
        strange = numbers[(numbers < 0) | (numbers >= num_labels)][0]
        raise InputError(f"{name} must hold label numbers from 0 to {num_labels - 1}; got {strange}.")
