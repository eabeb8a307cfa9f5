"""A segmenter that was taught: what `opsin train --task segmentation` leaves in a run, and what is exported from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Planes, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, covered, stretched
from opsin.data.tiles import cut
from opsin.media.fitting import TILES, in_channels, in_range, with_channels
from opsin.models._taught import IMAGE, TAUGHT, TaughtModel
from opsin.runtime.network import Arrays
from opsin.tasks._label_map import LabelMap, label_map
from opsin.tasks.segmentation import Segmentation, best_map
from opsin.weights.card import Card

TOGETHER = 4
"""How many tiles go through the network at once."""


class Segmenter(TaughtModel[Segmentation]):
    """A label for each pixel, of those that it was taught.

    A picture that was taught in tiles is answered in tiles that overlap, each pixel by the tile whose border is
    furthest away from it (Ronneberger et al., U-Net, https://arxiv.org/abs/1505.04597). What is in memory beside the
    answer does not grow with the picture.
    """

    raw: ClassVar[str] = "logits"

    def reading_size(self, options: Options) -> Size | None:
        """The input's size; every pixel where it looks in tiles."""
        return None if self._fit == TILES else super().reading_size(options)

    def run(self, images: Sequence[Image], options: Options) -> list[Segmentation]:
        """One look at each image, or one at each of its tiles."""
        if self._fit != TILES:
            return super().run(images, options)
        return [self._segmentation(self._in_tiles(image)) for image in images]

    @classmethod
    def reading(cls, card: Card) -> str:
        """The highest of the labels, at every place."""
        return (
            f"{cls.raw} are (n, h, w, labels): interpolated linearly to the input's size, "
            "the highest is the label of a pixel."
        )

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: Any) -> list[Segmentation]:
        """The best label of each pixel, by (n, h, w, labels) logits."""
        # Nothing is left out by its size unless that is asked for: what was taught may be small.
        least = getattr(options, "min_share", None) or 0.0
        return [
            self._segmentation(best_map(_by_label(logits), place, least))
            for logits, place in zip(raw[self.raw], placements, strict=True)
        ]

    def _in_tiles(self, image: Image) -> LabelMap:
        pixels, tile = self._pixels(image), self.input_size
        places = covered((image.shape[0], image.shape[1]), tile)
        laid = np.empty(image.shape[:2], np.int16)
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            raw = self.network({IMAGE: np.stack([cut(pixels, place, "edge") for place in some])})[self.raw]
            for logits, place in zip(raw, some, strict=True):
                lay_middle(laid, label_map(_by_label(logits), stretched(tile, tile)), place, places)
        return laid

    def _pixels(self, image: Planes) -> NDArray[Any]:
        """(h, w, c) as the network takes them, at the picture's own scale."""
        if self.card.white is None:
            return in_channels(np.asarray(image, np.uint8), self.card.channels)
        return in_range(with_channels(image, self.card.channels, "A picture"), self.card.white)

    def _segmentation(self, best: LabelMap) -> Segmentation:
        height, width = best.shape
        return Segmentation(height=height, width=width, model=self.card.name, labels=self.labels, map=best)


def lay_middle(laid: LabelMap, seen: LabelMap, place: Placement, places: Sequence[Placement]) -> None:
    """Put what a tile says on a map that belongs to the caller, up to half of what it shares with its neighbours."""
    rows = _own(-place.shift[1], sorted({-each.shift[1] for each in places}), place.input_size[0], laid.shape[0])
    columns = _own(-place.shift[0], sorted({-each.shift[0] for each in places}), place.input_size[1], laid.shape[1])
    top, left = round(-place.shift[1]), round(-place.shift[0])
    laid[rows, columns] = seen[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _own(start: float, starts: Sequence[float], side: int, length: int) -> slice:
    """The pixels of a length that a tile answers for, of those that begin there and are as long."""
    at = starts.index(start)
    first = 0 if at == 0 else round((starts[at - 1] + side + start) / 2)
    last = length if at == len(starts) - 1 else round((start + side + starts[at + 1]) / 2)
    return slice(first, last)


def _by_label(logits: NDArray[Any]) -> NDArray[Any]:
    """(labels, h, w) of (h, w, labels)."""
    return np.ascontiguousarray(logits.transpose(2, 0, 1))


TAUGHT.add("segmentation", Segmenter)
