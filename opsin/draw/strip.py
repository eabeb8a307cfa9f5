"""A vector as a strip of colours along the lower edge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image

CELLS = 64
"""Colours in a strip: as many as can be told apart on a phone."""


def draw_strip(image: Image, vector: NDArray[Any]) -> Image:
    """A new image with `vector` (d,) as a strip: orange where it is high, blue where it is low.

    The vector is cut into at most 64 runs of neighbours; each is drawn as its mean, against the largest of them.
    """
    height, width = image.shape[:2]
    # A vector without numbers is drawn as one of a single nothing.
    numbers = vector if len(vector) else np.zeros(1)
    means = np.array([part.mean() for part in np.array_split(numbers, min(CELLS, len(numbers)))])  # (cells,)
    levels = means / max(float(np.abs(means).max(initial=0.0)), 1e-12)  # (cells,) in -1..1
    columns = levels[np.arange(width) * len(levels) // width]  # (w,)
    drawn = image.copy()
    drawn[height - max(1, height // 16) :] = _colours(columns)
    return drawn


def _colours(levels: NDArray[Any]) -> Image:
    """(w,) levels in -1..1 -> (w, 3): blue, white, orange; a pair that colour-blind people tell apart."""
    blue, white, orange = (np.array(colour, np.float64) for colour in ((33, 102, 172), (247, 247, 247), (230, 97, 1)))
    ends = np.where(levels[:, None] < 0, blue, orange)
    share = np.abs(levels)[:, None]
    return np.asarray((white + (ends - white) * share).round(), np.uint8)
