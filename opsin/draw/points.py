"""Points, drawn on a copy of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from opsin.core.image import Image
from opsin.draw.palette import BLACK, WHITE
from opsin.draw.shapes import plate
from opsin.draw.sizes import line_width


def draw_points(image: Image, points: ArrayLike) -> Image:
    """A new image with a light dot in a dark ring at each point; those outside are not seen.

    Args:
        image: (h, w, 3).
        points: (n, 2) x, y in pixels.

    >>> draw_points(np.zeros((9, 9, 3), np.uint8), [[4.5, 4.5]])[4, 4].tolist()
    [255, 255, 255]
    """
    canvas = image.copy()
    radius = max(1.0, line_width((image.shape[0], image.shape[1])) * 0.75)
    for x, y in np.asarray(points, np.float64).reshape(-1, 2).tolist():
        for reach, colour in ((radius + max(1.0, radius / 2), BLACK), (radius, WHITE)):
            plate(canvas, (x - reach, y - reach, x + reach, y + reach), reach, colour)
    return canvas
