"""What becomes of every predicted box, by COCO's rule: worked out once, for all the figures that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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

MOST = 100
"""Predictions of one label in one image that count, the best first."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What becomes of the n predictions of one label, of which there are m true things.

    Attributes:
        label: its name or number.
        scores: (n,) in the order of the images; those of one image from the highest.
        images: (n,) the position of each one's image.
        places: (n,) 0 for the best of an image.
        is_true: (areas, overlaps, n) whether it finds a thing, for each of `AREAS` and `OVERLAPS`.
        is_ignored: (areas, overlaps, n) whether it is neither right nor wrong.
        true_images: (m,) the position of each thing's image.
        is_counted: (areas, m) whether each thing is to be found.
    """

    label: str | int
    scores: Floats
    images: NDArray[np.intp]
    places: NDArray[np.intp]
    is_true: Flags
    is_ignored: Flags
    true_images: NDArray[np.intp]
    is_counted: Flags

    @property
    def num_truths(self) -> NDArray[np.intp]:
        """(areas,) how many things there are to be found."""
        return np.asarray(self.is_counted.sum(axis=1))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What becomes of all predictions.

    Attributes:
        each: of k labels, sorted.
        num_images: how many images there are.
    """

    each: tuple[Outcome, ...]
    num_images: int

    @property
    def labels(self) -> tuple[str | int, ...]:
        """The k labels."""
        return tuple(outcome.label for outcome in self.each)


def box_outcomes(
    truths: Sequence[Boxed], predictions: Sequence[ScoredBoxed], labels: NDArray[Any] | None = None
) -> Outcomes:
    """What becomes of predictions on images. Of equal scores, the earlier image and the earlier box go first.

    Args:
        truths: one for each image: `TrueBoxes`, or anything with boxes and labels.
        predictions: one for each image, in the same order: `PredictedBoxes`, or anything with boxes, labels and scores.
        labels: (k,) those to tell of, sorted; the ones that the truth has when left out. Boxes of others are passed
            over.

    Raises:
        InputError: when the two differ in length, the arrays of an image do, or labels are text here and numbers there.
    """
    if len(truths) != len(predictions):
        raise InputError(f"There must be predictions for each image; got {len(predictions)} for {len(truths)} images.")
    check_lengths(truths)
    check_lengths(predictions)
    names = known_labels(truths) if labels is None else np.asarray(labels)
    truth, predicted = truth_table(truths, names), prediction_table(predictions, names, MOST)
    each = [
        _outcome(name, truth.of_label(number), predicted.of_label(number)) for number, name in enumerate(names.tolist())
    ]
    return Outcomes(tuple(each), len(truths))


def _outcome(label: str | int, truth: Table, predicted: Table) -> Outcome:
    """The outcome for one label, whose boxes the two tables hold."""
    is_counted = is_in_area(truth.areas) & ~truth.is_crowd  # (areas, m)
    is_true, is_ignored = np.zeros((2, len(AREAS), len(OVERLAPS), len(predicted.boxes)), bool)
    for ours, theirs in _shared_images(truth.images, predicted.images):
        overlaps = overlaps_with_truth(predicted.boxes[theirs], truth.boxes[ours], truth.is_crowd[ours])
        is_true[..., theirs], is_ignored[..., theirs] = match(overlaps, is_counted[:, ours], truth.is_crowd[ours])
    # A mistake of another size is a mistake there, not here.
    is_ignored |= ~is_true & ~is_in_area(predicted.areas)[:, None]
    found = (predicted.scores, predicted.images, predicted.places(), is_true, is_ignored)
    return Outcome(label, *found, truth.images, is_counted)


def _shared_images(images: NDArray[np.intp], others: NDArray[np.intp]) -> Iterator[tuple[slice, slice]]:
    """The rows, in each of two sorted lists, of every image that is in both."""
    shared = np.intersect1d(images, others)
    ends = [np.searchsorted(each, shared, side) for each in (images, others) for side in ("left", "right")]
    yield from ((slice(a, b), slice(c, d)) for a, b, c, d in zip(*ends, strict=True))
