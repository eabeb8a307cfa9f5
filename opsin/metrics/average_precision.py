"""Average precision of boxes, as COCO defines it; the figures equal those of pycocotools.

A prediction is true when it overlaps a thing of its label that no better prediction has taken. Going down the
predictions from the highest score, precision is drawn over recall; its mean is the average precision. COCO takes the
mean once more over ten overlaps (0.50, 0.55 ... 0.95) and over labels.

Lin et al., Microsoft COCO: Common Objects in Context, 2014; https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from opsin.metrics.box_outcomes import MOST, Outcome, Outcomes, box_outcomes
from opsin.metrics.box_table import Boxed, ScoredBoxed
from opsin.metrics.matching import AREAS, OVERLAPS, Flags, Floats

RECALLS = np.linspace(0, 1, 101)
"""Where COCO reads precision off."""

_MOST = (1, 10, MOST)
"""Predictions of one label in one image that count, for the recalls; for all else, the last."""


@dataclass(frozen=True)
class AveragePrecision:
    """COCO's twelve figures, each in 0..1, or -1 where there is no truth to judge by; and one for each label.

    Attributes:
        ap: mean over the overlaps 0.50, 0.55 ... 0.95.
        ap50: at an overlap of 0.50.
        ap75: at an overlap of 0.75.
        ap_small: of things up to 32 x 32 pixels.
        ap_medium: of things from 32 x 32 to 96 x 96 pixels.
        ap_large: of things from 96 x 96 pixels.
        ar_1: recall with one prediction for each label and image, mean over the overlaps.
        ar_10: recall with ten.
        ar_100: recall with a hundred.
        ar_small: recall with a hundred, of things up to 32 x 32 pixels.
        ar_medium: of things from 32 x 32 to 96 x 96 pixels.
        ar_large: of things from 96 x 96 pixels.
        per_label: `ap` of each label that the truth has, crowds aside.
    """

    ap: float
    ap50: float
    ap75: float
    ap_small: float
    ap_medium: float
    ap_large: float
    ar_1: float
    ar_10: float
    ar_100: float
    ar_small: float
    ar_medium: float
    ar_large: float
    per_label: Mapping[str | int, float]


def average_precision(truths: Sequence[Boxed], predictions: Sequence[ScoredBoxed]) -> AveragePrecision:
    """COCO's figures for predictions on images. Of equal scores, the earlier image and the earlier box go first.

    Args:
        truths: one for each image: `TrueBoxes`, or anything with boxes and labels.
        predictions: one for each image, in the same order: `PredictedBoxes`, or anything with boxes, labels and scores.

    Raises:
        InputError: when the two differ in length, the arrays of an image do, or labels are text here and numbers there.

    >>> from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
    >>> truth = TrueBoxes(np.array([[0, 0, 10, 10.0]]), np.array(["cat"]))
    >>> predicted = PredictedBoxes(np.array([[0, 0, 10, 8.0]]), np.array(["cat"]), np.array([0.9]))
    >>> round(average_precision([truth], [predicted]).ap, 3)  # an overlap of 0.8 passes 7 of the 10
    0.7
    """
    return figures_of(box_curves(box_outcomes(truths, predictions)))


@dataclass(frozen=True, eq=False)
class BoxCurves:
    """Precision over recall of k labels, for the four of `AREAS` and the ten of `OVERLAPS`.

    Attributes:
        labels: the k labels.
        precision: (k, areas, overlaps, 101) the best precision with at least the recall 0, 0.01 ... 1; 0 where that
            recall is never reached, -1 where the label has no truth of that area.
        recall: (3, k, areas, overlaps) the recall with 1, 10 and 100 predictions in an image; -1 as above.
    """

    labels: tuple[str | int, ...]
    precision: Floats
    recall: Floats

    @property
    def ap(self) -> Floats:
        """(k, areas, overlaps) average precision; -1 where the label has no truth of that area."""
        return np.asarray(self.precision.mean(axis=3))


def box_curves(outcomes: Outcomes) -> BoxCurves:
    """The curves of predictions whose outcome is known."""
    shape = (0, len(AREAS), len(OVERLAPS))
    precision, recall = [np.zeros((*shape, len(RECALLS)))], [np.zeros((*shape, len(_MOST)))]
    for outcome in outcomes.each:
        is_unknown = (outcome.num_truths == 0)[:, None, None]  # (areas, 1, 1)
        precision.append(np.where(is_unknown, -1, _precision(outcome))[None])
        recall.append(np.where(is_unknown, -1, _recall(outcome))[None])
    return BoxCurves(outcomes.labels, np.concatenate(precision), np.moveaxis(np.concatenate(recall), 3, 0))


def figures_of(curves: BoxCurves) -> AveragePrecision:
    """COCO's figures, which are means over curves."""
    ap, recall = curves.ap, curves.recall
    per_label = {name: _mean(each[0]) for name, each in zip(curves.labels, ap, strict=True)}
    return AveragePrecision(
        ap=_mean(ap[:, 0]),
        ap50=_mean(ap[:, 0, 0]),
        ap75=_mean(ap[:, 0, 5]),
        ap_small=_mean(ap[:, 1]),
        ap_medium=_mean(ap[:, 2]),
        ap_large=_mean(ap[:, 3]),
        ar_1=_mean(recall[0, :, 0]),
        ar_10=_mean(recall[1, :, 0]),
        ar_100=_mean(recall[2, :, 0]),
        ar_small=_mean(recall[2, :, 1]),
        ar_medium=_mean(recall[2, :, 2]),
        ar_large=_mean(recall[2, :, 3]),
        per_label=MappingProxyType({name: figure for name, figure in per_label.items() if figure >= 0}),
    )


def _precision(outcome: Outcome) -> Floats:
    """(areas, overlaps, 101) precision at the recalls."""
    best_first = np.argsort(-outcome.scores, kind="stable")
    is_true, is_ignored = outcome.is_true[..., best_first], outcome.is_ignored[..., best_first]
    found = np.zeros((*is_true.shape[:2], len(RECALLS)))
    for place in np.ndindex(found.shape[:2]):
        found[place] = _at_recalls(is_true[place], is_ignored[place], int(outcome.num_truths[place[0]]))
    return found


def _at_recalls(is_true: Flags, is_ignored: Flags, num_truths: int) -> Floats:
    """(101,) precision at the recalls, of (n,) predictions from the highest score."""
    # Recall rises, and precision is highest, where a prediction is true: the other places need not be looked at.
    places = np.flatnonzero(is_true)
    num_true = np.arange(1, len(places) + 1)
    num_judged = (~is_ignored).cumsum()[places]  # what is true is never ignored
    envelope = np.maximum.accumulate((num_true / num_judged)[::-1])[::-1]
    envelope = np.append(envelope, 0)  # recalls never reached
    return np.asarray(envelope[np.searchsorted(num_true / max(num_truths, 1), RECALLS)])


def _recall(outcome: Outcome) -> Floats:
    """(areas, overlaps, 3) recall with 1, 10 and 100 predictions in an image."""
    found = [(outcome.is_true & (outcome.places < most)).sum(axis=2) for most in _MOST]
    return np.asarray(np.stack(found, axis=2) / np.maximum(outcome.num_truths, 1)[:, None, None])


def _mean(figures: Floats) -> float:
    """Mean of the figures that are known; -1 when none is."""
    known = figures[figures >= 0]
    return float(known.mean()) if len(known) else -1.0
