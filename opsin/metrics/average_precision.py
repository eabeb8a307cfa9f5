"""Average precision of boxes, as COCO defines it; the figures equal those of pycocotools.

A prediction is true when it overlaps a thing of its label that no better prediction has taken. Going down the
predictions from the highest score, precision is drawn over recall; its mean is the average precision. COCO takes the
mean once more over ten overlaps (0.50, 0.55 ... 0.95) and over labels.

Lin et al., Microsoft COCO: Common Objects in Context, 2014; https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.metrics.box_table import (
    Boxed,
    ScoredBoxed,
    Table,
    check_lengths,
    known_labels,
    prediction_table,
    truth_table,
)
from opsin.metrics.matching import AREAS, OVERLAPS, Flags, Floats, is_in_area, match, overlaps_with_truth

_RECALLS = np.linspace(0, 1, 101)
_MOST = (1, 10, 100)
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
    if len(truths) != len(predictions):
        raise InputError(f"There must be predictions for each image; got {len(predictions)} for {len(truths)} images.")
    check_lengths(truths)
    check_lengths(predictions)
    names = known_labels(truths)
    truth, predicted = truth_table(truths, names), prediction_table(predictions, names, _MOST[-1])
    outcomes = [_outcome(truth.of_label(label), predicted.of_label(label)) for label in range(len(names))]
    return _summary([_curve(each) for each in outcomes], names.tolist())


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What becomes of one label's predictions."""

    scores: Floats  # (n,)
    places: NDArray[np.intp]  # (n,) 0 for the best of an image
    is_true: Flags  # (areas, overlaps, n)
    is_ignored: Flags  # (areas, overlaps, n)
    num_truths: NDArray[np.intp]  # (areas,)


@dataclass(frozen=True, eq=False)
class _Curve:
    """What one label's outcome comes to; -1 where the label has no truth of that area."""

    precision: Floats  # (areas, overlaps) mean over recalls
    recall: Floats  # (3, areas, overlaps) with 1, 10 and 100 predictions in an image


def _outcome(truth: Table, predicted: Table) -> _Outcome:
    """The outcome for one label, whose boxes the two tables hold."""
    is_counted = is_in_area(truth.areas) & ~truth.is_crowd  # (areas, m)
    is_true, is_ignored = np.zeros((2, len(AREAS), len(OVERLAPS), len(predicted.boxes)), bool)
    for ours, theirs in _shared_images(truth.images, predicted.images):
        overlaps = overlaps_with_truth(predicted.boxes[theirs], truth.boxes[ours], truth.is_crowd[ours])
        is_true[..., theirs], is_ignored[..., theirs] = match(overlaps, is_counted[:, ours], truth.is_crowd[ours])
    # A mistake of another size is a mistake there, not here.
    is_ignored |= ~is_true & ~is_in_area(predicted.areas)[:, None]
    return _Outcome(predicted.scores, predicted.places(), is_true, is_ignored, is_counted.sum(axis=1))


def _shared_images(images: NDArray[np.intp], others: NDArray[np.intp]) -> Iterator[tuple[slice, slice]]:
    """The rows, in each of two sorted lists, of every image that is in both."""
    shared = np.intersect1d(images, others)
    ends = [np.searchsorted(each, shared, side) for each in (images, others) for side in ("left", "right")]
    yield from ((slice(a, b), slice(c, d)) for a, b, c, d in zip(*ends, strict=True))


def _curve(outcome: _Outcome) -> _Curve:
    best_first = np.argsort(-outcome.scores, kind="stable")
    is_true, is_ignored = outcome.is_true[..., best_first], outcome.is_ignored[..., best_first]
    num_true = is_true.cumsum(axis=2)  # (areas, overlaps, n)
    num_false = (~is_true & ~is_ignored).cumsum(axis=2)
    precision = num_true / np.maximum(num_true + num_false, 1)
    truths = np.maximum(outcome.num_truths, 1)[:, None]  # (areas, 1)
    recall = np.stack([(outcome.is_true & (outcome.places < most)).sum(axis=2) / truths for most in _MOST])
    is_known = outcome.num_truths[:, None] > 0
    mean_precision = _mean_precision(precision, num_true / truths[..., None])
    return _Curve(np.where(is_known, mean_precision, -1), np.where(is_known, recall, -1))


def _mean_precision(precision: Floats, recall: Floats) -> Floats:
    """(areas, overlaps) mean over recalls 0, 0.01 ... 1 of the best precision with at least that recall, of (…, n)."""
    envelope = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
    envelope = np.concatenate([envelope, np.zeros((*envelope.shape[:2], 1))], axis=2)  # recalls never reached: 0
    return np.array(
        [[_sampled(*rows) for rows in zip(*area, strict=True)] for area in zip(envelope, recall, strict=True)]
    )


def _sampled(envelope: Floats, recall: Floats) -> float:
    """Mean of (n + 1,) precisions over the recalls asked for; (n,) recalls say where to find them."""
    return float(envelope[np.searchsorted(recall, _RECALLS)].mean())


def _summary(curves: Sequence[_Curve], names: Sequence[str | int]) -> AveragePrecision:
    unknown = np.full((len(_MOST), 1, len(AREAS), len(OVERLAPS)), -1.0)  # keeps the shapes where there is no label
    precision = np.stack([unknown[0, 0], *(each.precision for each in curves)])  # (labels, areas, overlaps)
    recall = np.concatenate(
        [unknown, *(each.recall[:, None] for each in curves)], axis=1
    )  # (3, labels, areas, overlaps)
    per_label = {name: _mean(each.precision[0]) for name, each in zip(names, curves, strict=True)}
    return AveragePrecision(
        ap=_mean(precision[:, 0]),
        ap50=_mean(precision[:, 0, 0]),
        ap75=_mean(precision[:, 0, 5]),
        ap_small=_mean(precision[:, 1]),
        ap_medium=_mean(precision[:, 2]),
        ap_large=_mean(precision[:, 3]),
        ar_1=_mean(recall[0, :, 0]),
        ar_10=_mean(recall[1, :, 0]),
        ar_100=_mean(recall[2, :, 0]),
        ar_small=_mean(recall[2, :, 1]),
        ar_medium=_mean(recall[2, :, 2]),
        ar_large=_mean(recall[2, :, 3]),
        per_label=MappingProxyType({name: figure for name, figure in per_label.items() if figure >= 0}),
    )


def _mean(figures: Floats) -> float:
    """Mean of the figures that are known; -1 when none is."""
    known = figures[figures >= 0]
    return float(known.mean()) if len(known) else -1.0
