"""The regions of a picture in colours, on a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image
from opsin.draw.palette import PALETTE, WHITE, Colour, colour_of_number
from opsin.draw.sizes import line_width

STRENGTH = 0.55
"""How much of a region is its colour, and not picture."""


def draw_regions(image: Image, numbers: NDArray[Any], colours: Sequence[Colour | None]) -> Image:
    """A new image with each region under its colour, and a white line where regions meet.

    Args:
        image: (h, w, 3).
        numbers: (h, w) for each pixel the number of its region, from 0 up; -1 where there is none.
        colours: for each number; None for regions that are left as they are.

    >>> draw_regions(np.zeros((1, 2, 3), np.uint8), np.array([[-1, 0]]), [(100, 200, 0)])[0, 0].tolist()
    [0, 0, 0]
    """
    drawn = image.copy()
    shown = [number for number, colour in enumerate(colours) if colour is not None]
    for number in shown:
        where = numbers == number
        below = drawn[where]
        mixed = below + (np.array(colours[number], np.float32) - below) * np.float32(STRENGTH)
        drawn[where] = mixed.round()
    drawn[_edges(np.where(np.isin(numbers, shown), numbers, -1))] = WHITE
    return drawn


def colour_of_region(number: int) -> Colour:
    """The colour of the region of a number: sixteen that follow each other have sixteen, the next sixteen paler ones.

    >>> colour_of_region(3) == colour_of_region(19)
    False
    """
    colour = colour_of_number(number)
    pale = number // len(PALETTE) % 2
    return cast("Colour", tuple((channel + 255) // 2 for channel in colour)) if pale else colour


def _edges(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """(h, w) the pixels near which a region ends. The border of the picture ends none."""
    import cv2

    size = (numbers.shape[0], numbers.shape[1])
    side = 2 * (line_width(size) // 2)
    around = np.ones((side + 1, side + 1) if side else (2, 2), np.uint8)
    whole = numbers.astype(np.int16)
    edges: NDArray[np.bool_] = cv2.dilate(whole, around) != cv2.erode(whole, around)
    return edges
