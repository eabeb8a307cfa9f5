"""Patches of a picture, and what they look like in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.media.fill.pyramid import Hole, Planes

SIDE = 7
"""Pixels across a patch."""
REACH = SIDE // 2
NUMBERS = 24
"""Principal components that patches are compared by; of natural pictures, they hold nearly all that differs."""
_STUDIED = 4000
"""Patches that the components are found from."""
_STEPS = 6

Looks = NDArray[np.float32]
"""(n, k) what each of n patches looks like; the distance of two is nearly that of their pixels."""
Places = NDArray[np.int64]
"""(n, 2) the middles of patches, row and column."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The directions in which patches differ most.

    Attributes:
        mean: (d,) the mean patch.
        directions: (d, k).
    """

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]


def sources(hole: Hole) -> NDArray[np.bool_]:
    """(h, w) whether the patch around a pixel lies within the picture and is known as a whole."""
    return _whole(~hole)


def targets(hole: Hole) -> Places:
    """The middles of all patches within the picture that are not known as a whole."""
    inside = _whole(np.ones_like(hole))
    return np.argwhere(inside & ~_whole(~hole))


def _whole(known: Hole) -> NDArray[np.bool_]:
    import cv2

    kernel = np.ones((SIDE, SIDE), np.uint8)
    eroded = cv2.erode(known.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(eroded, bool)


def patches(planes: Planes, middles: Places) -> NDArray[np.float32]:
    """(n, d) the pixels of the patches around n places."""
    windows = np.lib.stride_tricks.sliding_window_view(planes, (SIDE, SIDE), axis=(0, 1))
    return windows[middles[:, 0] - REACH, middles[:, 1] - REACH].reshape(len(middles), -1)


def axes(planes: Planes, middles: Places) -> Axes:
    """Found from the patches around some of n places, evenly chosen."""
    chosen = middles[np.linspace(0, len(middles) - 1, min(len(middles), _STUDIED)).astype(int)]
    seen = patches(planes, chosen)
    mean = seen.mean(axis=0)
    spread = (seen - mean).T @ (seen - mean)  # (d, d)
    # Some steps of the power method come near enough, in a tenth of the time of all the eigenvectors.
    directions = np.random.default_rng(0).standard_normal((len(mean), NUMBERS), np.float32)
    for _ in range(_STEPS):
        directions = np.linalg.qr(spread @ directions)[0]
    return Axes(mean, directions)


def looks(planes: Planes, middles: Places, axes: Axes, at_once: int = 50_000) -> Looks:
    """(n, k) what the patches around n places look like."""
    parts = [middles[first : first + at_once] for first in range(0, len(middles), at_once)]
    told = [(patches(planes, part) - axes.mean) @ axes.directions for part in parts]
    return np.concatenate(told) if told else np.zeros((0, axes.directions.shape[1]), np.float32)
