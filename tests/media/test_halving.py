"""Pictures halved."""

import numpy as np
import pytest

from opsin.media.halving import halved, halved_size


def test_each_pixel_is_the_mean_of_a_block():
    levels = np.random.default_rng(0).random((8, 16), np.float32)
    assert halved(levels, 4) == pytest.approx(levels.reshape(2, 4, 4, 4).mean(axis=(1, 3)), abs=1e-6)


def test_what_is_small_enough_stays():
    levels = np.random.default_rng(0).random((5, 7), np.float32)
    assert (halved(levels, 7) == levels).all()


@pytest.mark.parametrize(
    ("size", "longest", "expected"), [((9, 7), 4, (4, 3)), ((1, 90), 20, (1, 11)), ((5, 5), 1, (1, 1))]
)
def test_sides_are_halved_down_to_one_pixel(size, longest, expected):
    assert halved(np.zeros((*size, 3), np.uint8), longest).shape == (*expected, 3)


@pytest.mark.parametrize("size", [(9, 7), (1, 90), (5, 5), (64, 31)])
def test_the_size_can_be_known_before(size):
    assert halved_size(size, 4) == halved(np.zeros(size, np.float32), 4).shape
