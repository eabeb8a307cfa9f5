"""Holes in pictures filled from what is around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import cast

import numpy as np

from opsin.core.errors import InputError, OptionError
from opsin.core.image import Image, check_image
from opsin.core.runs import check_mask
from opsin.media.fill import exemplar
from opsin.media.fill.pyramid import Hole

_AROUND = 1.0
"""What is looked at around a hole, as a share of its longer side, on each side."""
_LEAST_AROUND = 100
_APART = 16
"""Pixels: holes that lie nearer to each other are filled together."""
_MOST_HOLES = 64
"""Were there more, each alone would take longer than all at once."""
_RADIUS = 5
"""Pixels that OpenCV's fills look at around each pixel."""


def fill(image: Image, hole: Hole, *, how: str = "exemplar") -> Image:
    """A new image with its hole filled; outside the hole no pixel changes.

    Args:
        image: (h, w, 3) uint8.
        hole: (h, w) bool, true for what goes.
        how: "exemplar" copies patches from around the hole, and so holds texture and edges; "telea" and "navier-stokes"
            let colours run in from the edge, which is quick, and right for scratches. The same image and hole always
            give the same answer.

    Raises:
        OptionError: for another way.
        InputError: when the hole is no mask of the image's size, or takes the whole picture.

    >>> image = np.full((20, 30, 3), 7, np.uint8)
    >>> hole = np.zeros((20, 30), bool)
    >>> hole[8:12, 10:20] = True
    >>> bool((fill(image, hole) == 7).all())
    True
    """
    check_image(image)
    check_mask(hole)
    if how not in FILLS:
        raise OptionError(f"fill must be one of {', '.join(FILLS)}; got {how!r}.")
    if hole.shape != image.shape[:2]:
        raise InputError(
            f"A hole must have its picture's height and width {image.shape[:2]}; got a mask of {hole.shape}."
        )
    if hole.all():
        raise InputError("The hole takes the whole picture; nothing is left to fill it from. Erase less.")
    return FILLS[how](image, hole) if hole.any() else image.copy()


def _by_exemplar(image: Image, hole: Hole) -> Image:
    """Each hole from a window around it."""
    result = image.copy()
    for part in _apart(hole):
        window = _window(part, hole)
        inside = part[window]
        result[window][inside] = _from_patches(image[window], hole[window])[inside]
    return result


def _from_patches(image: Image, hole: Hole) -> Image:
    """Where not one whole patch is known, as in pictures of some pixels, colours run in instead."""
    return exemplar.filled(image, hole) if exemplar.can_fill(hole) else _by_navier_stokes(image, hole)


def _apart(hole: Hole) -> Iterator[Hole]:
    """The holes that lie well apart, each as a mask of the picture's size."""
    import cv2

    near = cv2.dilate(hole.astype(np.uint8), np.ones((_APART + 1, _APART + 1), np.uint8))
    count, numbers = cv2.connectedComponents(near)
    if count - 1 > _MOST_HOLES:
        yield hole
        return
    for number in range(1, count):
        yield hole & (numbers == number)


def _window(part: Hole, hole: Hole) -> tuple[slice, slice]:
    """Rows and columns around one of the holes; everything, where not enough is known around it."""
    spans = [np.flatnonzero(part.any(axis=axis)) for axis in (1, 0)]
    longer = max(int(span[-1] - span[0]) for span in spans)
    around = max(round(_AROUND * longer), _LEAST_AROUND)
    rows, columns = (slice(max(int(span[0]) - around, 0), int(span[-1]) + 1 + around) for span in spans)
    return (rows, columns) if exemplar.can_fill(hole[rows, columns]) else (slice(None), slice(None))


def _by_telea(image: Image, hole: Hole) -> Image:
    """Telea, An Image Inpainting Technique Based on the Fast Marching Method, 2004."""
    import cv2

    return cast("Image", cv2.inpaint(image, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_TELEA))


def _by_navier_stokes(image: Image, hole: Hole) -> Image:
    """Bertalmio et al., Navier-Stokes, Fluid Dynamics, and Image and Video Inpainting, 2001."""
    import cv2

    return cast("Image", cv2.inpaint(image, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_NS))


FILLS: Mapping[str, Callable[[Image, Hole], Image]] = MappingProxyType(
    {"exemplar": _by_exemplar, "telea": _by_telea, "navier-stokes": _by_navier_stokes}
)
"""The ways to fill, by name; the first is the usual one."""
