"""Faces followed through a video, with one name a track."""

import numpy as np

from opsin.core.errors import ImageError
from opsin.engine.stream import Answer
from opsin.media.item import Item
from opsin.tasks.faces import UNKNOWN, Faces
from opsin.uses._tracked import Voting, tracked, vote


def frame(*lefts, names=None, similarities=None):
    boxes = np.array([[x, 10, x + 20, 40] for x in lefts], np.float32).reshape(-1, 4)
    points, scores = np.zeros((len(boxes), 5, 2)), np.full(len(boxes), 0.9)
    return Faces(
        height=100, width=300, scores=scores, boxes=boxes, points=points, names=names, similarities=similarities
    )


def voted(*frames):
    state, told = Voting(), []
    for each in frames:
        state, faces = vote(state, each)
        told.append(faces)
    return told


def answers(*frames, source="film.mp4"):
    return [Answer(Item(source, None, frame=n, seconds=n / 10), None, each) for n, each in enumerate(frames)]


def test_each_face_gets_the_number_of_its_track():
    first, second = voted(frame(10, 200), frame(202, 11))
    assert (first.tracks.tolist(), second.tracks.tolist()) == ([1, 2], [2, 1])


def test_a_track_has_the_name_that_most_speaks_for():
    frames = [
        frame(10, names=[name], similarities=[alike]) for name, alike in (("Ada", 0.6), ("Bob", 0.5), ("Ada", 0.5))
    ]
    assert [faces.names for faces in voted(*frames)] == [("Ada",)] * 3


def test_one_strong_vote_weighs_more_than_one_weak_one():
    frames = [frame(10, names=["Bob"], similarities=[0.4]), frame(10, names=["Ada"], similarities=[0.7])]
    assert [faces.names for faces in voted(*frames)] == [("Bob",), ("Ada",)]


def test_a_frame_in_which_it_is_unknown_does_not_take_the_name_away():
    frames = [frame(10, names=[name], similarities=[0.5]) for name in ("Ada", UNKNOWN, UNKNOWN)]
    assert [faces.names for faces in voted(*frames)] == [("Ada",)] * 3


def test_two_in_one_frame_are_never_the_same_person():
    frames = [
        frame(10, 200, names=["Ada", UNKNOWN], similarities=[0.7, 0.1]),
        frame(10, 200, names=[UNKNOWN, "Ada"], similarities=[0.1, 0.6]),
    ]
    assert voted(*frames)[-1].names == ("Ada", UNKNOWN)


def test_who_is_not_named_by_anybody_stays_without_a_name():
    assert voted(frame(10))[0].names is None


def test_everything_else_of_a_face_stays():
    before = frame(10, 200, names=["Ada", UNKNOWN], similarities=[0.7, 0.1])
    after = voted(before)[0]
    assert (after.boxes == before.boxes).all()
    assert (after.similarities == before.similarities).all()


def test_another_video_begins_with_new_tracks():
    frames = [*answers(frame(10), frame(10)), *answers(frame(10), source="other.mp4")]
    assert [each.result.tracks.tolist() for each in tracked(frames)] == [[1], [1], [1]]
    assert [each.item.source for each in tracked(frames)] == ["film.mp4", "film.mp4", "other.mp4"]


def test_pictures_and_failures_go_through_as_they_are():
    photo = Answer(Item("a.jpg", None), None, frame(10))
    damaged = Answer(Item("film.mp4", None, frame=1), error=ImageError("Frame 1 of film.mp4 is damaged."))
    assert list(tracked([photo, damaged])) == [photo, damaged]


def test_votes_of_tracks_that_have_ended_are_forgotten():
    state = Voting()
    for each in [frame(10, names=["Ada"], similarities=[0.5]), *[frame()] * 40]:
        state, _ = vote(state, each)
    assert state.votes == {}
