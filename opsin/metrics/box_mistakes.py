"""Each false alarm and each miss: where it is, and what kind of mistake it is.

The kinds are those of Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, ECCV 2020
(https://arxiv.org/abs/2008.08115), with its two overlaps: from 0.5 a box is in the right place, below 0.1 it has
nothing to do with the thing. To their misses one kind is added: a thing that was found, but with too low a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import iou
from opsin.core.errors import InputError
from opsin.metrics.box_table import Boxed, ScoredBoxed, check_lengths
from opsin.metrics.matching import Flags, Floats, share_inside, taken

MIN_OVERLAP, BACKGROUND_OVERLAP = 0.5, 0.1

WRONG_LABEL = "wrong label"
POOR_OVERLAP = "poor overlap"
BOTH = "wrong label, poor overlap"
DUPLICATE = "duplicate"
BACKGROUND = "background"
UNSURE = "score too low"
NOT_FOUND = "not found"

FALSE_ALARMS = (WRONG_LABEL, POOR_OVERLAP, BOTH, DUPLICATE, BACKGROUND)
"""Kinds of false alarms."""

MISSES = (WRONG_LABEL, POOR_OVERLAP, UNSURE, NOT_FOUND)
"""Kinds of misses; the first two are things at which a false alarm of that kind points."""


@dataclass(frozen=True, eq=False)
class Mistake:
    """A false alarm, or a miss.

    Attributes:
        image: the position of its image.
        box: (4,) xyxy in pixels: what was predicted, or what was missed.
        label: what was predicted, or what was missed.
        score: of the prediction; of a miss, the best score of a box with its label at its place, 0 where there is none.
        kind: one of `FALSE_ALARMS`, or one of `MISSES`.
        truth: the place, in its image, of the thing that it is about; -1 where it is about none.
    """

    image: int
    box: Floats
    label: int
    score: float
    kind: str
    truth: int


@dataclass(frozen=True, eq=False)
class Mistakes:
    """What went wrong at one threshold.

    Attributes:
        false_alarms: the surest first.
        misses: the largest things first.
        num_right: how many predictions are right.
    """

    false_alarms: tuple[Mistake, ...]
    misses: tuple[Mistake, ...]
    num_right: int


class _Image(NamedTuple):
    """The boxes of one image as they are compared: predictions best first, crowds apart."""

    number: int
    boxes: Floats  # (n, 4)
    labels: NDArray[np.int64]  # (n,)
    scores: Floats  # (n,)
    truths: Floats  # (m, 4)
    true_labels: NDArray[np.int64]  # (m,)
    places: NDArray[np.intp]  # (m,) in the truth as it was given
    in_crowd: Flags  # (n,) whether most of the box lies inside a crowd of its label
    overlaps: Floats  # (n, m)


def box_mistakes(truths: Sequence[Boxed], predictions: Sequence[ScoredBoxed], *, min_score: float) -> Mistakes:
    """What goes wrong where predictions with that score or more are given.

    A prediction is right when it overlaps a thing of its label by 0.5 or more that no better one has taken; one inside
    a crowd of its label is neither right nor wrong.

    Args:
        truths: one for each image, the labels as whole numbers.
        predictions: one for each image, in the same order.
        min_score: the score from which a prediction counts.

    Raises:
        InputError: when the two differ in length, or the arrays of an image do.

    >>> from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
    >>> truth = TrueBoxes(np.array([[0, 0, 10, 10.0]]), np.array([0]))
    >>> predicted = PredictedBoxes(np.array([[0, 0, 10, 4.0]]), np.array([0]), np.array([0.9]))
    >>> found = box_mistakes([truth], [predicted], min_score=0.5)
    >>> [each.kind for each in found.false_alarms + found.misses]
    ['poor overlap', 'poor overlap']
    """
    false_alarms, misses, num_right = list[Mistake](), list[Mistake](), 0
    for image in images_of(truths, predictions):
        takes = _right(image, min_score)
        alarms = list(_false_alarms(image, takes, min_score))
        false_alarms += alarms
        misses += _misses(image, takes, alarms)
        num_right += int((takes >= 0).sum())
    return Mistakes(
        tuple(sorted(false_alarms, key=lambda each: -each.score)),
        tuple(sorted(misses, key=lambda each: -float(np.prod(each.box[2:] - each.box[:2])))),
        num_right,
    )


def images_of(truths: Sequence[Boxed], predictions: Sequence[ScoredBoxed]) -> Iterator[_Image]:
    """The images, each with its predictions best first and without its crowds.

    Raises:
        InputError: when there are not as many of both, or the arrays of an image differ in length.
    """
    if len(truths) != len(predictions):
        raise InputError(f"There must be predictions for each image; got {len(predictions)} for {len(truths)} images.")
    check_lengths(truths)
    check_lengths(predictions)
    for number, (truth, predicted) in enumerate(zip(truths, predictions, strict=True)):
        yield _image(number, truth, predicted)


def _image(number: int, truth: Boxed, predicted: ScoredBoxed) -> _Image:
    # In float64, as everywhere in scoring: a threshold must not lie on another side here.
    scores = np.asarray(predicted.scores, np.float64)
    order = np.argsort(-scores, kind="stable")
    boxes, labels = _float64(predicted.boxes)[order], np.asarray(predicted.labels, np.int64)[order]
    true_boxes, true_labels = _float64(truth.boxes), np.asarray(truth.labels, np.int64)
    said = getattr(truth, "is_crowd", None)
    is_crowd = np.zeros(len(true_boxes), bool) if said is None else np.asarray(said, bool)
    crowd, things = true_boxes[is_crowd], true_boxes[~is_crowd]
    inside = share_inside(boxes, crowd) >= MIN_OVERLAP
    return _Image(
        number,
        boxes,
        labels,
        scores[order],
        things,
        true_labels[~is_crowd],
        np.flatnonzero(~is_crowd),
        (inside & (labels[:, None] == true_labels[is_crowd])).any(axis=1),
        iou(boxes, things),
    )


def _float64(boxes: Floats) -> NDArray[np.float64]:
    return np.asarray(boxes, np.float64).reshape(-1, 4)


def _right(image: _Image, min_score: float) -> NDArray[np.intp]:
    """(n,) the thing that each prediction finds, -1 for none."""
    is_possible = (image.labels[:, None] == image.true_labels) & (image.scores >= min_score)[:, None]
    return taken(image.overlaps * is_possible, MIN_OVERLAP)


def _false_alarms(image: _Image, takes: NDArray[np.intp], min_score: float) -> Iterator[Mistake]:
    is_false = (takes < 0) & (image.scores >= min_score) & ~image.in_crowd
    for row in np.flatnonzero(is_false):
        kind, truth = _kind(image.overlaps[row], image.true_labels == image.labels[row])
        place = int(image.places[truth]) if truth >= 0 else -1
        found = image.boxes[row], int(image.labels[row]), float(image.scores[row])
        yield Mistake(image.number, *found, kind, place)


def _kind(overlaps: Floats, is_same: Flags) -> tuple[str, int]:
    """What kind of false alarm a prediction is that overlaps m things, some of its label; and the thing it is about."""
    if not len(overlaps):
        return BACKGROUND, -1
    same, other = np.where(is_same, overlaps, 0), np.where(is_same, 0, overlaps)
    # The order is TIDE's: the mistake whose correction would make the prediction right comes first.
    if BACKGROUND_OVERLAP <= same.max() < MIN_OVERLAP:
        return POOR_OVERLAP, int(same.argmax())
    if other.max() >= MIN_OVERLAP:
        return WRONG_LABEL, int(other.argmax())
    if same.max() >= MIN_OVERLAP:
        return DUPLICATE, int(same.argmax())
    if overlaps.max() < BACKGROUND_OVERLAP:
        return BACKGROUND, -1
    return BOTH, int(other.argmax())


def _misses(image: _Image, takes: NDArray[np.intp], alarms: Sequence[Mistake]) -> Iterator[Mistake]:
    pointed = {each.truth: each.kind for each in reversed(alarms) if each.kind in (WRONG_LABEL, POOR_OVERLAP)}
    for truth in np.setdiff1d(np.arange(len(image.truths)), takes):
        label, place = int(image.true_labels[truth]), int(image.places[truth])
        # A box that has found another thing says nothing of this one.
        is_at = (image.overlaps[:, truth] >= MIN_OVERLAP) & (image.labels == label) & (takes < 0)
        score = float(image.scores[is_at].max(initial=0))
        kind = pointed.get(place, UNSURE if score else NOT_FOUND)
        yield Mistake(image.number, image.truths[truth], label, score, kind, place)
