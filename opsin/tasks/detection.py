"""Detection: what is where?"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes, clip, suppress_by_label
from opsin.core.image import Image, Size
from opsin.core.options import Options, option
from opsin.core.record import names, numbers
from opsin.draw.boxes import draw_boxes
from opsin.draw.palette import colour_of_number
from opsin.metrics.average_precision import average_precision
from opsin.tasks._task import TASKS, Figures, Result, Task


@dataclass(frozen=True, kw_only=True)
class DetectionOptions(Options):
    """How to detect."""

    # Measured on 159 photographs of COCO: F1 is highest from 0.35 to 0.4, where two in three boxes are right.
    min_score: float = option(0.4, help="Leave out things less certain than this (0 to 1).", low=0.0, high=1.0)
    limit: int = option(100, help="How many things to give in one picture, at most.", low=1)
    max_overlap: float = option(
        0.6,
        help="Of two boxes with one label that overlap more than this (0 to 1), the better stays.",
        low=0.0,
        high=1.0,
    )
    tile: bool = option(
        False,
        help="Look at large pictures in tiles too, for small things; at 12 megapixels about 200 times the work.",
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Detections(Result):
    """Things found in one image, most certain first.

    Attributes:
        labels: n names.
        scores: (n,) certainties in 0..1.
        boxes: (n, 4) xyxy in pixels of the original image.
        tracks: (n,) numbers from 1 up by which things are followed through a video, 0 for those that are not; None when
            nobody asked.
    """

    labels: tuple[str, ...] = names("n", column="label")
    scores: NDArray[np.float32] = numbers("n", column="score", decimals=6, low=0.0, high=1.0)
    boxes: Boxes = numbers("n", 4, column="x0 y0 x1 y1", decimals=2)
    tracks: NDArray[np.int64] | None = numbers("n", column="track", dtype=np.int64, default=None)

    task = "detection"
    best_first = "scores"

    @property
    def summary(self) -> str:
        """How many of each, as "2 × dog, 1 × person"."""
        return ", ".join(f"{number} × {label}" for label, number in Counter(self.labels).most_common())

    def draw(self, image: Image) -> Image:
        """Each box with its label and score; of what is followed, with its label and number, in its number's colour."""
        if self.tracks is None:
            return draw_boxes(image, self.boxes, self.labels, self.scores)
        numbers = self.tracks.tolist()
        texts = [f"{label} {number or ''}".strip() for label, number in zip(self.labels, numbers, strict=True)]
        return draw_boxes(image, self.boxes, texts, colours=[colour_of_number(number) for number in numbers])

    def resized(self, size: Size) -> Self:
        """The boxes grow and shrink with the image."""
        x, y = size[1] / self.width, size[0] / self.height
        return dataclasses.replace(
            self, height=size[0], width=size[1], boxes=self.boxes * np.array([x, y, x, y], np.float32)
        )

    def take(self, which: Any) -> Self:
        """Some of the things: a mask (n,), or places in rising order."""
        kept = np.arange(len(self.scores))[which]
        return dataclasses.replace(
            self,
            labels=tuple(self.labels[each] for each in kept),
            scores=self.scores[kept],
            boxes=self.boxes[kept],
            tracks=None if self.tracks is None else self.tracks[kept],
        )


def best_boxes(
    boxes: Boxes, scores: NDArray[Any], labels: Sequence[str], size: Size, options: DetectionOptions
) -> dict[str, Any]:
    """Labels, scores and boxes of `Detections`, out of what a network proposes.

    Args:
        boxes: (n, 4) xyxy in pixels of the original image.
        scores: (k, n) certainties of each of the k labels for each box.
        labels: the k labels.
        size: (height, width) of the original image; boxes are cut at its borders.
        options: what to leave out.
    """
    which, place = np.nonzero(scores >= options.min_score)  # (m,) each
    sure = scores[which, place]
    best = np.argsort(-sure, kind="stable")[:1000]  # the number that PP-YOLO and its like compare, at most
    which, place, sure = which[best], place[best], sure[best]
    kept = suppress_by_label(boxes[place], sure, which, options.max_overlap, options.limit)
    return {
        "labels": tuple(labels[index] for index in which[kept]),
        "scores": sure[kept].clip(0.0, 1.0),
        "boxes": clip(boxes[place[kept]], size),
    }


def score(predicted: Sequence[Detections], truth: Sequence[Detections]) -> Figures:
    """COCO's average precision (AP), over overlaps 0.5 to 0.95, at 0.5 (AP50) and at 0.75 (AP75)."""
    figures = average_precision(truth, predicted)
    return {"AP": figures.ap, "AP50": figures.ap50, "AP75": figures.ap75}


DETECTION = Task(
    name="detection",
    verb="detect",
    summary="Find things and say where each is: people, animals, vehicles, food, furniture (80 labels).",
    options=DetectionOptions,
    result=Detections,
    default="picodet_small.coco",
    score=score,
    examples=(
        "street.jpg",
        "photos/ --min-score 0.5 --save drawn",
        "aerial.jpg --tile",
        "traffic.mp4 --track --save drawn",
    ),
)
TASKS.add("detection", DETECTION)
