"""Clicks: points of a picture of which somebody has said that they are inside a thing, or outside of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, OptionError
from opsin.core.image import Size
from opsin.core.options import Corners
from opsin.core.placement import Points

Levels = NDArray[np.float32]
"""(h, w) in 0..1."""


@dataclass(frozen=True)
class Click:
    """One point of a picture.

    Attributes:
        x: in pixels of the upright original, from its left edge.
        y: in pixels, from its top edge.
        is_inside: whether it is on the thing that is meant, and not beside it.
    """

    x: float
    y: float
    is_inside: bool = True


@dataclass(frozen=True, eq=False)
class Clicks:
    """What was pointed at in one picture so far, and what came of it. Keep an older one to go back to it.

    Attributes:
        size: (height, width) of the picture.
        clicks: in the order in which they came.
        box: the corners of a box around the thing; None where none was drawn.
        levels: (height, width) how sure each pixel is to be inside, in 0..1; None before the first look.

    Raises:
        InputError: for a click or a box that does not lie in the picture: in another one it may.
        OptionError: for a box without area.
    """

    size: Size
    clicks: tuple[Click, ...] = ()
    box: Corners | None = None
    levels: Levels | None = None

    def __post_init__(self) -> None:
        height, width = self.size
        picture = f"the picture, {height} x {width} (height x width)"
        for each in self.clicks:
            if not (0 <= each.x <= width and 0 <= each.y <= height):
                raise InputError(f"A click must lie in {picture}; got x {each.x:g}, y {each.y:g}.")
        if self.box is not None:
            x0, y0, x1, y1 = self.box
            came = ",".join(f"{side:g}" for side in self.box)
            if not (x0 < x1 and y0 < y1):
                raise OptionError(f"A box is x0,y0,x1,y1 with x0 < x1 and y0 < y1; got {came}.")
            if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
                raise InputError(f"A box x0,y0,x1,y1 must lie in {picture}; got {came}.")

    @property
    def inside(self) -> Points:
        """(n, 2) x, y of the clicks on the thing."""
        return _points([each for each in self.clicks if each.is_inside])

    @property
    def outside(self) -> Points:
        """(m, 2) x, y of the clicks beside it."""
        return _points([each for each in self.clicks if not each.is_inside])

    def with_click(self, click: Click) -> Clicks:
        """The same and one click more.

        >>> Clicks((4, 6)).with_click(Click(2, 3)).inside
        array([[2., 3.]], dtype=float32)
        """
        return dataclasses.replace(self, clicks=(*self.clicks, click))

    def with_levels(self, levels: Levels) -> Clicks:
        """The same, and what came of it."""
        return dataclasses.replace(self, levels=levels)


def _points(clicks: Sequence[Click]) -> Points:
    return np.array([(each.x, each.y) for each in clicks], np.float32).reshape(-1, 2)
