"""What a subject can stand before: its own background out of focus, a colour, another picture."""

from __future__ import annotations

import numpy as np

from opsin.core.errors import OptionError
from opsin.core.image import Image, Size
from opsin.draw.palette import Colour
from opsin.media.geometry import resize
from opsin.media.halving import halved
from opsin.media.levels import Levels

FINE = 2.5
"""A blur is worked out on a picture so small that it spreads over so many pixels: nothing finer is left in it."""
BARELY = np.float32(1e-3)
"""The weight of background where the edge is near: counted only where there is nothing surer."""


def out_of_focus(image: Image, alpha: Levels, blur: float, size: Size) -> Image:
    """A new image: the background alone, blurred. The subject lends it no colour: normalised convolution.

    Knutsson and Westin, Normalized and Differential Convolution, 1993.

    Args:
        image: (h, w, 3) uint8; a reduced one does.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
        blur: standard deviation, as a share of the longer side; above 0.
        size: (height, width) of the new image.

    Raises:
        OptionError: when there is no blur.
    """
    import cv2

    if not blur > 0:
        raise OptionError(f"blur must be above 0, a share of the longer side; got {blur!r}.")
    small = halved(image, max(1, round(1.5 * FINE / blur)))
    weight = _background(halved(alpha, max(small.shape[:2])))
    weighted = cv2.multiply(small, cv2.merge([weight] * 3), dtype=cv2.CV_32F)
    spread, share = (cv2.GaussianBlur(each, (0, 0), blur * max(weight.shape)) for each in (weighted, weight))
    return resize(np.asarray(cv2.divide(spread, cv2.merge([share] * 3), dtype=cv2.CV_8U), np.uint8), size, how="linear")


def _background(alpha: Levels) -> Levels:
    """(h, w) how much each pixel tells of the background: little wherever a neighbour is subject, never nothing."""
    import cv2

    near = cv2.dilate(alpha, np.ones((3, 3), np.uint8))
    return np.asarray((1 - near) + BARELY * (1 - alpha) + BARELY**2, np.float32)


def of_colour(colour: Colour, size: Size) -> Image:
    """A new image of one colour.

    >>> of_colour((1, 2, 3), (1, 1)).tolist()
    [[[1, 2, 3]]]
    """
    return np.full((*size, 3), colour, np.uint8)


def colour_from_text(text: str) -> Colour:
    """The colour that CSS calls so: a name such as "teal", or "#rrggbb" or "#rgb".

    Raises:
        OptionError: when there is none.

    >>> colour_from_text("#ff8000"), colour_from_text("teal")
    ((255, 128, 0), (0, 128, 128))
    """
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError as error:
        raise OptionError(f"A colour is a name such as teal, or #rrggbb; got {text!r}.") from error
    return red, green, blue


def filling(image: Image, size: Size) -> Image:
    """The image at another size (height, width): as large as it must be to fill it, its middle cut out.

    >>> filling(np.zeros((10, 40, 3), np.uint8), (5, 8)).shape
    (5, 8, 3)
    """
    height, width = size
    scale = max(height / image.shape[0], width / image.shape[1])
    large = max(height, round(image.shape[0] * scale)), max(width, round(image.shape[1] * scale))
    top, left = (large[0] - height) // 2, (large[1] - width) // 2
    return np.ascontiguousarray(resize(image, large)[top : top + height, left : left + width])
