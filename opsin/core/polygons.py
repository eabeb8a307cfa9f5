"""Polygons: outlines in pixels of the upright original, x, y, x, y … as COCO writes them, and what they enclose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.core.runs import Runs, mask_from_runs, runs_from_edges, runs_from_mask

_FINE = 5
"""Steps in a pixel, as in COCO's own program."""

_MOST_STEPS = 10_000_000
"""Of an outline; the longest in COCO have some ten thousand. Without a limit, one line of a file fills the memory."""

_Whole = NDArray[np.int64]


def runs_from_polygons(polygons: Sequence[ArrayLike], size: Size, *, keeps_holes: bool = False) -> Runs:
    """The mask of one thing that has these outlines, pixel for pixel as pycocotools makes it.

    COCO says: what lies in any of the outlines is inside; so it knows no holes. With `keeps_holes` the rule is
    even-odd: an outline within another cuts a hole, and one within the hole is inside again. Where outlines of one
    thing overlap, that cuts a hole too; so it is for files whose makers meant it.

    Args:
        polygons: for each outline x, y, x, y … in pixels of the upright original, or (n, 2). They may leave the
            picture, and are cut at its border. The last point is joined to the first.
        size: (height, width) of the picture.
        keeps_holes: whether an outline within another is a hole.

    Raises:
        InputError: when an outline has fewer than three points, is not made of finite pairs, or is far too long.

    >>> mask_from_runs(runs_from_polygons([[1, 0, 3, 0, 3, 2, 1, 2]], (2, 4))).astype(int)
    array([[0, 1, 1, 0],
           [0, 1, 1, 0]])
    """
    edges = [_edges(_checked(polygon), size) for polygon in polygons]
    if keeps_holes or len(edges) == 1:
        return runs_from_edges(np.concatenate([np.zeros(0, np.int64), *edges]), size)
    inside = np.zeros(size, bool)
    for each in edges:
        inside |= mask_from_runs(runs_from_edges(each, size))
    return runs_from_mask(inside)


def _checked(polygon: ArrayLike) -> NDArray[np.float64]:
    """(n, 2) x, y."""
    try:
        numbers = np.asarray(polygon, np.float64).reshape(-1)
    except (TypeError, ValueError):
        numbers = np.zeros(0)
    if len(numbers) < 6 or len(numbers) % 2 or not np.isfinite(numbers).all():
        raise InputError(
            f"An outline must be x, y, x, y … of three points or more, all finite; got {str(polygon)[:60]}."
        )
    return numbers.reshape(-1, 2)


def _edges(points: NDArray[np.float64], size: Size) -> _Whole:
    """Places, column by column, at which one outline is crossed on the way down through the middle of the pixels.

    It walks along the outline in fifths of a pixel, and looks where it steps over the middle of a column.
    """
    x, y = _walk(points)
    steps = np.flatnonzero(np.diff(x))
    # In fifths, a step is over the middle of a column when the left one of its two places is its third fifth.
    column = (np.minimum(x[steps], x[steps + 1]) - _FINE // 2) / _FINE
    row = (np.minimum(y[steps], y[steps + 1]) - _FINE // 2) / _FINE
    is_middle = (column == np.floor(column)) & (column >= 0)  # those right of the picture come after its last pixel
    rows = np.ceil(row[is_middle].clip(0, size[0])).astype(np.int64)
    places: _Whole = column[is_middle].astype(np.int64) * size[0] + rows
    return places


def _walk(points: NDArray[np.float64]) -> tuple[_Whole, _Whole]:
    """(n,) x and (n,) y of the places along a closed outline, in fifths of a pixel, one a step; corners come twice."""
    with np.errstate(invalid="ignore", over="ignore"):
        fine = np.trunc(_FINE * points + 0.5)
        ends = np.roll(fine, -1, axis=0)
        steps = np.abs(ends - fine).max(axis=1)  # (n,) along the longer side
    if not steps.sum() + len(steps) < _MOST_STEPS or np.abs(fine).max() > 2**40:
        raise InputError(
            f"An outline may be {_MOST_STEPS // _FINE} pixels long; one has corners far outside its picture."
        )
    which = np.repeat(np.arange(len(steps)), (steps + 1).astype(np.int64))
    first = (steps + 1).cumsum() - (steps + 1)
    along = np.arange(len(which)) - first[which]
    return _places(fine, ends, which, along)


def _places(
    starts: NDArray[np.float64], ends: NDArray[np.float64], which: NDArray[np.intp], along: NDArray[np.float64]
) -> tuple[_Whole, _Whole]:
    """The places so many steps along their sides; the slope is always taken from the lower end, as COCO does."""
    wide = np.abs(ends - starts)
    is_flat = wide[:, 0] >= wide[:, 1]
    turned = np.where(is_flat, starts[:, 0] > ends[:, 0], starts[:, 1] > ends[:, 1])
    low, high = np.where(turned[:, None], ends, starts), np.where(turned[:, None], starts, ends)
    length = wide.max(axis=1)
    step = np.divide(high - low, length[:, None], out=np.zeros_like(low), where=length[:, None] > 0)
    taken = np.where(turned[which], length[which] - along, along)
    places = low[which] + step[which] * taken[:, None]
    # Along the longer side a place is whole; along the other it is rounded, as C does, towards 0.
    rounded = np.trunc(places + 0.5)
    exact = low[which] + taken[:, None]
    x = np.where(is_flat[which], exact[:, 0], rounded[:, 0])
    y = np.where(is_flat[which], rounded[:, 1], exact[:, 1])
    return x.astype(np.int64), y.astype(np.int64)
