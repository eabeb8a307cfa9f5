"""A challenge: look ahead, then turn and come closer as asked; a function from frame to frame, without a camera."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import OptionError
from opsin.tasks.faces import Faces
from opsin.uses._solid import PLANE, Points, Pose, asymmetry, height, pose, upright

LEFT, RIGHT, CLOSER = "turn left", "turn right", "come closer"
STEPS = (LEFT, RIGHT, CLOSER)
"""What can be asked. Left and right are the person's own."""

TURNED = 0.2
"""The parallax from which a head is turned: about 30 degrees."""
NARROWEST = 0.7
"""A face may become so narrow, as a share: about 45 degrees. See `opsin.uses._solid`."""
AHEAD = 0.1
"""The nose may lie so far beside the middle of a face that looks ahead."""
LARGER = 1.3
"""How many times as large a face must become that comes closer."""
LOOKS = 5
"""Frames in a row of looking ahead, of which the mean is taken."""
HELD = 3
"""Frames in a row, on whose mean a turn is judged: one alone may be a mistake."""
GONE_SECONDS = 0.5
"""So long a face may be out of sight."""
TURN_JUMP, PLACE_JUMP, SIZE_JUMP = 0.17, 1.0, 1.4
"""What no head does from one frame to the next: turn so far, move by its height, become so much larger or smaller."""
LEAST_ALIKE = 0.3
"""Two frames in a row that are less alike do not show one person."""
LOOSER = 0.75
"""A face that is turned is less like its photos: it may have this share of the similarity asked for."""

Alike = Callable[[NDArray[np.float32]], float]
"""How alike an embedding is to the person who should be there, in -1..1."""


@dataclass(frozen=True)
class Challenge:
    """What is asked.

    Attributes:
        order: of the steps.
        min_similarity: from which a face that looks ahead is the person's.
        seconds: for all of it; each step, and looking ahead before them, may take its share.

    Raises:
        OptionError: for steps that there are not, or no time.
    """

    order: tuple[str, ...]
    min_similarity: float
    seconds: float = 30.0

    def __post_init__(self) -> None:
        strange = [each for each in self.order if each not in STEPS]
        if strange or not self.order:
            raise OptionError(f"The steps must be among {', '.join(STEPS)}; got {self.order!r}.")
        if not self.seconds > 0:
            raise OptionError(f"seconds must be above 0; got {self.seconds!r}.")

    @property
    def step_seconds(self) -> float:
        """How long looking ahead, and each step, may take."""
        return self.seconds / (len(self.order) + 1)


@dataclass(frozen=True, eq=False)
class State:
    """How far a challenge has come.

    Attributes:
        challenge: what is asked.
        done: how many steps.
        since: when the present step began, in seconds; None before the first frame.
        looks: faces that looked ahead, upright, (5, 2) each.
        size: of the face that looked ahead, in pixels from eyes to mouth.
        seen: what was seen last.
        poses: the latest ones of the present step.
        was_ahead: whether the face has looked ahead since the step began.
        range: the least and the most that the head was turned.
    """

    challenge: Challenge
    done: int = 0
    since: float | None = None
    looks: tuple[Points, ...] = ()
    size: float = 0.0
    seen: Seen | None = None
    poses: tuple[Pose, ...] = ()
    was_ahead: bool = False
    range: tuple[float, float] = (0.0, 0.0)

    @property
    def is_looked(self) -> bool:
        """Whether it is known how the face looks ahead."""
        return len(self.looks) >= LOOKS

    @property
    def ahead(self) -> Points:
        """(5, 2) the face looking ahead, upright."""
        mean: Points = np.mean(self.looks, axis=0)
        return mean


@dataclass(frozen=True, eq=False)
class Seen:
    """The one face of a frame.

    Attributes:
        points: (5, 2) in pixels.
        embedding: (d,).
        seconds: when.
        similarity: to the person who should be there.
        turn: of the head; 0 while it is not known how it looks ahead.
    """

    points: Points
    embedding: NDArray[np.float32]
    seconds: float
    similarity: float
    turn: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What follows from a frame.

    Attributes:
        answer: yes or no; None as long as the challenge goes on.
        says: what the person is to do, or why it ended.
        is_end: whether there is nothing more to look at.
    """

    answer: bool | None
    says: str
    is_end: bool = False


def draw_challenge(min_similarity: float, seconds: float = 30.0, steps: int = 3) -> Challenge:
    """A challenge that nobody can know beforehand: each step once, those above three drawn at random.

    Raises:
        OptionError: for less than three steps.
    """
    if steps < len(STEPS):
        raise OptionError(f"steps must be at least {len(STEPS)}; got {steps!r}.")
    chance = random.SystemRandom()
    order = [*STEPS, *(chance.choice((LEFT, RIGHT)) for _ in range(steps - len(STEPS)))]
    chance.shuffle(order)
    return Challenge(tuple(order), min_similarity, seconds)


def step(state: State, faces: Faces, seconds: float, alike: Alike) -> tuple[State, Verdict]:
    """The state after one more frame, and what follows from it.

    Args:
        state: before; `State(challenge)` at the beginning.
        faces: of the frame, with embeddings.
        seconds: the frame's time; it rises.
        alike: how alike an embedding is to the person who should be there.
    """
    state = dataclasses.replace(state, since=seconds) if state.since is None else state
    if state.since is not None and seconds - state.since > state.challenge.step_seconds:
        return state, Verdict(False, _late(state))
    seen = _one(faces, seconds, alike)
    if seen is None:
        return _unseen(state, faces, seconds)
    return _looking(state, seen) if not state.is_looked else _doing(state, seen)


def _one(faces: Faces, seconds: float, alike: Alike) -> Seen | None:
    """The face, when there is one and no other that is nearly so large."""
    sizes = [height(points) for points in faces.points]
    if not sizes or faces.embeddings is None or sum(size > max(sizes) / 2 for size in sizes) > 1:
        return None
    largest = int(np.argmax(sizes))
    embedding = faces.embeddings[largest]
    return Seen(faces.points[largest].astype(np.float64), embedding, seconds, float(alike(embedding)))


def _unseen(state: State, faces: Faces, seconds: float) -> tuple[State, Verdict]:
    if state.is_looked and state.seen is not None and seconds - state.seen.seconds > GONE_SECONDS:
        return state, Verdict(False, "the face was out of sight")
    several = len(faces.scores) > 1
    says = "be alone before the camera" if several else "look into the camera"
    return (state, Verdict(None, says)) if state.is_looked else (_forgotten(state), Verdict(None, says))


def _forgotten(state: State) -> State:
    """Looking ahead begins anew."""
    return dataclasses.replace(state, looks=(), seen=None)


def _looking(state: State, seen: Seen) -> tuple[State, Verdict]:
    """Until the face has looked ahead for some frames, and is the person's in each."""
    says = "look straight into the camera"
    if seen.similarity < state.challenge.min_similarity:
        return _forgotten(state), Verdict(None, says)
    if abs(asymmetry(seen.points)) > AHEAD or _jumped(state.seen, seen):
        return _forgotten(state), Verdict(None, says)
    looks = (*state.looks, upright(seen.points))
    state = dataclasses.replace(state, looks=looks, seen=seen, size=height(seen.points))
    if not state.is_looked:
        return state, Verdict(None, says)
    return dataclasses.replace(state, since=seen.seconds, was_ahead=True), Verdict(None, state.challenge.order[0])


def _doing(state: State, seen: Seen) -> tuple[State, Verdict]:
    """One more frame of the present step."""
    at = pose(state.ahead, seen.points)
    seen = dataclasses.replace(seen, turn=at.turn)
    refused = _broken(state, seen)
    if refused:
        return state, Verdict(False, refused)
    least, most = state.range
    state = dataclasses.replace(
        state,
        seen=seen,
        poses=(*state.poses, at)[-HELD:],
        was_ahead=state.was_ahead or abs(at.turn) < AHEAD,
        range=(min(least, at.turn), max(most, at.turn)),
    )
    return _judged(state)


def _judged(state: State) -> tuple[State, Verdict]:
    """Whether the present step is done, or another one was."""
    asked = state.challenge.order[state.done]
    done = _did(state)
    if done in (LEFT, RIGHT) and asked in (LEFT, RIGHT) and done != asked:
        return state, Verdict(False, f"the head turned the other way when asked to {asked}")
    if done != asked:
        return state, Verdict(None, asked)
    if state.done + 1 == len(state.challenge.order):
        return state, Verdict(True, "all was done as asked")
    since = state.seen.seconds if state.seen else state.since
    state = dataclasses.replace(state, done=state.done + 1, poses=(), was_ahead=False, since=since)
    return state, Verdict(None, state.challenge.order[state.done])


def _did(state: State) -> str | None:
    """Which of the steps the latest poses are."""
    if len(state.poses) < HELD or not state.was_ahead or state.seen is None:
        return None
    turn = float(np.mean([each.turn for each in state.poses]))
    width = float(np.mean([each.width for each in state.poses]))
    if abs(turn) >= TURNED and width >= NARROWEST:
        return LEFT if turn > 0 else RIGHT
    asks_closer = state.challenge.order[state.done] == CLOSER
    return CLOSER if asks_closer and abs(turn) < AHEAD and height(state.seen.points) >= LARGER * state.size else None


def _broken(state: State, seen: Seen) -> str:
    """Why a frame cannot be the same head as the one before, or the person's; empty when it can."""
    if state.seen is not None and seen.seconds - state.seen.seconds > GONE_SECONDS:
        return "the face was out of sight"
    if _jumped(state.seen, seen):
        return "the picture jumped: another one was put in its place"
    before = state.seen.similarity if state.seen else seen.similarity
    # Of two frames in a row, since one alone may be smeared.
    if max(before, seen.similarity) < LOOSER * state.challenge.min_similarity:
        return "the face is another one's"
    return ""


def _jumped(before: Seen | None, now: Seen) -> bool:
    """Whether a face does between two frames what no head does."""
    if before is None:
        return False
    sizes = height(before.points), height(now.points)
    moved = float(np.hypot(*(now.points[PLANE].mean(axis=0) - before.points[PLANE].mean(axis=0))))
    return (
        max(sizes) > SIZE_JUMP * min(sizes)
        or moved > PLACE_JUMP * min(sizes)
        or abs(now.turn - before.turn) > TURN_JUMP
        or float(before.embedding @ now.embedding) < LEAST_ALIKE
    )


def _late(state: State) -> str:
    """Why no step came in time."""
    if not state.is_looked:
        return "nobody known by that name looked straight into the camera in time"
    least, most = state.range
    asked = state.challenge.order[state.done]
    is_still = most - least < AHEAD / 2
    return f"nothing moved when asked to {asked}: a still picture" if is_still else f"too late to {asked}"
