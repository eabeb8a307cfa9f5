"""Where the plates with labels go, so that they stay inside the picture and off each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.image import Size

Places = NDArray[np.int64]
"""(n, 4) x0, y0, x1, y1 in whole pixels."""

_STEPS = 4
"""Heights of a plate by which it may slide up and down before it is laid over another."""


def place(boxes: Boxes, plates: Sequence[Size], size: Size) -> Places:
    """A place for a plate at each of n boxes, the first box choosing first.

    A plate sits on its box, or else inside, under, or a little way from these; of all places it takes the first that
    covers no plate laid before, or else the one that covers least.

    Args:
        boxes: (n, 4) xyxy in pixels.
        plates: (height, width) of each of the n plates; none is larger than the picture.
        size: (height, width) of the picture.
    """
    taken = np.zeros((0, 4), np.int64)
    for box, plate in zip(boxes.round().astype(np.int64), plates, strict=True):
        choices = _choices(box, plate, size)
        best = choices[np.argmin(_covered(choices, taken))]
        taken = np.concatenate([taken, best[None]])
    return taken


def _choices(box: NDArray[np.int64], plate: Size, size: Size) -> Places:
    """(m, 4) places at a box, the best first, all inside the picture."""
    (x0, y0, x1, y1), (height, width) = box, plate
    tops = [y0 - height, y0, y1, y1 - height]
    tops += [top + step * height for step in range(1, _STEPS) for top in (y0, -2 * step * height + y0, y1)]
    lefts = [x0, x1 - width, (x0 + x1 - width) // 2, x1, x0 - width]
    corners = np.array([(left, top) for left in lefts for top in tops], np.int64)  # (m, 2)
    corners = corners.clip(min=0, max=(size[1] - width, size[0] - height))
    return np.concatenate([corners, corners + np.array([width, height])], axis=1)


def _covered(choices: Places, taken: Places) -> NDArray[np.int64]:
    """(m,) square pixels of the n plates laid before that a plate in each of m places would cover."""
    low = np.maximum(choices[:, None, :2], taken[None, :, :2])  # (m, n, 2)
    sides = (np.minimum(choices[:, None, 2:], taken[None, :, 2:]) - low).clip(min=0)
    covered: NDArray[np.int64] = (sides[..., 0] * sides[..., 1]).sum(axis=1)
    return covered
