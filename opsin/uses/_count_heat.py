"""Where things went: how many passed each place, on a small grid, as heat over a picture."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.draw.heat import draw_heat, spread
from opsin.uses._count_places import Point

CELLS = 160
"""Cells of the grid along the longer side of the picture: finer ones show steps, and not ways."""
STEP = 3
"""Cells that a track must have gone for its way to be added: a box that trembles goes nowhere."""
WIDTH = 1.5
"""Cells over which a way is smeared: a thing is wider than the point that stands for it."""


@dataclass(frozen=True, eq=False)
class Heat:
    """How many things passed each place.

    Attributes:
        size: (height, width) of the picture.
        grid: (h', w') how many tracks passed each cell.
        last: to where the way of each living track has been added.
    """

    size: Size
    grid: NDArray[np.float32]
    last: Mapping[int, Point] = field(default_factory=dict)


def no_heat(size: Size) -> Heat:
    """Nothing has passed yet."""
    scale = CELLS / max(size)
    rows, columns = (max(1, round(side * scale)) for side in size)
    return Heat(size, np.zeros((rows, columns), np.float32))


def warmed(heat: Heat, points: Mapping[int, Point], living: Iterable[int]) -> Heat:
    """The heat after one more frame.

    A track counts once for each cell on its way from where it was: who stands still leaves nothing.

    Args:
        heat: so far.
        points: x, y of the tracks in the frame, by number.
        living: numbers that may come back; of others, the last place is forgotten.
    """
    grid, known = heat.grid.copy(), dict(heat.last)
    for number, point in points.items():
        before = known.setdefault(number, point)
        # Not each tremble is a step.
        if math.dist(before, point) >= STEP * max(heat.size) / CELLS:
            known[number] = point
            for row, column in _way(heat, before, point):
                grid[row, column] += 1
    return dataclasses.replace(heat, grid=grid, last={each: known[each] for each in living if each in known})


def _way(heat: Heat, before: Point, after: Point) -> set[tuple[int, int]]:
    """The cells from one point to the next, without the one it was in."""
    start, end = np.array(before), np.array(after)
    steps = int(np.abs(end - start).max() * CELLS / max(heat.size)) + 1
    passed = {_cell(heat, start + (end - start) * step / steps) for step in range(1, steps + 1)}
    return passed - {_cell(heat, start)}


def _cell(heat: Heat, point: Iterable[float]) -> tuple[int, int]:
    (x, y), (rows, columns) = point, heat.grid.shape
    row, column = int(y / heat.size[0] * rows), int(x / heat.size[1] * columns)
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def heat_picture(heat: Heat, still: Image) -> Image:
    """(h, w, 3) the heat over a still of the video. The root of the numbers is shown, so that one way is seen too."""
    import cv2

    smooth = np.sqrt(cv2.GaussianBlur(heat.grid, (0, 0), WIDTH))
    # A single spot must not make all the rest dark.
    top = np.quantile(smooth[smooth > 0.1], 0.98) if (smooth > 0.1).any() else 1.0
    level = smooth / top
    return draw_heat(still, spread(level, heat.size))
