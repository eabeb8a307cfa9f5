"""What each pixel of a picture shows: the truth that a segmenter learns from and is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Size

LabelMap = NDArray[np.uint8]
"""(h, w) for each pixel the number of its class; `IGNORED` where nothing is said."""

IGNORED = 255
"""The number of pixels of which nothing is said: nothing is learned from them, and they are not judged."""

MOST_LABELS = 255
"""How many classes a map can tell apart."""


class Painted(Protocol):
    """Something that holds a map, and gives it when it is asked for: maps of many pictures take much memory."""

    def map(self) -> LabelMap:
        """(h, w) class numbers, `IGNORED` where nothing is said.

        Raises:
            DataError: when it cannot be read any more.
        """
        ...

    def digest(self) -> bytes:
        """SHA-256 of all that it says."""
        ...


@dataclass(frozen=True, eq=False)
class Regions:
    """What each pixel of one picture shows.

    Attributes:
        size: (height, width) of the map; the upright picture's.
        numbers: (m,) the class numbers that occur in it, rising.
        painted: what holds the map.
    """

    size: Size
    numbers: NDArray[np.int64]
    painted: Painted

    task: ClassVar[str] = "segmentation"

    def map(self) -> LabelMap:
        """(h, w) class numbers, read now; `IGNORED` where nothing is said."""
        return self.painted.map()

    def digest(self) -> bytes:
        """SHA-256 of all that is said."""
        return self.painted.digest()


def regions(painted: Painted) -> Regions:
    """The truth of one picture; its map is looked at once, and not kept."""
    laid = painted.map()
    occurs = np.flatnonzero(np.bincount(laid.ravel(), minlength=256)[:MOST_LABELS])
    return Regions((laid.shape[0], laid.shape[1]), occurs.astype(np.int64), painted)
