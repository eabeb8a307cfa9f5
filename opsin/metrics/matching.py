"""Which predicted box goes with which true one: COCO's greedy rule, for all areas and overlaps at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import areas, iou, shared_areas

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

OVERLAPS = np.linspace(0.5, 0.95, 10)
"""The intersections over union from which a prediction counts as true."""

AREAS = np.array([[0, 1e10], [0, 32**2], [32**2, 96**2], [96**2, 1e10]])
"""Lowest and highest area, in square pixels, of all, small, medium and large things."""


def is_in_area(sizes: Floats) -> Flags:
    """(areas, n) whether each of n things of these sizes, in square pixels, belongs to each of `AREAS`."""
    return (sizes >= AREAS[:, :1]) & (sizes <= AREAS[:, 1:])


def overlaps_with_truth(boxes: Floats, truth: Floats, is_crowd: Flags) -> Floats:
    """(n, m) how far n boxes overlap m true ones, in 0..1: intersection over union, or the share inside a crowd."""
    overlaps = iou(boxes, truth)
    if is_crowd.any():
        overlaps[:, is_crowd] = share_inside(boxes, truth[is_crowd])
    return overlaps


def share_inside(boxes: Floats, regions: Floats) -> Floats:
    """(n, m) share of each of n boxes that lies inside each of m regions, in 0..1.

    >>> share_inside(np.array([[0, 0, 2, 1.0]]), np.array([[1, 0, 9, 9.0]]))
    array([[0.5]])
    """
    shared, whole = shared_areas(boxes, regions), areas(boxes)[:, None]
    shares: Floats = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return shares


def match(overlaps: Floats, is_counted: Flags, is_crowd: Flags) -> tuple[Flags, Flags]:
    """Which predictions are true and which are ignored; the others are false.

    Each prediction, best first, takes the free truth that it overlaps most. Truth that counts goes before truth that
    does not (a crowd, or a thing of another area); who takes the latter is ignored. A crowd can be taken many times.

    Args:
        overlaps: (n, m) of n predictions, best first, with m true boxes.
        is_counted: (areas, m) whether the truth counts.
        is_crowd: (m,).

    Returns:
        is_true and is_ignored, each (areas, overlaps, n).
    """
    preference = _preference(overlaps, is_counted)
    shape = (len(is_counted), len(OVERLAPS), len(overlaps))
    is_true, is_ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    is_free = np.ones((*shape[:2], overlaps.shape[1]), bool)
    for row in np.flatnonzero((overlaps >= OVERLAPS[0]).any(axis=1)):
        is_open = (is_free | is_crowd) & (overlaps[row] >= OVERLAPS[:, None])  # (areas, overlaps, m)
        best = np.where(is_open, preference[:, row, None], -1).argmax(axis=2)[..., None]  # (areas, overlaps, 1)
        is_found = np.take_along_axis(is_open, best, axis=2)
        is_right = np.take_along_axis(is_counted[:, None], best, axis=2)
        is_true[..., row] = (is_found & is_right)[..., 0]
        is_ignored[..., row] = (is_found & ~is_right)[..., 0]
        np.put_along_axis(is_free, best, np.take_along_axis(is_free, best, axis=2) & ~is_found, axis=2)
    return is_true, is_ignored


def taken(overlaps: Floats, min_overlap: float) -> NDArray[np.intp]:
    """(n,) the place of the truth that each prediction takes, -1 for none: the same rule at one overlap.

    Each prediction, best first, takes the free truth that it overlaps most; of equal overlaps the later truth.

    Args:
        overlaps: (n, m) of n predictions, best first, with m true boxes. What is 0 is never taken.
        min_overlap: the least that a prediction must overlap what it takes.

    >>> taken(np.array([[0.6, 0.5], [0.9, 0.7]]), 0.5).tolist()
    [0, 1]
    """
    found = np.full(len(overlaps), -1, np.intp)
    left = np.where(overlaps >= max(min_overlap, 1e-9), overlaps, 0.0)[:, ::-1]  # so that argmax finds the later truth
    for row in np.flatnonzero(left.any(axis=1)):
        place = int(left[row].argmax())
        if left[row, place] > 0:
            found[row] = left.shape[1] - 1 - place
            left[:, place] = 0
    return found


def _preference(overlaps: Floats, is_counted: Flags) -> NDArray[np.intp]:
    """(areas, n, m) how much each prediction wants each truth; of equal overlaps the later truth, as in COCO."""
    wish = overlaps.argsort(axis=1, kind="stable").argsort(axis=1)  # (n, m) 0 for the smallest overlap
    preference: NDArray[np.intp] = wish + overlaps.shape[1] * is_counted[:, None]
    return preference
