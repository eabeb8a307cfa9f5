"""How many things are found at each threshold, how many of the finds are right, and how many there are in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.box_outcomes import Outcome, Outcomes
from opsin.metrics.matching import Floats

THRESHOLDS = np.arange(1, 201) / 200
"""0.005, 0.01 ... 1: as fine as anyone would set one."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FoundAt:
    """What is found at each of `THRESHOLDS`, at an overlap of 0.5; things of all sizes, crowds aside.

    Attributes:
        right: (k, 200) predictions of each label with that score or more that find a thing.
        found: (k, 200) predictions with that score or more that are right or wrong.
        truths: (k,) things of each label.
    """

    right: Counts
    found: Counts
    truths: Counts

    @property
    def precision(self) -> Floats:
        """(200,) share of the finds that are right, of all labels together; 0 where nothing is found."""
        return _share(self.right.sum(axis=0), self.found.sum(axis=0))

    @property
    def recall(self) -> Floats:
        """(200,) share of the things that are found, of all labels together; 0 where there are none."""
        return _share(self.right.sum(axis=0), self.truths.sum())

    @property
    def f1(self) -> Floats:
        """(200,) harmonic mean of precision and recall."""
        return _share(2 * self.right.sum(axis=0), self.found.sum(axis=0) + self.truths.sum())

    @property
    def best(self) -> int:
        """The position of the threshold with the best F1; of several the middle one, as the surest of them."""
        best = np.flatnonzero(self.f1 == self.f1.max())
        return int(best[len(best) // 2])


def found_at(outcomes: Outcomes) -> FoundAt:
    """What is found at each threshold, of predictions whose outcome is known."""
    rows = [_found(outcome) for outcome in outcomes.each]
    right, found = np.array(rows, np.int64).reshape(-1, 2, len(THRESHOLDS)).swapaxes(0, 1)
    return FoundAt(right, found, np.array([each.num_truths[0] for each in outcomes.each], np.int64))


def counts_in_images(outcomes: Outcomes, min_score: float) -> tuple[Counts, Counts]:
    """(n, k) how many things of each label are in each image, and how many are found with that score or more.

    What is neither right nor wrong, such as a box inside a crowd, counts on neither side.
    """
    true = [np.bincount(each.true_images[each.is_counted[0]], minlength=outcomes.num_images) for each in outcomes.each]
    found = [_judged_in_images(each, min_score, outcomes.num_images) for each in outcomes.each]
    shape = (len(outcomes.each), outcomes.num_images)
    return np.array(true, np.int64).reshape(shape).T, np.array(found, np.int64).reshape(shape).T


def _judged_in_images(outcome: Outcome, min_score: float, num_images: int) -> Counts:
    """(images,) how many predictions of each image are sure enough, and right or wrong."""
    is_judged = (outcome.scores >= min_score) & ~outcome.is_ignored[0, 0]
    return np.bincount(outcome.images[is_judged], minlength=num_images)


def _found(outcome: Outcome) -> tuple[Counts, Counts]:
    """(200,) right ones, and right and wrong ones, at each threshold."""
    is_right, is_judged = outcome.is_true[0, 0], ~outcome.is_ignored[0, 0]
    return _at_least(outcome.scores[is_right]), _at_least(outcome.scores[is_judged])


def _at_least(scores: Floats) -> Counts:
    """(200,) how many of (n,) scores reach each threshold."""
    return np.asarray(len(scores) - np.searchsorted(np.sort(scores), THRESHOLDS, side="left"), np.int64)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64] | np.int64) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=np.asarray(whole) > 0))
