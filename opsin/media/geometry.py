"""New sizes and cuts of an image, and how it is laid into a network's input."""

from __future__ import annotations

from math import ceil, floor
from typing import cast

import numpy as np

from opsin.core.errors import OptionError
from opsin.core.image import Image, Size
from opsin.core.placement import Placement

WAYS = ("area", "linear", "cubic")


def resize(image: Image, size: Size, *, how: str = "area") -> Image:
    """The image at another size.

    Args:
        image: (h, w, 3) uint8.
        size: (height, width) in pixels, each at least 1.
        how: "area" averages what falls together when shrinking, which leaves no moiré, and is linear when growing;
            "linear" and "cubic" look at the nearest 4 or 16 pixels only, as many networks were trained with.

    Raises:
        OptionError: for another `how`, or a size without pixels.

    >>> import numpy as np
    >>> resize(np.zeros((4, 6, 3), np.uint8), (2, 3)).shape
    (2, 3, 3)
    """
    import cv2

    if how not in WAYS:
        raise OptionError(f"how must be one of {', '.join(WAYS)}; got {how!r}.")
    height, width = size
    if height < 1 or width < 1:
        raise OptionError(f"size must be (height, width) of at least 1 pixel each; got {size}.")
    if how == "area":
        how = "area" if height <= image.shape[0] and width <= image.shape[1] else "linear"
    ways = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
    return cast("Image", cv2.resize(image, (width, height), interpolation=ways[how]))


def place(image: Image, placement: Placement) -> Image:
    """What a network's input shows of an image, (h, w, 3) of `placement.input_size`.

    Sampling is linear; what is shrunk to less than half is averaged first, so that no pixel is skipped. Outside the
    image, its border goes on.

    >>> import numpy as np
    >>> from opsin.core.placement import stretched
    >>> place(np.zeros((4, 6, 3), np.uint8), stretched((4, 6), (8, 8))).shape
    (8, 8, 3)
    """
    import cv2

    image, ((x, y), (right, down)) = _shrunk(image, placement)
    # Coordinates count from the corner of a pixel; OpenCV's from its middle.
    matrix = np.array([[x, 0, right + (x - 1) / 2], [0, y, down + (y - 1) / 2]])
    height, width = placement.input_size
    laid = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast("Image", laid)


def _shrunk(image: Image, placement: Placement) -> tuple[Image, tuple[tuple[float, float], tuple[float, float]]]:
    """The part of the image that is shown, averaged until half of it or more is left; and its scale and shift."""
    (x, y), (right, down) = placement.scale, placement.shift
    if min(x, y) >= 0.5:
        return image, ((x, y), (right, down))
    top, left, bottom, far = _seen(placement)
    size = max(1, round((bottom - top) * min(1.0, y))), max(1, round((far - left) * min(1.0, x)))
    part = resize(image[top:bottom, left:far], size)
    scale = x * (far - left) / size[1], y * (bottom - top) / size[0]
    return part, (scale, (right + left * x, down + top * y))


def _seen(placement: Placement) -> tuple[int, int, int, int]:
    """The part of the original that the input shows: top, left, bottom, right, in whole pixels inside it."""
    height, width = placement.size
    (left, top), (right, bottom) = placement.to_original([[0, 0], placement.input_size[::-1]]).tolist()
    # One pixel more on each side: what is sampled at the border looks at its neighbours.
    return (
        min(max(floor(top) - 1, 0), height - 1),
        min(max(floor(left) - 1, 0), width - 1),
        max(min(ceil(bottom) + 1, height), 1),
        max(min(ceil(right) + 1, width), 1),
    )
