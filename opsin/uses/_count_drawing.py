"""A frame as it was counted: boxes, the ways that things came, lines with their counts, zones with who is inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opsin.core.image import Image
from opsin.draw.palette import Colour, colour_of_number
from opsin.draw.ways import Outline, draw_outlines, draw_trails
from opsin.tasks.detection import Detections
from opsin.uses._count_places import Line, Point, Zone
from opsin.uses._count_state import Counting

TRAIL = 40
"""Frames of a way that are drawn."""
LINE: Colour = (255, 221, 0)
ZONE: Colour = (0, 200, 255)

Trails = Mapping[int, tuple[Point, ...]]
"""Where each living track was, by number, the last place last."""


def with_points(trails: Trails, points: Mapping[int, Point], living: Iterable[int]) -> Trails:
    """The trails after one more frame; those of tracks that do not live any more are forgotten."""
    longer = {number: (*trails.get(number, ()), point)[-TRAIL:] for number, point in points.items()}
    return {number: way for number in living if (way := longer.get(number, trails.get(number, ())))}


def draw_counting(image: Image, found: Detections, trails: Trails, state: Counting) -> Image:
    """A new image of one frame.

    Args:
        image: (h, w, 3).
        found: what is followed in it; things that have no track or do not count are left out before.
        trails: of the tracks.
        state: what is counted, this frame too.
    """
    seen = [] if found.tracks is None else found.tracks.tolist()
    shown = [number for number in seen if number in trails]
    drawn = draw_trails(image, [trails[number] for number in shown], [colour_of_number(number) for number in shown])
    zones = [_zone(zone, state) for zone in state.zones]
    return draw_outlines(found.draw(drawn), zones + [_line(line, state) for line in state.lines])


def _line(line: Line, state: Counting) -> Outline:
    ways = {
        way: sum(state.crossings.get((line.name, way, label), 0) for label in _labels(state)) for way in ("in", "out")
    }
    (x0, y0), (x1, y1) = line.points
    text = f"{line.name}: {ways['in']} in, {ways['out']} out"
    return Outline(line.points, text, LINE, towards=(y0 - y1, x1 - x0))


def _labels(state: Counting) -> set[str]:
    return {label for _, _, label in state.crossings}


def _zone(zone: Zone, state: Counting) -> Outline:
    return Outline(zone.points, f"{zone.name}: {len(state.within(zone.name))} inside", ZONE)
