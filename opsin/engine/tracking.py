"""Things in a video, followed: each gets the number of its track, and one label for the whole of it.

It serves every task whose results have boxes, labels, scores and tracks. Things that are less certain than was asked
for go on with a track, and begin none (Zhang et al., ByteTrack, https://arxiv.org/abs/2110.06864): so the model is
asked for more than is shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from typing import Any, ClassVar, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes, iou, suppress
from opsin.core.options import Options
from opsin.engine.follow import Following, FollowOptions, Seen, follow

LEAST = 0.2
"""Scores from which a thing goes on with a track."""
SURER = 0.1
"""How much more certain than the least that is shown a thing must be to begin a track, as in ByteTrack."""
ONE_THING = 0.6
"""Boxes that overlap more are one thing by several labels."""

Votes = Mapping[str, float]
"""Labels, and how much speaks for each: the sum of its scores."""


class Followed(Protocol):
    """A result about one frame whose things can be followed."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def boxes(self) -> Boxes:
        """(n, 4) xyxy in pixels."""
        ...

    @property
    def scores(self) -> NDArray[Any]:
        """(n,) in 0..1, best first."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the n things."""
        ...

    def take(self, which: Any) -> Self:
        """Some of the things, by their places."""
        ...


R = TypeVar("R", bound=Followed)


@dataclass(frozen=True)
class Tracking:
    """What is known between two frames.

    Attributes:
        following: the tracks.
        votes: of each track, by its number.
    """

    following: Following = field(default_factory=Following)
    votes: Mapping[int, Votes] = field(default_factory=dict)


def can_be_followed(result: type[Any], options: type[Options]) -> bool:
    """Whether results of a type, asked for with such options, have all that following needs."""
    found, asked = ({each.name for each in dataclasses.fields(each)} for each in (result, options))
    return {"boxes", "scores", "labels", "tracks"} <= found and "min_score" in asked


def asking_more(options: Options) -> Options:
    """The same options, asking for things down to the score at which they still go on with a track."""
    changed: dict[str, Any] = {"min_score": min(_min_score(options), LEAST)}
    return dataclasses.replace(options, **changed)


def only_sure(found: R, options: Options) -> R:
    """What the options ask for, of what `asking_more` has brought: for pictures in which nothing is followed."""
    return found.take(found.scores >= _min_score(options))


def begin(options: Options) -> Tracking:
    """What is known before the first frame.

    Boxes grow less than those of faces, which are small and quick: counted by eye, people who met on a path kept their
    numbers with a growth of 0.1, and changed them with 0.3.
    """
    sure = _min_score(options)
    new = min(sure + SURER, 1.0)
    return Tracking(
        Following(options=FollowOptions(growth=0.1, min_overlap=0.2, min_new=new, min_sure=sure, min_same=0.5))
    )


def track_things(state: Tracking, found: R) -> tuple[Tracking, R]:
    """The state after one more frame, and the things in it, with their tracks' numbers and the labels voted so far.

    A track has the label for which the sum of the scores is the largest: what is a car in most frames is a car, and
    what a network calls both a car and a truck in one frame is one thing. What is as certain as was asked for and has
    no track yet has the number 0; what is less certain and has none is left out.
    """
    kept, same = _one_thing_each(found)
    seen = Seen(found.boxes[kept], found.scores[kept], [found.labels[place] for place in kept])
    following, numbers = follow(state.following, seen)
    votes = _voted(state.votes, found, numbers[same], {track.number for track in following.tracks})
    elected = {number: max(sums, key=sums.__getitem__) for number, sums in votes.items()}
    tracks = tuple(dataclasses.replace(track, label=elected[track.number]) for track in following.tracks)
    is_shown = (numbers > 0) | (seen.scores >= state.following.options.min_sure)
    shown = found.take(kept[is_shown])
    labels = tuple(map(elected.get, numbers[is_shown].tolist(), shown.labels))
    shown = dataclasses.replace(shown, labels=labels, tracks=numbers[is_shown])
    return Tracking(dataclasses.replace(following, tracks=tracks), votes), shown


def _min_score(options: Options) -> float:
    return float(options.min_score)  # type: ignore[attr-defined]  # `can_be_followed` has looked


def _one_thing_each(found: Followed) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(m,) the places of the best box of each thing, rising; (n,) for each box the row in them that it says again."""
    kept = np.sort(suppress(found.boxes, found.scores, ONE_THING))
    if not len(kept):
        return kept, kept
    return kept, iou(found.boxes, found.boxes[kept]).argmax(axis=1)


def _voted(
    before: Mapping[int, Votes], found: Followed, numbers: NDArray[np.int64], living: set[int]
) -> dict[int, Votes]:
    """The votes with those of one more frame; without those of tracks that have ended.

    Args:
        before: the votes so far.
        found: the frame.
        numbers: (n,) the track of each box in it, 0 for none.
        living: the tracks that have not ended.
    """
    votes = {number: before.get(number, {}) for number in living}
    for number, label, score in zip(numbers.tolist(), found.labels, found.scores.tolist(), strict=True):
        if number:
            votes[number] = {**votes[number], label: votes[number].get(label, 0.0) + score}
    return votes
