"""Glimpses: which part of a picture a click network looks at, what it is shown there, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.clicks import Levels
from opsin.core.image import Image, Size
from opsin.core.placement import Placement, Points
from opsin.media.geometry import place

Window = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels of the picture, inside it."""

RADIUS = 5.0
"""Of the disk that stands for a click, in pixels of the network's input."""


@dataclass(frozen=True, eq=False)
class Glimpse:
    """One look at a part of a picture.

    Attributes:
        window: the part.
        inside: (n, 2) x, y of points on the thing, in pixels of the picture.
        outside: (m, 2) x, y of points beside it.
        before: (height, width) how sure each pixel of the picture was to be inside, in 0..1; None where nobody knows.
    """

    window: Window
    inside: Points
    outside: Points
    before: Levels | None = None


def whole_window(size: Size) -> Window:
    """All of a picture of that (height, width)."""
    return 0, 0, size[1], size[0]


def window_around(box: ArrayLike, size: Size, expansion: float, least: float = 0.0) -> Window:
    """The part of a picture around a box, as near to a square as the picture lets it be.

    Args:
        box: x0, y0, x1, y1 in pixels.
        size: (height, width) of the picture.
        expansion: how much longer than the box each side is.
        least: pixels that a side has at least, where the picture has as many.

    >>> window_around((40, 40, 60, 50), (100, 100), 1.5)
    (35, 30, 65, 60)
    """
    x0, y0, x1, y1 = np.asarray(box, np.float64).tolist()
    side = max((x1 - x0) * expansion, (y1 - y0) * expansion, least)
    left, right = _stretch((x0 + x1) / 2, side, size[1])
    top, bottom = _stretch((y0 + y1) / 2, side, size[0])
    return left, top, right, bottom


def _stretch(middle: float, side: float, length: int) -> tuple[int, int]:
    """From where to where a side goes around its middle; what would stick out is moved inside."""
    side = min(side, length)
    start = min(max(middle - side / 2, 0), length - side)
    first = min(floor(start), length - 1)
    return first, max(first + 1, min(ceil(start + side), length))


def placement_of(window: Window, size: Size, input_size: Size, index: int = 0) -> Placement:
    """The window, stretched to the whole of the input."""
    x0, y0, x1, y1 = window
    x, y = input_size[1] / (x1 - x0), input_size[0] / (y1 - y0)
    return Placement(size, input_size, (x, y), (-x0 * x, -y0 * y), index)


def shown(image: Image, placement: Placement) -> Image:
    """(h, w, 3) of the network's input."""
    return place(image, placement)


def prompt(glimpse: Glimpse, placement: Placement) -> NDArray[np.float32]:
    """(3, h, w): what was inside before, disks at the points inside, disks at those outside."""
    before = np.zeros(placement.input_size, np.float32)
    if glimpse.before is not None:
        before = _cut(glimpse.before, glimpse.window, placement.input_size)
    disks = [_disks(placement.to_input(points), placement.input_size) for points in (glimpse.inside, glimpse.outside)]
    return np.stack([before, *disks])


def _cut(levels: Levels, window: Window, input_size: Size) -> Levels:
    import cv2

    x0, y0, x1, y1 = window
    height, width = input_size
    return np.asarray(cv2.resize(levels[y0:y1, x0:x1], (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _disks(points: Points, size: Size) -> NDArray[np.float32]:
    """(h, w) 1 within the radius of a point, else 0."""
    disks = np.zeros(size, np.float32)
    rows, columns = np.arange(size[0])[:, None], np.arange(size[1])
    for x, y in points.tolist():
        # Points count from the corner of a pixel; the network was taught with those of its middle.
        disks[np.hypot(columns - (x - 0.5), rows - (y - 0.5)) <= RADIUS] = 1
    return disks


def laid(levels: Levels, window: Window, size: Size) -> Levels:
    """(height, width) of the whole picture: the levels (h, w) of a window, and 0 around it."""
    whole = np.zeros(size, np.float32)
    x0, y0, x1, y1 = window
    whole[y0:y1, x0:x1] = in_window(levels, window)
    return whole


def in_window(levels: Levels, window: Window) -> Levels:
    """The levels (h, w) of a window at its own size."""
    import cv2

    x0, y0, x1, y1 = window
    return np.asarray(cv2.resize(levels, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR), np.float32)


def box_of_points(points: Sequence[Points]) -> tuple[float, float, float, float] | None:
    """x0, y0, x1, y1 around all of them; None when there are none."""
    all_points = np.concatenate([np.zeros((0, 2), np.float32), *points])
    if not len(all_points):
        return None
    (x0, y0), (x1, y1) = all_points.min(axis=0).tolist(), all_points.max(axis=0).tolist()
    return x0, y0, x1, y1
