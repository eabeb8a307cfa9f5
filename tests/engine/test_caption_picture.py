import numpy as np
import pytest

from opsin.data.captions import Captions
from opsin.data.dataset import Arrays, Dataset
from opsin.data.things import as_truth
from opsin.engine.box_sheet import drawable, save_drawn, with_truth
from opsin.engine.caption_picture import with_captions
from opsin.engine.contact_sheet import contact_sheet
from opsin.engine.preview import preview
from opsin.media.sources import read_image

LONG = "a caption of so many words that no line of two hundred pixels has room for all of them"


@pytest.fixture
def data():
    """Two grey pictures (60, 300) with one short caption, and with a long one and a short one."""
    truths = [Captions(("a dog",)), Captions((LONG, "a dog"))]
    pixels = np.full((2, 60, 300, 3), 128, np.uint8)
    return Dataset(
        name="grey",
        labels=(),
        pictures=Arrays(pixels, np.arange(2)),
        truth=as_truth(truths),
        parts=np.array(["train", "train"]),
    )


def test_captions_stand_below_the_picture(data):
    drawn = with_captions(data, 0)
    assert np.array_equal(drawn[:60], data.pictures[0])
    assert drawn.shape[1] == 300
    assert (drawn[60:] < 100).any()


def test_more_words_take_more_lines(data):
    assert with_captions(data, 1).shape[0] > with_captions(data, 0).shape[0] + 2 * 14


def test_a_narrow_picture_gets_paper_beside_it(data):
    narrow = Arrays(np.zeros((2, 60, 20, 3), np.uint8), np.arange(2))
    drawn = with_captions(Dataset(**{**vars(data), "pictures": narrow}), 1)
    assert drawn.shape[1] == 200
    assert (drawn[:60, 20:] == 250).all()


def test_a_small_picture_has_no_room_for_captions(data):
    assert with_truth(data, 1, side=150).shape == (30, 150, 3)


def test_a_sheet_has_the_first_caption_below_each_picture(data):
    sheet = contact_sheet(data)
    assert (sheet[330:] < 100).any()


def test_every_picture_is_written_with_its_captions(data, tmp_path):
    assert save_drawn(drawable(data), tmp_path / "drawn") == 2
    found = read_image(tmp_path / "drawn/00001.jpg")
    assert found.shape == with_captions(data, 1).shape


def test_a_preview_shows_pictures_with_captions_as_a_network_sees_them(data):
    assert preview(data, "standard", size=(32, 32), pictures=2, variants=1).ndim == 3
