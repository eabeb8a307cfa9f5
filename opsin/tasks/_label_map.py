"""A label for every pixel of a picture, out of the coarse scores of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.placement import Placement

LabelMap = NDArray[np.int16]
"""(h, w) numbers of labels; -1 where nothing is said."""

_ROWS = 32
"""Of the picture, worked on at once: few enough for a processor's cache, and for few labels to matter in them."""


@dataclass(frozen=True)
class _Axis:
    """Where the middles of a picture's rows, or columns, lie between the cells of a coarse map.

    Attributes:
        cell: (n,) the cell before each.
        following: (n,) the cell after it.
        share: (n,) how much of each comes from the cell after it, in 0..1.
    """

    cell: NDArray[np.intp]
    following: NDArray[np.intp]
    share: NDArray[np.float32]

    def part(self, band: slice) -> _Axis:
        """Some of the rows, as rows of the cells that they need alone."""
        low = self.cell[band][0]
        return _Axis(self.cell[band] - low, self.following[band] - low, self.share[band])


def label_map(scores: NDArray[Any], placement: Placement, among: Sequence[int] | None = None) -> LabelMap:
    """(h, w) the number of the best label at each pixel of the original picture.

    The scores are interpolated linearly, and compared only then: so edges are smooth, however coarse the scores are.
    What is needed beside the answer does not grow with the height of the picture.

    Args:
        scores: (k, h', w') of k labels, over the whole of the network's input; any numbers of which the highest wins.
        placement: where the picture sits in the input. The scores of the padding are not looked at.
        among: numbers of the labels that may be given; all when left out.
    """
    numbers = np.arange(len(scores), dtype=np.int16) if among is None else np.array(among, np.int16)
    (height, width), (x, y), (right, down) = placement.size, placement.scale, placement.shift
    rows = _axis(height, scores.shape[1], y, down, placement.input_size[0])
    columns = _axis(width, scores.shape[2], x, right, placement.input_size[1])
    best = np.empty((height, width), np.int16)
    for top in range(0, height, _ROWS):
        band = slice(top, top + _ROWS)
        needed = scores[numbers, rows.cell[band][0] : rows.following[band][-1] + 1]
        best[band] = numbers[_best(needed, rows.part(band), columns)]
    return best


def _axis(length: int, cells: int, scale: float, shift: float, input_length: int) -> _Axis:
    """For `length` pixels of the original and as many cells over an input of `input_length` pixels."""
    each = cells / input_length  # cells for each pixel of the input
    last = np.clip(np.floor((length * scale + shift) * each - 0.5), 0, cells - 1)
    first = np.clip(np.ceil(shift * each - 0.5), 0, last)
    # Cells are known in their middles; beyond the outermost ones that lie in the picture, theirs goes on.
    at = (((np.arange(length) + 0.5) * scale + shift) * each - 0.5).clip(first, last)
    cell = np.floor(at).astype(np.intp)
    return _Axis(cell, np.minimum(cell + 1, int(last)), (at - cell).astype(np.float32))


def _best(scores: NDArray[Any], rows: _Axis, columns: _Axis) -> LabelMap:
    """(b, w) which of the k scores (k, h', w') is the highest; of equal ones the first."""
    shape = len(rows.cell), len(columns.cell)
    highest, best = np.full(shape, -np.inf, np.float32), np.zeros(shape, np.int16)
    weights = _weights(rows, scores.shape[1])
    for number in _possible(scores):
        coarse = scores[number]  # (h', w')
        wide = coarse[:, columns.cell] * (1 - columns.share) + coarse[:, columns.following] * columns.share  # (h', w)
        values = weights @ wide.astype(np.float32)
        wins = values > highest
        np.copyto(highest, values, where=wins)
        np.copyto(best, np.int16(number), where=wins)
    return best


def _weights(axis: _Axis, cells: int) -> NDArray[np.float32]:
    """(n, cells) how much of each cell goes into each of n rows."""
    weights, each = np.zeros((len(axis.cell), cells), np.float32), np.arange(len(axis.cell))
    weights[each, axis.cell] = 1 - axis.share
    weights[each, axis.following] += axis.share
    return weights


def _possible(scores: NDArray[Any]) -> NDArray[np.intp]:
    """The labels that can be the best somewhere between the cells (k, h', w'); most of them cannot.

    Between four cells, a score lies between the lowest and the highest of the four. So a label cannot win where its
    highest is less than the lowest of another.
    """
    low, high = _over_four(scores, np.minimum), _over_four(scores, np.maximum)
    return np.flatnonzero((high >= low.max(axis=0)).any(axis=(1, 2)))


def _over_four(scores: NDArray[Any], choice: np.ufunc) -> NDArray[Any]:
    """The lowest or highest of each cell, the one to its right, and the two below."""
    ended = np.pad(scores, ((0, 0), (0, 1), (0, 1)), mode="edge")
    beside = choice(ended[:, :, :-1], ended[:, :, 1:])
    of_four: NDArray[Any] = choice(beside[:, :-1], beside[:, 1:])
    return of_four
