"""A map of heat over a picture, and maps in colours."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.placement import Placement

SHADE = 0.45
"""How much of a picture's brightness is left where there is no heat."""

STRENGTH = 0.7
"""How much of the hottest places is heat, and not picture."""


def draw_heat(image: Image, heat: NDArray[Any]) -> Image:
    """A new image, dark where there is no heat, glowing where there is: violet, red, orange, yellow.

    Args:
        image: (h, w, 3).
        heat: (h, w) in 0..1.

    >>> draw_heat(np.full((2, 2, 3), 100, np.uint8), np.zeros((2, 2))).tolist()[0][0]
    [45, 45, 45]
    """
    level = np.clip(heat, 0, 1)[..., None].astype(np.float32)  # (h, w, 1)
    below = image * (SHADE + (1 - SHADE) * level)
    drawn = below + (coloured(heat, "inferno") - below) * STRENGTH * level
    return cast("Image", drawn.round().astype(np.uint8))


def coloured(levels: NDArray[Any], colours: str = "viridis") -> Image:
    """(h, w, 3) numbers (h, w) in 0..1 as colours that are told apart by colour-blind eyes and in grey, too.

    Args:
        levels: what lies outside 0..1 has the colour of the nearest end.
        colours: "viridis" from violet to yellow, "inferno" from black to pale yellow.
    """
    import cv2

    kinds = {"viridis": cv2.COLORMAP_VIRIDIS, "inferno": cv2.COLORMAP_INFERNO}
    steps = (np.clip(levels, 0, 1) * 255).round().astype(np.uint8)
    return cast("Image", cv2.cvtColor(cv2.applyColorMap(steps, kinds[colours]), cv2.COLOR_BGR2RGB))


def spread(values: NDArray[Any], size: Size) -> NDArray[np.float32]:
    """A coarse map (h', w') as one of that size (height, width), with smooth steps."""
    import cv2

    coarse = np.asarray(values, np.float32)
    return np.asarray(cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def on_original(values: NDArray[Any], placement: Placement) -> NDArray[np.float32]:
    """A map (h', w') of a network's input as one of the original picture: 0 where the network saw nothing of it."""
    import cv2

    (x, y), (right, down) = placement.scale, placement.shift
    # Coordinates count from the corner of a pixel; OpenCV's from its middle.
    matrix = np.array([[x, 0, right + (x - 1) / 2], [0, y, down + (y - 1) / 2]])
    ways = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    coarse, size = spread(values, placement.input_size), placement.size
    laid = cv2.warpAffine(coarse, matrix, (size[1], size[0]), flags=ways, borderMode=cv2.BORDER_REPLICATE)
    is_seen = np.outer(
        _is_inside(np.arange(size[0]), y, down, placement.input_size[0]),
        _is_inside(np.arange(size[1]), x, right, placement.input_size[1]),
    )
    return np.asarray(laid * is_seen, np.float32)


def _is_inside(lines: NDArray[Any], scale: float, shift: float, length: int) -> NDArray[np.bool_]:
    """(n,) whether the middle of each row or column of the original lies in the network's input."""
    middles = (lines + 0.5) * scale + shift
    return np.asarray((middles >= 0) & (middles <= length))


def enlarged(image: Image, side: int) -> Image:
    """The image, its pixels repeated until its long side has `side` pixels or more: a small one is then seen as it is.

    >>> enlarged(np.zeros((2, 3, 3), np.uint8), 10).shape
    (8, 12, 3)
    """
    times = -(-side // max(image.shape[:2]))
    return image.repeat(times, axis=0).repeat(times, axis=1) if times > 1 else image
