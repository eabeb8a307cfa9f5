"""What is wrong with boxes: flat or turned inside out, outside of the picture, there twice, or too small to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import areas, iou
from opsin.core.image import Size
from opsin.data.checks.facts import Fact
from opsin.data.checks.problem import Problem
from opsin.data.dataset import Dataset
from opsin.data.things import Things
from opsin.data.written import flat, swapped

OUTSIDE = 1.0
"""Pixels by which a box may reach over the border: formats that count from 1 and formats that count from 0 are mixed
up everywhere, and nothing is lost by it."""

TWIN = 0.95
"""Overlap (intersection over union) from which two boxes with one label are taken for one thing marked twice."""

TINY = 0.01
"""A box is called tiny when its side (the root of its area) is below this share of the picture's longer side: in a
network's input of 416 pixels, that is 4 pixels."""


def broken_boxes(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Boxes without an inside, and boxes whose corners are swapped."""
    for index, things in _boxed(data):
        yield from _found(data, index, flat(things.boxes), "empty_box", "no width or no height")
        yield from _found(data, index, swapped(things.boxes), "swapped_box", "its corners are swapped")


def outside(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Boxes that reach over the border of the picture, or lie beside it."""
    for index, things in _boxed(data):
        if facts[index].error or not len(things):
            continue
        height, width = facts[index].size
        over = np.maximum(-things.boxes, things.boxes - np.array([width, height] * 2)).max(axis=1)  # (n,) pixels
        said = f"up to {over.max():.0f} pixels beyond {width} x {height}"
        yield from _found(data, index, over > OUTSIDE, "outside", said)


def twins(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Boxes that are there twice, with one label."""
    for index, things in _boxed(data):
        is_same = things.labels[:, None] == things.labels[None, :]  # (n, n)
        again = np.triu(is_same & (iou(things.boxes, things.boxes) > TWIN), 1).any(axis=0)
        yield from _found(data, index, again, "twin_box", "marked twice")


def tiny(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Boxes in which a network will hardly see anything."""
    for index, things in _boxed(data):
        least = (TINY * max(facts[index].size)) ** 2
        area = areas(things.boxes)  # (n,)
        yield from _found(data, index, (area > 0) & (area < least), "tiny_box", f"smaller than {TINY:.0%} of the side")


def without_things(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Pictures in which nothing is marked."""
    for index, things in _boxed(data):
        if not len(things):
            yield Problem(kind="no_things", said="nothing is marked", pictures=(index,))


def other_sizes(sizes: Mapping[int, Size], facts: Sequence[Fact]) -> Iterator[Problem]:
    """Pictures of another size than is written down.

    Args:
        sizes: (height, width) by the number of the picture, as it is written down.
        facts: what was measured of each picture.
    """
    for index, (height, width) in sizes.items():
        if not facts[index].error and facts[index].size != (height, width):
            found = f"{facts[index].size[1]} x {facts[index].size[0]} pixels, where {width} x {height} is written"
            yield Problem(kind="other_size", said=found, pictures=(index,))


def _boxed(data: Dataset) -> Iterator[tuple[int, Things]]:
    """The pictures with what is in them; none where there are no boxes."""
    if data.task == "detection":
        yield from enumerate(data.truth)


def _found(data: Dataset, index: int, which: NDArray[np.bool_], kind: str, said: str) -> Iterator[Problem]:
    """The problem of one picture, if any of its boxes has it."""
    places = np.flatnonzero(which).tolist()
    if places:
        labels = data.shown(index)
        first = data.labels[labels[places[0]]]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield Problem(
            kind=kind,
            said=f"{first}{more}: {said}",
            pictures=(index,),
            weight=float(len(places)),
            things=tuple(places),
        )
