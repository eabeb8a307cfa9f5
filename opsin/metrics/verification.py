"""Whether two are the same, judged by how alike they are: accuracy by folds, true and false accepts, thresholds.

A pair is genuine when it shows one person twice, else its two are impostors of each other. It is accepted when its
similarity is at least the threshold. The false-accept rate (FAR) is the share of impostor pairs that are accepted, the
true-accept rate (TAR) that of genuine ones.

Huang et al., Labeled Faces in the Wild, 2007, http://vis-www.cs.umass.edu/lfw/
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.acceptance import FEWEST, Acceptance
from opsin.core.errors import InputError, OptionError
from opsin.metrics.curves import Curve, area, roc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LAXEST = 0.1
"""The highest false-accept rate that thresholds are kept for."""
_STEPS = 10**6
"""Thresholds have as many decimals as the similarities that Opsin writes."""


@dataclass(frozen=True)
class FoldAccuracy:
    """How often a threshold is right on pairs that it was not chosen on.

    Attributes:
        mean: over the folds, in 0..1.
        per_fold: share of the pairs of each fold that were judged rightly.
        thresholds: for each fold, the one chosen on all other folds.
    """

    mean: float
    per_fold: tuple[float, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True)
class OperatingPoint:
    """What one threshold lets in.

    Attributes:
        threshold: the similarity from which two count as the same.
        far: share of impostor pairs that it accepts, in 0..1.
        tar: share of genuine pairs that it accepts, in 0..1.
    """

    threshold: float
    far: float
    tar: float


def verification_roc(similarities: ArrayLike, same: ArrayLike) -> Curve:
    """Over all thresholds: x the false-accept rate, y the true-accept rate. Equal similarities pass together.

    Args:
        similarities: (n,) of pairs.
        same: (n,) whether each pair is genuine.

    Raises:
        InputError: when the shapes do not fit, a similarity is not finite, or there are only pairs of one kind.
    """
    numbers, genuine = _checked(similarities, same)
    return roc(genuine, numbers)


def verification_auc(similarities: ArrayLike, same: ArrayLike) -> float:
    """The area under the ROC curve: the chance that a genuine pair is more alike than an impostor pair.

    Raises:
        InputError: as `verification_roc`.

    >>> verification_auc([0.9, 0.2, 0.5, 0.1], [True, True, False, False])
    0.75
    """
    return area(verification_roc(similarities, same))


def equal_error_rate(similarities: ArrayLike, same: ArrayLike) -> float:
    """The share of errors where as many impostors pass as genuine pairs do not; on the lines between thresholds.

    Raises:
        InputError: as `verification_roc`.

    >>> equal_error_rate([0.9, 0.2, 0.5, 0.1], [True, True, False, False])
    0.5
    """
    curve = verification_roc(similarities, same)
    surplus = curve.x - (1 - curve.y)  # (m,) from -1 to 1, never falling
    after = int(np.argmax(surplus >= 0))
    before, beyond = float(surplus[after - 1]), float(surplus[after])
    step = -before / (beyond - before)
    return float(curve.x[after - 1] + step * (curve.x[after] - curve.x[after - 1]))


def fold_accuracy(similarities: ArrayLike, same: ArrayLike, folds: ArrayLike) -> FoldAccuracy:
    """LFW's protocol: for each fold, the threshold that is right most often on all others.

    Args:
        similarities: (n,) of pairs.
        same: (n,) whether each pair is genuine.
        folds: (n,) the fold of each, text or whole numbers. Nobody should be in two folds.

    Raises:
        InputError: when the shapes do not fit, a similarity is not finite, or there is one fold only.

    >>> fold_accuracy([0.9, 0.1, 0.8, 0.2], [True, False, True, False], [1, 1, 2, 2]).per_fold
    (1.0, 1.0)
    """
    numbers, genuine = _checked(similarities, same)
    parts = np.asarray(folds)
    if parts.shape != numbers.shape or len(np.unique(parts)) < 2:
        raise InputError(
            f"folds must be ({len(numbers)},), with two folds at least; got {len(np.unique(parts))} in {parts.shape}."
        )
    thresholds, shares = [], []
    for fold in np.unique(parts):
        is_out = parts == fold
        thresholds.append(best_threshold(numbers[~is_out], genuine[~is_out]))
        shares.append(float(np.mean((numbers[is_out] >= thresholds[-1]) == genuine[is_out])))
    return FoldAccuracy(float(np.mean(shares)), tuple(shares), tuple(thresholds))


def best_threshold(similarities: ArrayLike, same: ArrayLike) -> float:
    """The threshold that judges most pairs rightly; of several such, the one in the middle.

    It lies halfway between two similarities, or beyond all of them.

    Raises:
        InputError: when the shapes do not fit, there are no pairs, or a similarity is not finite.

    >>> best_threshold([0.9, 0.7, 0.3], [True, True, False])
    0.5
    """
    numbers, genuine = _checked(similarities, same)
    levels, places = np.unique(numbers, return_inverse=True)
    gains = np.bincount(places, np.where(genuine, 1, -1))  # (levels,) right less wrong when each level is accepted
    right = np.append(gains[::-1].cumsum()[::-1], 0)  # (levels + 1,) accepting from each level up, and nothing
    edges = np.concatenate([levels[:1] - 1, (levels[1:] + levels[:-1]) / 2, levels[-1:] + 1])
    best = np.flatnonzero(right == right.max())
    return float(edges[best[len(best) // 2]])


def threshold_at_far(impostors: ArrayLike, far: float) -> float:
    """The lowest threshold, to 6 decimals, that at most a share `far` of the impostor pairs reaches.

    Args:
        impostors: (n,) similarities of pairs of different people.
        far: in 0..1. Nothing keeps it from being less than so many pairs can tell; `acceptance` does.

    Raises:
        InputError: when there are none, or a similarity is not finite.
        OptionError: when `far` is no share.

    >>> threshold_at_far([0.1, 0.2, 0.3, 0.4], far=0.25)
    0.300001
    """
    numbers = _similarities(impostors)
    if not 0 <= far <= 1:
        raise OptionError(f"far must lie in 0..1; got {far!r}.")
    allowed = _allowed(len(numbers), far)
    if allowed == len(numbers):
        return -1.0
    place = len(numbers) - 1 - allowed
    strongest = np.partition(numbers, place)[place]  # of those that must stay out
    above = np.floor(strongest * _STEPS) + 1
    # 0.29 * 100 is less than 29: rounding may have taken the step back.
    return float((above + (above / _STEPS <= strongest)) / _STEPS)


def tar_at_far(similarities: ArrayLike, same: ArrayLike, far: float) -> OperatingPoint:
    """What is let in by the threshold for a false-accept rate measured on these very pairs.

    Raises:
        InputError: as `verification_roc`.
        OptionError: when `far` is no share.

    >>> tar_at_far([0.9, 0.35, 0.4, 0.3], [True, True, False, False], far=0.5)
    OperatingPoint(threshold=0.300001, far=0.5, tar=1.0)
    """
    numbers, genuine = _checked(similarities, same)
    if genuine.all() or not genuine.any():
        raise InputError("True and false accepts need genuine pairs and impostor pairs; one of them is missing.")
    return operating_point(numbers, genuine, threshold_at_far(numbers[~genuine], far))


def operating_point(similarities: ArrayLike, same: ArrayLike, threshold: float) -> OperatingPoint:
    """What a threshold lets in; NaN for the rate of a kind of pair that there are none of.

    Raises:
        InputError: when the shapes do not fit, there are no pairs, or a similarity is not finite.
    """
    numbers, genuine = _checked(similarities, same)
    passes = numbers >= threshold
    return OperatingPoint(threshold, _share(passes[~genuine]), _share(passes[genuine]))


def acceptance(impostors: ArrayLike, measured_on: str) -> Acceptance:
    """The thresholds for false-accept rates of 0.1, 0.032, 0.01 … down to the lowest that so many pairs can tell of.

    Args:
        impostors: (n,) similarities of pairs of different people; `FEWEST` / n is the lowest rate.
        measured_on: what they were, in words.

    Raises:
        InputError: when they are too few to tell of the highest rate, or a similarity is not finite.
    """
    numbers = _similarities(impostors)
    needed = round(FEWEST / LAXEST)
    if len(numbers) < needed:
        raise InputError(
            f"Thresholds need at least {needed} pairs of different people: {FEWEST} of them must pass for a rate of "
            f"{LAXEST:g} to be known; got {len(numbers)}."
        )
    rates = known_rates(len(numbers))
    return Acceptance(
        rates, tuple(threshold_at_far(numbers, rate) for rate in rates), len(numbers), measured_on=measured_on
    )


def known_rates(num_impostors: int) -> tuple[float, ...]:
    """False-accept rates that so many impostor pairs can tell of, rising: half-decades, and the lowest of all.

    >>> known_rates(2000)
    (0.005, 0.01, 0.03162277660168379, 0.1)
    """
    lowest = FEWEST / num_impostors
    if lowest > LAXEST:
        return ()
    halves = [10 ** (-step / 2) for step in range(2, 40)]
    # A rate a rounding error above the lowest would be the same twice.
    return tuple(sorted([lowest, *(rate for rate in halves if rate > lowest * (1 + 1e-9))]))


def _allowed(count: int, far: float) -> int:
    """The most of `count` whose share is at most `far`: 29 of 100 for 0.29, though 0.29 * 100 is less than 29."""
    nearest = round(far * count)
    return nearest if nearest / count <= far else nearest - 1


def _share(passes: Flags) -> float:
    return float(passes.mean()) if len(passes) else float("nan")


def _checked(similarities: ArrayLike, same: ArrayLike) -> tuple[Floats, Flags]:
    numbers, genuine = _similarities(similarities), np.asarray(same)
    if genuine.shape != numbers.shape or not np.isin(genuine, (0, 1)).all():
        raise InputError(f"same must be ({len(numbers)},) of true and false; got {genuine.shape} {genuine.dtype}.")
    return numbers, genuine.astype(bool)


def _similarities(values: ArrayLike) -> Floats:
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or not len(numbers):
        raise InputError(f"Similarities must be (n,), n at least 1; got {numbers.shape}.")
    if not np.isfinite(numbers).all():
        raise InputError("Similarities must be finite; got NaN or infinity.")
    return numbers
