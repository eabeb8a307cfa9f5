"""A picture with a hole at ever smaller sizes; what is unknown never shines into what is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""(h, w, c): the three colours in 0..1, then how rough the picture is across and down."""
Hole = NDArray[np.bool_]
"""(h, w), true where the picture is to be filled."""

THIN = 5.0
"""Pixels from the deepest place of a hole to its edge on the smallest size: there a patch sees both of its sides."""
ROUGHNESS = 1.0
"""How much the roughness of a place counts beside its colours."""
_NEAR = 9
"""Pixels across which roughness is averaged, in the picture's own size."""


@dataclass(frozen=True, eq=False)
class Level:
    """The picture at one size.

    Attributes:
        planes: (h, w, c); zero where nothing is known.
        hole: (h, w), what is unknown.
    """

    planes: Planes
    hole: Hole


def pyramid(image: NDArray[np.uint8], hole: Hole, smallest: int) -> list[Level]:
    """The picture at half the size of the one before, the largest first.

    It ends where the hole has become thin, or the next size would have sides of less than `smallest` pixels.
    """
    levels = [Level(_planes(image, hole), hole)]
    while _depth(levels[-1].hole) > THIN and min(levels[-1].hole.shape) >= 2 * smallest:
        level = _half(levels[-1])
        if level.hole.mean() > 0.7:
            break
        levels.append(level)
    return levels


def _planes(image: NDArray[np.uint8], hole: Hole) -> Planes:
    """Colours and roughness; the latter tells grass from a lawn of one colour, which have the same mean.

    Newson et al., Video Inpainting of Complex Scenes, 2014, https://arxiv.org/abs/1503.05528.
    """
    import cv2

    colours = image.astype(np.float32) / 255
    colours[hole] = 0
    grey = colours.mean(axis=2)
    known = (~hole).astype(np.float32)
    planes = [colours]
    for axis in (1, 0):
        # A step counts where both of its ends are known.
        both = known * np.roll(known, 1, axis=axis)
        steps = np.abs(grey - np.roll(grey, 1, axis=axis)) * both
        near = cv2.blur(steps, (_NEAR, _NEAR)) / np.maximum(cv2.blur(both, (_NEAR, _NEAR)), 1e-6)
        planes.append((near * known * ROUGHNESS)[..., None])
    return np.concatenate(planes, axis=2, dtype=np.float32)


def _half(level: Level) -> Level:
    """Half the size: the mean of what is known in each four pixels, and unknown where any of them is."""
    planes, known = _even(level.planes), _even((~level.hole)[..., None].astype(np.float32))
    counts = _sums(known)
    means = _sums(planes * known) / np.maximum(counts, 1)
    hole = counts[..., 0] < 4
    means[hole] = 0
    return Level(means.astype(np.float32), hole)


def _even(planes: Planes) -> Planes:
    """With its last row and column twice, where their number is odd."""
    height, width = planes.shape[:2]
    return np.pad(planes, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _sums(planes: Planes) -> Planes:
    return np.asarray(planes[::2, ::2] + planes[1::2, ::2] + planes[::2, 1::2] + planes[1::2, 1::2])


def _depth(hole: Hole) -> float:
    """Pixels from the hole's deepest place to its edge."""
    import cv2

    return float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5).max())
