"""Faces that stay hidden before, between and after the frames in which they are found."""

import numpy as np
import pytest

from opsin.tasks.faces import Faces
from opsin.uses._held import held


def frame(*lefts):
    boxes = np.array([[x, 10, x + 20, 40] for x in lefts], np.float32).reshape(-1, 4)
    scores, points = np.full(len(boxes), 0.35), np.zeros((len(boxes), 5, 2))
    return Faces(height=100, width=300, scores=scores, boxes=boxes, points=points)


def lefts(frames, hold):
    """Where the left sides are in each frame, from the left."""
    return [sorted(boxes[:, 0].tolist()) for _, boxes in held(enumerate(frames), hold)]


def test_every_frame_comes_out_once_and_in_order():
    frames = [frame(*[5] * (n % 2)) for n in range(9)]
    assert [number for number, _ in held(enumerate(frames), 3)] == list(range(9))


def test_what_is_seen_is_where_it_is_seen():
    assert lefts([frame(10), frame(12), frame(15)], 2) == [[10], [12], [15]]


def test_a_face_stays_before_its_first_sight_and_after_its_last():
    frames = [frame()] * 4 + [frame(10)] + [frame()] * 4
    assert lefts(frames, 2) == [[], [], [10], [10], [10], [10], [10], [], []]


def test_in_a_gap_it_goes_in_a_straight_line():
    frames = [frame(10), frame(), frame(), frame(16)]
    assert lefts(frames, 3) == [[10], [12], [14], [16]]


def test_a_gap_is_filled_up_to_twice_as_long():
    frames = [frame(10)] + [frame()] * 4 + [frame(10)]
    assert lefts(frames, 2) == [[10]] * 6


def test_two_faces_are_held_each_in_its_place():
    frames = [frame(10, 200), frame(10), frame(10, 204)]
    assert lefts(frames, 2) == [[10, 200], [10, 202], [10, 204]]


def test_without_holding_only_what_is_seen_is_there():
    assert lefts([frame(10), frame(), frame(10)], 0) == [[10], [], [10]]


@pytest.mark.parametrize("hold", [0, 1, 5])
def test_what_is_seen_is_always_covered(hold):
    random = np.random.default_rng(hold)
    frames = [frame(*sorted(random.choice(250, random.integers(0, 3), replace=False).tolist())) for _ in range(20)]
    for found, (_, boxes) in zip(frames, held(enumerate(frames), hold), strict=True):
        assert all((boxes == box).all(axis=1).any() for box in found.boxes)


def test_only_as_many_frames_are_kept_as_it_holds():
    taken = []

    def frames():
        for number in range(50):
            taken.append(number)
            yield number, frame(10)

    next(held(frames(), 4))
    assert len(taken) == 5
