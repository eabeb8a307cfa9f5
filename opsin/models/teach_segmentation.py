"""How segmentation is taught: a number for each label at every place, interpolated to every pixel."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.core.image import Image, Size
from opsin.core.placement import Placement, stretched
from opsin.data.moved import map_drawn, moved_map, moves
from opsin.data.regions import IGNORED, LabelMap, Regions
from opsin.metrics.overlap import Counts, overlap, pixel_confusion
from opsin.models._segmenter_network import HEADS
from opsin.models._teacher import TEACHERS, Answered, Mover, Read, Row, Teacher, Usual
from opsin.tasks._label_map import label_map
from opsin.weights.card import Card

USUAL_LOSS = "crossentropy+dice"
"""Cross-entropy learns fast, and Dice cares for what is rare."""


class SegmentationTeacher(Teacher):
    """Logits (n, h', w', labels) on top of feature maps; rows are maps (h, w) uint8 of class numbers."""

    task: ClassVar[str] = "segmentation"
    monitor: ClassVar[str] = "val_mean_iou"
    is_better_high: ClassVar[bool] = True
    figure: ClassVar[str] = "mean IoU"
    sees_maps: ClassVar[bool] = True
    judges_answers: ClassVar[bool] = True
    heads: ClassVar[tuple[str, ...]] = tuple(HEADS)
    takes_tiles: ClassVar[bool] = True
    takes_planes: ClassVar[bool] = True
    refuses: ClassVar[tuple[str, ...]] = ("views", "dropout", "frozen_epochs", "label_smoothing")
    usual: ClassVar[Usual] = Usual(
        model="efficientnet_lite0",
        fit="squeeze",
        side=384,
        batch_size=8,
        rate=1.0,
        frozen_epochs=0,
        weighs_classes=False,
    )

    def head(self, features: Any, labels: Sequence[str], kind: str = "auto") -> Any:
        """Logits on top of feature maps by their stride."""
        return HEADS[self.heads[0] if kind == "auto" else kind](features, len(labels))

    def encode(self, truth: NDArray[Any], placements: Sequence[Placement], labels: int) -> NDArray[Any]:
        """(n, h, w) uint8 class numbers at each pixel of the input; `IGNORED` beside the picture."""
        return np.stack([_placed(each, place) for each, place in zip(truth, placements, strict=True)])

    def loss(self, settings: Mapping[str, Any], size: Size) -> Any:
        """The sum of those that are named, as "crossentropy+dice"; see `opsin.nn.map_loss`."""
        # Imported here: that module imports Keras.
        from opsin.nn.map_loss import MapLoss

        named = settings["loss"] if settings["loss"] != "auto" else USUAL_LOSS
        return MapLoss([part.strip() for part in named.split("+")], IGNORED)

    def mover(self, preset: str, size: Size, flips: str) -> Mover | None:
        """Scales, shifts and mirrors pictures with their maps; see `opsin.data.moved`."""
        if preset == "none":
            return None
        how = moves(preset, flips=flips != "no", turns=flips == "all")

        def move(read: Read, index: int, count: int, random: np.random.Generator) -> tuple[Image, Row]:
            return moved_map(*read(index), size, how, random)

        return move

    def figures(self, answered: Answered) -> Mapping[str, float]:
        """Mean IoU over the labels, and the share of pixels that are right."""
        found = overlap(sum(_confusions(answered)))
        return {"mean_iou": found.mean_iou, "accuracy": found.accuracy}

    def finish(self, card: Card, answered: Answered) -> Card:
        """The card with its figures."""
        figures = self.figures(answered)
        measured = {
            "mean IoU on the validation pictures": figures["mean_iou"],
            "accuracy by pixel on the validation pictures": figures["accuracy"],
        }
        return dataclasses.replace(card, measured=measured)

    def variety(self, raw: NDArray[Any]) -> int:
        """How many labels were answered somewhere."""
        return len(np.unique(raw.argmax(axis=-1)))

    def agreement(self, raw: NDArray[Any], others: NDArray[Any]) -> float:
        """The share of places with the same label."""
        return float((raw.argmax(axis=-1) == others.argmax(axis=-1)).mean())

    def quality(self, raw: NDArray[Any], rows: NDArray[Any]) -> float:
        """Mean IoU."""
        return float(self.figures([(raw, rows)])["mean_iou"])


def _placed(truth: Regions, place: Placement) -> LabelMap:
    """The map as the input shows the picture."""
    laid = truth.map()
    if laid.shape != place.size:
        raise DataError(f"A map must have the size of its picture, {place.size}; got {laid.shape}.")
    matrix = np.column_stack([np.diag(place.scale), place.shift])
    return map_drawn(laid, matrix, place.input_size)


def _confusions(answered: Answered) -> list[Counts]:
    """(labels, labels) counts for each picture."""
    return [
        pixel_confusion(row, _answer(logits, row), logits.shape[-1], ignore=IGNORED)
        for raw, rows in answered
        for logits, row in zip(raw, rows, strict=True)
    ]


def _answer(logits: NDArray[Any], row: LabelMap) -> NDArray[np.int16]:
    """(h, w) the best label of each pixel, as where a network answers."""
    size = (row.shape[0], row.shape[1])
    return label_map(np.ascontiguousarray(logits.transpose(2, 0, 1)), stretched(size, size))


TEACHERS.add(SegmentationTeacher.task, SegmentationTeacher())
