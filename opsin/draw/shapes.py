"""Rounded shapes with smooth edges, blended into an image.

The functions that draw do so on the canvas that they are given: it is the copy that its owner has made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image
from opsin.draw.palette import Colour

Coverage = NDArray[np.float32]
"""(h, w) how much of each pixel is covered, in 0..1."""

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""


def plate(canvas: Image, corners: Corners, radius: float, colour: Colour, opacity: float = 1.0) -> None:
    """A filled rectangle with round corners."""
    rows, columns = _inside(canvas, corners)
    blend(canvas, rows, columns, _rounded(rows, columns, corners, radius) * np.float32(opacity), colour)


def ring(canvas: Image, corners: Corners, line: float, radius: float, colour: Colour, opacity: float = 1.0) -> None:
    """The outline of a rectangle with round corners; the line lies inside it."""
    x0, y0, x1, y1 = corners
    hole = (x0 + line, y0 + line, x1 - line, y1 - line)
    for strip in _strips(corners, max(line, radius)):
        rows, columns = _inside(canvas, strip)
        cover = _rounded(rows, columns, corners, radius) - _rounded(rows, columns, hole, max(radius - line, 0))
        blend(canvas, rows, columns, cover * np.float32(opacity), colour)


def stamp(canvas: Image, cover: Coverage, left: int, top: int, colour: Colour) -> None:
    """What `cover` (h, w) covers, with its left top corner there; what sticks out of the canvas is cut off."""
    rows, columns = _inside(canvas, (left, top, left + cover.shape[1], top + cover.shape[0]))
    blend(
        canvas,
        rows,
        columns,
        cover[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left],
        colour,
    )


def blend(canvas: Image, rows: slice, columns: slice, cover: Coverage, colour: Colour) -> None:
    """Lay a colour over a part of the canvas, as thick as `cover` says."""
    below = canvas[rows, columns].astype(np.float32)
    mixed = below + (np.array(colour, np.float32) - below) * cover[..., None]
    canvas[rows, columns] = mixed.round().clip(0, 255)


def _inside(canvas: Image, corners: Corners) -> tuple[slice, slice]:
    """Rows and columns of the canvas that the corners touch; none when they lie outside."""
    (x0, y0, x1, y1), (height, width) = corners, canvas.shape[:2]
    top, left = min(max(int(np.floor(y0)), 0), height), min(max(int(np.floor(x0)), 0), width)
    return slice(top, max(top, min(int(np.ceil(y1)), height))), slice(left, max(left, min(int(np.ceil(x1)), width)))


def _strips(corners: Corners, depth: float) -> Iterator[Corners]:
    """The four sides, not overlapping, so deep that the outline lies in them: much less than the whole to compute."""
    x0, y0, x1, y1 = corners
    deep_x, deep_y = min(np.ceil(depth), (x1 - x0) / 2), min(np.ceil(depth), (y1 - y0) / 2)
    top, bottom = np.ceil(y0 + deep_y), max(np.floor(y1 - deep_y), np.ceil(y0 + deep_y))
    left, right = np.ceil(x0 + deep_x), max(np.floor(x1 - deep_x), np.ceil(x0 + deep_x))
    yield x0, y0, x1, top
    yield x0, bottom, x1, y1
    yield x0, top, left, bottom
    yield right, top, x1, bottom


def _rounded(rows: slice, columns: slice, corners: Corners, radius: float) -> Coverage:
    """Coverage of those pixels by a round-cornered rectangle, from the distance of their middles to its edge."""
    x0, y0, x1, y1 = corners
    if x1 <= x0 or y1 <= y0:
        return np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32)
    radius = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    across = _beyond(np.arange(columns.start, columns.stop), x0 + radius, x1 - radius)[None, :]  # (1, w)
    down = _beyond(np.arange(rows.start, rows.stop), y0 + radius, y1 - radius)[:, None]  # (h, 1)
    outside = np.hypot(across.clip(min=0), down.clip(min=0)) + np.minimum(np.maximum(across, down), 0)  # (h, w)
    cover: Coverage = (radius + 0.5 - outside).clip(0, 1).astype(np.float32)
    return cover


def _beyond(pixels: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """How far the middle of each pixel lies beyond low..high; negative inside."""
    middles = pixels + np.float32(0.5)
    beyond: NDArray[np.float32] = np.maximum(low - middles, middles - high).astype(np.float32)
    return beyond
