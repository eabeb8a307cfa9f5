import numpy as np
import pytest

from opsin.models._glimpse import RADIUS, Glimpse, in_window, laid, placement_of, prompt, whole_window, window_around

NOWHERE = np.zeros((0, 2), np.float32)


def points(*pairs):
    return np.array(pairs, np.float32).reshape(-1, 2)


@pytest.mark.parametrize(
    "box", [(10, 10, 30, 20), (0, 0, 5, 90), (95, 90, 100, 100), (50, 50, 50, 50), (0, 0, 100, 100)]
)
@pytest.mark.parametrize("size", [(100, 100), (100, 300)])
def test_a_window_holds_its_box_and_lies_in_the_picture(box, size):
    x0, y0, x1, y1 = window_around(box, size, 1.4)
    assert 0 <= x0 <= box[0] <= box[2] <= x1 <= size[1]
    assert 0 <= y0 <= box[1] <= box[3] <= y1 <= size[0]
    assert x0 < x1
    assert y0 < y1


def test_a_window_is_square_where_the_picture_lets_it():
    x0, y0, x1, y1 = window_around((40, 45, 60, 50), (100, 100), 1.5)
    assert (x1 - x0, y1 - y0) == (30, 31)  # whole pixels around 32.5 to 62.5


def test_a_window_has_a_least_size_as_far_as_the_picture_goes():
    assert window_around((40, 40, 41, 41), (60, 1000), 1.4, least=200) == (0, 0, 200, 60)


def test_a_window_on_a_picture_of_one_pixel_is_the_picture():
    assert window_around((0, 0, 1, 1), (1, 1), 1.4) == whole_window((1, 1))


def test_the_corners_of_a_window_are_those_of_the_input():
    placement = placement_of((10, 20, 30, 60), (100, 100), (64, 32))
    assert placement.to_input([[10, 20], [30, 60]]).tolist() == [[0, 0], [32, 64]]


class TestPrompt:
    def test_a_click_is_a_disk_of_five_pixels_of_the_input(self):
        glimpse = Glimpse((0, 0, 200, 200), points((100, 60)), NOWHERE)
        before, inside, outside = prompt(glimpse, placement_of(glimpse.window, (200, 200), (100, 100)))
        rows, columns = np.nonzero(inside)
        assert (rows.mean() + 0.5, columns.mean() + 0.5) == pytest.approx((30, 50), abs=0.51)
        assert inside.sum() == pytest.approx(np.pi * RADIUS**2, rel=0.05)
        assert before.any() == outside.any() == False  # noqa: E712 - both are numpy's

    def test_clicks_outside_have_a_map_of_their_own(self):
        glimpse = Glimpse((0, 0, 50, 50), NOWHERE, points((10, 10), (40, 40)))
        _, inside, outside = prompt(glimpse, placement_of(glimpse.window, (50, 50), (50, 50)))
        assert not inside.any()
        assert outside[[9, 39], [9, 39]].all()

    def test_a_click_beside_the_window_is_not_seen(self):
        glimpse = Glimpse((0, 0, 50, 50), points((80, 80)), NOWHERE)
        assert not prompt(glimpse, placement_of(glimpse.window, (100, 100), (50, 50))).any()

    def test_what_was_inside_before_is_shown_as_far_as_the_window_goes(self):
        before = np.zeros((100, 100), np.float32)
        before[:, 50:] = 1
        glimpse = Glimpse((40, 0, 60, 20), NOWHERE, NOWHERE, before)
        shown = prompt(glimpse, placement_of(glimpse.window, (100, 100), (40, 40)))[0]
        assert (shown[:, :18] == 0).all()
        assert (shown[:, 22:] == 1).all()


def test_levels_are_laid_into_their_window_and_nothing_around_it():
    whole = laid(np.ones((4, 4), np.float32), (10, 20, 30, 60), (100, 100))
    assert (whole.sum(), whole[20:60, 10:30].all()) == (20 * 40, True)


def test_levels_come_in_the_size_of_their_window():
    assert in_window(np.full((4, 4), 0.5, np.float32), (3, 5, 10, 9)).tolist() == [[0.5] * 7] * 4
