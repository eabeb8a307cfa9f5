"""A picture that a taught network has answered, and the label that is looked into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UnknownNameError, UsageError
from opsin.core.image import Image
from opsin.core.placement import Placement
from opsin.metrics.calibration import softmax
from opsin.models import SingleNetwork, open_model
from opsin.runtime.network import Arrays, Place

RAW = "logits"
"""The output of every network that was taught to classify."""


@dataclass(frozen=True, eq=False)
class Question:
    """Why does the network answer this label?

    Attributes:
        model: that answered.
        image: (h, w, 3) the picture.
        batch: the network's input.
        placement: of the picture in it.
        scores: (labels,) of all labels.
        number: of the label that is looked into.
    """

    model: SingleNetwork[Any]
    image: Image
    batch: Arrays
    placement: Placement
    scores: NDArray[np.float64]
    number: int

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(h, w, c) what the network sees."""
        pixels: NDArray[np.uint8] = next(iter(self.batch.values()))[0]
        return pixels

    @property
    def label(self) -> str:
        """The label that is looked into."""
        return self.model.labels[self.number]

    @property
    def predicted(self) -> str:
        """The label with the highest score."""
        return self.model.labels[int(self.scores.argmax())]

    @property
    def score(self) -> float:
        """Of the label that is looked into, in 0..1."""
        return float(self.scores[self.number])


def ask(folder: Path, image: Image, label: str | None) -> Question:
    """The model in a folder is asked about a picture.

    Args:
        folder: of a run, or of what was exported from one.
        image: (h, w, 3).
        label: the one to look into; the answer when left out.

    Raises:
        UsageError: when it is no classifier, or does not know the label; the message names the nearest.
        WeightsError: when it cannot be read.
    """
    model = open_model(str(folder), Place())
    if not isinstance(model, SingleNetwork) or model.card.task != "classification":
        raise UsageError(f"{folder} answers {model.card.task}; only classification can be explained.")
    if label is not None and label not in model.labels:
        raise UnknownNameError("label of this model", label, model.labels)
    batch, placements = model.prepare([image])
    scores = softmax(model.network(batch)[RAW][0], model.card.temperature)
    number = int(scores.argmax()) if label is None else model.labels.index(label)
    return Question(model, image, batch, placements[0], scores, number)
