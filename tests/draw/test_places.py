from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.boxes import iou
from opsin.draw.places import place

SIZE = (200, 300)


def placed(boxes, plate=(20, 60)):
    return place(np.array(boxes, np.float32).reshape(-1, 4), [plate] * len(boxes), SIZE)


def test_a_plate_sits_on_its_box():
    assert placed([[50, 100, 150, 180]]).tolist() == [[50, 80, 110, 100]]


def test_a_plate_without_room_above_is_inside():
    assert placed([[50, 5, 150, 180], [50, 5, 150, 180]])[1, 1] >= 5


@given(st.lists(st.tuples(st.integers(-50, 350), st.integers(-50, 250), st.integers(0, 200)), max_size=12))
def test_every_plate_keeps_its_size_and_stays_in_the_picture(squares):
    places = placed([(x, y, x + side, y + side) for x, y, side in squares])
    assert (places[:, 2:] - places[:, :2] == (60, 20)).all()
    assert (places >= 0).all()
    assert (places[:, 2:] <= (300, 200)).all()


def test_plates_of_boxes_in_one_place_do_not_cover_each_other():
    places = placed([[100, 80, 200, 140]] * 8).astype(float)
    assert np.array_equal(iou(places, places) > 0, np.eye(8, dtype=bool))


def test_where_all_is_covered_the_least_covered_place_is_taken():
    # The whole picture has room for three plates only; the fourth can but lie upon them.
    places = place(np.zeros((4, 4), np.float32), [(66, 300)] * 4, SIZE)
    assert places[:, 1].tolist()[:3] == [0, 66, 132]
    assert places.shape == (4, 4)


def test_no_boxes_need_no_places():
    assert placed([]).shape == (0, 4)
