from __future__ import annotations

import numpy as np
import pytest

from opsin.draw.shapes import plate, ring, stamp

INK = (255, 255, 255)


def canvas(height=40, width=60):
    return np.zeros((height, width, 3), np.uint8)


def test_a_plate_on_whole_pixels_has_sharp_edges():
    drawn = canvas()
    plate(drawn, (10, 5, 20, 15), 0, INK)
    assert drawn[5:15, 10:20].min() == 255
    assert drawn.sum() == 10 * 10 * 3 * 255


def test_half_a_pixel_is_half_covered():
    drawn = canvas()
    plate(drawn, (10.5, 5, 20, 15), 0, INK)
    assert drawn[10, 9:12, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("radius", [10, 50])
def test_a_plate_as_round_as_can_be_has_the_area_of_a_disc(radius):
    drawn = canvas()
    plate(drawn, (10, 10, 30, 30), radius, INK)
    assert drawn[..., 0].sum() / 255 == pytest.approx(np.pi * 100, rel=0.01)


def test_opacity_mixes_with_what_is_below():
    drawn = np.full((4, 4, 3), 100, np.uint8)
    plate(drawn, (0, 0, 4, 4), 0, (200, 0, 100), opacity=0.5)
    assert drawn[1, 1].tolist() == [150, 50, 100]


@pytest.mark.parametrize("radius", [0, 3, 8])
@pytest.mark.parametrize("corners", [(5, 5, 50, 30), (5.25, 4.5, 49.75, 31), (-9, -9, 30, 30), (40, 20, 90, 90)])
def test_a_ring_is_a_plate_without_its_middle(corners, radius):
    x0, y0, x1, y1 = corners
    drawn, whole, middle = canvas(), canvas(), canvas()
    ring(drawn, corners, 2, radius, INK)
    plate(whole, corners, radius, INK)
    plate(middle, (x0 + 2, y0 + 2, x1 - 2, y1 - 2), max(radius - 2, 0), INK)
    assert np.abs(drawn.astype(int) - (whole.astype(int) - middle)).max() <= 1


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5])
def test_a_ring_too_small_for_a_hole_is_a_plate(side):
    drawn, whole = canvas(), canvas()
    ring(drawn, (10, 10, 10 + side, 10 + side), 3, 0, INK)
    plate(whole, (10, 10, 10 + side, 10 + side), 0, INK)
    assert np.array_equal(drawn, whole)


def test_no_pixel_of_a_ring_is_blended_twice():
    drawn = canvas()
    ring(drawn, (3, 3, 43, 33), 4, 6, INK, opacity=0.5)
    assert drawn.max() == 128


@pytest.mark.parametrize("corners", [(-20, -20, -10, -10), (70, 50, 90, 60), (10, 10, 10, 20), (30, 30, 20, 20)])
def test_what_is_outside_or_inside_out_leaves_no_mark(corners):
    drawn = canvas()
    plate(drawn, corners, 3, INK)
    ring(drawn, corners, 2, 3, INK)
    assert drawn.max() == 0


@pytest.mark.parametrize(("left", "top", "pixels"), [(0, 0, 12), (-2, -1, 4), (58, 38, 4), (90, 0, 0), (0, -9, 0)])
def test_a_stamp_is_cut_at_the_border(left, top, pixels):
    drawn = canvas()
    stamp(drawn, np.ones((3, 4), np.float32), left, top, INK)
    assert drawn.sum() == pixels * 3 * 255


def test_a_stamp_lies_where_it_is_put():
    drawn = canvas()
    stamp(drawn, np.eye(3, dtype=np.float32), 7, 5, INK)
    assert [point.tolist() for point in np.nonzero(drawn[..., 0])] == [[5, 6, 7], [7, 8, 9]]


def test_a_stamp_cut_at_the_left_top_shows_its_right_bottom():
    drawn = canvas()
    stamp(drawn, np.diag([1.0, 0.0, 1.0]).astype(np.float32), -1, -1, INK)
    assert drawn[:2, :2, 0].tolist() == [[0, 0], [0, 255]]
