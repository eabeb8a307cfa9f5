"""Tracks: of boxes that move, cross, vanish, and come back."""

import numpy as np
import pytest

from opsin.core.boxes import as_boxes
from opsin.core.errors import OptionError
from opsin.engine.follow import Following, FollowOptions, Seen, follow


def box(x, y=50.0, side=20.0):
    return [x, y, x + side, y + side]


def seen(*boxes, scores=None, **more):
    return Seen(as_boxes(boxes), np.ones(len(boxes)) if scores is None else np.array(scores), **more)


def looks(*angles):
    return np.array([[np.cos(each), np.sin(each)] for each in angles], np.float32)


def followed(frames, **options):
    """The numbers in each frame."""
    state, told = Following(options=FollowOptions(**options)), []
    for frame in frames:
        state, numbers = follow(state, frame)
        told.append(numbers.tolist())
    return told


def test_what_hardly_moves_keeps_its_number():
    assert followed([seen(box(10), box(90)), seen(box(92), box(11))]) == [[1, 2], [2, 1]]


def test_what_moves_faster_and_faster_keeps_its_number_though_its_boxes_never_overlap():
    ways = np.cumsum([0, 21, 25, 30, 35, 40, 45])
    assert followed([seen(box(way)) for way in ways]) == [[1]] * 7


def test_two_that_pass_each_other_keep_their_numbers():
    frames = [seen(box(10 * t, 50), box(200 - 10 * t, 58)) for t in range(20)]
    assert followed(frames) == [[1, 2]] * 20


def test_the_best_pairing_of_all_is_taken_not_the_nearest_first():
    # The first is nearest to where the second was, but somebody must have been there.
    assert followed([seen(box(0), box(14)), seen(box(13), box(26))], min_overlap=0.2) == [[1, 2], [1, 2]]


def test_what_was_hidden_for_a_while_comes_back_with_its_number():
    frames = [seen(box(10)), *[seen()] * 5, seen(box(12))]
    assert followed(frames)[-1] == [1]


def test_what_was_hidden_for_too_long_is_new():
    frames = [seen(box(10)), *[seen()] * 5, seen(box(12))]
    assert followed(frames, patience=4)[-1] == [2]


def test_an_ended_number_is_never_given_again():
    frames = [seen(box(10)), *[seen()] * 3, seen(box(500)), *[seen()] * 3, seen(box(10))]
    assert [numbers for numbers in followed(frames, patience=1) if numbers] == [[1], [2], [3]]


def test_another_label_is_another_thing():
    assert followed([seen(box(10), labels=["cat"]), seen(box(10), labels=["dog"])]) == [[1], [2]]


def test_a_look_tells_two_apart_that_stand_in_each_others_place():
    frames = [seen(box(10), box(16), embeddings=looks(0, 1.5)), seen(box(10), box(16), embeddings=looks(1.5, 0))]
    assert followed(frames) == [[1, 2], [2, 1]]


def test_a_look_brings_back_who_went_elsewhere():
    frames = [seen(box(10), embeddings=looks(0)), seen(), seen(box(300), embeddings=looks(0.2))]
    assert followed(frames)[-1] == [1]


def test_another_look_in_the_same_place_is_somebody_else():
    assert followed([seen(box(10), embeddings=looks(0)), seen(box(10), embeddings=looks(1.6))]) == [[1], [2]]


def test_what_is_uncertain_goes_on_with_a_track_but_begins_none():
    frames = [seen(box(10), box(90), scores=[0.9, 0.3]), seen(box(11), box(90), scores=[0.3, 0.3])]
    assert followed(frames) == [[1, 0], [1, 0]]


def test_the_state_that_was_given_stays_as_it_was():
    first, _ = follow(Following(), seen(box(10)))
    before = first.tracks[0].box.copy()
    follow(first, seen(box(14)))
    assert (len(first.tracks), first.count, first.tracks[0].frames) == (1, 1, 1)
    assert (first.tracks[0].box == before).all()


def test_mirrored_boxes_have_the_same_numbers():
    random = np.random.default_rng(0)
    ways = [random.normal(0, 4, (30, 4)).cumsum(axis=0) + 100 * k for k in range(3)]
    frames = [[box(way[t][0], 50 + way[t][1]) for way in ways] for t in range(30)]
    mirrored = [[[400 - x1, y0, 400 - x0, y1] for x0, y0, x1, y1 in frame] for frame in frames]
    assert followed(seen(*f) for f in frames) == followed(seen(*f) for f in mirrored)


def test_options_out_of_range_are_refused():
    with pytest.raises(OptionError, match=r"^patience must be at least 1; got 0\.$"):
        FollowOptions(patience=0)


@pytest.mark.parametrize(("shift", "is_followed"), [(2, True), (25, False)])
def test_one_who_looks_unlike_is_followed_only_where_the_track_is_expected(shift, is_followed):
    before, after = np.array([[1.0, 0]]), np.array([[0.3, np.sqrt(0.91)]])
    box = np.array([[100.0, 100, 180, 200]])
    state, first = follow(Following(), Seen(box, np.ones(1), embeddings=before))
    _, then = follow(state, Seen(box + np.array([shift, 0, shift, 0]), np.ones(1), embeddings=after))
    assert (first[0] == then[0]) == is_followed


def test_sure_things_are_paired_before_unsure_ones():
    frames = [seen(box(10)), seen(box(16), box(11), scores=[0.9, 0.3])]
    assert followed(frames) == [[1], [2, 1]]
    assert followed(frames, min_sure=0.5) == [[1], [1, 0]]


def test_unsure_things_go_on_with_the_tracks_left_over():
    frames = [seen(box(10), box(90)), seen(box(11), box(91), scores=[0.9, 0.3])]
    assert followed(frames, min_sure=0.5) == [[1, 2], [1, 2]]


@pytest.mark.parametrize(("shift", "is_same"), [(1, True), (18, False)])
def test_another_label_that_overlaps_much_is_the_same_thing(shift, is_same):
    first, second = followed([seen(box(10), labels=["cat"]), seen(box(10 + shift), labels=["dog"])], min_same=0.5)
    assert (first == second) == is_same


def test_the_own_label_comes_before_a_nearer_other_one():
    frames = [seen(box(10), labels=["cat"]), seen(box(10), box(14), labels=["dog", "cat"])]
    assert followed(frames, min_same=0.5)[1][1] == 1


def test_boxes_that_grow_less_meet_less():
    frames = [seen(box(10)), seen(box(34))]
    assert (followed(frames, growth=0.5), followed(frames, growth=0.1)) == ([[1], [1]], [[1], [2]])
