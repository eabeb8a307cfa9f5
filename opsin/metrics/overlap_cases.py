"""Figures of segmentation case by case, and how far their means could lie from what they say.

A case is one picture, or all pictures of one patient put together. Means over cases weigh a small organ in one as
much as a large one in another, which the sum of all pixels does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError
from opsin.metrics.boundary import boundary_f, hausdorff
from opsin.metrics.intervals import Interval, check_asked, percentiles
from opsin.metrics.overlap import Counts, Floats, Map, mean_of_known, overlap, pixel_confusion, ratio


@dataclass(frozen=True, eq=False)
class CaseFigures:
    """One case. Each figure is (k,), one for each label; NaN for a label that neither truth nor prediction has.

    Attributes:
        iou: intersection over union, in 0..1.
        dice: twice the intersection over the sum of both areas, in 0..1.
        hausdorff95: within which 95 per cent of either edge have the other, in pixels.
        boundary_f: F1 of the edges, in 0..1.
    """

    iou: Floats
    dice: Floats
    hausdorff95: Floats
    boundary_f: Floats


FIGURES = tuple(each.name for each in fields(CaseFigures))


@dataclass(frozen=True)
class OverCases:
    """One figure over many cases.

    Attributes:
        mean: over the cases that have it.
        interval: in which that mean plausibly lies.
        num_cases: how many have it.
    """

    mean: float
    interval: Interval
    num_cases: int


def case_figures(
    truth: Map, predicted: Map, num_labels: int, *, ignore: int | None = None, tolerance: float = 2.0
) -> CaseFigures:
    """The figures of one case.

    Args:
        truth: (h, w) label numbers.
        predicted: (h, w) label numbers.
        num_labels: k.
        ignore: the number of true pixels that nobody labelled; they belong to no label, in neither map.
        tolerance: within which a pixel of an edge is right, in pixels.

    Raises:
        InputError: when the two are not maps of one size, or a number is no label.
        OptionError: when `tolerance` is less than 0.

    >>> truth, predicted = np.array([[0, 0, 1, 1]]), np.array([[0, 0, 0, 1]])
    >>> case_figures(truth, predicted, 3).dice.round(3)
    array([0.8  , 0.667,   nan])
    """
    found = overlap(pixel_confusion(truth, predicted, num_labels, ignore=ignore))
    is_known = np.ones(truth.shape, bool) if ignore is None else truth != ignore
    distances, edges = np.full(num_labels, np.nan), np.full(num_labels, np.nan)
    for label in np.flatnonzero(~np.isnan(found.iou)):
        masks = is_known & (truth == label), is_known & (predicted == label)
        distances[label], edges[label] = hausdorff(*masks), boundary_f(*masks, tolerance=tolerance)
    return CaseFigures(found.iou, found.dice, distances, edges)


def over_cases(figures: ArrayLike, *, samples: int = 1000, seed: int = 0, level: float = 0.95) -> OverCases | None:
    """The mean of one figure over (n,) cases, with its interval; None where no case has it.

    Cases with NaN do not have it, and are left out before the samples are drawn. Efron, Bootstrap Methods: Another
    Look at the Jackknife, 1979; the interval is that of the percentiles.

    Args:
        figures: (n,) of the cases.
        samples: how many to draw.
        seed: of the random numbers.
        level: how often the interval should hold the true mean, in 0..1.

    Raises:
        OptionError: when `samples` is less than 1 or `level` is not between 0 and 1.

    >>> over_cases([0.5, 0.5, float("nan")])
    OverCases(mean=0.5, interval=(0.5, 0.5), num_cases=2)
    """
    check_asked(samples, level)
    given = np.asarray(figures, np.float64)
    known = given[~np.isnan(given)]
    if not len(known):
        return None
    means = _drawn(len(known), samples, seed) @ known / len(known)
    return OverCases(float(known.mean()), percentiles(means, level), len(known))


def by_label(
    cases: Sequence[CaseFigures], figure: str, *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> tuple[OverCases | None, ...]:
    """One of `FIGURES` over all cases, for each of k labels; None for a label that no case has.

    Raises:
        InputError: when there are no cases, or there is no such figure.
        OptionError: as `over_cases` does.
    """
    if not cases or figure not in FIGURES:
        raise InputError(f"This needs cases and one of {', '.join(FIGURES)}; got {len(cases)} cases and {figure!r}.")
    table = np.stack([getattr(case, figure) for case in cases])  # (n, k)
    return tuple(over_cases(column, samples=samples, seed=seed, level=level) for column in table.T)


def bootstrap_overlap(
    confusions: ArrayLike, *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> dict[str, Interval]:
    """Intervals of "mean_iou", "mean_dice" and "accuracy" of all pixels together, from samples of the pictures.

    Pictures are drawn with replacement, and never pixels: those of one picture are right or wrong together. A figure
    that no sample has is left out.

    Args:
        confusions: (n, k, k) the confusion matrix of each picture.
        samples: how many to draw.
        seed: of the random numbers.
        level: how often the interval should hold the true figure, in 0..1.

    Raises:
        InputError: when there are no pictures, or the matrices are not square.
        OptionError: when `samples` is less than 1 or `level` is not between 0 and 1.

    >>> bootstrap_overlap([[[4, 0], [0, 4]], [[4, 0], [0, 4]]])["mean_iou"]
    (1.0, 1.0)
    """
    check_asked(samples, level)
    each = np.asarray(confusions, np.int64)
    if each.ndim != 3 or each.shape[1] != each.shape[2] or not len(each):
        raise InputError(f"confusions must be (n, k, k) of one picture at least; got {each.shape}.")
    figures = _figures(_drawn(len(each), samples, seed), each)
    known = {name: values[~np.isnan(values)] for name, values in figures.items()}
    return {name: percentiles(values, level) for name, values in known.items() if len(values)}


def _figures(drawn: Counts, confusions: Counts) -> dict[str, Floats]:
    """The figures (samples,) of each sample, in which the pictures count so often (samples, n)."""
    shared = drawn @ confusions.diagonal(axis1=1, axis2=2)  # (samples, k)
    both = drawn @ (confusions.sum(axis=1) + confusions.sum(axis=2))
    return {
        "mean_iou": mean_of_known(ratio(shared, both - shared)),
        "mean_dice": mean_of_known(ratio(2 * shared, both)),
        "accuracy": ratio(shared.sum(axis=1), drawn @ confusions.sum(axis=(1, 2))),
    }


def _drawn(num_cases: int, samples: int, seed: int) -> NDArray[np.int64]:
    """(samples, n) how often each case is in each sample."""
    even = np.full(num_cases, 1 / num_cases)
    return np.random.default_rng(seed).multinomial(num_cases, even, samples)
