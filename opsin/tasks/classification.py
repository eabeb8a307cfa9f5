"""Classification: what is this a picture of?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options, option
from opsin.core.record import names, numbers
from opsin.draw.panel import draw_panel
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

UNKNOWN = "unknown"
"""The label of a picture that is like nothing that the model was taught."""


@dataclass(frozen=True, kw_only=True)
class ClassificationOptions(Options):
    """How to classify."""

    limit: int = option(5, help="How many labels to give, at most.", low=1)
    min_score: float = option(0.0, help="Leave out labels less certain than this (0 to 1).", low=0.0, high=1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Classification(Result):
    """What an image shows as a whole, most certain first.

    A model that was taught here may answer that it does not know: then "unknown" comes first, with the certainty that
    the best of its labels is wrong, or that label's own score where that is higher. Its labels follow as they are.

    Attributes:
        labels: n names.
        scores: (n,) certainties in 0..1; those of all the labels of a model, "unknown" left out, add up to 1.
    """

    labels: tuple[str, ...] = names("n", column="label")
    scores: NDArray[np.float32] = numbers("n", column="score", decimals=6, low=0.0, high=1.0)

    task = "classification"
    best_first = "scores"

    @property
    def summary(self) -> str:
        """The labels and their scores, as "espresso 0.92, cup 0.05"."""
        return ", ".join(f"{label} {score:.2f}" for label, score in zip(self.labels, self.scores, strict=True))

    def draw(self, image: Image) -> Image:
        """A panel in a corner, with a bar for each label."""
        return draw_panel(image, list(zip(self.labels, map(float, self.scores), strict=True)))

    def resized(self, size: Size) -> Self:
        """The labels do not depend on the size."""
        return dataclasses.replace(self, height=size[0], width=size[1])


def best_labels(
    scores: NDArray[Any], labels: Sequence[str], options: ClassificationOptions, *, reject_below: float = 0.0
) -> tuple[tuple[str, ...], NDArray[Any]]:
    """The best labels and their scores, best first, out of the scores (n,) of all n labels.

    Where none reaches `reject_below`, "unknown" stands before them; it is one of the `options.limit`.
    """
    if scores.max(initial=0.0) < reject_below:
        labels, scores = _with_unknown(labels, scores)
    order = np.argsort(-scores, kind="stable")[: options.limit]
    kept = order[scores[order] >= options.min_score]
    return tuple(labels[index] for index in kept), scores[kept]


def _with_unknown(labels: Sequence[str], scores: NDArray[Any]) -> tuple[Sequence[str], NDArray[Any]]:
    """The labels and their scores with "unknown" in front, which wins where scores are alike."""
    best = scores.max(initial=0.0)
    taught = [index for index, label in enumerate(labels) if label != UNKNOWN]  # somebody may have a class of that name
    # Half sure of the best label may be too little; "unknown" is the answer all the same.
    return [UNKNOWN, *(labels[index] for index in taught)], np.append(max(1 - best, best), scores[taught])


def score(predicted: Sequence[Classification], truth: Sequence[Classification]) -> Figures:
    """Shares of images whose true label came first, and among the first five.

    >>> dog = Classification(height=1, width=1, labels=["dog"], scores=[1.0])
    >>> unsure = Classification(height=1, width=1, labels=["cat", "dog"], scores=[0.6, 0.4])
    >>> score([unsure, dog], [dog, dog])
    {'top_1': 0.5, 'top_5': 1.0}
    """
    named = [(answer.labels, right.labels[0]) for answer, right in pairs(predicted, truth)]
    return {f"top_{k}": sum(right in labels[:k] for labels, right in named) / max(len(named), 1) for k in (1, 5)}


CLASSIFICATION = Task(
    name="classification",
    verb="classify",
    summary="Say what a picture shows as a whole: one of 1,000 things, animals and scenes.",
    options=ClassificationOptions,
    result=Classification,
    default="pplcnetv2_base.imagenet",
    score=score,
    examples=("photo.jpg", "holiday/ --limit 1 --csv", "photo.jpg --json"),
)
TASKS.add("classification", CLASSIFICATION)
