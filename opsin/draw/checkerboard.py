"""What is left of a picture where all else is clear, over a checkerboard as image editors show it."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.core.image import Image, Size
from opsin.draw.sizes import letter_size

LIGHT, DARK = 255, 204
"""Greys of the fields: told apart, and quieter than most pictures."""


def draw_on_checkerboard(image: Image, alpha: NDArray[Any]) -> Image:
    """A new image: the given one where `alpha` is 1, grey and white fields where it is 0, mixed between.

    Args:
        image: (h, w, 3).
        alpha: (h, w) in 0..1.

    Raises:
        InputError: when they differ in size.

    >>> draw_on_checkerboard(np.full((1, 1, 3), 7, np.uint8), np.zeros((1, 1))).tolist()
    [[[255, 255, 255]]]
    """
    size = (image.shape[0], image.shape[1])
    if alpha.shape != size:
        raise InputError(f"alpha must have the image's height and width {size}; got {alpha.shape}.")
    share = alpha.astype(np.float32)[..., None]  # (h, w, 1)
    board = _board(size)[..., None].astype(np.float32)
    return cast("Image", (board + (image - board) * share).round().astype(np.uint8))


def _board(size: Size) -> NDArray[np.uint8]:
    """(h, w) the greys of the fields; the first is light."""
    side = letter_size(size)
    rows, columns = (np.arange(length) // side for length in size)
    return np.where((rows[:, None] + columns) % 2, DARK, LIGHT).astype(np.uint8)
