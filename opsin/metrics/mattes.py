"""How well mattes fit: the mean error of their levels, and the overlap of what they call subject."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.metrics.overlap import iou

EDGE = 0.5
"""The level from which a pixel counts as subject."""


def mean_absolute_error(predicted: NDArray[Any], truth: NDArray[Any]) -> float:
    """How far the levels lie apart on average, in 0..1; 0 is best.

    Args:
        predicted: (h, w) in 0..1.
        truth: (h, w) in 0..1.

    Raises:
        InputError: when they differ in size.

    >>> mean_absolute_error(np.array([[0.0, 0.5]]), np.array([[0.0, 1.0]]))
    0.25
    """
    _check(predicted, truth)
    return float(np.abs(predicted - truth).mean(dtype=np.float64))


def matte_iou(predicted: NDArray[Any], truth: NDArray[Any]) -> float:
    """Shared pixels of subject over those of either, in 0..1; a pixel is subject from the level 0.5 up.

    Where neither has any, both say the same, and the answer is 1.

    Args:
        predicted: (h, w) in 0..1.
        truth: (h, w) in 0..1.

    Raises:
        InputError: when they differ in size.

    >>> matte_iou(np.array([[0.6, 0.9, 0.1]]), np.array([[1.0, 0.0, 0.0]]))
    0.5
    """
    _check(predicted, truth)
    return iou(truth >= EDGE, predicted >= EDGE)


def _check(predicted: NDArray[Any], truth: NDArray[Any]) -> None:
    if predicted.shape != truth.shape:
        raise InputError(f"Two mattes must have one size to be compared; got {predicted.shape} and {truth.shape}.")
