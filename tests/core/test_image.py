import numpy as np
import pytest

from opsin.core.errors import ImageError
from opsin.core.image import check_image


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_grey_rgb_and_rgba_become_rgb(shape):
    assert check_image(np.zeros(shape, np.uint8)).shape == (4, 6, 3)


def test_grey_is_the_same_in_every_channel():
    assert check_image(np.array([[7]], np.uint8)).tolist() == [[[7, 7, 7]]]


def test_what_is_transparent_is_white():
    assert check_image(np.array([[[9, 9, 9, 0]]], np.uint8)).tolist() == [[[255, 255, 255]]]


def test_what_is_opaque_keeps_its_colour():
    assert check_image(np.array([[[10, 20, 30, 255]]], np.uint8)).tolist() == [[[10, 20, 30]]]


def test_what_is_half_transparent_is_half_white():
    assert check_image(np.array([[[0, 0, 0, 128]]], np.uint8)).tolist() == [[[127, 127, 127]]]


def test_the_array_given_is_never_changed():
    given = np.random.default_rng(0).integers(0, 256, (5, 5, 4), np.uint8)
    before = given.copy()
    check_image(given)
    assert (given == before).all()


@pytest.mark.parametrize(
    ("array", "came"),
    [
        (np.zeros((4, 4, 3)), "float64 (4, 4, 3)"),
        (np.zeros((4, 4, 2), np.uint8), "uint8 (4, 4, 2)"),
        (np.zeros((1, 4, 4, 3), np.uint8), "uint8 (1, 4, 4, 3)"),
        ("photo.jpg", "str"),
    ],
)
def test_what_is_no_image_is_refused_with_what_came(array, came):
    with pytest.raises(ImageError) as refusal:
        check_image(array)
    assert str(refusal.value) == f"An image must be uint8 of shape (h, w) or (h, w, 3); got {came}."


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ImageError, match=r"at least one pixel; got uint8 \(0, 4, 3\)"):
        check_image(np.zeros((0, 4, 3), np.uint8))
