"""Follow things from frame to frame of a video: who is who, by where they are going and by how they look.

The boxes of a frame are paired with the tracks so far, at the lowest cost of all together. A track is expected where
its last steps lead (Bewley et al., SORT, https://arxiv.org/abs/1602.00763). Boxes are compared a little grown, so that
small and quick things still meet (Yang et al., C-BIoU, https://arxiv.org/abs/2211.14317). Where there are embeddings,
they count as much as places do, and bring back who was out of sight (Wojke et al., https://arxiv.org/abs/1703.07402).
Sure boxes can be paired before the others, which then go on with the tracks left over and begin none (Zhang et al.,
ByteTrack, https://arxiv.org/abs/2110.06864).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.assignment import assignment
from opsin.core.boxes import Boxes, as_boxes, iou
from opsin.core.options import Checked, option

QUICKNESS = 0.5
"""How much of a track's speed is the latest step; the rest is what was known before."""
FADING = 0.8
"""How much of its speed a track keeps for each frame in which it is not seen: nobody runs on for ever."""
LEARNING = 0.2
"""How much of a track's embedding is the latest look."""
SURE = 0.7
"""The overlap from which a thing is where its track is expected, whatever it looks like."""
OTHERNESS = 0.5
"""What it costs to be called by another label, in overlaps: a thing with the track's own label comes before it."""
NEVER = 1e6
"""The cost of a pair that cannot be."""


@dataclass(frozen=True, kw_only=True)
class FollowOptions(Checked):
    """How to follow."""

    growth: float = option(
        0.3, help="A box grows by this share of its sides on each side to be compared.", low=0, high=1
    )
    min_overlap: float = option(
        0.1, help="Boxes that overlap less than this with where a track is expected are others (0 to 1).", low=0, high=1
    )
    min_similarity: float = option(
        0.4, help="A look at least so alike brings a track back from anywhere (-1 to 1).", low=-1, high=1
    )
    max_difference: float = option(
        0.2, help="A look less alike than this is another's, wherever it is (-1 to 1).", low=-1, high=1
    )
    min_new: float = option(0.5, help="A track begins with a score of at least this (0 to 1).", low=0, high=1)
    min_sure: float = option(
        0.0, help="Things with a score of at least this are paired first, the others with what is left.", low=0, high=1
    )
    min_same: float = option(
        1.0,
        help="A thing with another label goes on with a track that it overlaps more than this (0 to 1).",
        low=0,
        high=1,
    )
    patience: int = option(30, help="After so many frames out of sight a track ends.", low=1)


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found in one frame.

    Attributes:
        boxes: (n, 4) xyxy in pixels.
        scores: (n,) in 0..1.
        labels: n; what has another label is another thing, as far as `min_same` says so. None when all have one.
        embeddings: (n, d) of length 1, or None.
    """

    boxes: Boxes
    scores: NDArray[Any]
    labels: Sequence[str] | None = None
    embeddings: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Track:
    """One thing, as known after a frame.

    Attributes:
        number: its own, from 1; never used again.
        box: (4,) xyxy in pixels, where it was seen last.
        speed: (4,) how far each side of the box goes, in pixels a frame.
        label: what it is.
        embedding: (d,) how it looks, of length 1, or None.
        frames: in how many it was seen.
        missed: for how many it has been out of sight.
    """

    number: int
    box: Boxes
    speed: NDArray[np.float32]
    label: str = ""
    embedding: NDArray[np.float32] | None = None
    frames: int = 1
    missed: int = 0

    @property
    def expected(self) -> Boxes:
        """(4,) where its box will be in the next frame."""
        steps = (1 - FADING ** (self.missed + 1)) / (1 - FADING) if self.missed else 1.0
        return self.box + self.speed * np.float32(steps)


@dataclass(frozen=True)
class Following:
    """What is known between two frames.

    Attributes:
        tracks: that have not ended.
        count: of tracks so far, the ended ones too.
        options: how to follow.
    """

    tracks: tuple[Track, ...] = ()
    count: int = 0
    options: FollowOptions = field(default_factory=FollowOptions)


def follow(state: Following, seen: Seen) -> tuple[Following, NDArray[np.int64]]:
    """The state after one more frame, and (n,) the number of the track that each thing in it belongs to.

    A number of 0 is none: its score is too low for a track to begin with.

    >>> one = Seen(as_boxes([0, 0, 10, 10]), np.ones(1))
    >>> state, numbers = follow(Following(), one)
    >>> state, numbers = follow(state, Seen(as_boxes([[50, 50, 60, 60], [2, 0, 12, 10]]), np.ones(2)))
    >>> numbers.tolist()
    [2, 1]
    """
    pairs = _pairs(state, seen)
    numbers = np.zeros(len(seen.boxes), np.int64)
    tracks = [dataclasses.replace(track, missed=track.missed + 1) for track in state.tracks]
    for track, thing in pairs:
        tracks[track] = _went_on(state.tracks[track], seen, thing)
        numbers[thing] = tracks[track].number
    begun = [int(each) for each in np.flatnonzero((numbers == 0) & (seen.scores >= state.options.min_new))]
    for number, thing in enumerate(begun, start=state.count + 1):
        tracks.append(_begun(number, seen, thing))
        numbers[thing] = number
    kept = tuple(track for track in tracks if track.missed <= state.options.patience)
    return dataclasses.replace(state, tracks=kept, count=state.count + len(begun)), numbers


def _pairs(state: Following, seen: Seen) -> list[tuple[int, int]]:
    """Which track is which of the things seen."""
    if not state.tracks or not len(seen.boxes):
        return []
    costs, is_sure = _costs(state, seen), seen.scores >= state.options.min_sure
    first = _paired(costs, np.arange(len(costs)), np.flatnonzero(is_sure))
    left = np.setdiff1d(np.arange(len(costs)), [track for track, _ in first])
    return first + _paired(costs, left, np.flatnonzero(~is_sure))


def _paired(costs: NDArray[Any], tracks: NDArray[Any], things: NDArray[Any]) -> list[tuple[int, int]]:
    """The best pairs among some of the tracks and some of the things."""
    # What fits to nothing takes no part: the time grows with the cube of the number.
    can_be = costs[np.ix_(tracks, things)] < NEVER
    tracks, things = tracks[can_be.any(axis=1)], things[can_be.any(axis=0)]
    some = costs[np.ix_(tracks, things)]
    return [(int(tracks[row]), int(things[column])) for row, column in assignment(some) if some[row, column] < NEVER]


def _costs(state: Following, seen: Seen) -> NDArray[np.float64]:
    """(tracks, things) how badly each fits to each."""
    options = state.options
    expected = np.stack([track.expected for track in state.tracks])
    overlaps = iou(_grown(expected, options.growth), _grown(seen.boxes, options.growth)).astype(np.float64)
    alike = _alike(state.tracks, seen)  # NaN where there is no telling
    # Where looks are in doubt, as when a head turns away, the place must be sure: after a cut somebody else is there.
    needed = np.where(alike < options.min_similarity, max(options.min_overlap, SURE), options.min_overlap)
    can_be = (overlaps >= needed) | (alike >= options.min_similarity)
    is_same = _same_label(state.tracks, seen)
    can_be &= ~(alike < options.max_difference) & (is_same | (overlaps > options.min_same))
    costs = 1 - np.where(np.isnan(alike), overlaps, (overlaps + alike) / 2) + np.where(is_same, 0, OTHERNESS)
    return np.where(can_be, costs, NEVER)


def _grown(boxes: ArrayLike, growth: float) -> Boxes:
    given = as_boxes(boxes)
    sides = given[:, 2:] - given[:, :2]
    return np.concatenate([given[:, :2] - growth * sides, given[:, 2:] + growth * sides], axis=1)


def _alike(tracks: Sequence[Track], seen: Seen) -> NDArray[np.float64]:
    """(tracks, things) cosines; NaN where one of the two has no embedding."""
    alike = np.full((len(tracks), len(seen.boxes)), np.nan)
    for row, track in enumerate(tracks):
        if track.embedding is not None and seen.embeddings is not None:
            alike[row] = seen.embeddings @ track.embedding
    return alike


def _same_label(tracks: Sequence[Track], seen: Seen) -> NDArray[np.bool_]:
    labels = seen.labels if seen.labels is not None else ("",) * len(seen.boxes)
    return np.array([[track.label == label for label in labels] for track in tracks])


def _begun(number: int, seen: Seen, thing: int) -> Track:
    label = seen.labels[thing] if seen.labels is not None else ""
    look = None if seen.embeddings is None else seen.embeddings[thing]
    return Track(number, seen.boxes[thing], np.zeros(4, np.float32), label, look)


def _went_on(track: Track, seen: Seen, thing: int) -> Track:
    """The track after it was seen again."""
    step = (seen.boxes[thing] - track.box) / np.float32(track.missed + 1)
    # The first step is all that is known of the speed.
    weight = np.float32(QUICKNESS if track.frames > 1 else 1.0)
    return dataclasses.replace(
        track,
        box=seen.boxes[thing],
        speed=(1 - weight) * track.speed + weight * step,
        embedding=_learned(track.embedding, None if seen.embeddings is None else seen.embeddings[thing]),
        frames=track.frames + 1,
        missed=0,
    )


def _learned(before: NDArray[np.float32] | None, look: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """How it looks, with one more look."""
    if before is None or look is None:
        return before if look is None else look
    mixed = (1 - LEARNING) * before + LEARNING * look
    return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-9), np.float32)
