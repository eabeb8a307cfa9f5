"""What an image is, inside Opsin: an array (height, width, 3) of uint8, RGB, upright."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError

Image = NDArray[np.uint8]
"""(height, width, 3) uint8, RGB, upright."""

Planes = NDArray[np.uint8] | NDArray[np.uint16]
"""(height, width, channels) as a measuring instrument writes them: 8 or 16 bits, 1 to 16 channels."""

Size = tuple[int, int]
"""(height, width) in pixels."""


def check_image(array: NDArray[Any]) -> Image:
    """The array as an image: grey becomes RGB, alpha lies on white, anything else is refused.

    Args:
        array: uint8 of shape (h, w), (h, w, 1), (h, w, 3) RGB or (h, w, 4) RGBA. It is never written to.

    Raises:
        ImageError: for another shape or type, or an image without pixels.

    >>> check_image(np.zeros((4, 6), np.uint8)).shape
    (4, 6, 3)
    """
    _refuse_what_is_no_image(array)
    pixels = array[..., None] if array.ndim == 2 else array  # (h, w, 1 | 3 | 4)
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    if pixels.shape[2] == 4:
        return _on_white(pixels)
    return np.ascontiguousarray(pixels)


def _refuse_what_is_no_image(array: Any) -> None:
    came = f"{getattr(array, 'dtype', type(array).__name__)} {getattr(array, 'shape', '')}".strip()
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        raise ImageError(f"An image must be uint8 of shape (h, w) or (h, w, 3); got {came}.")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise ImageError(f"An image must be uint8 of shape (h, w) or (h, w, 3); got {came}.")
    if array.size == 0:
        raise ImageError(f"An image must have at least one pixel; got {came}.")


def _on_white(rgba: NDArray[np.uint8]) -> Image:
    """Transparent pixels show white paper: what a viewer shows, and not the colour left under the alpha."""
    alpha = rgba[..., 3:].astype(np.uint16)  # (h, w, 1)
    mixed = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)
