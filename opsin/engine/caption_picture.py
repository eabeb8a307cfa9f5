"""A picture with what people say that it shows, written below it."""

from __future__ import annotations

import numpy as np

from opsin.core.image import Image, check_image
from opsin.data.dataset import Dataset
from opsin.draw.lettering import line_height, lines_of, written
from opsin.draw.palette import BLACK
from opsin.draw.shapes import stamp

_LETTERS = 14
_MARGIN = 6
_NARROWEST = 200
_PAPER = 250


def with_captions(data: Dataset, index: int) -> Image:
    """A new picture (h, w, 3): the picture as it is, and below it its captions, one below the other.

    Args:
        data: with `Captions` as its truth.
        index: of the picture. A narrow one gets paper on the right, so that words have room.

    Raises:
        ImageError: when the picture cannot be read.
    """
    image = check_image(data.pictures[index])
    height, width = image.shape[0], max(image.shape[1], _NARROWEST)
    room, line = width - 2 * _MARGIN, line_height(_LETTERS)
    lines = [each for text in data.truth[index].texts for each in _lines(text, room)]
    sheet = np.full((height + len(lines) * line + 2 * _MARGIN, width, 3), _PAPER, np.uint8)
    sheet[:height, : image.shape[1]] = image
    for number, text in enumerate(lines):
        stamp(sheet, written(text, _LETTERS, room), _MARGIN, height + _MARGIN + number * line, BLACK)
    return sheet


def _lines(text: str, room: int) -> list[str]:
    """The caption broken into lines; the first begins with a dash, so that captions can be told apart."""
    return lines_of(f"- {text}", _LETTERS, room)
