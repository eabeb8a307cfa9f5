"""Everything that is worked out about a detector's answers, once, for figures, plots and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.data.dataset import Dataset
from opsin.metrics.average_precision import BoxCurves, box_curves
from opsin.metrics.box_confusion import box_confusion
from opsin.metrics.box_counts import THRESHOLDS, FoundAt, counts_in_images, found_at
from opsin.metrics.box_mistakes import Mistakes, box_mistakes
from opsin.metrics.box_outcomes import Outcomes, box_outcomes
from opsin.metrics.box_table import PredictedBoxes
from opsin.reports._report import Answers
from opsin.tasks import Result
from opsin.tasks.detection import Detections
from opsin.weights.card import Card


@dataclass(frozen=True, eq=False)
class JudgedBoxes:
    """A detector's answers about n pictures, and what follows from them, for each of k labels.

    Attributes:
        answers: as they came.
        predictions: n, their labels as the data's class numbers; those of labels that the data lacks are left out.
        num_strange: how many were left out.
        outcomes: what becomes of each prediction.
        curves: precision over recall.
        found: what is found at each threshold.
        mistakes: at the best threshold.
        confusion: (k + 1, k + 1) counts at the best threshold, a row for each true label, the last the background.
        true_counts: (n, k) how many things are in each picture.
        found_counts: (n, k) how many are found at the best threshold.
    """

    answers: Answers
    predictions: Sequence[PredictedBoxes]
    num_strange: int
    outcomes: Outcomes
    curves: BoxCurves
    found: FoundAt
    mistakes: Mistakes
    confusion: NDArray[np.int64]
    true_counts: NDArray[np.int64]
    found_counts: NDArray[np.int64]

    @property
    def labels(self) -> tuple[str, ...]:
        """The k labels of the data."""
        return self.answers.data.labels

    @property
    def min_score(self) -> float:
        """The best threshold: where F1 is highest."""
        return float(THRESHOLDS[self.found.best])


def judged_boxes(answers: Answers) -> JudgedBoxes:
    """All that can be said about a detector's answers.

    Raises:
        InputError: when they do not fit the data.
    """
    data = answers.data
    check_labels(answers.card, data)
    if len(answers.results) != len(data):
        raise InputError(f"There must be an answer for each picture; got {len(answers.results)} for {len(data)}.")
    predictions = numbered(answers.results, data.labels)
    truths = list(data.truth)
    outcomes = box_outcomes(truths, predictions, np.arange(len(data.labels)))
    found = found_at(outcomes)
    min_score = float(THRESHOLDS[found.best])
    return JudgedBoxes(
        answers,
        predictions,
        sum(len(_detections(each).boxes) for each in answers.results) - sum(len(each.boxes) for each in predictions),
        outcomes,
        box_curves(outcomes),
        found,
        box_mistakes(truths, predictions, min_score=min_score),
        box_confusion(truths, predictions, len(data.labels), min_score=min_score),
        *counts_in_images(outcomes, min_score),
    )


def check_labels(card: Card, data: Dataset) -> None:
    """Whether a detector can be judged by the data.

    Raises:
        InputError: when the data say no more than one class of each picture, or have a label that the detector was not
            taught.
    """
    if data.task != "detection":
        raise InputError(f"{data.name} does not say where things are; {card.name} needs pictures with boxes.")
    numbers = np.unique(np.concatenate([np.zeros(0, np.int64), *(each.labels for each in data.truth)]))
    strange = [data.labels[number] for number in numbers if data.labels[number] not in card.labels]
    if strange:
        raise InputError(
            f"{data.name} has things called {strange[0]!r}, which {card.name} was not taught. "
            f"It knows: {', '.join(card.labels[:20])}{' …' if len(card.labels) > 20 else ''}."
        )


def numbered(results: Sequence[Result], labels: Sequence[str]) -> list[PredictedBoxes]:
    """The boxes of results, their labels as places in the list; boxes of other labels are left out."""
    places = {label: number for number, label in enumerate(labels)}
    return [_numbered(_detections(each), places) for each in results]


def _numbered(result: Detections, places: dict[str, int]) -> PredictedBoxes:
    numbers = np.array([places.get(label, -1) for label in result.labels], np.int64)
    is_known = numbers >= 0
    return PredictedBoxes(result.boxes[is_known], numbers[is_known], result.scores[is_known])


def _detections(result: Result) -> Detections:
    return cast("Detections", result)
