from __future__ import annotations

import numpy as np
import pytest

from opsin.metrics.matching import AREAS, OVERLAPS, is_in_area, match, overlaps_with_truth, share_inside, taken

HALF = 0  # position of the overlap 0.5


def matched(overlaps, is_counted=None, is_crowd=None):
    """True and ignored predictions at an overlap of one half, all truth counting unless told otherwise."""
    number = np.shape(overlaps)[1]
    counted = np.ones(number, bool) if is_counted is None else np.array(is_counted)
    crowd = np.zeros(number, bool) if is_crowd is None else np.array(is_crowd)
    is_true, is_ignored = match(np.array(overlaps, float), np.tile(counted, (len(AREAS), 1)), crowd)
    return is_true[0, HALF].tolist(), is_ignored[0, HALF].tolist()


def test_the_best_prediction_takes_the_truth_though_the_next_fits_better():
    assert matched([[0.6], [0.9]]) == ([True, False], [False, False])


def test_a_prediction_takes_what_it_overlaps_most():
    assert matched([[0.6, 0.8], [0.7, 0.9]]) == ([True, True], [False, False])


def test_of_equal_overlaps_the_later_truth_is_taken():
    assert matched([[0.7, 0.7], [0.0, 0.7]]) == ([True, False], [False, False])


def test_truth_that_counts_goes_before_truth_that_fits_better():
    assert matched([[0.6, 0.9]], is_counted=[True, False]) == ([True], [False])


def test_who_takes_truth_that_does_not_count_is_ignored():
    assert matched([[0.6], [0.6]], is_counted=[False]) == ([False, False], [True, False])


def test_a_crowd_can_be_taken_many_times():
    assert matched([[0.6], [0.6]], is_counted=[False], is_crowd=[True]) == ([False, False], [True, True])


def test_an_overlap_counts_from_the_threshold_on():
    is_true, _ = match(np.array([[0.75]]), np.ones((len(AREAS), 1), bool), np.zeros(1, bool))
    assert OVERLAPS[is_true[0, :, 0]].max() == pytest.approx(0.75)


def test_areas_hold_both_their_ends():
    assert is_in_area(np.array([1024.0]))[:, 0].tolist() == [True, True, True, False]
    assert is_in_area(np.array([9216.0]))[:, 0].tolist() == [True, False, True, True]


def test_an_empty_box_has_no_share_inside_anything():
    assert share_inside(np.array([[1, 1, 1, 1.0]]), np.array([[0, 0, 9, 9.0]])) == 0


def test_overlap_with_a_crowd_is_the_share_inside_it():
    boxes, others = np.array([[0, 0, 2, 2.0]]), np.array([[0, 0, 4, 4], [0, 0, 4, 4.0]])
    assert overlaps_with_truth(boxes, others, np.array([False, True])).tolist() == [[0.25, 1.0]]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_taken_at_one_overlap_is_what_the_rule_for_all_says(seed):
    random = np.random.default_rng(seed)
    overlaps = random.integers(0, 21, (12, 6)) / 20
    is_true, _ = match(overlaps, np.ones((len(AREAS), 6), bool), np.zeros(6, bool))
    assert (taken(overlaps, 0.5) >= 0).tolist() == is_true[0, HALF].tolist()


def test_of_equal_overlaps_the_later_truth_is_taken_first():
    assert taken(np.array([[0.7, 0.7], [0.7, 0.7], [0.7, 0.7]]), 0.5).tolist() == [1, 0, -1]


def test_what_does_not_overlap_is_not_taken():
    assert taken(np.zeros((2, 3)), 0).tolist() == [-1, -1]
    assert taken(np.zeros((2, 0)), 0.5).tolist() == [-1, -1]
