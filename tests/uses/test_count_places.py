"""Lines and zones, from text to pixels."""

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.uses._count_places import Line, Zone, check_names, line_from_text, zone_from_text

DOWN_THE_ROAD = Line("gate", ((0, 50), (100, 50)))
SQUARE = Zone("square", ((10, 10), (30, 10), (30, 30), (10, 30)))


def test_a_line_without_a_name_is_called_by_its_number():
    assert line_from_text("0,0,5,5", 3).name == "line 3"
    assert line_from_text("=0,0,5,5", 3).name == "line 3"


def test_a_name_may_hold_an_equals_sign():
    assert line_from_text("a=b=0,0,5,5").name == "a=b"


def test_shares_become_pixels_of_the_video():
    assert line_from_text("0,0.5,1,0.5").in_pixels((100, 200)).points == ((0, 50), (200, 50))


def test_pixels_stay_pixels():
    assert line_from_text("0,2,1,0.5").in_pixels((100, 200)).points == ((0, 2), (1, 0.5))


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5,6", "a,b,c,d", "1,1,1,1", "nan,0,1,1", "-1,0,5,5", "x=1,2"])
def test_what_is_no_line_is_refused(text):
    with pytest.raises(OptionError, match=r"^A line has two ends, x0,y0,x1,y1 .+ gate=40,300,500,300; got "):
        line_from_text(text)


@pytest.mark.parametrize("text", ["", "0,0,1,1", "0,0,1,1,2,2", "0,0,1,1,2", "0,0,1,0,inf,1"])
def test_what_is_no_zone_is_refused(text):
    with pytest.raises(OptionError, match=r"^A zone has three corners or more, x,y,x,y,x,y .+; got "):
        zone_from_text(text)


def test_what_lies_outside_of_the_picture_is_refused():
    said = r"^gate reaches to 7680,200, out of the picture, which is 768 wide and 432 high\."
    with pytest.raises(OptionError, match=said):
        line_from_text("gate=0,200,7680,200").in_pixels((432, 768))


def test_two_places_of_one_name_are_refused():
    with pytest.raises(OptionError, match=r"^There are two places called 'a'; give one of them another name"):
        check_names([line_from_text("a=0,0,1,1"), zone_from_text("a=0,0,1,0,1,1")])


def test_below_a_line_from_left_to_right_is_its_right_side():
    assert DOWN_THE_ROAD.distance((20, 57)) == pytest.approx(7)
    assert DOWN_THE_ROAD.distance((20, 43)) == pytest.approx(-7)


def test_a_line_the_other_way_has_its_sides_the_other_way():
    turned = Line("gate", DOWN_THE_ROAD.points[::-1])
    assert turned.distance((20, 57)) == pytest.approx(-DOWN_THE_ROAD.distance((20, 57)))


@pytest.mark.parametrize(("x", "is_crossed"), [(0, True), (50, True), (100, True), (101, False), (-1, False)])
def test_a_line_is_crossed_between_its_ends_only(x, is_crossed):
    assert DOWN_THE_ROAD.is_crossed((x, 40), (x, 70)) == is_crossed


def test_depth_in_a_zone_is_the_way_to_the_nearest_edge():
    assert SQUARE.depth((20, 12)) == pytest.approx(2)
    assert SQUARE.depth((20, 5)) == pytest.approx(-5)
    assert SQUARE.depth((33, 34)) == pytest.approx(-5)


def test_depth_is_that_of_opencv():
    import cv2

    random = np.random.default_rng(0)
    corners = [(10, 5), (80, 20), (60, 50), (90, 90), (20, 70), (40, 40)]
    zone = Zone("star", tuple(corners))
    for point in random.uniform(0, 100, (200, 2)).tolist():
        known = cv2.pointPolygonTest(np.array(corners, np.float32), point, True)
        assert zone.depth(tuple(point)) == pytest.approx(known, abs=1e-3)


def test_the_area_of_a_zone():
    assert SQUARE.area == pytest.approx(400)
