"""What is in a picture and where: the truth that a detector learns from and is judged by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes, areas, as_boxes
from opsin.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Things:
    """The things in one picture.

    Attributes:
        boxes: (n, 4) xyxy in pixels of the upright original.
        labels: (n,) the number of each one's class.
        is_crowd: (n,) whether the box is around many things at once: nothing is learned from it, and a prediction
            inside is neither right nor wrong. When left out, no box is.
        areas: (n,) in square pixels, by which things are small, medium or large: of the mask where one is known, else
            of the box.

    Raises:
        InputError: when the arrays differ in length.
    """

    boxes: Boxes
    labels: NDArray[np.int64]
    is_crowd: NDArray[np.bool_] | None = None
    areas: NDArray[np.float64] | None = None

    task: ClassVar[str] = "detection"

    def __post_init__(self) -> None:
        boxes = as_boxes(self.boxes)
        given: dict[str, NDArray[Any]] = {
            "boxes": boxes,
            "labels": np.asarray(self.labels, np.int64).reshape(-1),
            "is_crowd": np.zeros(len(boxes), bool) if self.is_crowd is None else np.asarray(self.is_crowd, bool),
            "areas": (areas(boxes) if self.areas is None else np.asarray(self.areas)).astype(np.float64),
        }
        if len({len(each) for each in given.values()}) > 1:
            lengths = ", ".join(f"{len(each)} {name}" for name, each in given.items())
            raise InputError(f"Each box must have one of everything; got {lengths}.")
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(n,) the class numbers that the picture shows, one for each thing."""
        return self.labels

    def digest(self) -> bytes:
        """SHA-256 of all that is said; the order of the things does not matter."""
        columns: list[Any] = [self.boxes, self.labels, self.is_crowd]
        rows = np.column_stack([np.asarray(each, np.float64) for each in columns])  # (n, 6)
        return hashlib.sha256(np.sort(rows.view([("", np.float64)] * 6), axis=0).tobytes()).digest()

    def take(self, which: Any) -> Self:
        """Some of the things: a mask (n,), or places."""
        parts = (self.boxes, self.labels, self.is_crowd, self.areas)
        return type(self)(*(each[which] for each in parts if each is not None))


def as_truth(pictures: Sequence[object]) -> NDArray[Any]:
    """(n,) object array, as `Dataset.truth` holds what is in each of n pictures."""
    # Not np.array(pictures): it would look inside, since each has a length.
    truth = np.empty(len(pictures), object)
    truth[:] = list(pictures)
    return truth
