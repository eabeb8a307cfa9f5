import numpy as np
import pytest

from opsin.draw.points import draw_points

GREY = np.full((60, 80, 3), 128, np.uint8)


def test_a_point_is_a_light_dot_in_a_dark_ring():
    drawn = draw_points(GREY, [[40.5, 30.5]])
    assert drawn[30, 40].tolist() == [255, 255, 255]
    assert drawn.min() < 60


def test_the_picture_given_stays_as_it_is():
    before = GREY.copy()
    draw_points(GREY, [[5, 5]])
    assert (before == GREY).all()


def test_no_points_draw_nothing():
    assert (draw_points(GREY, []) == GREY).all()


@pytest.mark.parametrize("point", [(-50, 10), (1000, 1000), (40, -0.5), (80, 60)])
def test_points_outside_or_on_the_border_do_no_harm(point):
    assert draw_points(GREY, [point]).shape == GREY.shape


def test_dots_grow_with_the_picture():
    large = draw_points(np.full((1200, 1600, 3), 128, np.uint8), [[800, 600]])
    assert (large != 128).any(axis=2).sum() > 4 * (draw_points(GREY, [[40, 30]]) != 128).any(axis=2).sum()
