"""Random changes to pictures that their boxes follow: cut, scale, mirror, and four pictures in one.

One affine map takes each picture to its place, so that pixels are sampled once. What changes colours only is done
inside the network, by Keras layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes, areas, as_boxes
from opsin.core.errors import UnknownNameError
from opsin.core.image import Image, Size
from opsin.data.regions import IGNORED, LabelMap
from opsin.data.things import Things

LEAST_LEFT = 0.25
"""The share of a thing that must be left of it inside the picture: less shows too little to know it by."""
LEAST_SIDE = 2.0
"""Pixels that a thing must be wide and high."""


@dataclass(frozen=True)
class Moves:
    """How much pictures are moved, at most.

    Attributes:
        zoom: sides grow and shrink by a factor between 1/zoom and zoom.
        stretch: one side grows against the other by a factor between 1/stretch and stretch.
        shift: as a share of the side, both ways.
        mosaic: share of the pictures that are made of four (Bochkovskiy et al., YOLOv4,
            https://arxiv.org/abs/2004.10934).
        flips: whether half of them are mirrored, left to right.
        turns: whether they are mirrored top to bottom and turned by right angles too: for pictures from straight
            above, or through a microscope, in which nothing stands on the ground.
    """

    zoom: float = 1.0
    stretch: float = 1.0
    shift: float = 0.0
    mosaic: float = 0.0
    flips: bool = False
    turns: bool = False


PRESETS: Mapping[str, Moves] = {
    "none": Moves(),
    "light": Moves(zoom=1.1, shift=0.05),
    "standard": Moves(zoom=1.5, stretch=1.15, shift=0.1, mosaic=0.5),
    "strong": Moves(zoom=2.0, stretch=1.3, shift=0.2, mosaic=1.0),
}
"""How much pictures are moved, from not at all to most; the names are those of the changes inside the network."""


def moves(preset: str, *, flips: bool, turns: bool = False) -> Moves:
    """The preset, with what its pictures allow.

    Raises:
        UnknownNameError: for another preset.
    """
    if preset not in PRESETS:
        raise UnknownNameError("preset of augmentation", preset, PRESETS)
    found = PRESETS[preset]
    if preset == "none":
        return found
    return Moves(found.zoom, found.stretch, found.shift, found.mosaic, flips, turns)


Read = Callable[[int], tuple[Image, Things]]
"""A picture by its number, and what is in it, in its own pixels."""


def moved(
    read: Read, index: int, count: int, size: Size, how: Moves, random: np.random.Generator
) -> tuple[Image, Things]:
    """One picture of that (height, width), changed at random, and what is in it now.

    What comes in from outside is the picture's border going on, as where a network answers.

    Args:
        read: gives the pictures.
        index: which one is changed.
        count: how many there are; a mosaic takes three others.
        size: of the picture to be made.
        how: how much.
        random: the same state makes the same picture.
    """
    if random.random() < how.mosaic:
        return _mosaic(read, [index, *random.integers(0, count, 3).tolist()], size, how, random)
    image, things = read(index)
    matrix = _matrix(image, size, how, random) + _shift(np.asarray(size[::-1]) * (0.5 + _any(how.shift, random, 2)))
    return _drawn(image, matrix, size), _followed(things, matrix, (0, 0, size[1], size[0]))


def moved_map(
    image: Image, laid: LabelMap, size: Size, how: Moves, random: np.random.Generator
) -> tuple[Image, LabelMap]:
    """One picture of that (height, width), changed at random, and the map of what its pixels show, changed alike.

    What comes in from outside is the picture's border going on, of which the map says nothing. There are no mosaics.

    Args:
        image: (h, w, c) uint8.
        laid: (h, w) class numbers.
        size: of the picture to be made.
        how: how much.
        random: the same state makes the same picture.
    """
    matrix = _matrix(image, size, how, random) + _shift(np.asarray(size[::-1]) * (0.5 + _any(how.shift, random, 2)))
    return _drawn(image, matrix, size), map_drawn(laid, matrix, size)


def map_drawn(laid: LabelMap, matrix: Matrix, size: Size) -> LabelMap:
    """(h, w) the map there: each pixel has the number of the one that it lies in, `IGNORED` where there is none."""
    import cv2

    inner, outside = _from_middles(matrix), cv2.BORDER_CONSTANT
    drawn = cv2.warpAffine(
        laid, inner, size[::-1], flags=cv2.INTER_NEAREST, borderMode=outside, borderValue=float(IGNORED)
    )
    return np.asarray(drawn, np.uint8)


def _mosaic(
    read: Read, indices: Sequence[int], size: Size, how: Moves, random: np.random.Generator
) -> tuple[Image, Things]:
    """Four pictures with a corner each at a point near the middle."""
    height, width = size
    x, y = (round(side * random.uniform(0.3, 0.7)) for side in (width, height))
    canvas, found = np.empty((height, width, 3), np.uint8), list[Things]()
    for index, (right, below) in zip(indices, _QUARTERS, strict=True):
        image, things = read(index)
        matrix = _matrix(image, size, how, random) * random.uniform(*_MOSAIC_SCALE)
        corners = _through(np.array([[0, 0, image.shape[1], image.shape[0]]], np.float32), matrix)[0]
        # The corner that is opposite in the picture comes to the point.
        matrix = matrix + _shift(np.array([x - corners[0 if right else 2], y - corners[1 if below else 3]]))
        x0, y0, x1, y1 = x * right, y * below, width if right else x, height if below else y
        canvas[y0:y1, x0:x1] = _drawn(image, matrix, size)[y0:y1, x0:x1]
        found.append(_followed(things, matrix, (x0, y0, x1, y1)))
    return canvas, together(found)


_QUARTERS = ((0, 0), (1, 0), (0, 1), (1, 1))
_MOSAIC_SCALE = (0.5, 1.0)

Matrix = NDArray[np.float64]
"""(2, 3): x, y of a picture, and 1 -> x, y of the one that is made of it."""


def _matrix(image: Image, size: Size, how: Moves, random: np.random.Generator) -> Matrix:
    """Scales and turns; the middle of the picture comes to 0, 0."""
    height, width = image.shape[:2]
    fit = min(size[0] / height, size[1] / width)
    zoom, stretch = np.exp(_any(np.log([how.zoom, how.stretch]), random, 2))
    sides = np.diag([fit * zoom * np.sqrt(stretch), fit * zoom / np.sqrt(stretch)])
    linear = _turn(how, random) @ sides  # (2, 2)
    return np.column_stack([linear, -linear @ [width / 2, height / 2]])


def _any(most: float | NDArray[np.float64], random: np.random.Generator, count: int) -> NDArray[np.float64]:
    return random.uniform(-1.0, 1.0, count) * most


def _turn(how: Moves, random: np.random.Generator) -> NDArray[np.float64]:
    """(2, 2) mirrors and right angles."""
    turn = np.diag([-1.0 if how.flips and random.random() < 0.5 else 1.0, 1.0])
    quarters = int(random.integers(4)) if how.turns else 0
    return np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), quarters) @ turn


def _shift(by: NDArray[np.float64]) -> Matrix:
    return np.column_stack([np.zeros((2, 2)), by])


def _drawn(image: Image, matrix: Matrix, size: Size) -> Image:
    """(h, w, 3) the picture there; its border goes on."""
    import cv2

    inner = _from_middles(matrix)
    drawn = cv2.warpAffine(image, inner, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8).reshape(*size, -1)


def _from_middles(matrix: Matrix) -> Matrix:
    """The same map for coordinates that count from the middle of a pixel, as OpenCV's do, and not from its corner."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    return np.column_stack([linear, shift + linear @ [0.5, 0.5] - 0.5])


def _through(boxes: Boxes, matrix: Matrix) -> Boxes:
    """(n, 4) the boxes around the mapped corners."""
    corners = boxes[:, [0, 1, 2, 1, 0, 3, 2, 3]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]  # (n, 4, 2)
    return as_boxes(np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1))


def _followed(things: Things, matrix: Matrix, area: tuple[int, int, int, int]) -> Things:
    """What is left of the things in an area of the new picture, x0, y0, x1, y1 in its pixels."""
    boxes = _through(things.boxes, matrix)
    seen = boxes.clip(np.array(area[:2] * 2), np.array(area[2:] * 2)).astype(np.float32)
    is_left = areas(seen) >= LEAST_LEFT * areas(boxes)
    is_left &= (seen[:, 2:] - seen[:, :2]).min(axis=1, initial=np.inf) >= LEAST_SIDE
    return Things(seen[is_left], things.labels[is_left], None if things.is_crowd is None else things.is_crowd[is_left])


def together(pictures: Sequence[Things]) -> Things:
    """The things of several pictures that became one."""
    return Things(
        np.concatenate([each.boxes for each in pictures]),
        np.concatenate([each.labels for each in pictures]),
        np.concatenate([np.asarray(each.is_crowd) for each in pictures]),
    )
