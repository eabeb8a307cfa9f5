import numpy as np
import pytest

from opsin.draw.palette import PALETTE
from opsin.draw.regions import STRENGTH, colour_of_region, draw_regions

GREY = np.full((60, 80, 3), 90, np.uint8)
HALVES = np.repeat([[0] * 40 + [1] * 40], 60, axis=0)


def test_a_region_lies_under_its_colour():
    drawn = draw_regions(GREY, HALVES, [(200, 10, 0), (0, 0, 255)])
    assert drawn[30, 10] == pytest.approx(90 + STRENGTH * (np.array([200, 10, 0]) - 90), abs=1)
    assert drawn[30, 70] == pytest.approx(90 + STRENGTH * (np.array([0, 0, 255]) - 90), abs=1)


def test_where_regions_meet_there_is_a_white_line():
    drawn = draw_regions(GREY, HALVES, [(200, 10, 0), (0, 0, 255)])
    is_white = (drawn == 255).all(axis=2)
    assert is_white[:, 39:41].any(axis=1).all()
    assert not is_white[:, :36].any()


def test_the_border_of_the_picture_has_no_line():
    drawn = draw_regions(GREY, np.zeros((60, 80), int), [(200, 10, 0)])
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == 1


def test_regions_without_a_colour_are_left_as_they_are():
    drawn = draw_regions(GREY, np.where(HALVES == 1, -1, 0), [None])
    assert (drawn == GREY).all()


def test_the_given_image_stays_as_it_is():
    image = GREY.copy()
    draw_regions(image, HALVES, [(200, 10, 0), None])
    assert (image == GREY).all()


def test_thirty_two_numbers_in_a_row_have_colours_of_their_own():
    colours = [colour_of_region(number) for number in range(32)]
    assert len(set(colours)) == 32
    assert tuple(colours[:16]) == PALETTE
