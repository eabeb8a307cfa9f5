"""Pictures with boxes or masks, as they are and as they are moved."""

import dataclasses

import numpy as np
import pytest

from opsin.core.errors import DataError, ImageError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.moved import Moves
from opsin.data.regions import regions
from opsin.data.things import Things, as_truth
from opsin.draw.regions import STRENGTH, colour_of_region
from opsin.engine.box_sheet import box_sheet
from opsin.engine.moved_sheet import _Held, moved_sheet


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


def painted() -> Dataset:
    """Three pictures (96, 160): white where their maps say "thing", black where they say "background"."""
    laid = np.zeros((96, 160), np.uint8)
    laid[20:60, 30:110] = 1
    pixels = np.where(laid[None, ..., None] == 1, 255, 0).astype(np.uint8).repeat(3, axis=0).repeat(3, axis=3)
    truth = as_truth([regions(_Held(laid))] * 3)
    parts, pictures = np.array(["train"] * 3), Arrays(pixels, np.arange(3))
    return Dataset(name="painted", labels=("background", "thing"), pictures=pictures, truth=truth, parts=parts)


STRONG = Moves(zoom=1.6, stretch=1.3, shift=0.3, flips=True, turns=True)


def test_masks_go_with_what_they_mark():
    sheet = moved_sheet(painted(), STRONG, [0, 1, 2], 3)[: 3 * 320]
    white = np.array([255, 255, 255])
    marked = white + (np.array(colour_of_region(1)) - white) * STRENGTH
    # Were a mask left behind, white would stay bare somewhere, or black get a colour.
    stained = np.array(colour_of_region(1)) * STRENGTH
    assert near(sheet, marked).mean() > 0.03
    assert near(sheet, stained).mean() < 0.002


def near(sheet, colour):
    return (np.abs(sheet - colour) < 6).all(axis=2)


def test_where_nothing_is_moved_a_mask_lies_as_in_its_picture():
    data = painted()
    first = moved_sheet(data, STRONG, [0], 0)[8:328, 8:328]
    # 96 x 160 becomes 192 x 320, in the middle of 320 x 320.
    inside = near(first, 255 + (np.array(colour_of_region(1)) - 255) * STRENGTH)[64:256]
    assert inside[48:112, 68:212].mean() > 0.99
    assert not inside[130:].any()


def test_masks_that_are_moved_have_a_legend_below():
    sheet = moved_sheet(painted(), Moves(shift=0.2), [0], 0)
    assert (sheet[-30:] == colour_of_region(1)).all(axis=2).any()


def test_the_same_seed_moves_masks_alike():
    one, same, other = (moved_sheet(painted(), STRONG, [0], seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


class _Gone(_Held):
    def map(self):
        raise ImageError("gone")


def test_a_picture_whose_mask_is_gone_is_left_out():
    data = painted()
    truth = data.truth.copy()
    truth[1] = dataclasses.replace(truth[1], painted=_Gone(np.zeros((96, 160), np.uint8)))
    sheet = moved_sheet(dataclasses.replace(data, truth=truth), STRONG, [0, 1], 0)
    assert np.array_equal(sheet, moved_sheet(data, STRONG, [0], 0))


def test_a_held_map_is_known_by_its_numbers():
    one, same, other = (_Held(np.full((2, 3), number, np.uint8)).digest() for number in (1, 1, 2))
    assert one == same != other
