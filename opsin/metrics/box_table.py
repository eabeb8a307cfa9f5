"""The boxes of many images in one sorted table, so that the boxes of one label and image lie side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.boxes import areas
from opsin.core.errors import InputError
from opsin.metrics.matching import Flags, Floats

_FIELDS = ("boxes", "labels", "scores", "is_crowd", "areas")


class Boxed(Protocol):
    """What is in one image, as far as scoring needs to know; `TrueBoxes` says more, and a detection result will do."""

    @property
    def boxes(self) -> Floats:
        """(n, 4) xyxy in pixels."""

    @property
    def labels(self) -> ArrayLike:
        """(n,) text or whole numbers."""


class ScoredBoxed(Boxed, Protocol):
    """What was found in one image; `PredictedBoxes` is one, and so is a detection result."""

    @property
    def scores(self) -> Floats:
        """(n,) certainties, in any order."""


@dataclass(frozen=True, eq=False)
class TrueBoxes:
    """What is in one image.

    Attributes:
        boxes: (n, 4) xyxy in pixels. Pass float64 where figures must equal pycocotools to the last box.
        labels: (n,) text or whole numbers.
        is_crowd: (n,) whether the box is around many things at once: predictions inside are neither right nor wrong.
            When left out, no box is.
        areas: (n,) in square pixels, by which things are small, medium or large. COCO takes the area of the mask; that
            of the box when left out.
    """

    boxes: Floats
    labels: ArrayLike
    is_crowd: Flags | None = None
    areas: Floats | None = None


@dataclass(frozen=True, eq=False)
class PredictedBoxes:
    """What was found in one image.

    Attributes:
        boxes: (n, 4) xyxy in pixels.
        labels: (n,) text or whole numbers, of the kind that the truth has.
        scores: (n,) certainties, in any order.
    """

    boxes: Floats
    labels: ArrayLike
    scores: Floats


@dataclass(frozen=True, eq=False)
class Table:
    """The boxes of all images together, in order of label, image, and score from the highest.

    Attributes:
        boxes: (n, 4) xyxy in pixels, float64.
        labels: (n,) positions in the list of labels.
        images: (n,) positions in the list of images.
        scores: (n,) all 0 for truth.
        areas: (n,) in square pixels.
        is_crowd: (n,) all False for predictions.
    """

    boxes: Floats
    labels: NDArray[np.intp]
    images: NDArray[np.intp]
    scores: Floats
    areas: Floats
    is_crowd: Flags

    def rows(self, which: Any) -> Table:
        """The rows that a slice, a mask or positions ask for."""
        return Table(*(getattr(self, each.name)[which] for each in fields(self)))

    def of_label(self, label: int) -> Table:
        """The rows of the label at that position."""
        return self.rows(slice(*np.searchsorted(self.labels, [label, label + 1])))

    def places(self) -> NDArray[np.intp]:
        """(n,) the place of each row among those of its label and image, from 0."""
        group: NDArray[np.intp] = self.labels * (self.images.max(initial=0) + 1) + self.images
        places: NDArray[np.intp] = np.arange(len(group)) - np.searchsorted(group, group)
        return places


def check_lengths(images: Sequence[Boxed]) -> None:
    """Refuse an image whose arrays do not belong together.

    Raises:
        InputError: when they differ in length; the message names the image.
    """
    for number, each in enumerate(images):
        lengths = {name: len(value) for name in _FIELDS if (value := getattr(each, name, None)) is not None}
        if len(set(lengths.values())) > 1:
            spoken = ", ".join(f"{length} {name}" for name, length in lengths.items())
            raise InputError(f"Each box must have one of everything; image {number} has {spoken}.")


def known_labels(truths: Sequence[Boxed]) -> NDArray[Any]:
    """(k,) the labels that the truth has, sorted."""
    return np.unique(_labels(truths))


def truth_table(truths: Sequence[Boxed], names: NDArray[Any]) -> Table:
    """The truth of all images; `names` are the (k,) sorted labels."""
    table = _table(truths, names)
    crowds = _given(truths, "is_crowd", np.zeros(len(table.boxes))).astype(bool)
    return _sorted(replace(table, areas=_given(truths, "areas", table.areas), is_crowd=crowds))


def prediction_table(predictions: Sequence[ScoredBoxed], names: NDArray[Any], most: int) -> Table:
    """The predictions on all images, at most so many of a label in an image.

    Labels that the truth lacks are left out: nothing can be said of them.
    """
    table = replace(_table(predictions, names), scores=_joined([each.scores for each in predictions]))
    table = _sorted(table.rows(table.labels >= 0))
    return table.rows(table.places() < most)


def _table(images: Sequence[Boxed], names: NDArray[Any]) -> Table:
    boxes = _joined([each.boxes for each in images]).reshape(-1, 4)
    counts = [len(each.boxes) for each in images]
    nothing = np.zeros(len(boxes))
    return Table(
        boxes=boxes,
        labels=_positions(_labels(images), names),
        images=np.repeat(np.arange(len(images)), np.array(counts, np.intp)),
        scores=nothing,
        areas=areas(boxes),
        is_crowd=nothing.astype(bool),
    )


def _labels(images: Sequence[Boxed]) -> NDArray[Any]:
    """(n,) the labels of all boxes. Images without any are passed over: an empty array has a type of its own."""
    some = [np.asarray(each.labels) for each in images if len(each.boxes)]
    return np.concatenate(some) if some else np.zeros(0, np.intp)


def _joined(arrays: Sequence[Any]) -> Floats:
    return np.concatenate([np.zeros(0), *(np.ravel(each) for each in arrays)])


def _given(images: Sequence[Boxed], field: str, instead: Floats) -> Floats:
    """(n,) what each image says of its boxes in a field that it may lack, or else the values `instead`."""
    ends = np.cumsum([len(each.boxes) for each in images])[:-1]
    parts = np.split(instead, ends) if len(images) else []
    said = [getattr(each, field, None) for each in images]
    return _joined([part if value is None else value for part, value in zip(parts, said, strict=True)])


def _positions(labels: NDArray[Any], names: NDArray[Any]) -> NDArray[np.intp]:
    """(n,) where each label stands in the sorted names; -1 when it does not."""
    if not len(names) or not len(labels):
        return np.full(len(labels), -1)
    if (labels.dtype.kind == "U") != (names.dtype.kind == "U"):
        raise InputError(f"Labels must be all text or all numbers; got {labels[0].item()!r} and {names[0].item()!r}.")
    places = np.searchsorted(names, labels).clip(max=len(names) - 1)
    return np.where(names[places] == labels, places, -1)


def _sorted(table: Table) -> Table:
    return table.rows(np.lexsort((-table.scores, table.images, table.labels)))
