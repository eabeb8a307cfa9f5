"""A subject cut out of its picture: a matte with the picture's own edges, and colours without those behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from opsin.core.image import Image, Size
from opsin.media.foreground import freed, quickly_freed
from opsin.media.guided import grey_levels, guided
from opsin.media.halving import halved, halved_size
from opsin.media.levels import Levels

HAZE = 0.06
"""Networks are never quite sure; what is within this of all or nothing is meant so."""
REACH = 0.004
"""How far, as a share of the longer side, an edge may be from where the network saw it."""
SOFTNESS = 0.1
"""How far brightness must differ across an edge to be followed."""


@dataclass(frozen=True)
class Detail:
    """How closely edges are worked out.

    Attributes:
        matte: the longer side of the map on which edges are found, in pixels, at most.
        colours: the same for the colours around edges.
        is_guided: whether the matte is given the picture's own edges, or stays as fine as it is.
        frees: how colours are freed of those behind them: "exactly", "quickly" or "never".
    """

    matte: int
    colours: int
    is_guided: bool
    frees: Literal["exactly", "quickly", "never"]


PHOTO = Detail(1000, 500, is_guided=True, frees="exactly")
"""For pictures that are looked at for long."""
VIDEO = Detail(512, 100, is_guided=True, frees="quickly")
"""For pictures of which there are many in each second."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A subject in its picture.

    Attributes:
        subject: (h, w, 3) uint8 the picture; in soft edges the subject's own colours.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
        small: the picture, reduced.
        small_alpha: the same for alpha.
    """

    subject: Image
    alpha: Levels
    small: Image
    small_alpha: Levels


def map_size(size: Size, detail: Detail) -> Size:
    """The (height, width) of the map on which edges are found, for a picture of a size."""
    return halved_size(size, detail.matte)


def cut(image: Image, reduced: Image, alpha: Levels, detail: Detail) -> Cut:
    """The subject, cut out of its picture.

    Args:
        image: (h, w, 3) uint8.
        reduced: the image at the map's size.
        alpha: of `map_size`, in 0..1: how much of each pixel is subject.
        detail: how closely.
    """
    edges = _with_edges(alpha, image) if detail.is_guided else _larger(alpha, image)
    small, small_alpha = halved(reduced, detail.colours), halved(alpha, detail.colours)
    return Cut(_freed(image, edges, small, small_alpha, detail), edges, small, small_alpha)


def _with_edges(alpha: Levels, image: Image) -> Levels:
    return guided(alpha, grey_levels(image), radius=max(1, round(REACH * max(alpha.shape))), softness=SOFTNESS)


def _larger(alpha: Levels, image: Image) -> Levels:
    import cv2

    return np.asarray(cv2.resize(alpha, (image.shape[1], image.shape[0])), np.float32)


def _freed(image: Image, alpha: Levels, small: Image, small_alpha: Levels, detail: Detail) -> Image:
    if detail.frees == "never":
        return image
    if detail.frees == "quickly":
        return quickly_freed(image, small, small_alpha)
    return freed(image, alpha, small, small_alpha)
