"""How far a figure could lie from what it says, because the pictures are a sample of all that there could be."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, OptionError

Interval = tuple[float, float]
"""The lowest and the highest value that the sample leaves plausible."""


def bootstrap(
    counts: NDArray[np.int64], *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> dict[str, Interval]:
    """Intervals of "accuracy" and "macro_f1", from as many samples of the pictures, drawn with replacement.

    Both figures depend on the confusion matrix alone; so a sample is drawn at once, as a matrix with other counts.
    Efron, Bootstrap Methods: Another Look at the Jackknife, 1979; the interval is that of the percentiles.

    Args:
        counts: (k, k) confusion matrix.
        samples: how many to draw.
        seed: of the random numbers.
        level: how often the interval should hold the true figure, in 0..1.

    Raises:
        InputError: when there are no pictures.
        OptionError: when `samples` is less than 1 or `level` is not between 0 and 1.

    >>> bootstrap(np.array([[8, 2], [0, 10]]))["accuracy"]
    (0.75, 1.0)
    """
    check_asked(samples, level)
    if not counts.sum():
        raise InputError("There is nothing to draw samples from: the confusion matrix is empty.")
    rows, columns = np.nonzero(counts)
    seen = counts[rows, columns]
    drawn = np.random.default_rng(seed).multinomial(seen.sum(), seen / seen.sum(), samples)  # (samples, cells)
    is_right = rows == columns
    accuracy = drawn[:, is_right].sum(axis=1) / seen.sum()
    f1 = _macro_f1(drawn, rows, columns, len(counts))
    return {"accuracy": percentiles(accuracy, level), "macro_f1": percentiles(f1, level)}


def share(part: int, whole: int, *, level: float = 0.95) -> Interval:
    """The interval of a share such as `part` right answers among `whole`; it holds for small numbers too.

    Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927.

    Raises:
        InputError: when `whole` is less than 1, or `part` is not in 0..whole.
        OptionError: when `level` is not between 0 and 1.

    >>> [round(end, 3) for end in share(5, 5)]
    [0.566, 1.0]
    """
    check_asked(1, level)
    if not 0 <= part <= whole or not whole:
        raise InputError(f"A share needs a part of at least one thing; got {part} of {whole}.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (part + z * z / 2) / (whole + z * z)
    reach = z / (whole + z * z) * math.sqrt(part * (whole - part) / whole + z * z / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def check_asked(samples: int, level: float) -> None:
    """Whether so many samples, and such a level, make an interval.

    Raises:
        OptionError: when they do not.
    """
    if samples < 1:
        raise OptionError(f"samples must be at least 1; got {samples}.")
    if not 0 < level < 1:
        raise OptionError(f"level must lie between 0 and 1; got {level}.")


def _macro_f1(
    drawn: NDArray[np.int64], rows: NDArray[np.intp], columns: NDArray[np.intp], num_labels: int
) -> NDArray[np.float64]:
    """(samples,) mean F1 over the labels that occur in each sample, of counts (samples, cells)."""
    right = _summed(drawn * (rows == columns), rows, num_labels)  # (samples, k)
    either = _summed(drawn, rows, num_labels) + _summed(drawn, columns, num_labels)
    f1 = np.divide(2 * right, either, out=np.zeros(either.shape), where=either > 0)
    return np.asarray(f1.sum(axis=1) / (either > 0).sum(axis=1))


def _summed(drawn: NDArray[np.int64], labels: NDArray[np.intp], num_labels: int) -> NDArray[np.int64]:
    """(samples, k) sums of the cells of each label."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    sums = np.zeros((len(drawn), num_labels), np.int64)
    sums[:, present] = np.add.reduceat(drawn[:, order], starts, axis=1)
    return sums


def percentiles(figures: NDArray[np.floating], level: float) -> Interval:
    """The interval in which that share of (n,) figures lies, as much being below it as above."""
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
