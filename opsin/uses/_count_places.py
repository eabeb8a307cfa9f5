"""Lines and zones: where things are counted, as a person writes them, and in the pixels of a video."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from opsin.core.errors import OptionError
from opsin.core.image import Size

Point: TypeAlias = tuple[float, float]
"""x, y."""


@dataclass(frozen=True)
class Place:
    """A shape in the picture.

    Attributes:
        name: what it is called in what comes out.
        points: its corners x, y: in pixels of the video, or as shares of its width and height when none is above 1.
    """

    name: str
    points: tuple[Point, ...]

    @property
    def is_shared(self) -> bool:
        """Whether its points are shares."""
        return all(max(point) <= 1 for point in self.points)

    def in_pixels(self, size: Size) -> Self:
        """The same place in a video of that size (height, width).

        Raises:
            OptionError: when it reaches out of the picture.
        """
        height, width = size
        if self.is_shared:
            return replace(self, points=tuple((x * width, y * height) for x, y in self.points))
        for x, y in self.points:
            if x > width or y > height:
                raise OptionError(
                    f"{self.name} reaches to {x:g},{y:g}, out of the picture, which is {width} wide and {height} high. "
                    "Name pixels of the video, or shares from 0 to 1."
                )
        return self


@dataclass(frozen=True)
class Line(Place):
    """A line that things cross: in, from its left to its right, seen from its first point to its second; or else out.

    Over a line drawn from left to right, what goes down the picture goes in, and what goes up goes out.
    """

    def distance(self, point: Point) -> float:
        """How far a point lies to the right of the line, without end in both ways; to the left it is below 0."""
        (x0, y0), (x1, y1) = self.points
        return ((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0)) / math.dist(*self.points)

    def is_crossed(self, before: Point, after: Point) -> bool:
        """Whether the straight way between two points on different sides meets the line between its ends."""
        far, near = abs(self.distance(before)), abs(self.distance(after))
        share = far / (far + near)
        x, y = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        (x0, y0), (x1, y1) = self.points
        along = (x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)
        return 0 <= along <= math.dist(*self.points) ** 2


@dataclass(frozen=True)
class Zone(Place):
    """An area that things enter and leave: a polygon of 3 corners or more, which may not cross itself."""

    def depth(self, point: Point) -> float:
        """How far inside a point lies, from the nearest edge; outside it is below 0."""
        edges = list(zip(self.points, self.points[1:] + self.points[:1], strict=True))
        crossed = sum(_is_left_of(point, start, end) for start, end in edges)
        nearest = min(_to_edge(point, start, end) for start, end in edges)
        return nearest if crossed % 2 else -nearest

    @property
    def area(self) -> float:
        """In square pixels, or shares of the picture."""
        corners = zip(self.points, self.points[1:] + self.points[:1], strict=True)
        return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in corners)) / 2


def _is_left_of(point: Point, start: Point, end: Point) -> bool:
    """Whether a ray from the point to the right meets the edge."""
    (x, y), (x0, y0), (x1, y1) = point, start, end
    return (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)


def _to_edge(point: Point, start: Point, end: Point) -> float:
    (x, y), (x0, y0), (x1, y1) = point, start, end
    long, high = x1 - x0, y1 - y0
    share = ((x - x0) * long + (y - y0) * high) / max(long * long + high * high, 1e-12)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(x - x0 - share * long, y - y0 - share * high)


def line_from_text(text: str, number: int = 1) -> Line:
    """A line from `x0,y0,x1,y1` or `name=x0,y0,x1,y1`; without a name it is called by its number.

    Raises:
        OptionError: for anything else, and a line without length.

    >>> line_from_text("gate=0,0.5,1,0.5")
    Line(name='gate', points=((0.0, 0.5), (1.0, 0.5)))
    """
    name, points = _named_points(text, f"line {number}")
    if len(points) != 2 or points[0] == points[1]:
        raise OptionError(
            f"A line has two ends, x0,y0,x1,y1 in pixels or as shares from 0 to 1, such as 0,0.5,1,0.5 or "
            f"gate=40,300,500,300; got {text!r}."
        )
    return Line(name, points)


def zone_from_text(text: str, number: int = 1) -> Zone:
    """A zone from `x,y,x,y,x,y…` or `name=x,y,…`; without a name it is called by its number.

    Raises:
        OptionError: for anything else, and a zone without area.

    >>> zone_from_text("0,0,1,0,0,1", 2).name
    'zone 2'
    """
    name, points = _named_points(text, f"zone {number}")
    zone = Zone(name, points)
    if len(points) < 3 or zone.area == 0:
        raise OptionError(
            f"A zone has three corners or more, x,y,x,y,x,y in pixels or as shares from 0 to 1, such as "
            f"door=0,0,0.5,0,0.5,1,0,1; got {text!r}."
        )
    return zone


def check_names(places: Sequence[Place]) -> None:
    """Looks whether each place has a name of its own.

    Raises:
        OptionError: when two have the same.
    """
    names = [place.name for place in places]
    for name in names:
        if names.count(name) > 1:
            raise OptionError(f"There are two places called {name!r}; give one of them another name: other=x0,y0,…")


def _named_points(text: str, unnamed: str) -> tuple[str, tuple[Point, ...]]:
    """The name and the points; no points where the text is not made of pairs of numbers."""
    name, has_name, numbers = text.rpartition("=")
    try:
        values = [float(word) for word in numbers.split(",")]
    except ValueError:
        values = []
    is_good = len(values) % 2 == 0 and all(math.isfinite(value) and value >= 0 for value in values)
    points = tuple(zip(values[::2], values[1::2], strict=True)) if is_good else ()
    return name.strip() if has_name and name.strip() else unnamed, points
