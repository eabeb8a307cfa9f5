import numpy as np
import pytest

from opsin.core.clicks import Click, Clicks
from opsin.core.errors import InputError, OptionError


def test_clicks_inside_and_outside_are_told_apart_in_their_order():
    clicks = Clicks((40, 60), (Click(1, 2), Click(3, 4, is_inside=False), Click(5, 6)))
    assert clicks.inside.tolist() == [[1, 2], [5, 6]]
    assert clicks.outside.tolist() == [[3, 4]]


def test_no_clicks_are_two_empty_lists_of_points():
    assert Clicks((4, 6)).inside.shape == Clicks((4, 6)).outside.shape == (0, 2)


def test_a_click_more_leaves_the_older_state_as_it_was():
    before = Clicks((40, 60))
    after = before.with_click(Click(1, 2))
    assert (len(before.clicks), len(after.clicks)) == (0, 1)


def test_what_came_of_clicks_is_kept_with_them():
    levels = np.ones((4, 6), np.float32)
    assert Clicks((4, 6), (Click(1, 1),)).with_levels(levels).levels is levels


@pytest.mark.parametrize(("x", "y"), [(0, 0), (60, 40), (59.9, 0.1)])
def test_a_click_may_lie_on_the_border_of_the_picture(x, y):
    assert Clicks((40, 60), (Click(x, y),)).inside.shape == (1, 2)


@pytest.mark.parametrize(("x", "y"), [(60.5, 10), (10, 41), (-1, 10), (10, -0.1), (float("nan"), 1)])
def test_a_click_beside_the_picture_is_refused(x, y):
    with pytest.raises(InputError, match=r"A click must lie in the picture, 40 x 60 \(height x width\); got x "):
        Clicks((40, 60), (Click(x, y),))


@pytest.mark.parametrize("box", [(10, 10, 10, 20), (20, 10, 10, 20), (10, 20, 30, 20), (float("nan"), 0, 5, 5)])
def test_a_box_without_area_is_no_box_in_any_picture(box):
    with pytest.raises(OptionError, match=r"^A box is x0,y0,x1,y1 with x0 < x1 and y0 < y1; got "):
        Clicks((40, 60), box=box)


@pytest.mark.parametrize("box", [(0, 0, 61, 40), (-1, 0, 5, 5), (0, 30, 5, 41)])
def test_a_box_beside_the_picture_is_refused(box):
    with pytest.raises(InputError, match=r"^A box x0,y0,x1,y1 must lie in the picture, 40 x 60 .+; got "):
        Clicks((40, 60), box=box)


def test_a_box_may_be_the_whole_picture():
    assert Clicks((40, 60), box=(0, 0, 60, 40)).box == (0, 0, 60, 40)
