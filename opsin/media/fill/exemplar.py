"""A hole filled with patches of what is around it.

From coarse to fine, two steps are taken in turns: find the known patch most like each patch in the hole; let all the
patches that cover a pixel vote for its colour. Wexler, Shechtman, Irani, Space-Time Completion of Video, 2007.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from opsin.media.fill import nearest, patches
from opsin.media.fill.nearest import Field, Known, numbered
from opsin.media.fill.patches import REACH, SIDE, Axes, Looks, Places
from opsin.media.fill.pyramid import Hole, Level, Planes, pyramid

SMALLEST = 24
"""Sides of the smallest size are at least so many pixels."""
_TURNS = (20, 10, 6, 4, 3)
"""Turns on each size, from the coarsest; the last number for all that are finer."""
_ROUNDS = 2
"""Rounds of search in each turn."""
_SEARCHED = 60_000
"""Patches in the hole up to which a size is searched; a larger one takes over where the patches come from."""
_FAR = 0.02
"""How much it counts against a patch to lie far away: across the picture, as much as colours 14 % apart."""
_INWARD = 1.2
"""A patch that lies a pixel deeper in the hole has so much less to say, since it knows less."""


def can_fill(hole: Hole) -> bool:
    """Whether there is a whole patch to copy from."""
    return bool(patches.sources(hole).any())


def filled(image: NDArray[np.uint8], hole: Hole) -> NDArray[np.uint8]:
    """(h, w, 3) the picture with its hole filled; outside it nothing changes.

    Args:
        image: (h, w, 3) uint8.
        hole: (h, w); `can_fill` must hold.
    """
    levels = pyramid(image, hole, SMALLEST)
    while not can_fill(levels[-1].hole):
        levels.pop()
    planes, field = _searched(levels.pop(), None, _TURNS[0])
    for turn, level in enumerate(reversed(levels), start=1):
        planes, field = _searched(level, field, _TURNS[min(turn, len(_TURNS) - 1)])
    result = image.copy()
    result[hole] = (planes[hole][:, :3] * 255).round().clip(0, 255).astype(np.uint8)
    return result


def _searched(level: Level, coarse: Field | None, turns: int) -> tuple[Planes, Field]:
    """The planes of a size, filled, and where its patches come from."""
    targets = patches.targets(level.hole)
    weights = _weights(level.hole, targets)
    field = _begun(targets, level.hole.shape) if coarse is None else _grown(coarse, targets, level.hole.shape)
    if coarse is not None and len(targets) > _SEARCHED:
        return _voted(level, field, weights, step=2), field
    planes = _guessed(level) if coarse is None else _voted(level, field, weights)
    places = np.argwhere(patches.sources(level.hole))
    axes = patches.axes(level.planes, places)
    known = Known(places, _looks(level.planes, places, axes), numbered(places, level.hole.shape))
    for turn in range(turns):
        field = nearest.improved(field, known, _looks(planes, targets, axes), _ROUNDS, seed=turn)
        planes = _voted(level, field, weights * _trust(field))
    return planes, field


def _looks(planes: Planes, middles: Places, axes: Axes) -> Looks:
    """(n, k + 2) what patches look like, and where they lie: of two that are alike, the nearer is the better."""
    return np.hstack([patches.looks(planes, middles, axes), _whereabouts(middles, planes.shape)])


def _whereabouts(middles: Places, size: tuple[int, ...]) -> NDArray[np.float32]:
    """(n, 2) rows and columns, as shares of the longer side, on the scale of differing patches."""
    scale = np.sqrt(_FAR * SIDE * SIDE * size[2]) / max(size)
    return np.asarray(middles * scale, np.float32)


def _guessed(level: Level) -> Planes:
    """The planes with their hole filled from its edge inwards, ring by ring, to begin with.

    Each pixel is taken from the middle of the known patch that is most like what is known around it by then.
    """
    import cv2

    places = np.argwhere(patches.sources(level.hole))
    seen = patches.patches(level.planes, places)  # (m, d)
    copied, lying = level.planes[tuple(places.T)], _whereabouts(places, level.planes.shape)
    planes, known = level.planes.copy(), ~level.hole
    while not known.all():
        wider = cv2.dilate(known.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        ring = np.argwhere(wider & ~known)
        told, wanted = _surroundings(planes, known, ring)
        apart = told @ (seen.T**2) - 2 * (told * wanted) @ seen.T  # (n, m), less what is the same for all
        apart += (lying**2).sum(axis=1) - 2 * _whereabouts(ring, planes.shape) @ lying.T
        planes[tuple(ring.T)] = copied[apart.argmin(axis=1)]
        known[tuple(ring.T)] = True
    return planes


def _surroundings(planes: Planes, known: Hole, ring: Places) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, d) which numbers of the patches around n places are known, 0 or 1; and these numbers, else 0."""
    frame = ((REACH, REACH), (REACH, REACH), (0, 0))
    told = np.repeat(known[..., None].astype(np.float32), planes.shape[2], axis=2)
    return patches.patches(np.pad(told, frame), ring + REACH), patches.patches(np.pad(planes, frame), ring + REACH)


def _begun(targets: Places, size: tuple[int, ...]) -> Field:
    return Field(targets, numbered(targets, size), np.zeros_like(targets), np.zeros(len(targets), np.float32))


def _grown(coarse: Field, targets: Places, size: tuple[int, ...]) -> Field:
    """The field of twice the size: each patch takes over from where the one around it came.

    A patch of half the size covers twice as much; so what it was copied from is known as a whole.
    """
    half = (targets // 2).clip(REACH, np.array(coarse.number.shape) - REACH - 1)
    found = 2 * coarse.found[coarse.number[tuple(half.T)]] + (targets - 2 * half)
    return Field(targets, numbered(targets, size), found, np.zeros(len(targets), np.float32))


def _weights(hole: Hole, targets: Places) -> NDArray[np.float32]:
    """(n,) how much each patch has to say, by how near the edge of the hole it lies."""
    import cv2

    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(_INWARD ** -depth[tuple(targets.T)], np.float32)


def _trust(field: Field) -> NDArray[np.float32]:
    """(n,) how much each patch has to say, by how like it is to what it is copied from."""
    spread = max(float(np.percentile(field.apart, 75)), 1e-6)
    return np.asarray(np.exp(-field.apart / (2 * spread)) + 1e-6, np.float32)


def _voted(level: Level, field: Field, weights: NDArray[np.float32], step: int = 1) -> Planes:
    """The planes, with the hole filled by the mean of the patches that cover each pixel.

    With a step of 2 one patch in four is asked; each pixel is still covered, also at the border.
    """
    pixels = np.argwhere(level.hole)
    height, width = level.hole.shape
    sums = np.zeros((len(pixels), level.planes.shape[2]), np.float32)
    total = np.zeros(len(pixels), np.float32)
    for move in product(range(-REACH, REACH + 1, step), repeat=2):
        middles = pixels - move
        inside = np.flatnonzero(((middles >= 0) & (middles < (height, width))).all(axis=1))
        voter = field.number[tuple(middles[inside].T)]
        inside, voter = inside[voter >= 0], voter[voter >= 0]
        copied = level.planes[tuple((field.found[voter] + move).T)]
        sums[inside] += copied * weights[voter, None]
        total[inside] += weights[voter]
    planes = level.planes.copy()
    planes[level.hole] = sums / total[:, None]
    return planes
