"""How classification is taught: one number for each label, softmax, cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.data.dataset import Dataset
from opsin.models._calibrated import calibrated
from opsin.models._teacher import TEACHERS, Teacher
from opsin.nn.backend import keras
from opsin.weights.card import Card


class ClassificationTeacher(Teacher):
    """Logits (n, labels) on top of the features; the truth is the number of the class."""

    task: ClassVar[str] = "classification"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    monitor: ClassVar[str] = "val_accuracy"
    is_better_high: ClassVar[bool] = True

    def head(self, features: Any, labels: Sequence[str]) -> Any:
        """Logits (n, labels), in float32 whatever the rest is computed in: their differences are what counts."""
        return keras().layers.Dense(len(labels), dtype="float32", name="logits")(features)

    def encode(self, data: Dataset) -> NDArray[Any]:
        """(n, labels) float32, one 1 in each row."""
        rows = np.zeros((len(data), len(data.labels)), np.float32)
        rows[np.arange(len(data)), data.truth] = 1
        return rows

    def loss(self, settings: Mapping[str, Any]) -> Any:
        """Cross-entropy, or the focal loss (Lin et al. 2017, https://arxiv.org/abs/1708.02002), of logits."""
        losses, smoothing = keras().losses, settings["label_smoothing"]
        if settings["loss"] == "crossentropy":
            return losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        if settings["loss"] == "focal":
            return losses.CategoricalFocalCrossentropy(from_logits=True, label_smoothing=smoothing)
        raise OptionError(f"loss must be crossentropy or focal for classification; got {settings['loss']!r}.")

    def finish(self, card: Card, raw: NDArray[Any], truth: NDArray[Any]) -> Card:
        """The card with a temperature and a threshold fitted on logits (n, labels) and class numbers (n,)."""
        return calibrated(card, raw, truth)


TEACHERS.add("classification", ClassificationTeacher())
