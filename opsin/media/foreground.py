"""The colours of a subject without those of what lay behind it, which shine through its soft edges.

Forte, Approximate Fast Foreground Colour Estimation, 2021, https://arxiv.org/abs/2006.14970 (blur fusion).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.media.levels import Levels

NOTHING = np.float32(1e-5)
"""Keeps the mean over no subject at all from being 0/0."""
FAR, NEAR = 0.1, 0.008
"""Sides of the two windows in which colours are gathered, as shares of a picture's longer side."""


@dataclass(frozen=True, eq=False)
class Sides:
    """The colours on both sides of a subject's edge, around each pixel; smooth, and so at any size.

    Attributes:
        subject: (h, w, 3) float32 in 0..255.
        behind: (h, w, 3) float32 in 0..255.
    """

    subject: NDArray[np.float32]
    behind: NDArray[np.float32]


def sides_of(image: Image, alpha: Levels) -> Sides:
    """The colours on both sides: gathered from afar, then again from nearby with what is known by then.

    Args:
        image: (h, w, 3) uint8; a reduced one does.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
    """
    pixels, share = image.astype(np.float32), alpha[..., None]
    far, near = (max(3, round(part * max(alpha.shape)) // 2 * 2 + 1) for part in (FAR, NEAR))
    first = _gathered(pixels, pixels, alpha, far)
    subject = unmixed(pixels, share, first.subject, first.behind)
    return _gathered(subject, first.behind, alpha, near)


def unmixed(
    pixels: NDArray[Any], share: NDArray[np.float32], subject: NDArray[np.float32], behind: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(…, 3) the subject's own colour in each pixel, in 0..255.

    What the colours nearby do not explain of a pixel is given to the subject, by its share.

    Args:
        pixels: (…, 3) in 0..255.
        share: (…, 1) in 0..1, how much of each pixel is subject.
        subject: (…, 3) the subject's colour nearby.
        behind: (…, 3) the colour behind it nearby.

    >>> red, blue, half = (np.array([each], np.float32) for each in ([255, 0, 0], [0, 0, 255], [0.5]))
    >>> unmixed((red + blue) / 2, half, red, blue).tolist()
    [[255.0, 0.0, 0.0]]
    """
    unexplained = pixels - behind - share * (subject - behind)
    return np.asarray((subject + share * unexplained).clip(0, 255), np.float32)


def freed(image: Image, alpha: Levels, small: Image, small_alpha: Levels) -> Image:
    """A new image in which soft edges have the subject's colour alone: exactly so, in each of their pixels.

    Args:
        image: (h, w, 3) uint8.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
        small: the image reduced: colours nearby are gathered in it.
        small_alpha: alpha at that size.
    """
    sides, made = sides_of(small, small_alpha), image.copy()
    at = np.flatnonzero((alpha.reshape(-1) > 0) & (alpha.reshape(-1) < 1))
    size = (image.shape[0], image.shape[1])
    subject, behind = (_sampled(each, at, size) for each in (sides.subject, sides.behind))
    own = unmixed(image.reshape(-1, 3)[at].astype(np.float32), alpha.reshape(-1)[at][:, None], subject, behind)
    made.reshape(-1, 3)[at] = own.round().astype(np.uint8)
    return made


def quickly_freed(image: Image, small: Image, small_alpha: Levels) -> Image:
    """As `freed`, for video: what has to be added to colours is worked out in the reduced picture, and spread."""
    import cv2

    sides, pixels = sides_of(small, small_alpha), small.astype(np.float32)
    own = unmixed(pixels, small_alpha[..., None], sides.subject, sides.behind)
    added = ((own - pixels) * (small_alpha > 0)[..., None]).astype(np.int16)
    spread = cv2.resize(added, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(image, spread, dtype=cv2.CV_8U), np.uint8)


def _sampled(colours: NDArray[np.float32], at: NDArray[np.int64], size: Size) -> NDArray[np.float32]:
    """(n, 3) smooth colours (h, w, 3) of any size, at the pixels `at` of a picture of `size`, counted row by row."""
    height, width = colours.shape[:2]
    rows, columns = np.divmod(at, size[1])
    nearest = rows * height // size[0] * width + columns * width // size[1]
    return np.asarray(colours.reshape(-1, 3)[nearest], np.float32)


def _gathered(subject: NDArray[Any], behind: NDArray[Any], alpha: Levels, side: int) -> Sides:
    """Means of the colours over a window, each pixel weighing as much as there is of that side in it."""
    return Sides(_weighted_mean(subject, alpha, side), _weighted_mean(behind, 1 - alpha, side))


def _weighted_mean(colours: NDArray[Any], weight: Levels, side: int) -> NDArray[np.float32]:
    import cv2

    total = cv2.blur(colours * weight[..., None], (side, side))
    return np.asarray(total / (cv2.blur(weight, (side, side))[..., None] + NOTHING), np.float32)
