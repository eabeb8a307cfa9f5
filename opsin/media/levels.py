"""Maps of levels in 0..1, such as how much of each pixel is subject: new sizes, and text to keep them in."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.media.decode import decode

Levels = NDArray[np.float32]
"""(h, w) in 0..1."""


def resize_levels(levels: Levels, size: Size) -> Levels:
    """The map at another size (height, width), its edges as soft as they were.

    What shrinks to half or less is averaged; all else is cubic, cut to 0..1, which leaves no steps.

    >>> resize_levels(np.array([[0, 1], [1, 0]], np.float32), (1, 2))
    array([[0.5, 0.5]], dtype=float32)
    """
    import cv2

    # One side may grow while the other shrinks: "area" averages only where none grows.
    fewer = tuple(wanted if 2 * wanted <= there else there for wanted, there in zip(size, levels.shape, strict=True))
    averaged = levels if fewer == levels.shape else cv2.resize(levels, fewer[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(averaged, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


def firm(levels: Levels, margin: float) -> Levels:
    """The map stretched so that what is within `margin` of 0 or 1 is 0 or 1: no haze, and no holes.

    >>> firm(np.array([0.1, 0.5, 0.95], np.float32), 0.1).tolist()
    [0.0, 0.5, 1.0]
    """
    stretched = levels - np.float32(margin)
    stretched *= np.float32(1 / (1 - 2 * margin))
    return np.clip(stretched, 0, 1, out=stretched)


def bytes_from_levels(levels: Levels) -> NDArray[np.uint8]:
    """(h, w) whole numbers in 0..255: the nearest to 255 times each level."""
    return (levels * np.float32(255)).round().astype(np.uint8)


def text_from_levels(levels: Levels) -> str:
    """The map in 8 bits as a grey PNG in base64: text that any program can read, and small.

    >>> levels_from_text(text_from_levels(np.array([[0, 0.2, 1]], np.float32)), "alpha")
    array([[0. , 0.2, 1. ]], dtype=float32)
    """
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(bytes_from_levels(levels)).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def levels_from_text(text: str, name: str) -> Levels:
    """The map that `text_from_levels` made text of, in steps of 1/255.

    Args:
        text: a PNG, or another picture, in base64; of one in colour the red is taken.
        name: what the text is, for messages.

    Raises:
        InputError: when it is no base64, or no picture, or too large a one.
    """
    try:
        picture = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{name} must be a grey PNG in base64; got text that is no base64: {error}.") from error
    image, _ = decode(picture, name=name)
    return image[..., 0].astype(np.float32) / np.float32(255)
