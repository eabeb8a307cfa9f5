"""A map of levels given the edges of a picture: the guided filter, worked out at the map's own, smaller size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.core.image import Image
from opsin.media.halving import halved
from opsin.media.levels import Levels

FLAT = np.float32(1e-4)
"""A map that spreads less than this within a window is flat there: nothing is left to explain."""


def grey_levels(image: Image) -> Levels:
    """(h, w) how bright each pixel is, in 0..1, weighted as in ITU-R BT.601."""
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32) * np.float32(1 / 255)


def guided(levels: Levels, guide: Levels, *, radius: int, softness: float) -> Levels:
    """The map at the guide's size, its edges where the guide has them: within a window it is a straight line in it.

    He and Sun, Fast Guided Filter, 2015, https://arxiv.org/abs/1505.00996: the lines are found at the size of the map,
    from box filters alone, and applied to every pixel of the guide. Where the guide does not explain the map, as
    between a dark coat and the night, that filter would blur; there the map stays what it was, as far as the
    correlation of the two is from 1. A map that is the same everywhere stays so.

    Args:
        levels: (h, w) in 0..1, no larger than the guide.
        guide: (H, W) in 0..1.
        radius: of the windows, in pixels of the map; windows are 2 * radius + 1 wide. 0 leaves the map as it is.
        softness: how far, in levels, the guide must differ within a window to be followed; above 0.

    Raises:
        OptionError: for a radius below 0, or a softness that is not above 0.

    >>> guided(np.full((2, 2), 0.25, np.float32), np.eye(4, dtype=np.float32), radius=1, softness=0.1).tolist()[0]
    [0.25, 0.25, 0.25, 0.25]
    """
    import cv2

    if radius < 0 or not softness > 0:
        raise OptionError(f"radius must be at least 0 and softness above 0; got {radius} and {softness}.")
    size = guide.shape[1], guide.shape[0]
    small = _like(guide, levels)
    slope, start = (cv2.resize(each, size) for each in _lines(levels, small, radius, softness))
    followed = np.asarray(cv2.add(cv2.multiply(slope, guide), start), np.float32)
    return np.clip(followed, 0, 1, out=followed)


def _like(guide: Levels, levels: Levels) -> NDArray[Any]:
    """The guide at the size of the map."""
    import cv2

    near = halved(guide, 2 * max(levels.shape) - 1)
    return np.asarray(cv2.resize(near, (levels.shape[1], levels.shape[0]), interpolation=cv2.INTER_AREA))


def _lines(levels: Levels, guide: NDArray[Any], radius: int, softness: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Slope and start (h, w) of the line that explains the map by the guide around each pixel."""
    mean_guide, mean = _mean(guide, radius), _mean(levels, radius)
    shared = _mean(guide * levels, radius) - mean_guide * mean
    spread = _mean(guide * guide, radius) - mean_guide * mean_guide + np.float32(softness**2)
    spread_of_map = _mean(levels * levels, radius) - mean * mean
    slope = shared / spread
    trust = _mean(np.minimum(slope * shared / np.maximum(spread_of_map, FLAT), 1), radius)  # the squared correlation
    start = _mean(mean - slope * mean_guide, radius)
    return _mean(slope, radius) * trust, levels + (start - levels) * trust


def _mean(levels: NDArray[Any], radius: int) -> NDArray[Any]:
    """The mean over the window around each pixel; outside, the map goes on as in a mirror."""
    import cv2

    side = 2 * radius + 1
    return np.asarray(cv2.blur(levels, (side, side)))
