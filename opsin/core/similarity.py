"""Similarity transforms: turn, scale and shift, with no slant."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Affine = NDArray[np.float64]
"""(2, 3): x', y' = A[:, :2] @ (x, y) + A[:, 2]."""


def similarity(points: ArrayLike, targets: ArrayLike) -> Affine:
    """The turn, scale and shift that bring points closest to their targets, in least squares; never a mirror image.

    Args:
        points: (n, 2) x, y; two or more, not all the same.
        targets: (n, 2) where they should come to lie.

    Raises:
        InputError: for points that say nothing of a scale.

    Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991,
    https://doi.org/10.1109/34.88573; in the plane, with complex numbers, it is a division.

    >>> similarity([[0, 0], [1, 0]], [[5, 5], [5, 7]]).round(6).tolist()
    [[0.0, -2.0, 5.0], [2.0, 0.0, 5.0]]
    """
    before, after = _complex(points), _complex(targets)  # (n,) each
    from_middle, to_middle = before - before.mean(), after - after.mean()
    spread = float((np.abs(from_middle) ** 2).sum())
    if len(before) != len(after) or not spread > 0:
        raise InputError(f"A similarity needs two different points with their targets; got {np.asarray(points)!r}.")
    turn = complex((from_middle.conj() * to_middle).sum() / spread)  # its length is the scale, its angle the turn
    shift = complex(after.mean() - turn * before.mean())
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def moved(points: ArrayLike, by: Affine) -> NDArray[np.float32]:
    """(n, 2) points where a transform brings them."""
    given = np.asarray(points, np.float64).reshape(-1, 2)
    return (given @ by[:, :2].T + by[:, 2]).astype(np.float32)


def scale_of(by: Affine) -> float:
    """How many times as long a similarity makes things."""
    return float(np.hypot(by[0, 0], by[1, 0]))


def _complex(points: ArrayLike) -> NDArray[Any]:
    pairs = np.asarray(points, np.float64).reshape(-1, 2)
    return pairs[:, 0] + 1j * pairs[:, 1]
