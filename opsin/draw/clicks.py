"""Clicks, drawn on a copy of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from opsin.core.image import Image
from opsin.draw.palette import WHITE, Colour
from opsin.draw.shapes import plate
from opsin.draw.sizes import line_width

INSIDE: Colour = (0, 158, 115)
OUTSIDE: Colour = (213, 50, 0)


def draw_clicks(image: Image, inside: ArrayLike, outside: ArrayLike) -> Image:
    """A new image with a dot in a white ring at each point: green on the thing, red with a white bar beside it.

    Args:
        image: (h, w, 3).
        inside: (n, 2) x, y in pixels.
        outside: (m, 2) x, y in pixels.

    >>> draw_clicks(np.zeros((20, 20, 3), np.uint8), [[10, 10]], [])[9, 9].tolist()
    [0, 158, 115]
    """
    canvas = image.copy()
    radius = 2.5 * line_width((image.shape[0], image.shape[1])) + 1
    for points, colour in ((inside, INSIDE), (outside, OUTSIDE)):
        for x, y in np.asarray(points, np.float64).reshape(-1, 2).tolist():
            for reach, paint in ((radius * 1.4, WHITE), (radius, colour)):
                plate(canvas, (x - reach, y - reach, x + reach, y + reach), reach, paint)
            if colour == OUTSIDE:  # told apart by more than its colour
                plate(canvas, (x - radius * 0.6, y - radius * 0.3, x + radius * 0.6, y + radius * 0.3), 1, WHITE)
    return canvas
