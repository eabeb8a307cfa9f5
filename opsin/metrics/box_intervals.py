"""Average precision on other choices of the same images: resampled, for an interval; or some of them only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.metrics.average_precision import RECALLS
from opsin.metrics.box_outcomes import Outcome, Outcomes
from opsin.metrics.intervals import Interval, check_asked, percentiles
from opsin.metrics.matching import OVERLAPS, Flags, Floats

_TOGETHER = 2_000_000
"""Numbers worked on at once: what fits a processor's cache several times over, and no memory is small for."""


def bootstrap_ap(outcomes: Outcomes, *, samples: int = 200, seed: int = 0, level: float = 0.95) -> dict[str, Interval]:
    """Intervals of "ap" and "ap50", from as many samples of the images, drawn with replacement.

    Who finds what stays as it is in each image; only how often the image counts differs. So nothing is matched anew.
    Efron, Bootstrap Methods: Another Look at the Jackknife, 1979; the interval is that of the percentiles.

    Args:
        outcomes: of all predictions.
        samples: how many to draw.
        seed: of the random numbers.
        level: how often the interval should hold the true figure, in 0..1.

    Raises:
        InputError: when there are no images.
        OptionError: when `samples` is less than 1 or `level` is not between 0 and 1.
    """
    check_asked(samples, level)
    if not outcomes.num_images:
        raise InputError("There is nothing to draw samples from: there are no images.")
    even = np.full(outcomes.num_images, 1 / outcomes.num_images)
    drawn = np.random.default_rng(seed).multinomial(outcomes.num_images, even, samples)  # (samples, images)
    ap = weighted_ap(outcomes, drawn)
    known = ap[~np.isnan(ap).any(axis=1)]
    if not len(known):  # no sample has a thing in it
        return {}
    return {"ap": percentiles(known.mean(axis=1), level), "ap50": percentiles(known[:, 0], level)}


def weighted_ap(outcomes: Outcomes, weights: NDArray[np.int64]) -> Floats:
    """(samples, overlaps) average precision, the mean over the labels that a sample has; NaN where it has none.

    Args:
        outcomes: of all predictions.
        weights: (samples, images) how often each image counts in each sample.
    """
    total, labels = np.zeros((len(weights), len(OVERLAPS))), np.zeros((len(weights), 1))
    for outcome in outcomes.each:
        truths = weights[:, outcome.true_images[outcome.is_counted[0]]].sum(axis=1)  # (samples,)
        total += _label_ap(outcome, weights, truths)
        labels += truths[:, None] > 0
    return np.asarray(np.divide(total, labels, out=np.full(total.shape, np.nan), where=labels > 0))


def _label_ap(outcome: Outcome, weights: NDArray[np.int64], truths: NDArray[np.int64]) -> Floats:
    """(samples, overlaps) average precision of one label; 0 where the sample has no truth of it."""
    order = np.argsort(-outcome.scores, kind="stable")
    images, is_true, is_ignored = outcome.images[order], outcome.is_true[0][:, order], outcome.is_ignored[0][:, order]
    found = np.zeros((len(weights), len(OVERLAPS)))
    step = max(1, _TOGETHER // max(len(images), 1))
    for start in range(0, len(weights), step):
        some = slice(start, start + step)
        counts = weights[some][:, images]  # (some, n)
        passed = counts.cumsum(axis=1)
        for overlap in range(len(OVERLAPS)):
            flags = is_true[overlap], is_ignored[overlap]
            found[some, overlap] = _weighted(counts, passed, *flags, truths[some])
    return found


def _weighted(
    counts: NDArray[np.int64], passed: NDArray[np.int64], is_true: Flags, is_ignored: Flags, truths: NDArray[np.int64]
) -> Floats:
    """(samples,) average precision at one overlap.

    Args:
        counts: (samples, n) how often each prediction counts, from the highest score.
        passed: (samples, n) how many there are up to each.
        is_true: (n,).
        is_ignored: (n,).
        truths: (samples,) how many things there are.
    """
    places = np.flatnonzero(is_true)
    if not len(places):
        return np.zeros(len(counts))
    # Only where a prediction is true does recall rise, and is precision the best.
    num_true = counts[:, places].cumsum(axis=1)
    num_judged = passed[:, places]
    if is_ignored.any():
        ignored = np.flatnonzero(is_ignored)
        before = np.searchsorted(ignored, places)  # how many are ignored before each
        num_ignored = np.pad(counts[:, ignored].cumsum(axis=1), ((0, 0), (1, 0)))
        num_judged = num_judged - num_ignored[:, before]
    precision = num_true / np.maximum(num_judged, 1)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    reached = np.searchsorted(RECALLS, num_true / np.maximum(truths, 1)[:, None], side="right")  # how many recalls are
    steps = np.diff(reached, axis=1, prepend=0)
    return np.asarray((steps * envelope).sum(axis=1) / len(RECALLS) * (truths > 0))
