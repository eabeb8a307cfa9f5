"""Where things went, as heat."""

import numpy as np
import pytest

from opsin.uses._count_heat import CELLS, heat_picture, no_heat, warmed

SIZE = (CELLS // 2, CELLS)  # one cell a pixel


def gone(*ways, size=SIZE):
    heat = no_heat(size)
    for at in range(max(map(len, ways))):
        points = {number: way[at] for number, way in enumerate(ways) if at < len(way)}
        heat = warmed(heat, points, points)
    return heat


def across(step, row=30.5):
    return [(x + 0.5, row) for x in range(0, 120, step)]


def test_a_way_is_warm_where_it_went_and_nowhere_else():
    grid = gone(across(5)).grid
    assert (grid[30, 5:110] == 1).all()
    assert grid.sum() == grid[30].sum()


@pytest.mark.parametrize("step", [3, 5, 20])
def test_quick_and_slow_things_leave_the_same_heat(step):
    assert (gone(across(step)).grid[30, 5:100] == 1).all()


def test_what_stands_and_trembles_leaves_nothing():
    assert gone([(50 + at % 2, 40.5) for at in range(100)]).grid.sum() == 0


def test_two_that_go_one_way_make_it_twice_as_warm():
    assert (gone(across(5), across(5)).grid[30, 5:110] == 2).all()


def test_what_is_no_longer_living_is_forgotten():
    assert warmed(gone(across(5)), {}, ()).last == {}


def test_the_grid_that_was_given_stays_as_it_was():
    before = gone(across(5))
    kept = before.grid.copy()
    warmed(before, {0: (0.5, 70.5)}, [0])
    assert (before.grid == kept).all()


def test_the_grid_is_small_however_large_the_picture_is():
    assert no_heat((2160, 3840)).grid.shape == (90, 160)
    assert no_heat((3840, 2160)).grid.shape == (160, 90)


def test_the_picture_is_dark_but_for_the_way():
    still = np.full((*SIZE, 3), 100, np.uint8)
    picture = heat_picture(gone(across(5)), still)
    assert picture.shape == still.shape
    assert picture[30, 60].sum() > 2 * picture[70, 60].sum()


def test_without_any_way_the_picture_is_dark_throughout():
    picture = heat_picture(no_heat(SIZE), np.full((*SIZE, 3), 100, np.uint8))
    assert (picture == 45).all()
