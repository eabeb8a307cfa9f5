"""What is around a mistake, cut out of its picture, with boxes drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import as_boxes
from opsin.core.image import Image, Size
from opsin.draw.palette import Colour, ink_on
from opsin.draw.shapes import ring
from opsin.media.geometry import resize

SIDE = 240
"""Longest side of what is cut out, in pixels, when it is drawn."""

AROUND = 2.5
"""How much longer the side of the cut is than that of the box: a thing is known by what is around it."""

LEAST = 48
"""Shortest side of a cut, in pixels of the picture; less could not be recognised."""

TRUE: Colour = (0, 158, 115)
WRONG: Colour = (213, 94, 0)
FOUND: Colour = (86, 180, 233)


def cut_out(image: Image, box: NDArray[Any], marks: Iterable[tuple[NDArray[Any], Colour]]) -> Image:
    """A part of a picture, enlarged or shrunk, with boxes drawn on it: the first is drawn first.

    Args:
        image: (h, w, 3) or (h, w, 1) uint8.
        box: (4,) xyxy in pixels, what the part is around.
        marks: (n, 4) boxes in pixels of the picture, and their colour.
    """
    left, top, right, bottom = _around(box, (image.shape[0], image.shape[1]))
    part = image[top:bottom, left:right]
    scale = SIDE / max(part.shape[:2])
    size = max(1, round(part.shape[0] * scale)), max(1, round(part.shape[1] * scale))
    canvas = resize(np.ascontiguousarray(np.broadcast_to(part, (*part.shape[:2], 3))), size)
    for boxes, colour in marks:
        for x0, y0, x1, y1 in ((as_boxes(boxes) - [left, top, left, top]) * scale).tolist():
            ring(canvas, (x0 - 1, y0 - 1, x1 + 1, y1 + 1), 5, 4, ink_on(colour), opacity=0.35)
            ring(canvas, (x0, y0, x1, y1), 3, 3, colour)
    return canvas


def _around(box: NDArray[Any], size: Size) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a square around a box, in whole pixels, moved into the picture as far as it fits."""
    height, width = size
    x0, y0, x1, y1 = np.asarray(box, float).tolist()
    side = max(AROUND * max(x1 - x0, y1 - y0), LEAST)
    left, top = (
        min(max((low + high - side) / 2, 0), max(end - side, 0))
        for low, high, end in ((x0, x1, width), (y0, y1, height))
    )
    left, top = min(floor(left), width - 1), min(floor(top), height - 1)
    return left, top, max(min(ceil(left + side), width), left + 1), max(min(ceil(top + side), height), top + 1)
