import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import DataError
from opsin.data import load
from opsin.data.formats.colour_masks import colour_of
from opsin.data.regions import IGNORED

WHOLE = {"split": (1, 0, 0), "is_near_kept": False}
PAIR = {"images/a.png": "masks/a.png"}
COLOURS = np.array([[10, 20, 30], [200, 0, 0], [90, 90, 90], *[[0, 0, 0]] * 253], np.uint8)


@pytest.fixture
def folder(masked, laid):
    """Masks of three colours, and black; legend.csv knows the three."""
    folder = masked(PAIR, COLOURS[laid])
    (folder / "legend.csv").write_text("name,r,g,b\nsky,10,20,30\nroad,200,0,0\ncar,90,90,90\n")
    return folder


def test_colours_are_classes(folder, laid):
    with (folder / "legend.csv").open("a") as file:
        file.write("void,0,0,0\n")
    data = load(folder, **WHOLE)
    assert data.labels == ("sky", "road", "car")
    assert (data.truth[0].map() == laid).all()


def test_a_colour_that_is_not_in_the_legend_is_refused(folder):
    with pytest.raises(DataError, match=r"masks/a\.png has 192 pixels of the colour 0 0 0, and nothing says what"):
        load(folder, **WHOLE)


def test_masks_saved_as_jpeg_are_refused_with_the_number_of_colours(folder, masked, laid):
    image = Image.open(folder / "masks/a.png")
    (folder / "masks/a.png").unlink()
    image.save(folder / "masks/a.jpg", quality=60)
    with pytest.raises(DataError, match=r"masks/a\.jpg has [\d,]+ pixels of the colour .* and \d+ more"):
        load(folder, **WHOLE)


def test_a_mask_of_nothing_but_grey_is_of_a_colour_too(folder, masked, laid):
    with (folder / "legend.csv").open("a") as file:
        file.write("void,0,0,0\n")
    masked({"images/a.png": "masks/a.png", "images/b.png": "masks/b.png"}, COLOURS[laid])
    Image.fromarray(np.full((40, 48, 3), 90, np.uint8)).save(folder / "masks/b.png")
    assert (load(folder, **WHOLE).truth[1].map() == 2).all()


def test_colours_without_a_legend_are_refused(folder):
    (folder / "legend.csv").unlink()
    with pytest.raises(DataError, match=r"hold colours, and nothing says what they mean\. Write a file legend\.csv"):
        load(folder, **WHOLE)


def test_no_two_numbers_have_one_colour():
    assert len({colour_of(number) for number in range(IGNORED + 1)}) == 256
