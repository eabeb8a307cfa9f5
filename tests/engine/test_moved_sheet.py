"""Pictures with boxes, as they are and as they are moved."""

import dataclasses

import numpy as np
import pytest

from opsin.core.errors import DataError, ImageError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.moved import Moves
from opsin.data.things import Things, as_truth
from opsin.engine.box_sheet import box_sheet
from opsin.engine.moved_sheet import moved_sheet


def squares() -> Dataset:
    pixels = np.full((3, 256, 320, 3), 60, np.uint8)
    pixels[:, 40:120, 60:200] = 220
    truth = as_truth([Things(np.array([[60, 40, 200, 120.0]]), np.array([0]))] * 3)
    parts = np.array(["train"] * 3)
    return Dataset(name="squares", labels=("square",), pictures=Arrays(pixels, np.arange(3)), truth=truth, parts=parts)


def test_there_is_a_row_for_each_picture_that_is_chosen():
    one, two = (moved_sheet(squares(), Moves(zoom=1.5), chosen, 0) for chosen in ([0], [0, 2]))
    assert two.shape[1] == one.shape[1]
    assert two.shape[0] > 1.9 * one.shape[0] - 20


def test_the_first_of_a_row_is_the_picture_as_it_is():
    data = squares()
    sheet, plain = moved_sheet(data, Moves(shift=0.3), [1], 0), box_sheet(data, [1])
    assert np.array_equal(sheet[: plain.shape[0] - 30, : plain.shape[1] - 10], plain[:-30, :-10])


def test_the_others_differ_and_another_seed_moves_them_otherwise():
    one, same, other = (moved_sheet(squares(), Moves(shift=0.3), [1], seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


class Damaged(Arrays):
    def __getitem__(self, index):
        raise ImageError("damaged")


def test_where_none_can_be_read_there_is_one_clear_line():
    data = dataclasses.replace(squares(), pictures=Damaged(squares().pictures.pixels, np.arange(3)))
    with pytest.raises(DataError, match="None of the pictures of squares can be read"):
        moved_sheet(data, Moves(zoom=1.5), [0, 1], 0)
