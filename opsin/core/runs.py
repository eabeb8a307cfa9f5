"""Masks as runs: COCO's run-length encoding, which is small and exact.

The pixels of a mask (h, w) are gone through column by column, each from the top. `counts` says how many are outside,
then how many inside, then outside again, to the end; the first count is 0 where the first pixel is inside. Areas,
boxes and overlaps come from the runs alone; nothing is unpacked for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core import boxes as box_maths
from opsin.core.boxes import Boxes, as_boxes
from opsin.core.errors import InputError
from opsin.core.image import Size

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_PIXELS = 2**31
"""More than any picture has; counts below it fit into seven letters of COCO's text."""


@dataclass(frozen=True, eq=False)
class Runs:
    """One mask, as the lengths of its runs.

    Attributes:
        size: (height, width) of the mask.
        counts: (n,) pixels outside, inside, outside, … column by column. Runs of no length are joined to their
            neighbours, so that one mask has one form only.

    Raises:
        InputError: when the counts are no whole numbers from 0, or do not fill the size.

    >>> Runs((2, 3), [1, 2, 0, 1, 2]).counts
    array([1, 3, 2])
    """

    size: Size
    counts: Counts

    def __post_init__(self) -> None:
        size, counts = checked_size(self.size), _checked_counts(self.counts)
        if counts.sum() != size[0] * size[1]:
            raise InputError(
                f"The runs of a mask must fill its size; {size[0]} x {size[1]} are {size[0] * size[1]} pixels, "
                f"and the counts add up to {counts.sum()}."
            )
        counts = _counts_between(counts.cumsum()[:-1], size)
        counts.setflags(write=False)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "counts", counts)

    @property
    def starts(self) -> Counts:
        """(k,) where each run inside begins, as a place in the mask gone through column by column."""
        return self.counts.cumsum()[:-1:2]

    @property
    def ends(self) -> Counts:
        """(k,) the first place after each run inside."""
        return self.counts.cumsum()[1::2]


def runs_from_edges(edges: ArrayLike, size: Size) -> Runs:
    """The mask that changes between outside and inside at each of (n,) places, which may come in any order.

    A place that comes twice changes nothing. Places at or after the last pixel are passed over.

    >>> runs_from_edges([4, 1], (2, 3)).counts
    array([1, 3, 2])
    """
    return Runs(size, _counts_between(np.asarray(edges, np.int64), size))


def runs_from_mask(mask: NDArray[np.bool_]) -> Runs:
    """The runs of a mask (h, w).

    Raises:
        InputError: when it is not bool, or not (h, w).

    >>> runs_from_mask(np.array([[False, True], [True, True]])).counts
    array([1, 3])
    """
    check_mask(mask)
    pixels = mask.T.reshape(-1)
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    return runs_from_edges(np.concatenate([[0], changes]) if pixels[0] else changes, (mask.shape[0], mask.shape[1]))


def mask_from_runs(runs: Runs) -> NDArray[np.bool_]:
    """The mask (h, w) that the runs are of."""
    is_inside = np.arange(len(runs.counts)) % 2 == 1
    height, width = runs.size
    return np.ascontiguousarray(np.repeat(is_inside, runs.counts).reshape(width, height).T)


def check_mask(mask: Any) -> None:
    """Whether this is a mask.

    Raises:
        InputError: when it is not an array of bool, (h, w), with at least one pixel.
    """
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.ndim != 2 or not mask.size:
        came = f"{getattr(mask, 'dtype', type(mask).__name__)} {getattr(mask, 'shape', '')}".strip()
        raise InputError(f"A mask must be bool of shape (h, w); got {came}. Compare a soft one with a threshold first.")


def areas(masks: Sequence[Runs]) -> Counts:
    """(n,) pixels inside each of n masks.

    >>> areas([Runs((2, 3), [1, 3, 2])])
    array([3])
    """
    return np.array([each.counts[1::2].sum() for each in masks], np.int64)


def boxes_around(masks: Sequence[Runs]) -> Boxes:
    """(n, 4) the smallest box around each of n masks, xyxy in pixels; 0, 0, 0, 0 around an empty one.

    >>> boxes_around([Runs((2, 3), [1, 3, 2])])
    array([[0., 0., 2., 2.]], dtype=float32)
    """
    return as_boxes([_box_around(each) for each in masks])


def shared_areas(masks: Sequence[Runs], others: Sequence[Runs]) -> Counts:
    """(n, m) pixels inside both, for each of n masks with each of m others.

    Raises:
        InputError: when the masks are not all of one size.
    """
    _refuse_two_sizes(masks, others)
    shared = np.zeros((len(masks), len(others)), np.int64)
    touching = box_maths.shared_areas(boxes_around(masks), boxes_around(others)) > 0
    for row, column in np.argwhere(touching):
        shared[row, column] = _shared(masks[row], others[column])
    return shared


def iou(masks: Sequence[Runs], others: Sequence[Runs]) -> Floats:
    """(n, m) intersection over union of each of n masks with each of m others, in 0..1; of two empty ones it is 0.

    Raises:
        InputError: when the masks are not all of one size.

    >>> iou([Runs((2, 3), [1, 3, 2])], [Runs((2, 3), [2, 4])]).round(3)
    array([[0.4]])
    """
    shared = shared_areas(masks, others)
    union = areas(masks)[:, None] + areas(others)[None, :] - shared
    overlaps: Floats = np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)
    return overlaps


def checked_size(size: Any) -> Size:
    """(height, width) that a mask can have, from a pair of whole numbers.

    Raises:
        InputError: when it is no such pair, or has more pixels than any picture.
    """
    sides = list(size) if isinstance(size, Sequence) and not isinstance(size, str | bytes) else []
    if len(sides) != 2 or not all(_is_whole(side) and side > 0 for side in sides):
        raise InputError(f"The size of a mask is its height and width, whole numbers from 1; got {size!r}.")
    if sides[0] * sides[1] >= _MOST_PIXELS:
        raise InputError(f"A mask may have fewer than {_MOST_PIXELS} pixels; got {sides[0]} x {sides[1]}.")
    return int(sides[0]), int(sides[1])


def _is_whole(side: Any) -> bool:
    return isinstance(side, int | np.integer) and not isinstance(side, bool)


def _checked_counts(counts: ArrayLike) -> Counts:
    try:
        given = np.asarray(counts)
    except ValueError:  # a list of lists of different lengths
        given = np.zeros(0, object)
    if given.ndim != 1 or not given.size or given.dtype.kind not in "iu":
        raise InputError(f"The counts of a mask must be a list of whole numbers; got {str(counts)[:60]}.")
    if given.min() < 0 or given.max() > _MOST_PIXELS:
        raise InputError(f"The counts of a mask must lie in 0..{_MOST_PIXELS}; got {given.min()}..{given.max()}.")
    return given.astype(np.int64)


def _counts_between(edges: Counts, size: Size) -> Counts:
    """The counts of the mask that changes at these places; one that comes an even number of times changes nothing."""
    places, times = np.unique(edges, return_counts=True)
    total = size[0] * size[1]
    changes = places[(times % 2 == 1) & (places < total)]
    counts: Counts = np.diff(changes, prepend=0, append=total)
    return counts


def _box_around(runs: Runs) -> tuple[int, int, int, int]:
    starts, lasts, height = runs.starts, runs.ends - 1, runs.size[0]
    if not len(lasts):
        return 0, 0, 0, 0
    left, right = int(starts[0]) // height, int(lasts[-1]) // height
    # A run that goes on in the next column has passed the bottom of one and the top of the other.
    if (starts // height != lasts // height).any():
        return left, 0, right + 1, height
    return left, int((starts % height).min()), right + 1, int((lasts % height).max()) + 1


def _shared(one: Runs, other: Runs) -> int:
    """Pixels inside both: how much of one lies before the end of each run of the other, less what lies before it."""
    places = np.concatenate([[0], one.counts.cumsum()])
    passed = np.concatenate([[0], (one.counts * (np.arange(len(one.counts)) % 2)).cumsum()])
    # The number of pixels passed rises by 0 or 1 from place to place, so that interpolating is exact.
    return int((np.interp(other.ends, places, passed) - np.interp(other.starts, places, passed)).sum())


def _refuse_two_sizes(masks: Sequence[Runs], others: Sequence[Runs]) -> None:
    sizes = sorted({each.size for each in (*masks, *others)})
    if len(sizes) > 1:
        raise InputError(f"Masks must be of one size to be laid over each other; got {sizes[0]} and {sizes[1]}.")
