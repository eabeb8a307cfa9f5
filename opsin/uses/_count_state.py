"""Counting as a pure step from frame to frame: what was known, and a frame, give what is known then, and what happened.

A track counts at the middle of its lower edge, where a thing stands. It crosses a line when that point has come clearly
from one side to the other, by a share of the box's size: so who stands on the line, and whose box trembles, is not
counted again and again.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.uses._count_places import Line, Point, Zone

CLEARLY = 0.1
"""How far from a line or a zone's edge a point must be to have changed sides, as a share of its box's size."""
PATIENCE = 30
"""Steps out of sight after which a track is forgotten: as many as following waits for it."""
SEEN = 5
"""Frames in which a track must be seen to be one of the things that were there: shorter ones are mistakes, mostly."""


@dataclass(frozen=True)
class Event:
    """Something happened at a line or a zone.

    Attributes:
        seconds: when, in the video.
        frame: in which.
        track: whose number.
        label: what it was taken for then.
        place: name of the line or zone.
        direction: "in" or "out" across a line; "enter" or "leave" of a zone.
        stay_seconds: for how long it had been in the zone that it leaves.
    """

    seconds: float
    frame: int
    track: int
    label: str
    place: str
    direction: str
    stay_seconds: float | None = None

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names in `to_dict`."""
        return ("seconds", "frame", "track", "label", "line", "zone", "direction", "stay_seconds")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the place by the name of its kind, `line` or `zone`."""
        kind = "line" if self.direction in ("in", "out") else "zone"
        stay = {} if self.stay_seconds is None else {"stay_seconds": round(self.stay_seconds, 2)}
        known = {"seconds": self.seconds, "frame": self.frame, "track": self.track, "label": self.label}
        return known | {kind: self.place, "direction": self.direction} | stay


@dataclass(frozen=True, eq=False)
class Frame:
    """What is followed in one frame.

    Attributes:
        index: its number in the video.
        seconds: its time in the video.
        tracks: (n,) numbers.
        labels: n.
        boxes: (n, 4) xyxy in pixels.
    """

    index: int
    seconds: float
    tracks: NDArray[np.int64]
    labels: Sequence[str]
    boxes: Boxes


@dataclass(frozen=True)
class Inside:
    """Since when, and as what, a track is in a zone."""

    seconds: float
    label: str


@dataclass(frozen=True)
class Met:
    """A track that is not forgotten.

    Attributes:
        label: what it was last.
        step: in which it was seen last.
        frame: the same, as the number of the frame.
        seconds: the same, as a time.
        frames: in how many it was seen.
        sides: for each line, where it was last clearly on one side.
        inside: for each zone, since when it is in it.
    """

    label: str
    step: int
    frame: int
    seconds: float
    frames: int
    sides: tuple[Point | None, ...]
    inside: tuple[Inside | None, ...]


@dataclass(frozen=True)
class Stays:
    """What was counted in a zone, for one label.

    Attributes:
        entries: how often something came in, or appeared within.
        exits: how often something went out, or vanished within.
        seconds: that those who left had stayed, all together.
        longest: of these stays.
    """

    entries: int = 0
    exits: int = 0
    seconds: float = 0.0
    longest: float = 0.0


@dataclass(frozen=True)
class Counting:
    """What is known between two frames.

    Attributes:
        lines: to be crossed, in pixels.
        zones: to be entered, in pixels.
        labels: that count; all where there are none.
        step: how many frames there were.
        tracks: that are not forgotten, by number.
        crossings: how many, by line, direction and label.
        stays: by zone and label.
        most: how many were in a zone at once, by zone.
        forgotten: how many tracks were seen, by label, of those forgotten.
    """

    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    labels: frozenset[str] = frozenset()
    step: int = 0
    tracks: Mapping[int, Met] = field(default_factory=dict)
    crossings: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    stays: Mapping[tuple[str, str], Stays] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    forgotten: Mapping[str, int] = field(default_factory=dict)

    def within(self, zone: str) -> list[Inside]:
        """Who is in a zone."""
        place = [each.name for each in self.zones].index(zone)
        return [inside for track in self.tracks.values() if (inside := track.inside[place]) is not None]

    def seen(self) -> dict[str, int]:
        """How many tracks were seen in `SEEN` frames or more, by label."""
        return _with_seen(self.forgotten, self.tracks.values())


def anchors(boxes: Boxes) -> list[Point]:
    """The point of each box by which it is counted: the middle of its lower edge."""
    return [((x0 + x1) / 2, y1) for x0, _, x1, y1 in boxes.tolist()]


def count_step(state: Counting, frame: Frame) -> tuple[Counting, tuple[Event, ...]]:
    """The state after one more frame, and what happened in it.

    Who appears in a zone enters it then, and who vanishes in one has left it when it was seen last; that is told when
    the track is forgotten. So as many are in a zone as have entered and not left.
    """
    tracks, events = dict(state.tracks), list[Event]()
    for number, label, point, box in zip(
        frame.tracks.tolist(), frame.labels, anchors(frame.boxes), frame.boxes.tolist(), strict=True
    ):
        if not state.labels or label in state.labels:
            margin = CLEARLY * math.sqrt(max(box[2] - box[0], 0) * max(box[3] - box[1], 0))
            before = tracks.get(number) or _new(state)
            tracks[number] = _moved(state, before, label, frame, point, margin)
            events += _told(state, number, before, tracks[number], point)
    gone = {number: track for number, track in tracks.items() if state.step - track.step > PATIENCE}
    for number, track in gone.items():
        events += _left(state, number, track)
        del tracks[number]
    after = dataclasses.replace(
        state, step=state.step + 1, tracks=tracks, forgotten=_with_seen(state.forgotten, gone.values())
    )
    return _tallied(after, events), tuple(events)


def _new(state: Counting) -> Met:
    """A track of which nothing is known."""
    return Met("", 0, 0, 0.0, 0, (None,) * len(state.lines), (None,) * len(state.zones))


def _moved(state: Counting, before: Met, label: str, frame: Frame, point: Point, margin: float) -> Met:
    """The track after it was seen once more."""
    is_clear = [abs(line.distance(point)) > margin for line in state.lines]
    sides = tuple(point if clear else side for clear, side in zip(is_clear, before.sides, strict=True))
    now = Inside(frame.seconds, label)
    inside = tuple(
        _inside(zone, since, now, point, margin, is_new=not before.frames)
        for zone, since in zip(state.zones, before.inside, strict=True)
    )
    return Met(label, state.step, frame.index, frame.seconds, before.frames + 1, sides, inside)


def _inside(
    zone: Zone, since: Inside | None, now: Inside, point: Point, margin: float, *, is_new: bool
) -> Inside | None:
    depth = zone.depth(point)
    # In a zone that is small beside the box, nobody would ever be clearly.
    needed = 0.0 if is_new else min(margin, math.sqrt(zone.area) / 4)
    if since is None:
        return now if depth > needed else None
    return None if depth < -needed else since


def _told(state: Counting, number: int, before: Met, after: Met, point: Point) -> Iterator[Event]:
    """What happened to a track between two sights of it."""
    event = Event(after.seconds, after.frame, number, after.label, "", "")
    for line, old, new in zip(state.lines, before.sides, after.sides, strict=True):
        if old is None or new is None or (line.distance(old) > 0) == (line.distance(new) > 0):
            continue
        if line.is_crossed(old, new):
            direction = "in" if line.distance(new) > 0 else "out"
            yield dataclasses.replace(event, place=line.name, direction=direction)
    for zone, since, still in zip(state.zones, before.inside, after.inside, strict=True):
        if since is None and still is not None:
            yield dataclasses.replace(event, place=zone.name, direction="enter")
        elif since is not None and still is None:
            yield _leaving(event, zone, since)


def _left(state: Counting, number: int, track: Met) -> Iterator[Event]:
    """A track that is forgotten has left the zones that it was in."""
    event = Event(track.seconds, track.frame, number, track.label, "", "")
    for zone, since in zip(state.zones, track.inside, strict=True):
        if since is not None:
            yield _leaving(event, zone, since)


def _leaving(event: Event, zone: Zone, since: Inside) -> Event:
    """Who came in as a car goes out as one, whatever it is taken for by then: else more could leave than came."""
    stay = event.seconds - since.seconds
    return dataclasses.replace(event, label=since.label, place=zone.name, direction="leave", stay_seconds=stay)


def _tallied(state: Counting, events: Sequence[Event]) -> Counting:
    """The state with what happened added up."""
    if not events:
        return state
    crossings, stays = dict(state.crossings), dict(state.stays)
    for event in events:
        if event.direction in ("in", "out"):
            key = (event.place, event.direction, event.label)
            crossings[key] = crossings.get(key, 0) + 1
        else:
            of = (event.place, event.label)
            stays[of] = _with_stay(stays.get(of, Stays()), event)
    most = {zone.name: max(state.most.get(zone.name, 0), len(state.within(zone.name))) for zone in state.zones}
    return dataclasses.replace(state, crossings=crossings, stays=stays, most=most)


def _with_stay(stays: Stays, event: Event) -> Stays:
    if event.stay_seconds is None:
        return dataclasses.replace(stays, entries=stays.entries + 1)
    return dataclasses.replace(
        stays,
        exits=stays.exits + 1,
        seconds=stays.seconds + event.stay_seconds,
        longest=max(stays.longest, event.stay_seconds),
    )


def _with_seen(before: Mapping[str, int], tracks: Iterable[Met]) -> dict[str, int]:
    seen = dict(before)
    for track in tracks:
        if track.frames >= SEEN:
            seen[track.label] = seen.get(track.label, 0) + 1
    return seen
