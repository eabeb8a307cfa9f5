import numpy as np
import pytest

from opsin.draw.strip import draw_strip

GREY = np.full((64, 128, 3), 90, np.uint8)
BLUE, WHITE, ORANGE = (33, 102, 172), (247, 247, 247), (230, 97, 1)


def strip(vector, image=GREY):
    """(w, 3) the colours of the lowest row."""
    return draw_strip(image, np.array(vector, np.float32))[-1]


def test_high_is_orange_low_is_blue_and_nothing_is_white():
    colours = strip([1, 0, -1, 0])
    assert [tuple(colours[at]) for at in (0, 32, 64, 96)] == [ORANGE, WHITE, BLUE, WHITE]


def test_half_as_high_is_half_way_to_orange():
    assert strip([1, 0.5])[-1] == pytest.approx((np.array(WHITE) + ORANGE) / 2, abs=1)


def test_the_largest_number_has_the_full_colour_whatever_it_is():
    assert (strip([0.001, -0.0005]) == strip([100, -50])).all()


def test_each_number_takes_as_much_room_as_the_others():
    colours, counts = np.unique(strip([1, -1, 0, 0.5]), axis=0, return_counts=True)
    assert len(colours) == 4
    assert (counts == 32).all()


def test_neighbours_in_a_long_vector_are_drawn_as_their_mean():
    long = np.repeat([1.0, -1.0], 640) + np.tile([0.5, -0.5], 640)
    assert (strip(long) == strip([1, -1])).all()


def test_the_strip_is_a_sixteenth_of_the_height_and_the_rest_stays():
    drawn = draw_strip(GREY, np.ones(4))
    assert (drawn[:60] == GREY[:60]).all()
    assert (drawn[60:] == ORANGE).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3)])
def test_the_smallest_picture_has_a_strip(size):
    image = np.zeros((*size, 3), np.uint8)
    drawn = draw_strip(image, np.ones(1280))
    assert drawn.shape == image.shape
    assert (drawn[-1] == ORANGE).all()


def test_a_vector_of_zeros_is_white():
    assert (strip([0, 0, 0]) == WHITE).all()


def test_a_vector_without_numbers_is_white():
    assert (strip([]) == WHITE).all()


def test_the_given_image_stays_as_it_is():
    image = GREY.copy()
    draw_strip(image, np.ones(4))
    assert (image == GREY).all()
