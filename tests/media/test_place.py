"""What a network's input shows of an image is what its placement says."""

import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.placement import Placement, centre_cropped, letterboxed, stretched
from opsin.media.geometry import place

SIZES = [(48, 64), (64, 48), (300, 400), (40, 900), (7, 5)]
PLACEMENTS = {
    "stretched": lambda size: stretched(size, (32, 40)),
    "centre": lambda size: centre_cropped(size, 48, (40, 40)),
    "letterboxed": lambda size: letterboxed(size, (32, 40)),
    "shifted": lambda size: Placement(size, (32, 40), (0.7, 0.6), (-3.5, 2.25)),
}
every_placement = pytest.mark.parametrize("placed", PLACEMENTS.values(), ids=PLACEMENTS.keys())


def noise(*size):
    return np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)


def middle(lit):
    """(x, y) around which the light of (h, w, 3) lies, counted from the corner of the first pixel."""
    weights = lit[..., 0].astype(float)
    rows, columns = np.mgrid[: lit.shape[0], : lit.shape[1]] + 0.5
    return (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()


def test_placed_as_it_is_the_image_stays_as_it_is():
    image = noise(20, 30)
    assert (place(image, stretched((20, 30), (20, 30))) == image).all()


def test_a_shift_by_whole_pixels_is_a_cut():
    image = noise(20, 30)
    assert (place(image, Placement((20, 30), (8, 9), (1, 1), (-5, -4))) == image[4:12, 5:14]).all()


def test_outside_the_image_its_border_goes_on():
    image = noise(4, 6)
    shown = place(image, Placement((4, 6), (4, 12), (1, 1), (3, 0)))
    assert (shown[:, :3] == image[:, :1]).all()
    assert (shown[:, 9:] == image[:, -1:]).all()


@every_placement
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_even_colour_stays_even(placed, size):
    shown = place(np.full((*size, 3), 77, np.uint8), placed(size))
    assert (shown == 77).all()
    assert shown.shape == (*placed(size).input_size, 3)


@every_placement
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_image_is_left_alone(placed, size):
    image = noise(*size)
    before = image.copy()
    place(image, placed(size))[:] = 0
    assert (image == before).all()


@pytest.mark.parametrize("scale", [0.05, 0.2, 0.45, 0.5, 0.7, 1.0, 1.6])
@given(shift=st.tuples(st.floats(-6, 6), st.floats(-6, 6)), at=st.tuples(st.floats(12, 18), st.floats(12, 18)))
@settings(max_examples=10)
def test_a_dot_is_shown_where_the_placement_says(scale, shift, at):
    side = round(40 / scale)
    placement = Placement((side, side), (40, 40), (scale, scale), shift)
    assert middle(place(dot(side, at[0] / scale, at[1] / scale), placement)) == pytest.approx(
        placement.to_input([[at[0] / scale, at[1] / scale]])[0], abs=0.1
    )


def dot(side, x, y):
    """A soft white dot around (x, y) on black, a twentieth of the side wide: hard edges fall between pixels."""
    rows, columns = np.mgrid[:side, :side] + 0.5
    light = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (side / 20) ** 2))
    return np.repeat(light.round().astype(np.uint8)[..., None], 3, axis=2)


def test_linear_sampling_is_that_of_opencvs_resize_when_growing():
    image = noise(20, 30)
    wanted = cv2.resize(image, (70, 50), interpolation=cv2.INTER_LINEAR)
    shown = place(image, stretched((20, 30), (50, 70)))
    assert np.abs(shown.astype(int) - wanted)[2:-2, 2:-2].max() <= 6  # its warp counts in 32nds of a pixel


@pytest.mark.parametrize("times", [2, 4, 10])
def test_what_is_shrunk_is_averaged_so_that_no_pixel_is_skipped(times):
    image = noise(20 * times, 30 * times)
    means = image.reshape(20, times, 30, times, 3).mean(axis=(1, 3))
    assert np.abs(place(image, stretched(image.shape[:2], (20, 30))) - means).max() <= 1


def test_stripes_much_finer_than_the_input_become_grey():
    image = np.zeros((300, 300, 3), np.uint8)
    image[:, ::2] = 255
    shown = place(image, stretched((300, 300), (31, 31)))
    assert np.abs(shown.astype(int) - 127).max() <= 12


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (2, 60_000)])
def test_an_image_much_longer_than_wide_takes_no_more_memory_than_its_own(size):
    image = np.full((*size, 3), 200, np.uint8)
    tracemalloc.start()
    shown = place(image, centre_cropped(size, 256, (224, 224)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (shown == 200).all()
    assert peak < 4_000_000
