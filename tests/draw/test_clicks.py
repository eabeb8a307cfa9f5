import numpy as np

from opsin.draw.clicks import INSIDE, OUTSIDE, draw_clicks

GREY = np.full((100, 120, 3), 90, np.uint8)


def test_a_click_inside_is_green_and_one_outside_red():
    drawn = draw_clicks(GREY, [[30, 50]], [[90, 50]])
    assert tuple(drawn[47, 29]) == INSIDE
    assert tuple(drawn[47, 89]) == OUTSIDE


def test_a_click_outside_has_a_bar_that_one_inside_has_not():
    drawn = draw_clicks(GREY, [[30, 50]], [[90, 50]])
    assert drawn[49, 89].min() > 200
    assert tuple(drawn[49, 29]) == INSIDE


def test_without_clicks_nothing_is_drawn_and_the_copy_is_new():
    drawn = draw_clicks(GREY, [], [])
    assert drawn is not GREY
    assert (drawn == GREY).all()


def test_the_image_stays_as_it_was():
    image = GREY.copy()
    draw_clicks(image, [[30, 50]], [])
    assert (image == GREY).all()


def test_a_click_on_the_corner_is_cut_off():
    assert (draw_clicks(GREY, [[0, 0]], [])[0, 0] != GREY[0, 0]).any()
