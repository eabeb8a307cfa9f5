import numpy as np
import pytest

from opsin.core.errors import ImageError
from opsin.data.dataset import Arrays, Dataset
from opsin.engine import contact_sheet as module
from opsin.engine.contact_sheet import contact_sheet


@pytest.fixture
def data():
    """Nine pictures: five red ones of "a", four blue ones of "b", none of "c"."""
    pixels = np.zeros((9, 20, 40, 3), np.uint8)
    pixels[:5, ..., 0] = 255
    pixels[5:, ..., 2] = 255
    return Dataset(
        name="colours",
        labels=("a", "b", "c"),
        pictures=Arrays(pixels, np.arange(9)),
        truth=np.array([0] * 5 + [1] * 4),
        parts=np.full(9, "train"),
    )


def tile(sheet, row, column):
    top = module._GAP + row * (module._TILE + module._GAP)
    left = module._NAMES + column * (module._TILE + module._GAP)
    return sheet[top : top + module._TILE, left : left + module._TILE]


def test_there_is_a_row_for_each_class_that_has_pictures(data):
    assert contact_sheet(data).shape[0] == module._GAP + 2 * (module._TILE + module._GAP)


def test_a_row_shows_its_class_and_no_more_than_there_is(data):
    sheet = contact_sheet(data, columns=6)
    reds = [bool((tile(sheet, 0, column) == (255, 0, 0)).all(axis=2).any()) for column in range(6)]
    blues = [bool((tile(sheet, 1, column) == (0, 0, 255)).all(axis=2).any()) for column in range(6)]
    assert (reds, blues) == ([True] * 5 + [False], [True] * 4 + [False, False])


def test_a_picture_keeps_its_shape(data):
    shown = (tile(contact_sheet(data), 0, 0) == (255, 0, 0)).all(axis=2)
    assert (shown.any(axis=1).sum(), shown.any(axis=0).sum()) == (20, 40)


def test_a_large_picture_is_shrunk_whole(data):
    pixels = np.zeros((9, 200, 100, 3), np.uint8)
    large = Dataset(
        name="large", labels=data.labels, pictures=Arrays(pixels, np.arange(9)), truth=data.truth, parts=data.parts
    )
    shown = (tile(contact_sheet(large), 0, 0) == 0).all(axis=2)
    assert (shown.any(axis=1).sum(), shown.any(axis=0).sum()) == (72, 36)


def test_the_name_and_the_number_stand_before_the_row(data):
    sheet = contact_sheet(data)
    assert (sheet[: module._TILE, : module._NAMES].min(axis=2) < 128).sum() > 20


def test_a_picture_that_cannot_be_read_leaves_its_place_grey(data, monkeypatch):
    def refuse(self, index):
        raise ImageError("damaged")

    monkeypatch.setattr(Arrays, "__getitem__", refuse)
    assert len(np.unique(tile(contact_sheet(data), 0, 0))) == 1


def test_columns_limit_the_pictures(data):
    assert contact_sheet(data, columns=2).shape[1] == module._NAMES + 2 * (module._TILE + module._GAP) + module._GAP
