"""One way, for teaching and for answering, to bring a picture of any size to the pixels that a network takes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError, OptionError
from opsin.core.image import Image, Planes, Size, check_image
from opsin.core.placement import Placement, centre_cropped, letterboxed, stretched
from opsin.media.geometry import place
from opsin.media.ink import inked
from opsin.media.limits import spoken

TILES = "tiles"
"""The fit that keeps a picture's own pixels: what is larger than the input is seen in tiles; of them, this module shows
the middle one."""

FITS = ("squeeze", "crop", "letterbox", "ink", TILES)
"""Ways to bring a picture to an input's size: see `Card.fit`."""


def fitted(
    image: NDArray[np.uint8], size: Size, channels: int, fit: str, index: int = 0
) -> tuple[NDArray[Any], Placement]:
    """The pixels for a network's input, (h, w, channels) uint8, and where the picture sits in them.

    Args:
        image: (h, w), (h, w, 1) or (h, w, 3) uint8. One that already has the input's size is not resampled.
        size: (height, width) of the input.
        channels: 3 for colour, 1 for grey.
        fit: one of `FITS`.
        index: which picture of the batch it is.

    Raises:
        OptionError: for another `fit`, or another number of channels.
        ImageError: when the array is no image.

    >>> pixels, placement = fitted(np.zeros((4, 6, 3), np.uint8), (8, 8), 1, "squeeze")
    >>> pixels.shape, placement.scale
    ((8, 8, 1), (1.3333333333333333, 2.0))
    """
    if fit not in FITS:
        raise OptionError(f"fit must be one of {', '.join(FITS)}; got {fit!r}.")
    if image.shape == (*size, channels):  # as built-in sets are: nothing to do, and nothing to lose
        return image, stretched(size, size, index)
    checked = check_image(image)
    if fit == "ink" and checked.shape[:2] != size:  # of the input's size, it is a character already
        drawn, placement = inked(checked, size, index)
        return in_channels(drawn, channels), placement
    placement = _placement(checked, size, fit, index)
    return in_channels(place(checked, placement), channels), placement


def fitted_planes(
    planes: Planes, size: Size, fit: str, white: float, index: int = 0
) -> tuple[NDArray[np.float32], Placement]:
    """The pixels for a network's input, (h, w, channels) float32 in 0..255, of a picture with 16 bits or many channels.

    Args:
        planes: (h, w, c) uint8 or uint16.
        size: (height, width) of the input.
        fit: one of `FITS`, but not "ink".
        white: the number that becomes 255.
        index: which picture of the batch it is.

    >>> pixels, _ = fitted_planes(np.full((2, 2, 5), 4095, np.uint16), (4, 4), "squeeze", 4095)
    >>> pixels.shape, float(pixels.max())
    ((4, 4, 5), 255.0)
    """
    placement = _placement(planes, size, fit, index)
    # OpenCV moves four channels at once.
    fours = [cast("Image", planes[..., at : at + 4]) for at in range(0, planes.shape[2], 4)]
    parts = [place(four, placement) for four in fours]
    laid = np.concatenate([part.reshape(*size, -1) for part in parts], axis=2)
    return in_range(laid, white), placement


def in_range(planes: Planes, white: float) -> NDArray[np.float32]:
    """Float32 in 0..255, `white` being 255: no digit of 16 bits is lost."""
    return planes.astype(np.float32) * np.float32(255 / white)


def with_channels(planes: Planes, channels: int, name: str) -> Planes:
    """The planes, when they are as many as a network takes.

    Raises:
        ImageError: when they are not.
    """
    if planes.shape[2] != channels:
        raise ImageError(f"{spoken(name)} has {planes.shape[2]} channels; this network takes {channels}.")
    return planes


def _placement(image: Planes, size: Size, fit: str, index: int) -> Placement:
    original = (image.shape[0], image.shape[1])
    if fit == TILES:
        down, right = ((side - own) // 2 for side, own in zip(size, original, strict=True))
        return Placement(original, size, (1.0, 1.0), (float(min(right, 0)), float(min(down, 0))), index)
    if fit == "crop":
        ratio = max(size[0] / original[0], size[1] / original[1])
        return centre_cropped(original, round(min(original) * ratio), size, index)
    return letterboxed(original, size, index) if fit == "letterbox" else stretched(original, size, index)


def in_channels(image: Image, channels: int) -> NDArray[Any]:
    """A colour image (h, w, 3) in 3 channels, or as its grey (h, w, 1), weighted as in ITU-R BT.601.

    Raises:
        OptionError: for another number of channels.
    """
    import cv2

    if channels not in (1, 3):
        raise OptionError(f"channels must be 1 (grey) or 3 (colour); got {channels}.")
    return image if channels == 3 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))[..., None]
