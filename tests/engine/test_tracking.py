"""Things followed through a video, each with one label."""

import numpy as np
import pytest

from opsin.core.boxes import mirror
from opsin.engine.tracking import LEAST, asking_more, begin, can_be_followed, track_things
from opsin.tasks.classification import Classification, ClassificationOptions
from opsin.tasks.detection import DetectionOptions, Detections
from opsin.tasks.faces import Faces, FacesOptions

SIZE = (100, 300)


def frame(*things):
    """Things (left, label, score), each 20 wide and 30 high."""
    best = sorted(things, key=lambda thing: -thing[2])
    boxes = np.array([[x, 10, x + 20, 40] for x, _, _ in best], np.float32).reshape(-1, 4)
    labels, scores = tuple(label for _, label, _ in best), np.array([score for _, _, score in best])
    return Detections(height=SIZE[0], width=SIZE[1], boxes=boxes, labels=labels, scores=scores)


def tracked(*frames, **options):
    state, told = begin(DetectionOptions(**options)), []
    for each in frames:
        state, found = track_things(state, each)
        told.append(found)
    return told


def numbers(found):
    return [each.tracks.tolist() for each in found]


def test_each_thing_gets_the_number_of_its_track():
    assert numbers(tracked(frame((10, "car", 0.9), (200, "car", 0.8)), frame((202, "car", 0.9), (12, "car", 0.8)))) == [
        [1, 2],
        [2, 1],
    ]


def test_what_is_a_truck_in_two_frames_stays_a_car():
    frames = [frame((10 + at, "truck" if at in (3, 4) else "car", 0.6)) for at in range(7)]
    assert [each.labels for each in tracked(*frames)] == [("car",)] * 7
    assert numbers(tracked(*frames)) == [[1]] * 7


def test_one_strong_vote_weighs_more_than_a_weak_one():
    found = tracked(frame((10, "truck", 0.5)), frame((10, "car", 0.9)))
    assert [each.labels for each in found] == [("truck",), ("car",)]


def test_two_votes_weigh_more_than_one_that_is_a_little_stronger():
    found = tracked(frame((10, "car", 0.6)), frame((10, "car", 0.6)), frame((10, "truck", 0.9)))
    assert found[-1].labels == ("car",)


def test_one_thing_by_two_labels_is_one_track_and_both_are_votes():
    frames = [frame((10, "cell phone", 0.5), (11, "car", 0.45)), frame((10, "car", 0.6))]
    first, second = tracked(*frames, min_score=0.4)
    assert (first.labels, second.labels) == (("cell phone",), ("car",))
    assert len(first.scores) == 1


def test_what_is_uncertain_goes_on_with_a_track_and_begins_none():
    found = tracked(frame((10, "car", 0.9), (200, "car", 0.3)), frame((12, "car", 0.3), (200, "car", 0.3)))
    assert numbers(found) == [[1], [1]]
    assert found[1].scores == pytest.approx([0.3])


def test_sure_things_choose_their_tracks_before_unsure_ones():
    # The unsure box lies where the track was; the sure one has moved on.
    assert numbers(tracked(frame((10, "car", 0.9)), frame((14, "car", 0.9), (10, "car", 0.3)))) == [[1], [1]]


def test_what_is_certain_enough_to_be_shown_but_not_to_begin_a_track_has_no_number():
    assert numbers(tracked(frame((10, "car", 0.45)), min_score=0.4)) == [[0]]


def test_things_of_two_labels_that_stand_in_each_other_keep_their_own_tracks():
    frames = [frame((10, "person", 0.9), (18, "bicycle", 0.8)), frame((18, "bicycle", 0.9), (10, "person", 0.8))]
    assert numbers(tracked(*frames)) == [[1, 2], [2, 1]]


def test_votes_of_tracks_that_have_ended_are_forgotten():
    state = begin(DetectionOptions())
    for each in [frame((10, "car", 0.9)), *[frame()] * 40]:
        state, _ = track_things(state, each)
    assert (state.votes, state.following.tracks) == ({}, ())


def test_the_state_that_was_given_stays_as_it_was():
    first, _ = track_things(begin(DetectionOptions()), frame((10, "car", 0.9)))
    track_things(first, frame((12, "truck", 0.9)))
    assert first.votes == {1: {"car": pytest.approx(0.9)}}


def test_mirrored_things_have_the_same_numbers():
    random = np.random.default_rng(0)
    ways = 10 + random.normal(1, 3, (20, 3)).cumsum(axis=0) + [0, 60, 150]
    frames = [frame(*[(x, "car", 0.9) for x in way]) for way in ways]
    mirrored = [Detections(**vars(each) | {"boxes": mirror(each.boxes, SIZE)}) for each in frames]
    assert numbers(tracked(*frames)) == numbers(tracked(*mirrored))


def test_more_is_asked_for_than_is_shown():
    assert asking_more(DetectionOptions(min_score=0.6)).min_score == LEAST
    assert asking_more(DetectionOptions(min_score=0.05)).min_score == 0.05


@pytest.mark.parametrize(
    ("result", "options", "can"),
    [
        (Detections, DetectionOptions, True),
        (Faces, FacesOptions, False),
        (Classification, ClassificationOptions, False),
    ],
)
def test_only_results_with_labelled_boxes_can_be_followed(result, options, can):
    assert can_be_followed(result, options) == can
