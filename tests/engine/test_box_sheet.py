import logging

import cv2
import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.data.dataset import Dataset
from opsin.data.files import Files
from opsin.data.things import Things, as_truth
from opsin.draw.palette import colour_of
from opsin.engine import box_sheet as module
from opsin.engine.box_sheet import box_sheet, save_drawn, spread_evenly, with_boxes
from opsin.engine.contact_sheet import contact_sheet
from opsin.engine.preview import _spread, preview
from opsin.media.files import save_image


@pytest.fixture
def data(tmp_path):
    """Three black pictures (100, 200), 0.png to 2.png: a cat, two dogs, nothing."""
    for number in range(3):
        save_image(tmp_path / "photos" / f"{number}.png", np.zeros((100, 200, 3), np.uint8))
    truths = [Things([[20, 40, 120, 80]], [0]), Things([[0, 0, 50, 50], [160, 90, 110, 60]], [1, 1]), Things([], [])]
    return Dataset(
        name="pets",
        labels=("cat", "dog"),
        pictures=Files(tmp_path / "photos", ("0.png", "1.png", "2.png")),
        truth=as_truth(truths),
        parts=np.array(["train", "train", "test"]),
    )


def reach(image, label):
    """x0, y0, x1, y1 of what has the colour of a label."""
    rows, columns = np.nonzero((image == colour_of(label)).all(axis=2))
    return [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]


def test_a_box_is_drawn_where_it_is(data):
    x0, _, x1, y1 = reach(with_boxes(data, 0), "cat")
    assert (x0, x1, y1) == pytest.approx((20, 120, 80), abs=2)


def test_a_large_picture_is_shrunk_with_its_boxes(data, tmp_path):
    save_image(tmp_path / "photos/0.png", np.zeros((1000, 2000, 3), np.uint8))
    shown = with_boxes(data, 0)
    assert shown.shape == (160, 320, 3)
    assert reach(shown, "cat")[2] == pytest.approx(120 * 0.16, abs=3)
    assert with_boxes(data, 0, side=None).shape == (1000, 2000, 3)


def test_a_box_with_swapped_corners_is_drawn_as_it_is_meant(data):
    assert reach(with_boxes(data, 1, [1]), "dog")[::2] == pytest.approx([110, 160], abs=2)


def test_things_that_are_not_asked_for_are_not_drawn(data):
    assert reach(with_boxes(data, 1, [0]), "dog")[2] <= 52


def test_a_sheet_has_a_place_for_each_picture(data):
    one, five = (box_sheet(data, [0] * count).shape for count in (1, 5))
    assert (five[0] - 8, five[1] - 8) == (2 * (one[0] - 8), 4 * (one[1] - 8))


def test_a_picture_that_cannot_be_read_stays_grey(data, tmp_path):
    (tmp_path / "photos/0.png").write_bytes(b"no picture")
    sheet = box_sheet(data, [0])
    assert len(np.unique(sheet[8 : 8 + module._TILE, 8 : 8 + module._TILE])) == 1


def test_pictures_are_spread_evenly(data):
    assert (spread_evenly(data, 2), spread_evenly(data, 9), spread_evenly(data.take([]), 9)) == ([0, 2], [0, 1, 2], [])


def test_the_contact_sheet_and_the_preview_of_boxes_are_such_sheets(data):
    assert np.array_equal(contact_sheet(data), box_sheet(data, [0, 1, 2]))
    assert preview(data, "none").shape == contact_sheet(data).shape


def test_a_preview_shows_each_class_once_before_any_twice_and_what_shows_nothing_last(data):
    many = data.take([0] * 4 + [1, 2])
    order = _spread(many, 0)
    assert sorted(order[:2]) == [min(order[:2]), 4]
    assert order[-1] == 5


def test_a_preview_of_changes_has_a_row_for_each_picture(data):
    assert preview(data, "light").shape[0] > preview(data, "none").shape[0]


class TestSaveDrawn:
    def test_every_picture_is_written_with_its_boxes(self, data, tmp_path):
        assert save_drawn(data, tmp_path / "drawn") == 3
        assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["0.jpg", "1.jpg", "2.jpg"]
        assert cv2.imread(str(tmp_path / "drawn/0.jpg")).max() > 100
        assert cv2.imread(str(tmp_path / "drawn/2.jpg")).max() < 20

    def test_what_cannot_be_read_is_left_out_and_named(self, data, tmp_path, caplog):
        (tmp_path / "photos/1.png").write_bytes(b"no picture")
        with caplog.at_level(logging.WARNING):
            assert save_drawn(data, tmp_path / "drawn") == 2
        assert "left out: 1.png is not a picture" in caplog.text

    def test_a_folder_with_something_in_it_is_refused(self, data, tmp_path):
        with pytest.raises(UsageError, match="holds something else"):
            save_drawn(data, tmp_path / "photos")
