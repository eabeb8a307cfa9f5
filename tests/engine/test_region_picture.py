import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import DataError
from opsin.data import load
from opsin.draw.regions import STRENGTH, colour_of_region
from opsin.engine.box_sheet import box_sheet, drawable, save_drawn
from opsin.engine.contact_sheet import contact_sheet
from opsin.engine.region_picture import colour_legend, with_regions
from opsin.media.decode import picture_size
from opsin.media.files import save_image


@pytest.fixture
def folder(tmp_path):
    """Two black pictures (40, 80): on the left background, on the right road, and the lowest rows ignored."""
    laid = np.zeros((40, 80), np.uint8)
    laid[:, 40:], laid[30:] = 1, 255
    for name in "ab":
        save_image(tmp_path / "streets/images" / f"{name}.png", np.zeros((40, 80, 3), np.uint8))
        (tmp_path / "streets/masks").mkdir(exist_ok=True)
        Image.fromarray(laid).save(tmp_path / "streets/masks" / f"{name}.png")
    (tmp_path / "streets/legend.csv").write_text("number,name\n0,background\n1,road\n2,car\n")
    return tmp_path / "streets"


@pytest.fixture
def data(folder):
    return drawable(folder)


def test_a_class_has_its_colour_and_the_rest_stays(data):
    shown = with_regions(data, 0)
    assert shown[10, 60] == pytest.approx(np.array(colour_of_region(1)) * STRENGTH, abs=1)
    assert not shown[10, 10].any()
    assert not shown[37, 60].any()


def test_a_smaller_picture_shows_the_same(data):
    small = with_regions(data, 0, (20, 40))
    assert small.shape == (20, 40, 3)
    assert (small[5, 30] == with_regions(data, 0)[10, 60]).all()


def test_the_legend_names_what_occurs_and_is_no_background(data):
    legend = colour_legend(data, 400)
    assert (legend == colour_of_region(1)).all(axis=2).any()
    assert not any((legend == colour_of_region(number)).all(axis=2).any() for number in (0, 2))


def test_the_sheet_of_masks_ends_with_the_legend(data):
    sheet = contact_sheet(data)
    assert (sheet == box_sheet(data, [0, 1])).all()
    assert (sheet[-30:] == colour_of_region(1)).all(axis=2).any()


def test_every_picture_is_drawn_as_large_as_it_is(data, tmp_path):
    assert save_drawn(data, tmp_path / "drawn") == 2
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["a.jpg", "b.jpg"]
    assert picture_size(tmp_path / "drawn/a.jpg", name="a") == (40, 80)


def test_a_mask_that_is_gone_leaves_its_place_grey(data, folder):
    whole = box_sheet(data, [0])
    (folder / "masks/a.png").unlink()
    assert box_sheet(data, [0]).shape == whole.shape


def test_labels_alone_cannot_be_drawn():
    with pytest.raises(DataError, match=r"has labels only\. Give pictures with boxes, masks or captions"):
        drawable(load("digits"))
