"""A detector that was taught: what `opsin train --task detection` leaves in a run, and what is exported from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement
from opsin.metrics.platt import sigmoid
from opsin.models._taught import TAUGHT, TaughtModel
from opsin.models._tiled import is_tiled, run_tiled
from opsin.runtime.network import Arrays
from opsin.tasks.detection import DetectionOptions, Detections, best_boxes
from opsin.weights.card import Card


class Detector(TaughtModel[Detections]):
    """Boxes with calibrated scores for the labels that it was taught."""

    raw: ClassVar[str] = "proposals"

    def reading_size(self, options: Options) -> Size | None:
        """The input's size; every pixel when it is to look in tiles."""
        return None if is_tiled(options) else super().reading_size(options)

    def run(self, images: Sequence[Image], options: Options) -> list[Detections]:
        """One look at each image, or one and those at its tiles."""
        return run_tiled(super().run, images, options, self.input_size)

    @classmethod
    def reading(cls, card: Card) -> str:
        """Boxes, and a sigmoid for each label."""
        return (
            f"{cls.raw}[..., :4] are boxes x0, y0, x1, y1 in pixels of the input; "
            f"scores = sigmoid({cls.raw}[..., 4:] / {card.temperature:g} + {card.offset:g}); "
            "of boxes with one label that overlap by more than 0.6 the best stays."
        )

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: DetectionOptions) -> list[Detections]:
        """The best of (n, p, 4 + labels) boxes in pixels of the input, and their logits."""
        return [self._answer(each, at, options) for each, at in zip(raw[self.raw], placements, strict=True)]

    def _answer(self, proposals: NDArray[Any], at: Placement, options: DetectionOptions) -> Detections:
        scores = sigmoid(proposals[:, 4:] / self.card.temperature + self.card.offset)  # (p, labels)
        found = best_boxes(at.boxes_to_original(proposals[:, :4]), scores.T, self.labels, at.size, options)
        return Detections(height=at.size[0], width=at.size[1], model=self.card.name, **found)


TAUGHT.add("detection", Detector)
