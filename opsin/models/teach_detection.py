"""How detection is taught: boxes and one score for each label at every place, task-aligned assignment."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import areas, clip, iou, suppress_by_label
from opsin.core.errors import UsageError
from opsin.core.image import Image, Size
from opsin.core.placement import Placement
from opsin.data.moved import moved, moves
from opsin.data.things import Things
from opsin.metrics.average_precision import average_precision
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
from opsin.metrics.matching import taken
from opsin.metrics.platt import fit_scores, sigmoid
from opsin.models._detector_network import STRIDES, places, proposals
from opsin.models._teacher import TEACHERS, Answered, Mover, Read, Row, Teacher, Usual
from opsin.weights.card import Card

logger = logging.getLogger("opsin")

MAX_OVERLAP = 0.6
"""Of two boxes with one label that overlap more than this, the better stays; as `DetectionOptions` has it."""
LEAST_SCORE, MOST = 0.01, 100
"""What is looked at when boxes are scored: as COCO does, but for what is next to nothing."""
MOST_THINGS = 300
"""Things in one picture that are learned from, the largest: each is compared with each place, which takes memory."""
SURE = 0.3
"""The score from which a box counts where two networks are compared; half the best one, where that is less."""
SAME = 0.9
"""The overlap from which two boxes are the same answer."""


class DetectionTeacher(Teacher):
    """Proposals (n, p, 4 + labels) on top of feature maps; rows are (m, 6) boxes, see `opsin.nn.box_assignment`."""

    task: ClassVar[str] = "detection"
    monitor: ClassVar[str] = "val_AP"
    is_better_high: ClassVar[bool] = True
    figure: ClassVar[str] = "AP"
    sees_maps: ClassVar[bool] = True
    judges_answers: ClassVar[bool] = True
    refuses: ClassVar[tuple[str, ...]] = ("views", "dropout", "frozen_epochs", "loss", "label_smoothing")
    usual: ClassVar[Usual] = Usual(
        model="efficientnet_lite0",
        fit="letterbox",
        side=416,
        batch_size=8,
        rate=1.0,
        frozen_epochs=0,
        weighs_classes=False,
    )

    def head(self, features: Any, labels: Sequence[str], kind: str = "auto") -> Any:
        """The pyramid and its answers, on top of feature maps by their stride."""
        missing = [stride for stride in STRIDES if stride not in features]
        if missing:
            had = ", ".join(str(stride) for stride in features if stride > 1)
            raise UsageError(
                f"A detector looks at feature maps of strides {', '.join(map(str, STRIDES))}; this network has "
                f"{had or 'none'} at this size. Give an --image-size that is a multiple of {STRIDES[-1]}, "
                "or take another network, as efficientnet_lite0."
            )
        return proposals(features, len(labels))

    def encode(self, truth: NDArray[Any], placements: Sequence[Placement], labels: int) -> NDArray[Any]:
        """(n, m, 6) boxes in pixels of the input, m as many as the fullest picture has, `MOST_THINGS` at most."""
        placed = [_placed(things, place) for things, place in zip(truth, placements, strict=True)]
        most = max(map(len, placed), default=0)
        if most > MOST_THINGS:
            logger.warning("A picture has %d things; of each picture the %d largest count.", most, MOST_THINGS)
        rows = np.zeros((len(truth), min(max(1, most), MOST_THINGS), 6), np.float32)
        for row, things in zip(rows, placed, strict=True):
            _fill(row, things)
        return rows

    def loss(self, settings: Mapping[str, Any], size: Size) -> Any:
        """Quality focal loss and generalized intersection over union."""
        # Imported here: that module imports Keras.
        from opsin.nn.box_loss import BoxLoss

        return BoxLoss(places(size), float(STRIDES[0]))

    def mover(self, preset: str, size: Size, flips: str) -> Mover | None:
        """Cuts, scales and mirrors pictures, and makes one of four; see `opsin.data.moved`."""
        if preset == "none":
            return None
        how = moves(preset, flips=flips != "no", turns=flips == "all")

        def move(read: Read, index: int, count: int, random: np.random.Generator) -> tuple[Image, Row]:
            def one(number: int) -> tuple[Image, Things]:
                image, row = read(number)
                return image, things_of(row)

            image, things = moved(one, index, count, size, how, random)
            # A mosaic holds more things than a picture; with or without, rows of one length compile once.
            return image, _fill(np.zeros((2 * len(read(index)[1]), 6), np.float32), things)

        return move

    def figures(self, answered: Answered) -> Mapping[str, float]:
        """COCO's AP, AP50 and AP75."""
        told, truth = _told(answered)
        found = average_precision(truth, told)
        return {"AP": max(found.ap, 0.0), "AP50": max(found.ap50, 0.0), "AP75": max(found.ap75, 0.0)}

    def finish(self, card: Card, answered: Answered) -> Card:
        """The card with scores that say how often a box is right, and with COCO's figures."""
        told, truth = _told(answered)
        figures = average_precision(truth, told)
        measured = {"AP on the validation pictures": figures.ap, "AP50 on the validation pictures": figures.ap50}
        scores, is_right = _judged(told, truth)
        slope, offset = fit_scores(np.log(scores / (1 - scores)), is_right)
        return dataclasses.replace(card, temperature=1 / slope, offset=offset, measured=measured)

    def parts(self, raw: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """Pixels, and logits."""
        return raw[..., :4], raw[..., 4:]

    def variety(self, raw: NDArray[Any]) -> int:
        """How many things were found."""
        return sum(len(each.boxes) for each in map(best, raw))

    def agreement(self, raw: NDArray[Any], others: NDArray[Any]) -> float:
        """The share of the boxes found by the one that the other found too."""
        first, second = list(map(best, raw)), list(map(best, others))
        sure = min(SURE, 0.5 * max((each.scores.max(initial=0.0) for each in first), default=0.0))
        shared = [_shared(_above(one, sure), other) for one, other in zip(first, second, strict=True)]
        return sum(shared) / max(1, sum(int((each.scores >= sure).sum()) for each in first))

    def quality(self, raw: NDArray[Any], rows: NDArray[Any]) -> float:
        """COCO's AP."""
        return float(self.figures([(raw, rows)])["AP"])


def _placed(things: Things, place: Placement) -> Things:
    """The things in pixels of the input; of those that reach over the picture's border, what is inside."""
    inside = clip(things.boxes, place.size)
    kept = things.take(areas(inside) > 0)
    return dataclasses.replace(kept, boxes=place.boxes_to_input(inside[areas(inside) > 0]), areas=None)


def things_of(row: Row) -> Things:
    """The things that a row (m, 6) holds, in pixels of the input."""
    held = row[row[:, 5] != 0]
    return Things(held[:, :4], held[:, 4].astype(np.int64), held[:, 5] < 0)


def _fill(row: Row, things: Things) -> Row:
    """The row with as many things in it as it has room for, the largest first where there are more."""
    largest = np.argsort(-np.asarray(things.areas), kind="stable")[: len(row)]
    row[: len(largest), :4] = things.boxes[largest]
    row[: len(largest), 4] = things.labels[largest]
    row[: len(largest), 5] = np.where(np.asarray(things.is_crowd)[largest], -1, 1)
    return row


def best(raw: NDArray[Any]) -> PredictedBoxes:
    """What one picture's proposals (p, 4 + labels) come to, best first, in pixels of the input."""
    scores = sigmoid(raw[:, 4:])
    which, label = np.nonzero(scores >= LEAST_SCORE)
    order = np.argsort(-scores[which, label], kind="stable")[:1000]
    which, label = which[order], label[order]
    kept = suppress_by_label(raw[which, :4], scores[which, label], label, MAX_OVERLAP, MOST)
    return PredictedBoxes(raw[which[kept], :4].astype(np.float64), label[kept], scores[which, label][kept])


def _told(answered: Answered) -> tuple[list[PredictedBoxes], list[TrueBoxes]]:
    """What is left of the answers, picture by picture, and what is true. Raw answers are not kept: they are large."""
    told, truth = list[PredictedBoxes](), list[TrueBoxes]()
    for raw, rows in answered:
        told += map(best, raw)
        truth += [TrueBoxes(t.boxes.astype(np.float64), t.labels, t.is_crowd) for t in map(things_of, rows)]
    return told, truth


def _judged(told: Sequence[PredictedBoxes], truth: Sequence[TrueBoxes]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(n,) scores of all boxes, and whether each is right: of its label, at an overlap of one half, and the first."""
    found = [is_right(one, other) for one, other in zip(told, truth, strict=True)]
    return np.concatenate([each.scores for each in told]), np.concatenate(found)


def is_right(told: PredictedBoxes, truth: TrueBoxes) -> NDArray[np.bool_]:
    """(n,) whether each box, best first, is the first with its label on a true one, at an overlap of one half."""
    overlaps = iou(told.boxes, truth.boxes) * (np.asarray(told.labels)[:, None] == np.asarray(truth.labels))
    right: NDArray[np.bool_] = taken(overlaps, 0.5) >= 0
    return right


def _above(boxes: PredictedBoxes, score: float) -> PredictedBoxes:
    sure = boxes.scores >= score
    return PredictedBoxes(boxes.boxes[sure], np.asarray(boxes.labels)[sure], boxes.scores[sure])


def _shared(first: PredictedBoxes, second: PredictedBoxes) -> int:
    """How many boxes of the first the second has too."""
    if not len(first.boxes) or not len(second.boxes):
        return 0
    same = np.asarray(first.labels)[:, None] == np.asarray(second.labels)
    return int((iou(first.boxes, second.boxes) * same >= SAME).any(axis=1).sum())


TEACHERS.add("detection", DetectionTeacher())
