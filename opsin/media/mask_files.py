"""A mask's pixels as they are written in its file: numbers of a palette stay numbers, and 16 bits stay 16 bits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError
from opsin.media.decode import opened_picture
from opsin.media.limits import DEFAULT_LIMITS, Limits, spoken

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

Written = NDArray[np.uint8] | NDArray[np.int32]
"""(h, w) whole numbers, or (h, w, 3) uint8 colours."""

_WHOLE = frozenset({"1", "L", "P", "I", "I;16", "I;16B", "I;16L"})

# Pillow makes 8 bits of fewer, and multiplies: 1 of 15 becomes 17 of 255.
_FACTORS = {"L;2": 85, "L;4": 17}


def decode_mask(data: bytes | Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Written:
    """(h, w) numbers as they are written, or (h, w, 3) uint8 where the file holds colours that are not all grey.

    No note of an orientation is followed, and no colour profile: the pixels are numbers, not light.

    Args:
        data: the bytes, or the file that holds them.
        name: where it comes from, for messages.
        limits: what it may cost.

    Raises:
        ImageError: when it is missing, no picture, damaged or too large, partly transparent, or not of whole numbers.
    """
    with opened_picture(data, name, limits) as picture:
        factor = _factor(picture)
        picture.load()
        if picture.mode in _WHOLE:
            return _numbers(np.asarray(picture), name) // factor
        return _colours(picture, name)


def _factor(picture: ImageFile) -> int:
    """What Pillow multiplies the numbers of the file by."""
    return _FACTORS.get(str(picture.tile[0].args), 1) if picture.tile else 1


def _numbers(pixels: NDArray[np.generic], name: str) -> Written:
    if pixels.dtype in (np.uint8, np.bool_):
        return pixels.astype(np.uint8)
    numbers = pixels.astype(np.int32)
    if numbers.size and int(numbers.min()) < 0:
        raise ImageError(f"{spoken(name)} holds numbers below 0, such as {int(numbers.min())}. Numbers start at 0.")
    return numbers


def _colours(picture: ImageFile, name: str) -> Written:
    """(h, w, 3), or (h, w) where all three are the same everywhere: many programs write grey in that way."""
    if picture.mode not in ("RGB", "RGBA", "LA"):
        raise ImageError(
            f"{spoken(name)} has pixels of the kind {picture.mode}; a mask has whole numbers or RGB colours. "
            "Save it as PNG."
        )
    if picture.mode.endswith("A") and picture.getchannel("A").getextrema() != (255, 255):
        raise ImageError(f"{spoken(name)} is partly transparent, and so nobody can say what is there. Save it without.")
    pixels: NDArray[np.uint8] = np.asarray(picture.convert("RGB"))
    is_grey = (pixels == pixels[..., :1]).all()
    return pixels[..., 0] if is_grey else pixels
