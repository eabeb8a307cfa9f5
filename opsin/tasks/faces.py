"""Faces: where are faces, and whose are they?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.image import Image, Size
from opsin.core.options import Options, option
from opsin.core.record import names, numbers
from opsin.draw.boxes import draw_boxes
from opsin.draw.points import draw_points
from opsin.metrics.wider import wider_average_precision
from opsin.tasks._task import TASKS, Figures, Result, Task, pairs

POINTS = ("right eye", "left eye", "nose", "right corner of the mouth", "left corner of the mouth")
"""What the five points are. Right and left are the person's own: the right eye is on the left of the picture."""

UNKNOWN = "unknown"
"""The name of who is not in the gallery."""


@dataclass(frozen=True, kw_only=True)
class FacesOptions(Options):
    """How to look for faces."""

    min_score: float = option(0.7, help="Leave out faces less certain than this (0 to 1).", low=0.0, high=1.0)
    limit: int = option(1000, help="How many faces to give in one picture, at most.", low=1)
    small: bool = option(
        False, help="Look closer, for small faces in large pictures and crowds; about 5 times the work."
    )
    max_overlap: float = option(
        0.45, help="Of two faces that overlap more than this (0 to 1), the better stays.", low=0.0, high=1.0
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Faces(Result):
    """Faces found in one image, most certain first.

    Attributes:
        names: whose they are, or "unknown"; None when nobody asked.
        similarities: (n,) how alike each is to the person whose name it got, the cosine, in -1..1.
        scores: (n,) certainties that it is a face, in 0..1.
        boxes: (n, 4) xyxy in pixels of the original image.
        points: (n, 5, 2) x, y of the five `POINTS` in pixels of the original image.
        embeddings: (n, d) of length 1: faces of one person point alike. None unless asked for.
        tracks: (n,) numbers from 1 up by which faces are followed through a video, 0 for those that are not yet; None
            when nobody asked.
    """

    names: tuple[str, ...] | None = names("n", column="name", default=None)
    similarities: NDArray[np.float32] | None = numbers("n", column="similarity", decimals=6, default=None)
    scores: NDArray[np.float32] = numbers("n", column="score", decimals=6, low=0.0, high=1.0)
    boxes: Boxes = numbers("n", 4, column="x0 y0 x1 y1", decimals=2)
    points: NDArray[np.float32] = numbers("n", len(POINTS), 2, decimals=2)
    embeddings: NDArray[np.float32] | None = numbers("n", "d", default=None)
    tracks: NDArray[np.int64] | None = numbers("n", column="track", dtype=np.int64, default=None)

    task = "faces"
    best_first = "scores"

    @property
    def summary(self) -> str:
        """The names, or how many faces, as "3 faces"."""
        if self.names:
            return ", ".join(self.names)
        count = len(self.scores)
        return f"{count} face{'s' if count > 1 else ''}" if count else ""

    def draw(self, image: Image) -> Image:
        """Each box with its name and how sure it is, and the five points."""
        known = self.names is not None
        labels = self.names if self.names is not None else ("face",) * len(self.scores)
        shown = draw_boxes(image, self.boxes, labels, self.similarities if known else self.scores)
        return draw_points(shown, self.points.reshape(-1, 2))

    def resized(self, size: Size) -> Self:
        """Boxes and points grow and shrink with the image."""
        scale = np.array([size[1] / self.width, size[0] / self.height], np.float32)
        return dataclasses.replace(
            self,
            height=size[0],
            width=size[1],
            boxes=self.boxes * np.tile(scale, 2),
            points=self.points * scale,
        )

    def take(self, which: Any) -> Self:
        """Some of the faces: a mask (n,), or places in rising order."""
        kept = np.arange(len(self.scores))[which]
        return dataclasses.replace(
            self,
            names=None if self.names is None else tuple(self.names[each] for each in kept),
            similarities=None if self.similarities is None else self.similarities[kept],
            scores=self.scores[kept],
            boxes=self.boxes[kept],
            points=self.points[kept],
            embeddings=None if self.embeddings is None else self.embeddings[kept],
            tracks=None if self.tracks is None else self.tracks[kept],
        )


def score(predicted: Sequence[Faces], truth: Sequence[Faces]) -> Figures:
    """Average precision at an overlap of 0.5, where every face counts."""
    told = [each for each, _ in pairs(predicted, truth)]
    counted = [np.ones(len(each.scores), bool) for each in truth]
    boxes, scores, faces = [each.boxes for each in told], [each.scores for each in told], [each.boxes for each in truth]
    return {"AP50": wider_average_precision(boxes, scores, faces, counted)}


FACES = Task(
    name="faces",
    verb="faces find",
    summary="Find faces: a box, five points (eyes, nose, corners of the mouth) and a score for each.",
    options=FacesOptions,
    result=Faces,
    default="yunet.wider",
    score=score,
    examples=("family.jpg --save drawn", "crowd.jpg --small --json", "photos/ --csv > faces.csv"),
)
TASKS.add("faces", FACES)
