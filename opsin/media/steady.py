"""A matte that holds still where the video does, and moves at once where it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opsin.media.levels import Levels

SLOWNESS = np.float32(0.2)
"""How much of what is new a pixel takes on in each frame in which nothing moves there."""
STILL, MOVING = 2.5 / 255, 7 / 255
"""Differences of brightness up to which a pixel is still, and from which it is new: noise lies below the first."""
REACH = 3
"""Around what moves, so many pixels of the map across are taken as moving: a hand's edge tells, its middle does not."""
CUT = 0.45
"""From such a share of moving pixels on, it is another scene."""


@dataclass(frozen=True, eq=False)
class Steady:
    """What is known between two frames.

    Attributes:
        alpha: (h, w) in 0..1 the matte so far; None before the first frame.
        seen: in 0..1 how bright the picture was when its parts were matted.
    """

    alpha: Levels | None = None
    seen: Levels | None = None


def steady(state: Steady, alpha: Levels, brightness: Levels) -> tuple[Steady, Levels]:
    """The state after one more frame, and the frame's matte, steadied.

    Each pixel is compared with how bright it was when the matte there was last believed, not with the last frame: so
    what creeps is noticed too. After a cut, and when frames change their size, all is new.

    Args:
        state: after the frame before.
        alpha: (h, w) in 0..1, of this frame alone; a reduced map does.
        brightness: (h, w) in 0..1, of the frame, reduced as the matte.

    >>> still, flicker = np.zeros((4, 4), np.float32), np.ones((4, 4), np.float32)
    >>> state, _ = steady(Steady(), still, still)
    >>> round(float(steady(state, flicker, still)[1][0, 0]), 2)
    0.2
    """
    if state.alpha is None or state.seen is None or state.alpha.shape != alpha.shape:
        return Steady(alpha, brightness), alpha
    weight = _newness(brightness, state.seen)
    mixed = _towards(state.alpha, alpha, weight)
    return Steady(mixed, _towards(state.seen, brightness, weight)), mixed


def _towards(old: Levels, new: Levels, weight: Levels) -> Levels:
    """The old levels, brought nearer to the new ones by the weight of each pixel."""
    mixed = new - old
    mixed *= weight
    mixed += old
    return mixed


def _newness(brightness: Levels, seen: Levels) -> Levels:
    """(h, w) how much of this frame's matte each pixel takes on, in 0..1."""
    import cv2

    apart = cv2.blur(cv2.absdiff(brightness, seen), (3, 3))
    if np.count_nonzero(apart > MOVING) > CUT * apart.size:
        return np.ones(apart.shape, np.float32)
    weight = np.asarray(cv2.dilate(apart, np.ones((REACH, REACH), np.uint8)), np.float32)
    weight -= STILL
    weight *= 1 / (MOVING - STILL)
    return np.clip(weight, SLOWNESS, 1, out=weight)
