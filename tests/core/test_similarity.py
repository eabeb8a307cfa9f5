import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.errors import InputError
from opsin.core.similarity import moved, scale_of, similarity

FIVE = np.array([[38, 52], [74, 51], [56, 72], [42, 92], [71, 92]], float)
angles, scales, shifts = st.floats(-3.1, 3.1), st.floats(0.1, 10), st.floats(-100, 100)


@given(angles, scales, shifts, shifts)
def test_a_similarity_that_was_applied_is_found_again(angle, scale, right, down):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    targets = FIVE @ turn.T + (right, down)
    found = similarity(FIVE, targets)
    assert found[:, :2] == pytest.approx(turn, abs=1e-6)
    assert moved(FIVE, found) == pytest.approx(targets, abs=1e-2)


@given(angles, scales)
def test_its_scale_is_how_much_longer_it_makes_things(angle, scale):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert scale_of(similarity(FIVE, FIVE @ turn.T)) == pytest.approx(scale, rel=1e-6)


def test_it_is_the_best_in_least_squares_as_opencv_finds_it():
    noisy = FIVE + np.random.default_rng(0).normal(0, 3, FIVE.shape)
    # With a threshold that leaves no point out, OpenCV's estimate is the least-squares one.
    wanted, _ = cv2.estimateAffinePartial2D(FIVE, noisy, ransacReprojThreshold=1e6, refineIters=100)
    assert similarity(FIVE, noisy) == pytest.approx(wanted, abs=1e-3)


def test_it_never_mirrors():
    found = similarity(FIVE, FIVE * (-1, 1))
    assert np.linalg.det(found[:, :2]) > 0


def test_points_that_are_all_the_same_are_refused():
    with pytest.raises(InputError, match=r"needs two different points with their targets; got array\(\[\[1\., 1\.\]"):
        similarity(np.ones((5, 2)), FIVE)


def test_points_and_targets_that_differ_in_number_are_refused():
    with pytest.raises(InputError, match="needs two different points with their targets"):
        similarity(FIVE, FIVE[:3])
