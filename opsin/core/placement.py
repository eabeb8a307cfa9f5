"""Where an image (or a part of it) sits in a network's input, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.boxes import Boxes, as_boxes
from opsin.core.image import Size

Points = NDArray[np.float32]
"""(n, 2) x, y in pixels."""


@dataclass(frozen=True)
class Placement:
    """Where an image sits in a network's input: a scale and a shift for each axis.

    An image may have many placements: tiles, levels of a pyramid, crops around faces.

    Attributes:
        size: (height, width) of the original image.
        input_size: (height, width) of the network's input.
        scale: (x, y): pixels of the input for each pixel of the original.
        shift: (x, y): where the original's left top corner lies, in pixels of the input (negative where cut off).
        index: which image of the batch asked about it is.
    """

    size: Size
    input_size: Size
    scale: tuple[float, float]
    shift: tuple[float, float] = (0.0, 0.0)
    index: int = 0

    def to_input(self, points: ArrayLike) -> Points:
        """(n, 2) points of the original -> the same points in the input."""
        return (np.asarray(points, np.float32).reshape(-1, 2) * self.scale + self.shift).astype(np.float32)

    def to_original(self, points: ArrayLike) -> Points:
        """(n, 2) points of the input -> the same points in the original; the reverse of `to_input`."""
        return ((np.asarray(points, np.float32).reshape(-1, 2) - self.shift) / self.scale).astype(np.float32)

    def of_size(self, size: Size) -> Placement:
        """The same place in the input, of the original at another size (height, width).

        >>> Placement((10, 20), (5, 5), (0.25, 0.5)).of_size((5, 5)).scale
        (1.0, 1.0)
        """
        x, y = self.size[1] / size[1], self.size[0] / size[0]
        return replace(self, size=size, scale=(self.scale[0] * x, self.scale[1] * y))

    def boxes_to_input(self, boxes: ArrayLike) -> Boxes:
        """(n, 4) boxes of the original -> the same boxes in the input."""
        return as_boxes(self.to_input(as_boxes(boxes)))

    def boxes_to_original(self, boxes: ArrayLike) -> Boxes:
        """(n, 4) boxes of the input -> the same boxes in the original."""
        return as_boxes(self.to_original(as_boxes(boxes)))


def stretched(size: Size, input_size: Size, index: int = 0, *, max_squeeze: float = inf) -> Placement:
    """The whole image fills the whole input; its shape is not kept.

    One axis is squeezed against the other by `max_squeeze` at most (1 or more); where that is not enough, the image
    lies in the left top corner and the rest is padding.

    >>> stretched((100, 200), (50, 50)).scale
    (0.25, 0.5)
    >>> stretched((100, 200), (50, 50), max_squeeze=1.5).scale
    (0.25, 0.375)
    """
    y, x = input_size[0] / size[0], input_size[1] / size[1]
    return Placement(size, input_size, (min(x, y * max_squeeze), min(y, x * max_squeeze)), index=index)


def centre_cropped(size: Size, short_side: int, input_size: Size, index: int = 0) -> Placement:
    """The image is scaled until its short side is `short_side`; the input sees the middle of it.

    >>> centre_cropped((480, 640), 256, (224, 224)).shift
    (-58.0, -16.0)
    """
    height, width = scaled_to_short_side(size, short_side)
    top, left = (height - input_size[0]) // 2, (width - input_size[1]) // 2
    return Placement(size, input_size, (width / size[1], height / size[0]), (float(-left), float(-top)), index)


def letterboxed(size: Size, input_size: Size, index: int = 0) -> Placement:
    """The whole image fits into the input, its shape kept, in the left top corner; the rest is padding.

    >>> letterboxed((100, 200), (50, 50)).scale
    (0.25, 0.25)
    """
    return stretched(size, input_size, index, max_squeeze=1.0)


def tiled(size: Size, scale: float, tile: Size, overlap: int, multiple: int = 32) -> list[Placement]:
    """The image, scaled, in as few inputs as cover it, row by row.

    Args:
        size: (height, width) of the image.
        scale: pixels of the inputs for each of its pixels; a little more or less, since sides are whole pixels.
        tile: (height, width) that an input may have at most, a multiple of `multiple` each; smaller where the scaled
            image is.
        overlap: pixels of the input that neighbours share, at least.
        multiple: of which the inputs' sides are multiples; what sticks out of the image is padding.

    >>> [place.shift for place in tiled((100, 300), 1.0, (128, 192), 32)]
    [(0.0, 0.0), (-108.0, 0.0)]
    """
    height, width = (max(1, round(side * scale)) for side in size)
    exact = (width / size[1], height / size[0])
    rows, high = _cut(height, tile[0], overlap, multiple)
    columns, wide = _cut(width, tile[1], overlap, multiple)
    return [Placement(size, (high, wide), exact, (0.0 - left, 0.0 - top)) for top in rows for left in columns]


def covered(size: Size, tile: Size, overlap: float = 0.25) -> list[Placement]:
    """The image at its own scale, in inputs of one size that cover it, row by row, evenly apart.

    Args:
        size: (height, width) of the image. What a larger input has below it and to its right is padding.
        tile: (height, width) of every input.
        overlap: share of an input's side that neighbours have in common, at least.

    >>> [place.shift for place in covered((100, 300), (128, 192))]
    [(0.0, 0.0), (-108.0, 0.0)]
    """
    rows, columns = (_starts(length, side, round(side * overlap)) for length, side in zip(size, tile, strict=True))
    return [Placement(size, tile, (1.0, 1.0), (0.0 - left, 0.0 - top)) for top in rows for left in columns]


def _starts(length: int, side: int, overlap: int) -> list[int]:
    """Where tiles of one side begin that cover a length, evenly apart."""
    if length <= side:
        return [0]
    count = ceil((length - overlap) / (side - overlap))
    return [round(number * (length - side) / (count - 1)) for number in range(count)]


def _cut(length: int, most: int, overlap: int, multiple: int) -> tuple[list[int], int]:
    """Where tiles begin that cover a length, evenly apart, and how long they are: no longer than it takes.

    >>> _cut(300, 192, 32, 32)
    ([0, 108], 192)
    >>> _cut(300, 256, 32, 32)
    ([0, 108], 192)
    """
    count = max(1, ceil((length - overlap) / (most - overlap)))
    side = ceil((length + (count - 1) * overlap) / count / multiple) * multiple
    return [round(number * (length - side) / (count - 1)) for number in range(count)] if count > 1 else [0], side


def scaled_to_short_side(size: Size, short_side: int) -> Size:
    """(height, width) of the image when its shorter side becomes `short_side`; the other is rounded.

    >>> scaled_to_short_side((480, 640), 256)
    (256, 341)
    """
    ratio = short_side / min(size)
    return max(short_side, round(size[0] * ratio)), max(short_side, round(size[1] * ratio))
