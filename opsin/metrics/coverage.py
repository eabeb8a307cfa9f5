"""Whether a score tells good answers from bad ones: how good those are that are kept when the least sure are left out.

El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification, JMLR 2010; Geifman and El-Yaniv,
Selective Classification for Deep Neural Networks, https://arxiv.org/abs/1705.08500.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Floats = NDArray[np.float64]


class Halves(NamedTuple):
    """How good the surer half of answers is, beside the other.

    Attributes:
        surest: mean figure of the half with the higher scores; of an odd number the smaller half.
        others: mean figure of the rest.
    """

    surest: float
    others: float

    @property
    def ratio(self) -> float | None:
        """How many times as good the surer half is; None where the other is worth nothing."""
        return self.surest / self.others if self.others > 0 else None


def kept_means(figures: ArrayLike, scores: ArrayLike) -> Floats:
    """(n,) the mean figure of the 1, 2, … n answers with the highest scores; of equal scores the earlier come first.

    Args:
        figures: (n,) how good each answer is.
        scores: (n,) how sure it is of itself.

    Raises:
        InputError: when there are none, or not as many of both.

    >>> kept_means([1.0, 0.0, 0.5], [0.2, 0.1, 0.9])
    array([0.5 , 0.75, 0.5 ])
    """
    best_first = _sorted(figures, scores)
    means: Floats = np.cumsum(best_first) / np.arange(1, len(best_first) + 1)
    return means


def halves(figures: ArrayLike, scores: ArrayLike) -> Halves | None:
    """How good the half with the higher scores is, and the other; None of a single answer.

    Raises:
        InputError: as `kept_means`.

    >>> halves([3.0, 1.0, 2.0, 0.0], [0.9, 0.1, 0.8, 0.2])
    Halves(surest=2.5, others=0.5)
    """
    best_first = _sorted(figures, scores)
    half = len(best_first) // 2
    return Halves(float(best_first[:half].mean()), float(best_first[half:].mean())) if half else None


def _sorted(figures: ArrayLike, scores: ArrayLike) -> Floats:
    """(n,) the figures, those of the highest scores first."""
    worth, sure = np.asarray(figures, np.float64), np.asarray(scores, np.float64)
    if worth.ndim != 1 or worth.shape != sure.shape or not worth.size:
        raise InputError(f"figures and scores must be lists of one length, not empty; got {worth.shape}, {sure.shape}.")
    return worth[np.argsort(-sure, kind="stable")]
