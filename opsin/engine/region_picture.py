"""A picture with what its mask says, in colours; and what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from opsin.core.image import Image, Size, check_image
from opsin.data.dataset import Dataset
from opsin.draw.lettering import line_height, written
from opsin.draw.palette import BLACK, Colour
from opsin.draw.regions import colour_of_region, draw_regions
from opsin.draw.shapes import stamp
from opsin.media.geometry import resize

_BACKGROUND = "background"
_LETTERS = 13
_PAPER = 250
_GAP = 8
_ENTRY = 160


def with_regions(data: Dataset, index: int, size: Size | None = None) -> Image:
    """A picture (h, w, 3), each class of its mask under its colour; the background, and what is ignored, as they are.

    Args:
        data: with `Regions` as its truth.
        index: of the picture.
        size: (height, width) that it is brought to; as large as it is, when left out.

    Raises:
        ImageError: when the picture, or its mask, cannot be read.
        DataError: when the mask has changed, and cannot be understood any more.
    """
    image = check_image(data.pictures[index])
    height, width = size or image.shape[:2]
    laid = data.truth[index].map()
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for new, old in zip((height, width), laid.shape, strict=True)
    )
    return draw_regions(resize(image, (height, width)), laid[rows[:, None], columns], _colours(data.labels))


def _colours(labels: Sequence[str]) -> list[Colour | None]:
    return [None if label == _BACKGROUND else colour_of_region(number) for number, label in enumerate(labels)]


def colour_legend(data: Dataset, width: int) -> Image:
    """A new picture (h, w, 3), so many pixels wide: the classes that occur, each after its colour."""
    counts = data.counts()
    coloured = dict(zip(data.labels, _colours(data.labels), strict=True))
    shown = [(label, colour) for label, colour in coloured.items() if colour and counts[label]]
    columns, line = max(1, (width - _GAP) // _ENTRY), line_height(_LETTERS) + 4
    legend = np.full((-(-len(shown) // columns) * line + _GAP, width, 3), _PAPER, np.uint8)
    for place, (label, colour) in enumerate(shown):
        top, left = _GAP // 2 + place // columns * line, _GAP + place % columns * _ENTRY
        legend[top : top + _LETTERS, left : left + _LETTERS] = colour
        stamp(legend, written(label, _LETTERS, _ENTRY - 2 * _LETTERS - 4), left + _LETTERS + 4, top, BLACK)
    return legend
