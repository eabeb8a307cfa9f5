"""Masks: which pixels of a picture belong to a thing, (h, w) bool; and cut out, where there are many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core import boxes as box_maths
from opsin.core.boxes import Boxes, as_boxes
from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.core.runs import Runs, boxes_around, check_mask, checked_size, runs_from_edges

Mask = NDArray[np.bool_]
"""(h, w) bool, of the size of the upright original."""

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cropped:
    """A mask cut to the box around it: a hundred of them in one picture cost no more than what they show.

    Attributes:
        size: (height, width) of the whole mask.
        corner: (x, y) of the left top pixel of `inside` in it.
        inside: (h, w) bool; all around it is outside.

    Raises:
        InputError: when `inside` is no mask, or does not lie within the size. An empty mask is (0, 0).
    """

    size: Size
    corner: tuple[int, int]
    inside: Mask

    def __post_init__(self) -> None:
        inside = np.array(self.inside) if np.size(self.inside) else np.zeros((0, 0), bool)
        if inside.size:
            check_mask(inside)
        (height, width), (x, y), (tall, wide) = checked_size(self.size), self.corner, inside.shape
        if min(x, y) < 0 or x + wide > width or y + tall > height:
            raise InputError(
                f"A cropped mask must lie within its picture, {height} x {width} (height x width); "
                f"got {tall} x {wide} at x {x}, y {y}."
            )
        inside.setflags(write=False)
        object.__setattr__(self, "inside", inside)


def cropped(mask: Mask) -> Cropped:
    """The mask, cut to the smallest box around it.

    Raises:
        InputError: when it is not bool, or not (h, w).

    >>> cut = cropped(np.array([[False, False, False], [False, True, True]]))
    >>> cut.corner, cut.inside
    ((1, 1), array([[ True,  True]]))
    """
    check_mask(mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    size = mask.shape[0], mask.shape[1]
    if not len(rows):
        return Cropped(size, (0, 0), np.zeros((0, 0), bool))
    top, left = int(rows[0]), int(columns[0])
    return Cropped(size, (left, top), mask[top : rows[-1] + 1, left : columns[-1] + 1])


def whole(mask: Cropped) -> Mask:
    """The mask (h, w) that it was cut from."""
    full = np.zeros(mask.size, bool)
    (x, y), (tall, wide) = mask.corner, mask.inside.shape
    full[y : y + tall, x : x + wide] = mask.inside
    return full


def runs_from_cropped(mask: Cropped) -> Runs:
    """Its runs, made from the columns that it touches alone.

    >>> runs_from_cropped(Cropped((2, 3), (1, 1), np.ones((1, 2), bool))).counts
    array([3, 1, 1, 1])
    """
    (height, _), (x, y), (tall, wide) = mask.size, mask.corner, mask.inside.shape
    columns = np.zeros((wide, height), bool)
    columns[:, y : y + tall] = mask.inside.T
    changes = np.flatnonzero(np.diff(columns.reshape(-1), prepend=False, append=False))
    return runs_from_edges(x * height + changes, mask.size)


def cropped_from_runs(runs: Runs) -> Cropped:
    """The mask cut to the smallest box around it, unpacked in the columns that it touches alone."""
    x0, y0, x1, y1 = boxes_around([runs])[0].astype(int).tolist()
    height = runs.size[0]
    changes = np.zeros((x1 - x0) * height + 1, np.int8)
    changes[runs.starts - x0 * height] = 1
    changes[runs.ends - x0 * height] = -1
    columns = changes[:-1].cumsum(dtype=np.int8).astype(bool).reshape(x1 - x0, height)
    return Cropped(runs.size, (x0, y0), columns[:, y0:y1].T)


def areas(masks: Sequence[Cropped]) -> Counts:
    """(n,) pixels inside each of n masks."""
    return np.array([np.count_nonzero(each.inside) for each in masks], np.int64)


def boxes_of(masks: Sequence[Cropped]) -> Boxes:
    """(n, 4) the box that each of n masks was cut to, xyxy in pixels of the upright original.

    >>> boxes_of([Cropped((2, 3), (1, 1), np.ones((1, 2), bool))])
    array([[1., 1., 3., 2.]], dtype=float32)
    """
    return as_boxes([(*each.corner, *_far_corner(each)) for each in masks])


def shared_areas(masks: Sequence[Cropped], others: Sequence[Cropped]) -> Counts:
    """(n, m) pixels inside both, for each of n masks with each of m others.

    Raises:
        InputError: when the masks are not all of one size.
    """
    sizes = sorted({each.size for each in (*masks, *others)})
    if len(sizes) > 1:
        raise InputError(f"Masks must be of one size to be laid over each other; got {sizes[0]} and {sizes[1]}.")
    shared = np.zeros((len(masks), len(others)), np.int64)
    for row, column in np.argwhere(box_maths.shared_areas(boxes_of(masks), boxes_of(others)) > 0):
        shared[row, column] = _shared(masks[row], others[column])
    return shared


def iou(masks: Sequence[Cropped], others: Sequence[Cropped]) -> Floats:
    """(n, m) intersection over union of each of n masks with each of m others, in 0..1; of two empty ones it is 0.

    Raises:
        InputError: when the masks are not all of one size.

    >>> one, two = (cropped(np.array([each], bool)) for each in ([1, 1, 0], [0, 1, 1]))
    >>> iou([one], [one, two]).round(3)
    array([[1.   , 0.333]])
    """
    shared = shared_areas(masks, others)
    union = areas(masks)[:, None] + areas(others)[None, :] - shared
    overlaps: Floats = np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)
    return overlaps


def mirror(mask: Cropped) -> Cropped:
    """The mask in the picture mirrored left to right."""
    return Cropped(mask.size, (mask.size[1] - _far_corner(mask)[0], mask.corner[1]), mask.inside[:, ::-1])


def _far_corner(mask: Cropped) -> tuple[int, int]:
    """(x, y) of the right bottom corner."""
    return mask.corner[0] + mask.inside.shape[1], mask.corner[1] + mask.inside.shape[0]


def _shared(one: Cropped, other: Cropped) -> int:
    x0, y0 = (max(pair) for pair in zip(one.corner, other.corner, strict=True))
    x1, y1 = (min(pair) for pair in zip(_far_corner(one), _far_corner(other), strict=True))
    parts = [
        each.inside[y0 - each.corner[1] : y1 - each.corner[1], x0 - each.corner[0] : x1 - each.corner[0]]
        for each in (one, other)
    ]
    return int(np.count_nonzero(parts[0] & parts[1]))
