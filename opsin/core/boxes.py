"""Boxes: (n, 4) float32 `xyxy`, in pixels of the upright original.

x0, y0 is the left top corner and x1, y1 the right bottom one. Coordinates are continuous: a pixel at column c covers
c to c + 1, so a box around the whole of an image (h, w) is 0, 0, w, h and its width is x1 - x0. Other formats exist
only at the edge, in functions named by both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.image import Size

Boxes = NDArray[np.float32]
"""(n, 4) x0, y0, x1, y1 in pixels."""

Floats = NDArray[np.floating[Any]]
Indices = NDArray[np.intp]


def as_boxes(boxes: ArrayLike) -> Boxes:
    """(n, 4) float32 from anything alike; no boxes are (0, 4).

    >>> as_boxes([]).shape
    (0, 4)
    """
    return np.asarray(boxes, np.float32).reshape(-1, 4)


def xyxy_from_coco(boxes_coco: ArrayLike) -> Boxes:
    """(n, 4) left, top, width, height -> (n, 4) x0, y0, x1, y1. Both in pixels."""
    boxes = as_boxes(boxes_coco)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def coco_from_xyxy(boxes: ArrayLike) -> Boxes:
    """(n, 4) x0, y0, x1, y1 -> (n, 4) left, top, width, height. Both in pixels."""
    boxes = as_boxes(boxes)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def areas(boxes: Floats) -> Floats:
    """(n,) areas in square pixels; a box turned inside out has none."""
    sides = (boxes[:, 2:] - boxes[:, :2]).clip(min=0)  # (n, 2)
    area: Floats = sides[:, 0] * sides[:, 1]
    return area


def iou(boxes: Floats, others: Floats) -> Floats:
    """(n, m) intersection over union of each of n boxes with each of m others, in 0..1.

    >>> iou(as_boxes([0, 0, 2, 1]), as_boxes([1, 0, 3, 1])).round(3)
    array([[0.333]], dtype=float32)
    """
    shared = shared_areas(boxes, others)  # (n, m)
    union = areas(boxes)[:, None] + areas(others)[None, :] - shared
    # Two empty boxes share nothing; 0 is the answer, not 0/0.
    overlaps: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlaps


def shared_areas(boxes: Floats, others: Floats) -> Floats:
    """(n, m) the area in square pixels that each of n boxes shares with each of m others.

    >>> shared_areas(as_boxes([0, 0, 2, 1]), as_boxes([1, 0, 3, 1]))
    array([[1.]], dtype=float32)
    """
    shared = _shared(boxes, others, 0)
    shared *= _shared(boxes, others, 1)
    return shared


def shared_of_smaller(boxes: Floats, others: Floats) -> Floats:
    """(n, m) the share of the smaller of two boxes that lies inside the larger, in 0..1; of each of n with each of m.

    Where the intersection over union is above t, this is above 2t / (1 + t).

    >>> shared_of_smaller(as_boxes([0, 0, 10, 10]), as_boxes([[8, 0, 12, 5], [2, 2, 4, 4]]))
    array([[0.5, 1. ]], dtype=float32)
    """
    shared = shared_areas(boxes, others)  # (n, m)
    smaller = np.minimum(areas(boxes)[:, None], areas(others)[None, :])
    shares: Floats = np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0)
    return shares


def _shared(boxes: Floats, others: Floats, axis: int) -> Floats:
    """(n, m) how much each of n boxes shares with each of m others along x (0) or y (1), in pixels."""
    start = np.maximum(boxes[:, None, axis], others[None, :, axis])
    shared: Floats = np.minimum(boxes[:, None, axis + 2], others[None, :, axis + 2])
    shared -= start
    return np.maximum(shared, 0, out=shared)


def suppress(boxes: Floats, scores: Floats, max_overlap: float, limit: int | None = None) -> Indices:
    """Indices to keep, best first: greedy non-maximum suppression.

    A box goes when it overlaps a better one by more than `max_overlap` (an intersection over union). Ties keep the
    order they came in. At most `limit` are kept.

    Neubeck and Van Gool, Efficient Non-Maximum Suppression, ICPR 2006.
    """
    return suppress_where(lambda some, others: iou(boxes[some], boxes[others]) > max_overlap, scores, limit)


def suppress_where(
    clash: Callable[[Indices, Indices], NDArray[np.bool_]], scores: Floats, limit: int | None = None
) -> Indices:
    """Indices to keep, best first: each that clashes with no better one that is kept.

    Args:
        clash: (n,) indices, (m,) others -> (n, m) whether one may not stay beside the other.
        scores: (k,) of all; ties keep the order they came in.
        limit: how many are kept at most.

    >>> suppress_where(lambda some, others: some[:, None] // 2 == others // 2, np.array([0.5, 0.9, 0.7, 0.6]))
    array([1, 2])
    """
    order = np.argsort(-scores, kind="stable")  # (k,) best first
    kept = np.zeros(0, np.intp)
    for start in range(0, len(order), _TOGETHER):
        block = order[start : start + _TOGETHER]
        block = block[~clash(block, kept).any(axis=1)]
        kept = np.concatenate([kept, block[_best_of(clash(block, block))]])
        if limit is not None and len(kept) >= limit:
            return kept[:limit]
    return kept


# Overlaps of a few hundred at once: one by one, a thousand boxes took 300 ms; all at once, they would take the memory.
_TOGETHER = 256


def _best_of(clashes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) whether each, best first, clashes (n, n) with no better one that stays."""
    stays = np.ones(len(clashes), bool)
    for place in np.flatnonzero(np.triu(clashes, 1).any(axis=1)):
        if stays[place]:
            stays[place + 1 :] &= ~clashes[place, place + 1 :]
    return stays


def suppress_by_label(
    boxes: Floats, scores: Floats, labels: NDArray[np.integer[Any]], max_overlap: float, limit: int | None = None
) -> Indices:
    """As `suppress`, but boxes with different labels (n,) leave each other alone."""
    if not len(boxes):
        return np.zeros(0, np.intp)
    # Each label gets a region of the plane of its own, so that one pass serves all. In float64: far out on the
    # plane float32 has too few digits left for the overlaps.
    low, high = boxes.min(), boxes.max()
    apart = labels[:, None].astype(np.float64) * (float(high) - float(low) + 1.0)  # (n, 1)
    return suppress(boxes.astype(np.float64) + apart, scores, max_overlap, limit)


def clip(boxes: Boxes, size: Size) -> Boxes:
    """The part of each box inside an image of `size` (height, width)."""
    height, width = size
    return boxes.clip(min=0, max=np.array([width, height, width, height], np.float32))


def mirror(boxes: Boxes, size: Size) -> Boxes:
    """The boxes in the image of `size` (height, width) mirrored left to right."""
    width = size[1]
    return np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
