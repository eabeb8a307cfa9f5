"""Boxes with their labels, drawn on a copy of the image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from opsin.core.boxes import Boxes, as_boxes, clip
from opsin.core.errors import InputError
from opsin.core.image import Image, Size
from opsin.draw.lettering import written
from opsin.draw.palette import Colour, colour_of, ink_on
from opsin.draw.places import place
from opsin.draw.shapes import Coverage, plate, ring, stamp
from opsin.draw.sizes import SMALLEST_LETTERS, letter_size, line_width

_MOST_COVERED = 0.12
"""Share of the picture that plates may cover before their letters become smaller."""


def draw_boxes(
    image: Image,
    boxes: ArrayLike,
    labels: Sequence[str],
    scores: ArrayLike | None = None,
    *,
    colours: Sequence[Colour] | None = None,
) -> Image:
    """A new image with a box and a plate with its label around each thing. The given image stays as it is.

    A label has the same colour in every picture. Lines and letters grow with the picture. Where there is no room for a
    plate, there is none; the box is always there, also at the border and outside of it.

    Args:
        image: (h, w, 3).
        boxes: (n, 4) xyxy in pixels; the first is drawn on top and has the best place for its plate.
        labels: n texts.
        scores: (n,) certainties in 0..1, written behind the labels; none are written when left out.
        colours: n; each label's own when left out.

    Raises:
        InputError: when boxes, labels and scores differ in number.

    >>> draw_boxes(np.zeros((60, 80, 3), np.uint8), [[10, 10, 50, 40]], ["cat"], [0.93]).shape
    (60, 80, 3)
    """
    size = (image.shape[0], image.shape[1])
    texts = _texts(labels, scores)
    shown = _visible(_checked(boxes, len(texts)), size)
    canvas = image.copy()
    chosen = [colour_of(label) for label in labels] if colours is None else list(colours)
    for box, colour in zip(shown[::-1], chosen[::-1], strict=True):
        _draw_outline(canvas, box, colour)
    _draw_plates(canvas, shown, texts, chosen)
    return canvas


def _texts(labels: Sequence[str], scores: ArrayLike | None) -> list[str]:
    """What the plates say, as "cat 0.93"."""
    if scores is None:
        return list(labels)
    numbers = np.asarray(scores, np.float64).reshape(-1)
    if len(numbers) != len(labels):
        raise InputError(f"Each label must have a score; got {len(labels)} labels and {len(numbers)} scores.")
    return [f"{label} {score:.2f}".strip() for label, score in zip(labels, numbers, strict=True)]


def _checked(boxes: ArrayLike, number: int) -> Boxes:
    checked = as_boxes(boxes)
    if len(checked) != number:
        raise InputError(f"Each box must have a label; got {len(checked)} boxes and {number} labels.")
    return checked


def _visible(boxes: Boxes, size: Size) -> Boxes:
    """The boxes on whole pixels, inside the picture, and at least as large as their line, so that each can be seen."""
    height, width = size
    line = line_width(size)
    shown = clip(boxes, size).round()
    room = np.array([max(width - line, 0), max(height - line, 0)], np.float32)
    shown[:, :2] = np.minimum(shown[:, :2], room)
    shown[:, 2:] = np.maximum(shown[:, 2:], shown[:, :2] + line)
    return clip(shown, size)


def _draw_outline(canvas: Image, box: Boxes, colour: Colour) -> None:
    line = line_width((canvas.shape[0], canvas.shape[1]))
    halo = max(1.0, line / 3)
    x0, y0, x1, y1 = map(float, box)
    # On a ground of its own colour a line is lost; one beside it in the colour's ink is not.
    around = (x0 - halo, y0 - halo, x1 + halo, y1 + halo)
    ring(canvas, around, line + 2 * halo, 2 * line + halo, ink_on(colour), opacity=0.35)
    ring(canvas, (x0, y0, x1, y1), line, 2 * line, colour)


def _draw_plates(canvas: Image, boxes: Boxes, texts: Sequence[str], colours: Sequence[Colour]) -> None:
    """The first box chooses its place first, and its plate lies on top."""
    size = (canvas.shape[0], canvas.shape[1])
    letters, pad = _letters(texts, size)
    sizes = [(each.shape[0], each.shape[1] + 2 * pad if each.shape[1] else 0) for each in letters]
    fitting = [number for number, each in enumerate(sizes) if each[1] and each[0] <= size[0] and each[1] <= size[1]]
    places = place(boxes[fitting], [sizes[number] for number in fitting], size)
    for number, (x0, y0, x1, y1) in reversed(list(zip(fitting, places.tolist(), strict=True))):
        plate(canvas, (x0, y0, x1, y1), pad, colours[number], opacity=0.92)
        stamp(canvas, letters[number], x0 + pad, y0, ink_on(colours[number]))


def _letters(texts: Sequence[str], size: Size) -> tuple[list[Coverage], int]:
    """The written texts, and the room to leave on either side of each; letters are smaller where there are many."""
    largest = letter_size(size)
    covered = sum(each.size for each in _written(texts, largest, size[1])) / (size[0] * size[1])
    shrunk = int(largest * np.sqrt(_MOST_COVERED / max(covered, _MOST_COVERED)))
    letters = max(SMALLEST_LETTERS, shrunk)
    return _written(texts, letters, size[1]), _pad(letters)


def _written(texts: Sequence[str], letters: int, width: int) -> list[Coverage]:
    return [written(text, letters, width - 2 * _pad(letters)) for text in texts]


def _pad(letters: int) -> int:
    return max(2, letters // 3)
