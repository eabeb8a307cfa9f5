import logging

import numpy as np
import pytest

from opsin.core.boxes import as_boxes
from opsin.data import load
from opsin.data.listed import Noted
from opsin.data.things import Things
from opsin.data.written import Written, flat, sound, swapped

BOXES = as_boxes([[0, 0, 5, 5], [5, 0, 5, 9], [9, 0, 5, 9], [0, 9, 5, 0], [3, 3, 3, 3], [9, 9, 9, 1]])


def test_a_box_is_whole_or_flat_or_swapped():
    assert flat(BOXES).tolist() == [False, True, False, False, True, False]
    assert swapped(BOXES).tolist() == [False, False, True, True, False, True]


def test_boxes_without_an_inside_are_left_out_with_all_that_is_said_of_them(boxed_of):
    data = sound(Written(data=boxed_of([Things(BOXES, [0, 1, 1, 1, 1, 1], areas=np.arange(6))])))
    assert data.truth[0].boxes.tolist() == [[0, 0, 5, 5]]
    assert (data.truth[0].labels.tolist(), data.truth[0].areas.tolist()) == ([0], [0])


def test_the_log_counts_what_is_left_out_in_one_line(boxed_of, caplog):
    noted = (Noted("missing", "a.jpg"), Noted("missing", "b.jpg"), Noted("unknown", "x"))
    with caplog.at_level(logging.WARNING):
        sound(Written(data=boxed_of([Things(BOXES, [0] * 6)]), noted=noted))
    assert [record.message for record in caplog.records] == [
        "pets: left out: 1 boxes of an unknown class or picture, 3 boxes with swapped corners, 2 empty boxes, "
        "2 pictures that are missing. To see which: opsin data check DATA"
    ]


def test_sound_data_stay_as_they_are_and_nothing_is_said(boxed, caplog):
    with caplog.at_level(logging.WARNING):
        assert sound(Written(data=boxed)).digest() == boxed.digest()
    assert not caplog.records


def test_what_was_written_is_not_changed(boxed_of):
    data = boxed_of([Things(BOXES, [0] * 6)])
    sound(Written(data=data))
    assert len(data.truth[0]) == 6


@pytest.mark.parametrize("task", ["classification", None])
def test_labels_have_no_boxes_to_look_at(folder_of, task):
    assert load(folder_of({"cat": 10}), task=task).task == "classification"
