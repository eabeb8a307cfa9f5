"""Pictures and maps made small quickly, for what needs no fine detail."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Size

A = TypeVar("A", bound=np.generic)


def halved(pixels: NDArray[A], longest: int) -> NDArray[A]:
    """The picture or map, halved until no side is longer than `longest`; each pixel is the mean of those it replaces.

    Halving takes a tenth of the time that other sizes take: whole blocks of pixels are averaged.

    Args:
        pixels: (h, w) or (h, w, 3), uint8 or float32.
        longest: in pixels; at least 1.

    >>> halved(np.array([[0, 1, 2, 3], [0, 1, 2, 3]], np.float32), 2).tolist()
    [[0.5, 2.5]]
    """
    import cv2

    made: NDArray[Any] = pixels
    for height, width in _sizes((pixels.shape[0], pixels.shape[1]), longest):
        made = np.asarray(cv2.resize(made, (width, height), interpolation=cv2.INTER_AREA))
    return made


def _sizes(size: Size, longest: int) -> list[Size]:
    """The sizes on the way, each half of the one before; an odd side loses half a pixel."""
    sizes = []
    while max(size) > longest:
        size = max(1, size[0] // 2), max(1, size[1] // 2)
        sizes.append(size)
    return sizes
