"""Lines, areas and ways on a copy of the image."""

import numpy as np
import pytest

from opsin.draw.ways import Outline, draw_outlines, draw_trails

GROUND = np.full((120, 200, 3), 90, np.uint8)
RED = (204, 51, 17)


def changed(image):
    return (image != GROUND).any(axis=2)


def test_a_line_lies_where_it_is_said_and_no_further():
    marks = changed(draw_outlines(GROUND, [Outline(((20, 60), (180, 60)), colour=RED)]))
    assert marks[60, 25:175].all()
    assert not marks[:55].any()
    assert not marks[65:].any()
    assert not marks[:, :15].any()


def test_the_image_that_was_given_stays_as_it_was():
    before = GROUND.copy()
    draw_outlines(before, [Outline(((20, 60), (180, 60)), "gate")])
    draw_trails(before, [[(0, 0), (50, 50)]], [RED])
    assert (before == GROUND).all()


def test_an_area_is_veiled_inside_and_clear_outside():
    marks = changed(draw_outlines(GROUND, [Outline(((50, 20), (150, 20), (150, 100), (50, 100)), colour=RED)]))
    assert marks[30:90, 60:140].all()
    assert not marks[:, :40].any()


def test_an_arrow_points_where_it_is_told():
    line = ((20, 60), (180, 60))
    down, up = (changed(draw_outlines(GROUND, [Outline(line, towards=(0, way))])) for way in (1, -1))
    assert down[66:].any()
    assert not down[:55].any()
    assert (down[60:] == up[60 - len(down[60:]) : 60][::-1]).mean() > 0.95


@pytest.mark.parametrize("end", [(0, 0), (200, 120), (200, 0), (900, 900)])
def test_a_text_lies_in_the_picture_wherever_the_line_ends(end):
    plain = draw_outlines(GROUND, [Outline(((100, 60), end))])
    written = draw_outlines(GROUND, [Outline(((100, 60), end), "gate: 3 in")])
    assert (plain != written).any()


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3)])
def test_a_picture_of_any_size_can_be_drawn_on(size):
    image = np.zeros((*size, 3), np.uint8)
    assert draw_outlines(image, [Outline(((0, 0), (1, 1)), "gate", towards=(1, 0))]).shape == image.shape


def test_a_trail_goes_through_its_points_in_its_colour():
    drawn = draw_trails(GROUND, [[(20, 20.5), (100.5, 20.5), (100.5, 90)]], [RED])
    assert drawn[20, 60].tolist() == drawn[60, 100].tolist() == pytest.approx(RED, abs=25)  # the line's edges are soft


def test_a_single_point_is_no_trail():
    assert not changed(draw_trails(GROUND, [[(20, 20)], []], [RED, RED])).any()


def test_marks_mirrored_are_those_of_the_mirrored_points():
    points = [(20.0, 30.0), (90.0, 70.0), (160.0, 30.0)]
    straight = draw_trails(GROUND, [points], [RED])
    turned = draw_trails(GROUND, [[(200 - x, y) for x, y in points]], [RED])
    assert np.abs(straight[:, ::-1].astype(int) - turned).mean() < 0.5
