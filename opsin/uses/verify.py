"""Verify: do two pictures show the same person?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.boxes import Boxes
from opsin.core.errors import InputError
from opsin.core.image import Image
from opsin.draw.panel import draw_title
from opsin.engine.predict import answer
from opsin.media.geometry import resize
from opsin.media.limits import spoken
from opsin.media.sources import Source, read_image
from opsin.tasks.faces import FACES, Faces, FacesOptions
from opsin.uses._gallery_photos import embeddings_of, largest_of
from opsin.uses._thresholds import MODEL, acceptance_for

SIDE = 480
"""Of each of the two pictures of faces that `Verification.draw` lays side by side, in pixels."""
AROUND = 0.4
"""How much more than the box is shown there on each side, as a share of its longer side."""


@dataclass(frozen=True, eq=False)
class Verification:
    """Whether two faces are one person's.

    Attributes:
        same: whether they are alike enough.
        score: how alike they are, the cosine of their embeddings, in -1..1.
        threshold: from which score they count as the same.
        far: the share of pairs of different people that count as the same at that threshold.
        first_box: (4,) xyxy of the face in the first picture, in its pixels.
        second_box: (4,) xyxy of the face in the second picture, in its pixels.
        model: what found and embedded them.
    """

    same: bool
    score: float
    threshold: float
    far: float
    first_box: Boxes
    second_box: Boxes
    model: str

    @property
    def summary(self) -> str:
        """The answer in a line, with what it rests on."""
        answer = "the same person" if self.same else "not the same person"
        return f"{answer}: {self.score:.3f}, {self.threshold:.3f} is needed (far {self.far:g})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "same": self.same,
            "score": round(self.score, 6),
            "threshold": self.threshold,
            "far": self.far,
            "first_box": _plain(self.first_box),
            "second_box": _plain(self.second_box),
            "model": self.model,
        }

    def draw(self, first: Source, second: Source) -> Image:
        """(480, 960, 3): both faces side by side, with the answer above; of the pictures that were asked about."""
        faces = [_around(read_image(first), self.first_box), _around(read_image(second), self.second_box)]
        return draw_title(np.concatenate(faces, axis=1), self.summary)


def verify(
    first: Source,
    second: Source,
    *,
    far: float = 1e-3,
    model: str = MODEL,
    thresholds: str | Path | None = None,
) -> Verification:
    """Whether the largest faces of two pictures are one person's.

    Args:
        first: a path, an address, bytes, a Pillow picture or an array (h, w, 3) of uint8 RGB.
        second: as the first.
        far: the share of pairs of different people that may count as the same.
        model: finds and embeds faces.
        thresholds: a file from `opsin faces calibrate`, instead of what was measured with the model.

    Raises:
        InputError: when a picture cannot be read, or shows no face; the message names it.
        OptionError: for a rate that the measurement cannot tell of.
        UsageError: when no thresholds were measured for the model.
    """
    threshold = acceptance_for(model, thresholds).threshold(far)
    one, other = (_largest(source, which, model) for source, which in ((first, "first"), (second, "second")))
    score = float((embeddings_of(one)[0] @ embeddings_of(other)[0]).clip(-1, 1))
    return Verification(score >= threshold, score, threshold, far, one.boxes[0], other.boxes[0], model)


def _largest(source: Source, which: str, model: str) -> Faces:
    """The largest face alone."""
    faces = answer(FACES, source, FacesOptions(model=model))
    if not len(faces.scores):
        name = f" ({spoken(source)})" if isinstance(source, str | Path) else ""
        raise InputError(f"No face was found in the {which} picture{name}. Give one that shows a face.")
    return faces.take([largest_of(faces)])


def _around(image: Image, box: Boxes) -> Image:
    """(480, 480, 3): a square around a box, with grey where the picture ends."""
    x0, y0, x1, y1 = (float(each) for each in box)
    half = max(1, round((0.5 + AROUND) * max(x1 - x0, y1 - y0)))
    # Grey all around, so that the square lies inside.
    room = np.pad(image, ((half, half), (half, half), (0, 0)), constant_values=128)
    left, top = round((x0 + x1) / 2), round((y0 + y1) / 2)
    return resize(room[top : top + 2 * half, left : left + 2 * half], (SIDE, SIDE))


def _plain(box: Boxes) -> list[float]:
    return [round(float(each), 2) for each in box]
