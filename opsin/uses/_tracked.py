"""Faces in a video, followed: one number a track, and one name, by the votes of its frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opsin.engine.follow import Following, Seen, follow
from opsin.engine.stream import Answer, stepped
from opsin.tasks.faces import UNKNOWN, Faces

Votes = Mapping[str, float]
"""Names, and how much speaks for each: the sum of its similarities."""


@dataclass(frozen=True)
class Voting:
    """What is known between two frames.

    Attributes:
        following: the tracks.
        votes: of each track, by its number.
    """

    following: Following = field(default_factory=Following)
    votes: Mapping[int, Votes] = field(default_factory=dict)


def vote(state: Voting, faces: Faces) -> tuple[Voting, Faces]:
    """The state after one more frame, and its faces with the numbers of their tracks and the names voted so far.

    A track has the name for which the sum of the similarities is the largest; frames in which it was unknown do not
    count, since a face that is turned away looks like nobody. Of two tracks in one frame only one can have a name: the
    one that more speaks for. Faces without names get numbers only.
    """
    following, numbers = follow(state.following, Seen(faces.boxes, faces.scores, embeddings=faces.embeddings))
    living = {track.number for track in following.tracks}
    votes = {number: votes for number, votes in state.votes.items() if number in living}
    for number, name, similarity in _said(faces, numbers):
        mine = votes.get(number, {})
        votes[number] = {**mine, name: mine.get(name, 0.0) + similarity}
    names = None if faces.names is None else _elected(numbers, faces.names, votes)
    return Voting(following, votes), dataclasses.replace(faces, tracks=numbers, names=names)


def tracked(answers: Iterable[Answer[Faces]]) -> Iterator[Answer[Faces]]:
    """The same answers, the faces of each video with the numbers of their tracks and the names voted so far.

    Pictures that are no frames of a video, and what cannot be read, go through as they are.
    """
    return stepped(answers, Voting, vote)


def _said(faces: Faces, numbers: NDArray[np.int64]) -> Iterator[tuple[int, str, float]]:
    """What speaks for whom in one frame: tracks, names and similarities."""
    if faces.names is None or faces.similarities is None:
        return
    for number, name, similarity in zip(numbers.tolist(), faces.names, faces.similarities.tolist(), strict=True):
        if number and name != UNKNOWN:
            yield number, name, max(similarity, 0.0)


def _elected(numbers: NDArray[np.int64], said: tuple[str, ...], votes: Mapping[int, Votes]) -> tuple[str, ...]:
    """The name of each face, each name once; a face without a track keeps what was said of it."""
    told = numbers.tolist()
    claims = [(weight, number, name) for number in told for name, weight in votes.get(number, {}).items()]
    names = {0: UNKNOWN}
    for _, number, name in sorted(claims, reverse=True):
        if number not in names and name not in names.values():
            names[number] = name
    taken = set(names.values()) - {UNKNOWN}
    return tuple(
        names.get(number, UNKNOWN) if number else (UNKNOWN if one in taken else one)
        for number, one in zip(told, said, strict=True)
    )
