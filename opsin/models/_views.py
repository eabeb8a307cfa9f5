"""Several mattes of one person, as networks gave them for the whole picture and for a part of it, made into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Size
from opsin.media.levels import Levels

MARGIN = 0.15
"""How far a person may reach beyond the box, of its longer side: detectors cut off hair, hands and feet."""

SHARPNESS = 2
"""The power of agreement by which a view counts: one that half agrees counts a quarter."""


@dataclass(frozen=True)
class Window:
    """A part of a picture, in whole pixels.

    Attributes:
        box: (4,) xyxy of the person that it is for.
        rows: of the picture.
        columns: of the picture.
    """

    box: NDArray[np.float32]
    rows: slice
    columns: slice

    def cut(self, picture: NDArray[Any]) -> NDArray[Any]:
        """The part of (h, w, ...)."""
        return np.ascontiguousarray(picture[self.rows, self.columns])

    def share(self, size: Size) -> float:
        """How long its sides are beside those of the picture of a size, in 0..1: their geometric mean."""
        area = (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)
        return float((area / (size[0] * size[1])) ** 0.5)

    def nearness(self) -> Levels:
        """(h, w) of the part: 1 in the person's box, and from there down to 0 at the margin."""
        reach = max(margin(self.box), 1e-6)
        x, y = (np.arange(each.start, each.stop) + 0.5 for each in (self.columns, self.rows))
        beside = np.maximum(self.box[0] - x, x - self.box[2]).clip(0) / reach
        above = np.maximum(self.box[1] - y, y - self.box[3]).clip(0) / reach
        near: Levels = np.outer(1 - above.clip(0, 1), 1 - beside.clip(0, 1)).astype(np.float32)
        return near


def margin(box: NDArray[np.float32]) -> float:
    """How far around a box its person is looked for, in pixels."""
    return float(MARGIN * max(box[2] - box[0], box[3] - box[1]))


def window(box: NDArray[np.float32], size: Size) -> Window:
    """The part of a picture of a size (height, width) that holds a box and its margin, and a pixel at least."""
    (height, width), around = size, margin(box)
    left, top = (int(np.clip(box[axis] - around, 0, end - 1)) for axis, end in enumerate((width, height)))
    right = int(np.clip(np.ceil(box[2] + around), left + 1, width))
    bottom = int(np.clip(np.ceil(box[3] + around), top + 1, height))
    return Window(box, slice(top, bottom), slice(left, right))


def agreed(views: Sequence[Levels], weights: Sequence[float]) -> Levels:
    """(h, w) their mean, in which each counts by its weight and by how much it agrees with the others.

    A network that lost the person, or took a chair for a part of it, is alone with that, and counts little. With
    fewer than three views nobody can say which is wrong: the weights alone count.

    Args:
        views: each (h, w) in 0..1.
        weights: how much each counts before that; above 0.

    >>> agreed([np.array([[1.0]]), np.array([[1.0]]), np.array([[0.0]])], [1, 1, 1])
    array([[1.]])
    """
    own = np.array(weights, np.float64)
    if len(views) > 2:
        overlaps = _overlaps(views)  # (n, n)
        own = own * ((overlaps @ own) / (own.sum() - own)) ** SHARPNESS
    own = own / own.sum() if own.sum() else np.full(len(own), 1 / len(own))
    total: Levels = sum(view * weight for view, weight in zip(views, own.astype(views[0].dtype), strict=True))
    return total


def _overlaps(views: Sequence[Levels]) -> NDArray[np.float64]:
    """(n, n) how much of two views is shared, in 0..1; 0 for a view and itself."""
    found = np.zeros((len(views), len(views)))
    for one in range(len(views)):
        for other in range(one):
            found[one, other] = found[other, one] = overlap(views[one], views[other])
    return found


def overlap(one: Levels, other: Levels) -> float:
    """Shared levels over those of either, in 0..1; 1 where there are none.

    >>> overlap(np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]]))
    0.6666666666666666
    """
    either = float(np.maximum(one, other).sum())
    return float(np.minimum(one, other).sum()) / either if either else 1.0
