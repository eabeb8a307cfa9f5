"""A classifier's answers beside the truth: scores, ranks, and the order in which a person wants to see the mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError
from opsin.data.dataset import Dataset
from opsin.metrics.calibration import softmax
from opsin.reports._report import Answers
from opsin.runtime.network import Arrays
from opsin.weights.card import Card

UNKNOWN = "unknown"
"""What is answered where the best score is below the card's threshold."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A classifier's answers about n pictures, with one column for each of k labels.

    Attributes:
        labels: the k labels, in the network's order.
        truth: (n,) column of the true label.
        scores: (n, k) in 0..1, each row summing to 1.
        before: (n, k) the scores before calibration.
        reject_below: the best score under which the answer is "unknown".
    """

    labels: tuple[str, ...]
    truth: NDArray[np.intp]
    scores: NDArray[np.float64]
    before: NDArray[np.float64]
    reject_below: float

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def predicted(self) -> NDArray[np.intp]:
        """(n,) column of the label with the best score, whether it is answered or not."""
        return np.asarray(self.scores.argmax(axis=1))

    @cached_property
    def best(self) -> NDArray[np.float64]:
        """(n,) the best score of each picture."""
        return np.asarray(self.scores.max(axis=1))

    @cached_property
    def of_truth(self) -> NDArray[np.float64]:
        """(n,) the score of the true label."""
        return np.asarray(self.scores[np.arange(len(self)), self.truth])

    @cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """(n,) whether the best label is the true one."""
        return np.asarray(self.predicted == self.truth)

    @cached_property
    def is_unknown(self) -> NDArray[np.bool_]:
        """(n,) whether the answer is "unknown"."""
        return np.asarray(self.best < self.reject_below)

    def take(self, chosen: NDArray[Any]) -> Scored:
        """The answers about some of the pictures."""
        return Scored(self.labels, self.truth[chosen], self.scores[chosen], self.before[chosen], self.reject_below)


def scored(answers: Answers) -> Scored:
    """The answers of a classifier, the truth in the order of its labels.

    Raises:
        InputError: when the data has a label that the classifier does not know, or the outputs are not its logits.
    """
    scores, before = scores_of(answers.card, answers.raw)
    card = answers.card
    return Scored(card.labels, columns_of(card, answers.data), scores, before, card.reject_below)


def scores_of(card: Card, raw: Arrays) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, k) scores of a classifier's raw outputs, after calibration and before.

    Raises:
        InputError: when they are not its logits, or not finite.
    """
    logits = raw.get("logits")
    if logits is None or logits.ndim != 2 or logits.shape[1] != len(card.labels):
        shapes = {name: array.shape[1:] for name, array in raw.items()}
        raise InputError(f"{card.name} must give logits for its {len(card.labels)} labels; it gave {shapes}.")
    if not np.isfinite(logits).all():
        raise InputError(f"{card.name} answers with numbers that are none (NaN or infinity). Train it anew.")
    return softmax(logits, card.temperature), softmax(logits)


def rows(answers: Answers, told: Scored) -> Iterator[dict[str, Any]]:
    """One row for each picture, in the order of the data, for `predictions.csv`."""
    rank = (told.scores > told.of_truth[:, None]).sum(axis=1) + 1
    for index, (column, truth) in enumerate(zip(told.predicted, told.truth, strict=True)):
        label = told.labels[column]
        yield {
            "image": answers.data.pictures.name(index),
            "label": told.labels[truth],
            "predicted": label,
            "score": f"{told.best[index]:.6f}",
            "answer": UNKNOWN if told.is_unknown[index] else label,
            "score_of_label": f"{told.of_truth[index]:.6f}",
            "rank_of_label": int(rank[index]),
        }


def surest_mistakes(told: Scored) -> NDArray[np.intp]:
    """The pictures that were answered wrongly, the surest first."""
    wrong = np.flatnonzero(~told.is_right)
    return wrong[np.argsort(-told.best[wrong], kind="stable")]


def least_sure(told: Scored) -> NDArray[np.intp]:
    """All pictures, the one with the lowest best score first."""
    return np.argsort(told.best, kind="stable")


def columns_of(card: Card, data: Dataset) -> NDArray[np.intp]:
    """(n,) the network's column for the true label of each picture: by name, as the data may order them otherwise.

    Raises:
        InputError: when the data has a label that the classifier does not know.
    """
    place = {label: column for column, label in enumerate(card.labels)}
    strange = [data.labels[number] for number in np.unique(data.truth) if data.labels[number] not in place]
    if strange:
        raise InputError(
            f"{data.name} has pictures of {strange[0]!r}, which {card.name} was not taught. "
            f"It knows: {', '.join(card.labels[:20])}{' …' if len(card.labels) > 20 else ''}."
        )
    found: NDArray[np.intp] = np.array([place.get(label, -1) for label in data.labels], np.intp)[data.truth]
    return found
