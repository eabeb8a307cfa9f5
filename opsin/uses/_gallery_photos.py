"""Whether a photo is good enough to know a person by.

The numbers were chosen on 500 photos of Labeled Faces in the Wild, of which they refuse 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.boxes import areas
from opsin.core.errors import UsageError
from opsin.core.image import Image
from opsin.media.alignment import aligned
from opsin.tasks.faces import Faces

FEWEST_PIXELS = 16
"""Between the eyes. With 16 SFace recognises people as with 35, which is what it sees; with 10 the likeness of two
photos of one person falls by an eighth."""
DULLEST = 0.165
"""Focus below which a face is blurred. When a face with eyes 35 pixels apart is blurred with a sigma of 2.5 pixels, its
likeness falls by a fifth; 98 % of faces blurred so lie below, and of photos as they are not one in 500."""
MOST_TURNED = 40.0
"""Degrees to the left or right."""

_NOSE_OUT = 0.6
"""How far the tip of a nose stands out of the line of the eyes, as a share of the distance between them."""
_SCALES = (1.0, 2.0, 4.0)
"""Sigmas in pixels of an aligned face, between which detail is measured."""
_MIDDLE = (slice(32, 104), slice(24, 88))
"""Rows and columns of an aligned face where there is skin and no hair or background."""


@dataclass(frozen=True)
class Refusal:
    """A photo that was not taken.

    Attributes:
        source: which.
        reason: why, in one line.
    """

    source: str
    reason: str


def chosen(faces: Faces, *, largest: bool) -> int | str:
    """Which face of a photo is meant, or why none can be."""
    number = len(faces.scores)
    if number == 0:
        return "no face was found"
    if number > 1 and not largest:
        return f"{number} faces were found; cut out one of them, or take the largest with --largest"
    return largest_of(faces)


def largest_of(faces: Faces) -> int:
    """Which of the faces, one or more, takes most of the picture."""
    return int(np.argmax(areas(faces.boxes)))


def embeddings_of(faces: Faces) -> NDArray[np.float32]:
    """(n, d) what tells the faces apart.

    Raises:
        UsageError: when the model that found them does not say.
    """
    if faces.embeddings is None:
        raise UsageError(f"{faces.model} finds faces, but does not tell them apart. Use yunet_sface.")
    return faces.embeddings


def weakness(image: Image, points: ArrayLike) -> str | None:
    """Why a face is not good enough to know a person by; None when it is.

    Args:
        image: (h, w, 3).
        points: (5, 2) of the face, x, y in its pixels.
    """
    five = np.asarray(points, np.float64)
    degrees = yaw_degrees(five)
    if abs(degrees) > MOST_TURNED:
        return f"the face is turned away by about {abs(degrees):.0f} degrees; {MOST_TURNED:.0f} at most can be used"
    eyes = float(np.hypot(*(five[1] - five[0])))
    if eyes < FEWEST_PIXELS:
        return f"the face is too small: {eyes:.0f} pixels between the eyes; {FEWEST_PIXELS} are needed"
    sharp = focus(aligned(image, five))
    if sharp < DULLEST:
        return f"the face is blurred: its focus is {sharp:.3f}; {DULLEST} is needed"
    return None


def yaw_degrees(points: ArrayLike) -> float:
    """How far a face is turned to the left or right, in degrees; above 0 its nose points to the right of the picture.

    When the head turns, the distance between the eyes shrinks with the cosine, and the nose, which stands out, leaves
    their middle with the sine.

    >>> round(yaw_degrees([[-10, 0], [10, 0], [0, 12], [-8, 25], [8, 25]]))
    0
    """
    five = np.asarray(points, np.float64)
    across = five[1] - five[0]
    apart = float(np.hypot(*across))
    aside = float((five[2] - five[:2].mean(axis=0)) @ across)
    return float(np.degrees(np.arctan2(aside, _NOSE_OUT * apart**2)))


def focus(face: Image) -> float:
    """How sharp an aligned face (112, 112, 3) is: about 0.35, and under 0.15 where it is blurred, along any one axis.

    It is the share of fine detail beside coarser detail, twice as wide, so that light, contrast and beard have little
    to say, and noise neither (Burt and Adelson, The Laplacian Pyramid, 1983, https://doi.org/10.1109/TCOM.1983.1095851,
    for such bands). The lesser of the two axes counts: a moved camera blurs along one. Above 0; without detail, 0.
    """
    grey = np.asarray(face, np.float32).mean(axis=2)
    return min(_share_of_fine(grey, along=(0, 1)), _share_of_fine(grey, along=(1, 0)))


def _share_of_fine(grey: NDArray[np.float32], along: tuple[int, int]) -> float:
    """Fine detail by coarser detail along the rows (0, 1), or along the columns (1, 0)."""
    import cv2

    # A kernel of 1 leaves an axis as it is; one of 0 becomes as long as the sigma wants.
    smoothed = [cv2.GaussianBlur(grey, along, sigma)[_MIDDLE] for sigma in _SCALES]
    fine, coarse = (float(np.square(one - other).mean()) for one, other in pairwise(smoothed))
    return fine / coarse if coarse > 0 else 0.0
