"""What was counted, added up for a person, a table and JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from opsin.uses._count_state import Counting, Stays


@dataclass(frozen=True)
class Crossed:
    """How often a line was crossed by things of one label, each way."""

    line: str
    label: str
    inward: int
    outward: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"line": self.line, "label": self.label, "in": self.inward, "out": self.outward}


@dataclass(frozen=True)
class Stayed:
    """What things of one label did in a zone.

    Attributes:
        zone: its name.
        label: what they are.
        entries: how often one came in, or appeared within.
        exits: how often one went out, or vanished within.
        inside: how many are in it now.
        mean_seconds: how long those who left had stayed, and those still inside have; 0 where there were none.
        longest_seconds: of these stays.
    """

    zone: str
    label: str
    entries: int
    exits: int
    inside: int
    mean_seconds: float
    longest_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, seconds with 2 decimals."""
        values = dataclasses.asdict(self)
        return {name: round(each, 2) if isinstance(each, float) else each for name, each in values.items()}


@dataclass(frozen=True)
class Counts:
    """What was counted in a video.

    Attributes:
        source: the video.
        frames: that were looked at.
        seconds: of the video, to the last frame looked at.
        things: how many tracks were seen in 5 frames or more, by label.
        crossings: for each line and label, how often it was crossed each way.
        stays: for each zone and label, who came and went, and for how long.
        most: how many were in each zone at once.
        frames_a_second: how fast it was counted.
    """

    source: str
    frames: int = 0
    seconds: float = 0.0
    things: tuple[tuple[str, int], ...] = ()
    crossings: tuple[Crossed, ...] = ()
    stays: tuple[Stayed, ...] = ()
    most: tuple[tuple[str, int], ...] = ()
    frames_a_second: float = 0.0

    def of(self, line: str, label: str | None = None) -> tuple[int, int]:
        """How many crossed a line, in and out: things of one label, or of all.

        >>> Counts("", crossings=(Crossed("gate", "car", 2, 1), Crossed("gate", "bus", 1, 0))).of("gate")
        (3, 1)
        """
        fitting = [each for each in self.crossings if each.line == line and label in (None, each.label)]
        return sum(each.inward for each in fitting), sum(each.outward for each in fitting)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "source": self.source,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "things": dict(self.things),
            "lines": [each.to_dict() for each in self.crossings],
            "zones": [each.to_dict() for each in self.stays],
            "most_inside": dict(self.most),
            "frames_a_second": round(self.frames_a_second, 2),
        }


def counts_of(state: Counting, source: str, seconds: float = 0.0, speed: float = 0.0) -> Counts:
    """What a state has counted, lines and zones in their order, labels with most first.

    Args:
        state: after the last frame.
        source: the video.
        seconds: the time in the video now, for those who are still in a zone.
        speed: frames a second.
    """
    things = sorted(state.seen().items(), key=lambda each: (-each[1], each[0]))
    return Counts(
        source=source,
        frames=state.step,
        seconds=seconds,
        things=tuple(things),
        crossings=tuple(each for line in state.lines for each in _crossed(state, line.name)),
        stays=tuple(each for zone in state.zones for each in _stayed(state, zone.name, seconds)),
        most=tuple((zone.name, state.most.get(zone.name, 0)) for zone in state.zones),
        frames_a_second=speed,
    )


def _crossed(state: Counting, line: str) -> list[Crossed]:
    labels = {label for name, _, label in state.crossings if name == line}
    found = [
        Crossed(line, label, state.crossings.get((line, "in", label), 0), state.crossings.get((line, "out", label), 0))
        for label in labels
    ]
    return sorted(found, key=lambda each: (-each.inward - each.outward, each.label))


def _stayed(state: Counting, zone: str, seconds: float) -> list[Stayed]:
    labels = {label for name, label in state.stays if name == zone}
    found = [_stayed_as(state, zone, label, seconds) for label in labels]
    return sorted(found, key=lambda each: (-each.entries, each.label))


def _stayed_as(state: Counting, zone: str, label: str, seconds: float) -> Stayed:
    stays = state.stays.get((zone, label), Stays())
    inside = [seconds - each.seconds for each in state.within(zone) if each.label == label]
    together, number = stays.seconds + sum(inside), stays.exits + len(inside)
    longest = max(stays.longest, *inside, 0.0)
    return Stayed(zone, label, stays.entries, stays.exits, len(inside), together / max(number, 1), longest)
