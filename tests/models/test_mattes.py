import numpy as np
import pytest

from opsin.core.placement import stretched
from opsin.media.levels import resize_levels
from opsin.models._mattes import bright_is_subject, matte


def test_a_matte_has_the_size_of_the_picture_and_not_of_the_input():
    raw = np.random.default_rng(0).random((1, 32, 64), np.float32)
    answer = matte(raw, stretched((50, 70), (32, 64)), "m")
    assert (answer.size, answer.model) == ((50, 70), "m")
    assert (answer.alpha == resize_levels(raw[0], (50, 70))).all()


def test_the_last_digits_of_a_sum_may_lie_outside_of_the_range():
    raw = np.array([[[-1e-7, 1 + 1e-6]]], np.float32)
    assert matte(raw, stretched((1, 2), (1, 2)), "m").alpha.tolist() == [[0, 1]]


def test_the_stand_in_says_how_bright_each_pixel_is():
    pixels = np.array([[[[0, 0, 0], [255, 255, 255], [51, 51, 51]]]], np.uint8)
    assert bright_is_subject("x")({"x": pixels})["alpha"] == pytest.approx(np.array([[[[0, 1, 0.2]]]]))
