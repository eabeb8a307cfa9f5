import numpy as np
import pytest

from opsin.core.placement import centre_cropped, letterboxed, stretched
from opsin.draw.heat import SHADE, coloured, draw_heat, enlarged, on_original, spread

GREY = np.full((8, 12, 3), 200, np.uint8)


def test_without_heat_a_picture_is_only_darker():
    assert (draw_heat(GREY, np.zeros((8, 12))) == round(200 * SHADE)).all()


def test_hot_places_glow_and_the_others_do_not():
    heat = np.zeros((8, 12))
    heat[:, 6:] = 1
    drawn = draw_heat(GREY, heat)
    assert (drawn[:, :6] == round(200 * SHADE)).all()
    red, _, blue = drawn[0, 11].astype(int)
    assert red > blue + 40


def test_the_hotter_the_brighter():
    heat = np.tile(np.linspace(0, 1, 12), (8, 1))
    assert (np.diff(draw_heat(GREY, heat).sum(axis=2, dtype=int)[0]) > 0).all()


def test_the_given_image_stays_as_it_is():
    image = GREY.copy()
    draw_heat(image, np.ones((8, 12)))
    assert (image == GREY).all()


def test_viridis_goes_from_violet_to_yellow():
    assert coloured(np.array([[0.0, 1.0]])).tolist() == [[[68, 1, 84], [253, 231, 37]]]


def test_levels_outside_have_the_colour_of_the_nearest_end():
    assert (coloured(np.array([[-3.0, 7.0]]), "inferno") == coloured(np.array([[0.0, 1.0]]), "inferno")).all()


def test_a_coarse_map_becomes_a_fine_one_with_the_same_mean():
    fine = spread(np.array([[0.0, 1.0], [0.0, 1.0]]), (8, 8))
    assert fine.shape == (8, 8)
    assert fine.mean() == pytest.approx(0.5)
    assert (np.diff(fine[0]) >= 0).all()


def test_a_small_picture_is_enlarged_by_whole_pixels():
    big = enlarged(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), 5)
    assert big.shape == (6, 6, 3)
    assert (big[::3, ::3] == np.arange(12).reshape(2, 2, 3)).all()


def test_a_picture_large_enough_stays():
    assert enlarged(GREY, 12) is GREY


class TestOnOriginal:
    def test_of_a_squeezed_picture_the_left_half_stays_the_left_half(self):
        heat = np.tile([1.0, 1.0, 0.0, 0.0], (4, 1))
        found = on_original(heat, stretched((20, 100), (8, 8)))
        assert found.shape == (20, 100)
        assert (found[:, :30] > 0.99).all()
        assert (found[:, 70:] < 0.01).all()

    def test_a_picture_that_fills_the_input_keeps_its_border(self):
        assert on_original(np.ones((2, 2)), stretched((30, 40), (8, 8))) == pytest.approx(np.ones((30, 40)))

    def test_what_was_cut_off_has_no_heat(self):
        found = on_original(np.ones((2, 2)), centre_cropped((10, 30), 10, (10, 10)))
        assert (found[:, 10:20] == 1).all()
        assert found.sum() == 100

    def test_what_lies_on_the_padding_is_left_out(self):
        heat = np.zeros((8, 8))
        heat[4:] = 1  # the lower half is padding
        assert on_original(heat, letterboxed((20, 40), (8, 8)))[:15].max() < 0.01

    def test_a_hot_spot_stays_where_the_placement_says(self):
        placement = centre_cropped((40, 80), 16, (8, 8))
        heat = np.zeros((8, 8))
        heat[2, 6] = 1
        y, x = np.unravel_index(on_original(heat, placement).argmax(), (40, 80))
        assert placement.to_input([[x + 0.5, y + 0.5]])[0] == pytest.approx([6.5, 2.5], abs=0.3)
