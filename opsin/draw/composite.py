"""A subject before another background."""

from __future__ import annotations

import numpy as np

from opsin.core.errors import InputError
from opsin.core.image import Image
from opsin.media.levels import Levels

BAND = 40_000
"""So many pixels are mixed at a time: what lies between fits the cache, and memory that was there before.

To get large memory anew takes twice as long as to mix.
"""


def composite(subject: Image, alpha: Levels, backdrop: Image) -> Image:
    """A new image: the subject where `alpha` is 1, the backdrop where it is 0, mixed between, in steps of 1/255.

    Args:
        subject: (h, w, 3) uint8, its own colours alone, see `media.foreground`.
        alpha: (h, w) in 0..1.
        backdrop: (h, w, 3) uint8.

    Raises:
        InputError: when they differ in size.

    >>> red, blue = (np.array([[each]], np.uint8) for each in ([200, 0, 0], [0, 0, 100]))
    >>> composite(red, np.array([[0.25]], np.float32), blue).tolist()
    [[[50, 0, 75]]]
    """
    size = (subject.shape[0], subject.shape[1])
    if alpha.shape != size:
        raise InputError(f"alpha must have the image's height and width {size}; got {alpha.shape}.")
    if backdrop.shape[:2] != size:
        raise InputError(f"The backdrop must have the image's height and width {size}; got {backdrop.shape[:2]}.")
    made = np.empty_like(subject)
    rows = max(1, BAND // max(1, size[1]))
    for band in (slice(top, top + rows) for top in range(0, size[0], rows)):
        _mix(subject[band], alpha[band], backdrop[band], made[band])
    return made


def _mix(subject: Image, alpha: Levels, backdrop: Image, made: Image) -> None:
    """Fills `made`."""
    import cv2

    one = cv2.convertScaleAbs(alpha, alpha=255)
    share = cv2.merge([one, one, one])
    cv2.multiply(subject, share, dst=made, scale=1 / 255)
    rest = cv2.bitwise_not(share, dst=share)
    cv2.multiply(backdrop, rest, dst=rest, scale=1 / 255)
    cv2.add(made, rest, dst=made)
