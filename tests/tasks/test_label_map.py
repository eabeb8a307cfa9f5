import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.placement import Placement, letterboxed, stretched
from opsin.tasks._label_map import _ROWS, _possible, label_map

SIZES = [(8, 8), (40, 60), (100, 30), (3, 5), (1, 1), (1, 50), (2 * _ROWS + 1, 7)]


def scores_of(labels=4, size=(8, 8), seed=0):
    return np.random.default_rng(seed).normal(size=(labels, *size)).astype(np.float32)


def looked_up(scores, placement):
    """(k, h, w) by cv2, on the cells that show the picture alone."""
    return np.stack([cv2.resize(each, placement.size[::-1], interpolation=cv2.INTER_LINEAR) for each in scores])


@pytest.mark.parametrize("size", SIZES)
def test_it_is_the_best_of_the_scores_that_opencv_interpolates(size):
    scores, placement = scores_of(), stretched(size, (8, 8))
    by_opencv = looked_up(scores, placement)
    given_scores = np.take_along_axis(by_opencv, label_map(scores, placement)[None].astype(int), 0)[0]
    assert given_scores == pytest.approx(by_opencv.max(axis=0), abs=1e-4)


def test_scores_coarser_than_the_input_lie_over_all_of_it():
    scores, size = scores_of(), (40, 60)
    assert (label_map(scores, stretched(size, (8, 8))) == label_map(scores, stretched(size, (256, 256)))).all()


@pytest.mark.parametrize(("top", "padding"), [(0.0, slice(4, 8)), (8.0, slice(0, 4)), (7.5, slice(0, 3))])
def test_the_padding_beside_a_picture_says_nothing_about_it(top, padding):
    placement = Placement((40, 80), (16, 16), (0.2, 0.2), (0.0, top))
    padded = scores_of()
    padded[3, padding] = 1000
    assert (label_map(scores_of(), placement) == label_map(padded, placement)).all()


@pytest.mark.parametrize("shift", [(0, 0), (-20, -8), (4, 0)])
def test_a_picture_that_lies_shifted_in_the_input_is_found_there(shift):
    scores = np.stack([np.zeros((16, 16)), np.tile(np.arange(16) - 7.5, (16, 1))]).astype(np.float32)
    placement = Placement((32, 40), (16, 16), (1.0, 1.0), shift)
    middles = np.arange(40) + 0.5 + shift[0]  # of the picture's columns, in the input
    assert label_map(scores, placement)[10].tolist() == (middles > 8).astype(int).tolist()


def test_edges_are_smooth_where_the_scores_are_coarse():
    slope = np.add.outer(np.arange(4.0), np.arange(4.0)).astype(np.float32) - 3.1
    best = label_map(np.stack([np.zeros_like(slope), slope]), stretched((80, 80), (4, 4)))
    ends = (best == 0)[15:60].sum(axis=1)
    assert set(-np.diff(ends)) == {1}


def test_of_equal_scores_the_first_label_wins():
    assert (label_map(np.zeros((3, 4, 4), np.float32), stretched((9, 9), (4, 4))) == 0).all()


@pytest.mark.parametrize("size", SIZES)
def test_among_some_labels_the_others_are_as_if_they_were_not_there(size):
    scores, placement = scores_of(5), stretched(size, (8, 8))
    among = label_map(scores, placement, [1, 4])
    assert (among == np.array([1, 4])[label_map(scores[[1, 4]], placement)]).all()


def test_the_scores_stay_as_they_are():
    scores = scores_of()
    label_map(scores, letterboxed((30, 20), (8, 8)))
    assert (scores == scores_of()).all()


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
def test_a_label_that_cannot_win_between_the_cells_never_does(seed, height, width):
    scores = scores_of(5, (height, width), seed)
    winners = np.unique(looked_up(scores, stretched((40, 40), (height, width))).argmax(axis=0))
    assert set(winners) <= set(_possible(scores))


def test_a_label_below_another_everywhere_is_not_looked_at():
    assert _possible(np.stack([np.zeros((4, 4)), np.full((4, 4), -1.0)])).tolist() == [0]


def test_a_tall_picture_needs_little_more_memory_than_its_answer():
    tracemalloc.start()
    best = label_map(scores_of(21), stretched((20_000, 200), (8, 8)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * best.nbytes
