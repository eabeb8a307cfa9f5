"""Faces cut out of a picture, upright and of one size, by their points."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from opsin.core.image import Image, Size
from opsin.core.similarity import Affine, scale_of, similarity

TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where eyes, nose and corners of the mouth lie in a picture of 112 x 112 that shows a face as embedding networks are
used to (Deng et al., ArcFace, https://arxiv.org/abs/1801.07698). Counted from the middle of the left top pixel."""
SIDE = 112


def aligned(image: Image, points: ArrayLike, side: int = SIDE) -> Image:
    """(side, side, 3) of a face, its five points as near to the template as turn, scale and shift bring them.

    Outside the image there is black. What is shrunk is averaged first, so that no pixel is skipped.

    Args:
        image: (h, w, 3).
        points: (5, 2) x, y in pixels of the image: eyes, nose, corners of the mouth, those on the left first.
        side: of the square.

    Raises:
        InputError: when the points all lie on one another.
    """
    import cv2

    # Coordinates count from the corner of a pixel; the template's, as OpenCV's, from its middle.
    target = (np.array(TEMPLATE) + 0.5) * (side / SIDE)
    matrix = similarity(points, target)
    image, matrix = _shrunk(image, matrix, (side, side))
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return cast("Image", cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR))


def _shrunk(image: Image, matrix: Affine, size: Size) -> tuple[Image, Affine]:
    """The part of the image that is shown, averaged until no more than half its scale is left; and the way from it."""
    import cv2

    factor = int(1 / max(scale_of(matrix), 1e-6))
    if factor < 2:
        return image, matrix.copy()
    height, width = size
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    seen = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    (left, top), (right, bottom) = np.floor(seen.min(axis=0)).astype(int), np.ceil(seen.max(axis=0)).astype(int)
    left, top = max(0, left - factor), max(0, top - factor)
    part = image[top : max(top + 1, bottom + factor), left : max(left + 1, right + factor)]
    rows, columns = max(1, part.shape[0] // factor), max(1, part.shape[1] // factor)
    small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    scale = np.array([part.shape[1] / columns, part.shape[0] / rows])
    kept = matrix.copy()
    kept[:, 2] += matrix[:, :2] @ (left, top)
    kept[:, :2] = matrix[:, :2] * scale
    return cast("Image", small), kept
