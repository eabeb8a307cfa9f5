"""Lines, areas and the ways that things went, drawn on a copy of the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.image import Image
from opsin.draw.lettering import written
from opsin.draw.palette import WHITE, Colour, ink_on
from opsin.draw.shapes import plate, stamp
from opsin.draw.sizes import letter_size, line_width

_FINE = 4
"""Bits after the point in OpenCV's coordinates: lines that move by a tenth of a pixel do not jump."""
_VEIL = 0.16
"""Opacity of the colour over an area."""


@dataclass(frozen=True)
class Outline:
    """A line or an area with a text at it.

    Attributes:
        points: its corners x, y in pixels; two make a line, more an area.
        text: on a plate at the end of a line, or at the left top of an area; none when empty.
        colour: of the line and the plate.
        towards: the direction x, y of an arrow at a line, of any length; no arrow when left out.
    """

    points: tuple[tuple[float, float], ...]
    text: str = ""
    colour: Colour = WHITE
    towards: tuple[float, float] | None = None


def draw_outlines(image: Image, outlines: Sequence[Outline]) -> Image:
    """A new image with lines and areas; their plates lie above all of them. The given image stays as it is.

    >>> draw_outlines(np.zeros((40, 60, 3), np.uint8), [Outline(((0, 20.5), (60, 20.5)))]).shape
    (40, 60, 3)
    """
    canvas = image.copy()
    width = line_width((image.shape[0], image.shape[1]))
    for each in outlines:
        if len(each.points) > 2:
            _fill(canvas, each)
        _stroke(canvas, each.points, each.colour, width, is_closed=len(each.points) > 2)
        if each.towards is not None:
            _arrow(canvas, each, 8 * width)
    for each in outlines:
        _draw_text(canvas, each)
    return canvas


def draw_trails(image: Image, trails: Sequence[ArrayLike], colours: Sequence[Colour]) -> Image:
    """A new image with the way that each of n things went. The given image stays as it is.

    Args:
        image: (h, w, 3).
        trails: n of (k, 2) x, y in pixels.
        colours: n.

    >>> draw_trails(np.zeros((9, 9, 3), np.uint8), [[[0, 4.5], [9, 4.5]]], [(0, 0, 255)]).shape
    (9, 9, 3)
    """
    canvas = image.copy()
    width = line_width((image.shape[0], image.shape[1]))
    for trail, colour in zip(trails, colours, strict=True):
        points = np.asarray(trail, np.float64).reshape(-1, 2)
        if len(points) > 1:
            _stroke(canvas, points, colour, width, is_closed=False)
    return canvas


def _stroke(canvas: Image, points: ArrayLike, colour: Colour, width: int, *, is_closed: bool) -> None:
    """A line through the points, with one in its ink beside it, so that it is seen on every ground."""
    import cv2

    for tone, wide in ((ink_on(colour), width + 2), (colour, width)):
        cv2.polylines(canvas, [_fine(points)], is_closed, tone, wide, cv2.LINE_AA, _FINE)


def _fine(points: ArrayLike) -> NDArray[np.int32]:
    # OpenCV's coordinates are those of the middles of pixels.
    return np.asarray((np.asarray(points, np.float64) - 0.5) * 2**_FINE).round().astype(np.int32)


def _fill(canvas: Image, area: Outline) -> None:
    import cv2

    cover = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(cover, [_fine(area.points)], (1,), cv2.LINE_8, _FINE)
    inside: NDArray[Any] = cover.astype(bool)
    canvas[inside] = (canvas[inside] * (1 - _VEIL) + np.array(area.colour) * _VEIL).round().astype(np.uint8)


def _arrow(canvas: Image, line: Outline, length: float) -> None:
    """A head that points away from the line, near its start: at its end stands the text."""
    (x0, y0), (x1, y1) = np.array(line.points[0]), np.array(line.points[-1])
    along, ahead = np.array([x1 - x0, y1 - y0]), np.asarray(line.towards, np.float64)
    along, ahead = (each / max(float(np.linalg.norm(each)), 1e-9) for each in (along, ahead))
    foot = np.array([x0, y0]) + np.array([x1 - x0, y1 - y0]) * 0.2
    head = [foot - along * length / 2, foot + along * length / 2, foot + ahead * length]
    _fill_solid(canvas, head, line.colour)


def _fill_solid(canvas: Image, points: Sequence[NDArray[Any]], colour: Colour) -> None:
    import cv2

    cv2.fillPoly(canvas, [_fine(points)], colour, cv2.LINE_AA, _FINE)
    cv2.polylines(canvas, [_fine(points)], True, ink_on(colour), 1, cv2.LINE_AA, _FINE)


def _draw_text(canvas: Image, outline: Outline) -> None:
    """The plate lies inside the picture, wherever the line is."""
    height, width = canvas.shape[:2]
    pad = max(2, letter_size((height, width)) // 3)
    letters = written(outline.text, letter_size((height, width)), width - 2 * pad)
    if not letters.shape[1] or letters.shape[0] > height:
        return
    corners_of = np.array(outline.points)
    if len(corners_of) > 2:
        x, y = corners_of.min(axis=0)
    else:
        x, y = corners_of[-1] - [letters.shape[1] / 2 + pad, letters.shape[0] / 2]
    left = int(np.clip(x, 0, width - letters.shape[1] - 2 * pad))
    top = int(np.clip(y, 0, height - letters.shape[0]))
    corners = (left, top, left + letters.shape[1] + 2 * pad, top + letters.shape[0])
    plate(canvas, corners, pad, outline.colour, opacity=0.92)
    stamp(canvas, letters, left + pad, top, ink_on(outline.colour))
