import numpy as np
import pytest

from opsin.core.placement import stretched
from opsin.media.levels import resize_levels
from opsin.models import open_model
from opsin.models._mattes import bright_is_subject, matte
from opsin.runtime.network import Place
from opsin.tasks.matting import MattingOptions


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


@pytest.mark.parametrize("name", ["selfie_tiny.random", "u2netp_tiny.random", "modnet_tiny.random"])
@pytest.mark.parametrize("size", [(32, 48), (64, 96), (90, 200)])
def test_at_another_size_a_matte_is_about_the_same_picture(name, size):
    image = np.zeros((64, 96, 3), np.uint8)
    image[:, 48:] = 255
    model = open_model(name, Place())
    (matte,) = model.run_at([image], MattingOptions(), [size])
    assert matte.size == size
    assert np.abs(matte.alpha - model.run([image], MattingOptions())[0].resized(size).alpha).mean() < 0.02
