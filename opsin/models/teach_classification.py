"""How classification is taught: one number for each label, softmax, cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.core.image import Size
from opsin.core.placement import Placement
from opsin.models._calibrated import calibrated
from opsin.models._teacher import TEACHERS, Answered, Teacher
from opsin.nn.backend import keras
from opsin.weights.card import Card


class ClassificationTeacher(Teacher):
    """Logits (n, labels) on top of the features; the truth is the number of the class."""

    task: ClassVar[str] = "classification"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    monitor: ClassVar[str] = "val_accuracy"
    is_better_high: ClassVar[bool] = True
    figure: ClassVar[str] = "accuracy"

    def head(self, features: Any, labels: Sequence[str], kind: str = "auto") -> Any:
        """Logits (n, labels), in float32 whatever the rest is computed in: their differences are what counts."""
        return keras().layers.Dense(len(labels), dtype="float32", name="logits")(features)

    def encode(self, truth: NDArray[Any], placements: Sequence[Placement], labels: int) -> NDArray[Any]:
        """(n, labels) float32, one 1 in each row."""
        rows = np.zeros((len(truth), labels), np.float32)
        rows[np.arange(len(truth)), truth] = 1
        return rows

    def loss(self, settings: Mapping[str, Any], size: Size) -> Any:
        """Cross-entropy, or the focal loss (Lin et al. 2017, https://arxiv.org/abs/1708.02002), of logits."""
        losses, smoothing = keras().losses, settings["label_smoothing"]
        if settings["loss"] in ("auto", "crossentropy"):
            return losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        if settings["loss"] == "focal":
            return losses.CategoricalFocalCrossentropy(from_logits=True, label_smoothing=smoothing)
        raise OptionError(f"loss must be crossentropy or focal for classification; got {settings['loss']!r}.")

    def finish(self, card: Card, answered: Answered) -> Card:
        """The card with a temperature and a threshold fitted on the logits."""
        logits, rows = (np.concatenate(each) for each in zip(*answered, strict=True))
        return calibrated(card, logits, rows.argmax(axis=1))

    def variety(self, raw: NDArray[Any]) -> int:
        """How many labels were answered."""
        return len(np.unique(raw.argmax(axis=1)))

    def agreement(self, raw: NDArray[Any], others: NDArray[Any]) -> float:
        """The share of pictures with the same label."""
        return float((raw.argmax(axis=1) == others.argmax(axis=1)).mean())

    def quality(self, raw: NDArray[Any], rows: NDArray[Any]) -> float:
        """Accuracy."""
        return float((raw.argmax(axis=1) == rows.argmax(axis=1)).mean())


TEACHERS.add("classification", ClassificationTeacher())
