"""How far the edge of a mask lies from the true one, in pixels.

The edge of a mask are its pixels with a neighbour outside, up, down, left or right; around the picture everything is
outside. So a mask's edge is as wide as one pixel, and a mask of the whole picture has the picture's border for it.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.metrics.overlap import refuse_no_masks

Mask = NDArray[np.bool_]

_ROUNDING = 1e-3
"""Distances come as float32; those between pixels of a picture differ by more."""


def edge(mask: Mask) -> Mask:
    """(h, w) the pixels of a mask that have a neighbour outside.

    >>> edge(np.ones((3, 4), bool)).astype(int)
    array([[1, 1, 1, 1],
           [1, 0, 0, 1],
           [1, 1, 1, 1]])
    """
    around = np.pad(mask, 1)
    is_within = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return mask & ~is_within


def hausdorff(truth: Mask, predicted: Mask, *, percent: float = 95.0) -> float:
    """The distance within which this many per cent of either edge have the other, in pixels; 100 is the largest.

    Of the two directions the larger counts, as in MONAI. Two empty masks are 0 apart; one empty is as far from the
    other as two pixels of the picture can be, corner to corner, so that a mean over cases stays a number.

    Huttenlocher, Klanderman and Rucklidge, Comparing Images Using the Hausdorff Distance, 1993.

    Raises:
        InputError: when they are not masks of one size.
        OptionError: when `percent` is not in 0..100.

    >>> one, two = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    >>> one[2, 1], two[2, 4] = True, True
    >>> hausdorff(one, two)
    3.0
    """
    if not 0 <= percent <= 100:
        raise OptionError(f"percent must lie in 0..100; got {percent}.")
    refuse_no_masks(truth, predicted)
    if not truth.any() or not predicted.any():
        return 0.0 if truth.any() == predicted.any() else float(np.hypot(truth.shape[0] - 1, truth.shape[1] - 1))
    return float(max(np.percentile(each, percent) for each in _distances(truth, predicted)))


def boundary_f(truth: Mask, predicted: Mask, *, tolerance: float = 2.0) -> float:
    """F1 of the edges of two masks, in 0..1: a pixel of one is right within `tolerance` pixels of the other.

    Two empty masks agree, which is 1; one empty is 0.

    Csurka, Larlus and Perronnin, What is a good evaluation measure for semantic segmentation?, BMVC 2013.

    Raises:
        InputError: when they are not masks of one size.
        OptionError: when `tolerance` is less than 0.

    >>> one, two = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    >>> one[2, 1:4], two[2, 4:8] = True, True
    >>> round(boundary_f(one, two, tolerance=1), 3)
    0.286
    """
    if not tolerance >= 0:
        raise OptionError(f"tolerance must be 0 pixels or more; got {tolerance}.")
    refuse_no_masks(truth, predicted)
    if not truth.any() or not predicted.any():
        return float(truth.any() == predicted.any())
    recall, precision = (float(np.mean(each <= tolerance + _ROUNDING)) for each in _distances(truth, predicted))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _distances(truth: Mask, predicted: Mask) -> tuple[NDArray[Any], NDArray[Any]]:
    """From each pixel of the true edge (n,) to the predicted one, and from each of that (m,) to the true one."""
    true_edge, predicted_edge = (edge(each) for each in _cut(truth, predicted))
    return _distance_to(predicted_edge)[true_edge], _distance_to(true_edge)[predicted_edge]


def _cut(truth: Mask, predicted: Mask) -> tuple[Mask, Mask]:
    """Both masks where one of them is: the distances are the same, and a small thing takes less time."""
    either = truth | predicted
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return truth[part], predicted[part]


def _distance_to(pixels: Mask) -> NDArray[np.float32]:
    """(h, w) how far the nearest of these pixels is."""
    import cv2

    nothing_there = (~pixels).astype(np.uint8)
    return cast("NDArray[np.float32]", cv2.distanceTransform(nothing_there, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
