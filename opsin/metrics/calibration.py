"""Scores that mean what they say: of the answers with a score of 0.8, eight in ten should be right.

`logits` and `scores` are (n, k) with one column for each label, and `truth` is (n,) column numbers. An answer is the
label with the highest score.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError, OptionError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

TEMPERATURES = (0.01, 100.0)
"""The lowest and the highest temperature that can come out of fitting."""

_HALVINGS = 40
"""Steps of the search for a temperature: its last digits, 1e-11 of it, no longer change any score."""


class Reliability(NamedTuple):
    """How often answers of each range of scores are right.

    Attributes:
        score: (bins,) mean score of the answers in it; 0 where there are none.
        right: (bins,) share of them that are right; 0 where there are none.
        pictures: (bins,) how many there are.
    """

    score: Floats
    right: Floats
    pictures: Counts


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Floats:
    """(..., k) scores in 0..1 that sum to 1, from logits (..., k).

    A temperature above 1 makes them more even, one below 1 more certain; the order of the labels stays.

    Raises:
        OptionError: when the temperature is not above 0.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    if not temperature > 0:
        raise OptionError(f"temperature must be above 0; got {temperature}.")
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    scores: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return scores


def fit_temperature(logits: ArrayLike, truth: ArrayLike) -> float:
    """The temperature that gives these logits the lowest log loss (Guo et al., https://arxiv.org/abs/1706.04599).

    One mistake is imagined on top of those that were made: a picture like these on average, whose true label is the
    one that came second. Without it, no temperature were low enough where every answer is right, and few pictures
    would promise a certainty that they cannot show; among hundreds of pictures it hardly counts.

    Args:
        logits: (n, labels), of pictures that the network has not learned from.
        truth: (n,) column numbers.

    Raises:
        InputError: when the shapes do not fit, or a logit is not finite.
    """
    table, columns = _paired(logits, truth)
    rows = np.arange(len(table))
    right = table[rows, columns]  # (n,)
    wrong = table.copy()
    wrong[rows, columns] = -np.inf
    wished = right.sum() + (wrong.max(axis=1) if table.shape[1] > 1 else right).mean()
    weight = 1 + 1 / len(table)

    def slope(sharpness: float) -> float:
        """Of the log loss, for each step of 1 / temperature. It never falls: the loss has one valley."""
        return float(weight * (softmax(table, 1 / sharpness) * table).sum() - wished)

    # Where all logits of a picture are alike, every temperature is as good; none need be.
    if np.ptp(table, axis=1).max() == 0:
        return 1.0
    low, high = 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return float(1 / (low * high) ** 0.5)


def reliability(scores: ArrayLike, truth: ArrayLike, bins: int = 15) -> Reliability:
    """How often the answers are right, for each of `bins` equal ranges of the score of the answer.

    Raises:
        InputError: when the shapes do not fit.
        OptionError: when there is no bin.

    >>> reliability([[0.9, 0.1], [0.9, 0.1]], [0, 1], bins=2).right
    array([0. , 0.5])
    """
    table, columns = _paired(scores, truth)
    best = table.max(axis=1)
    bin_of, is_right = _bins(best, bins), table.argmax(axis=1) == columns
    count = np.bincount(bin_of, minlength=bins).astype(np.int64)
    sums = [np.bincount(bin_of, values, bins) for values in (best, is_right)]
    score, right = (np.divide(one, count, out=np.zeros(bins), where=count > 0) for one in sums)
    return Reliability(score, right, count)


def ece(scores: ArrayLike, truth: ArrayLike, bins: int = 15) -> float:
    """Expected calibration error, in 0..1: how far scores and shares of right answers lie apart, over `bins` ranges.

    Raises:
        InputError: when the shapes do not fit.
        OptionError: when there is no bin.

    >>> round(ece([[0.9, 0.1], [0.9, 0.1]], [0, 1]), 6)
    0.4
    """
    score, right, count = reliability(scores, truth, bins)
    return float((np.abs(score - right) * count).sum() / count.sum())


def ece_band(
    scores: ArrayLike, bins: int = 15, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Between which errors a perfectly calibrated model with these very scores would lie, in `level` of all trials.

    A measured error is never 0, as few pictures scatter: the truths of `samples` trials are drawn as the scores say.

    Raises:
        InputError: when there are no scores.
        OptionError: when a number is out of range.
    """
    if samples < 1 or not 0 < level < 1:
        raise OptionError(f"samples must be at least 1 and level between 0 and 1; got {samples} and {level}.")
    best = _table(scores).max(axis=1)
    bin_of, random = _bins(best, bins), np.random.default_rng(seed)
    gaps = [np.bincount(bin_of, best - (random.random(len(best)) < best), bins) for _ in range(samples)]
    errors = np.abs(gaps).sum(axis=1) / len(best)  # (samples,)
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def reject_threshold(scores: ArrayLike, truth: ArrayLike, keeps: float = 0.95) -> float:
    """The score below which an answer is better called "unknown": as high as can be without giving away too much.

    Of the right answers, `keeps` are kept, and no more are given away than there are wrong ones: a network that hardly
    ever errs should hardly ever say "unknown". What it buys, wrong answers and pictures of other things held back,
    depends on the network, and is measured, not promised.

    Raises:
        InputError: when the shapes do not fit.
        OptionError: when `keeps` is not in 0..1.

    >>> reject_threshold([[0.6, 0.4], [0.8, 0.2], [0.7, 0.3]], [0, 0, 1], keeps=0.5)
    0.8
    """
    if not 0 <= keeps <= 1:
        raise OptionError(f"keeps must be from 0 to 1; got {keeps}.")
    table, columns = _paired(scores, truth)
    is_right = table.argmax(axis=1) == columns
    of_right = np.sort(table.max(axis=1)[is_right])
    if not len(of_right):
        return 0.0  # a network that is never right has shown nothing to tell answers apart by
    # Rounded first: a share of 1 - 0.95 is 0.050000000000000044.
    spare = int(np.floor(np.round((1 - keeps) * len(of_right), 9)))
    return float(of_right[min(spare, int((~is_right).sum()), len(of_right) - 1)])


def auroc(inside: ArrayLike, outside: ArrayLike) -> float:
    """How well a number tells pictures of what was learned (`inside`) from others, in 0..1; 0.5 is guessing.

    The chance that it is higher for one of the first, (n,), than for one of the others, (m,); a tie counts half.

    Raises:
        InputError: when one of the two is empty or not a list.

    >>> auroc([0.9, 0.8], [0.1, 0.8])
    0.875
    """
    ours, others = np.sort(np.asarray(inside, np.float64)), np.asarray(outside, np.float64)
    if ours.ndim != 1 or others.ndim != 1 or not ours.size or not others.size:
        raise InputError(f"inside and outside must be lists with something in them; got {ours.shape}, {others.shape}.")
    lower, not_higher = np.searchsorted(ours, others, "left"), np.searchsorted(ours, others, "right")
    return float(1 - (lower + not_higher).mean() / (2 * len(ours)))


def _bins(best: Floats, bins: int) -> NDArray[np.intp]:
    """(n,) the range that each score lies in: above its lower end, up to and with its upper end."""
    if bins < 1:
        raise OptionError(f"bins must be at least 1; got {bins}.")
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], best, "left")


def _table(array: ArrayLike) -> Floats:
    table = np.asarray(array, np.float64)
    if table.ndim != 2 or not table.size:
        raise InputError(f"Logits and scores must be (n, labels) with something in them; got {table.shape}.")
    strange = ~np.isfinite(table).all(axis=1)
    if strange.any():
        raise InputError(f"Logits and scores must be finite; row {int(strange.argmax())} holds NaN or infinity.")
    return table


def _paired(array: ArrayLike, truth: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    table, columns = _table(array), np.asarray(truth)
    if columns.shape != table.shape[:1] or columns.dtype.kind not in "iu":
        raise InputError(f"truth must be {len(table)} column numbers; got {_told(columns)}.")
    if columns.min() < 0 or columns.max() >= table.shape[1]:
        raise InputError(f"truth must be column numbers from 0 to {table.shape[1] - 1}; got up to {columns.max()}.")
    return table, columns.astype(np.intp)


def _told(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape}"
