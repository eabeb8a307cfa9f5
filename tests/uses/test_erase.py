from functools import partial
from pathlib import Path

import numpy as np
import pytest

import opsin
from opsin.core.errors import InputError, OptionError, UsageError
from opsin.media.files import save_image
from opsin.uses import _what_goes
from opsin.uses._what_goes import grown
from opsin.uses.erase import Erased, ErasedFile, erase, erase_source

GREY = np.full((60, 80, 3), 90, np.uint8)
THING = np.zeros((60, 80), bool)
THING[20:32, 30:44] = True


@pytest.fixture
def image():
    """Grey, with a white thing in the middle."""
    return np.where(THING[..., None], np.uint8(255), GREY)


@pytest.fixture
def photo(image, tmp_path):
    """The same as photos/a.png."""
    (tmp_path / "photos").mkdir()
    save_image(tmp_path / "photos" / "a.png", image)
    return tmp_path / "photos" / "a.png"


@pytest.fixture
def drawn(tmp_path):
    """The thing's mask as a file."""
    save_image(tmp_path / "mask.png", np.repeat(THING[..., None], 3, axis=2).astype(np.uint8) * 255)
    return tmp_path / "mask.png"


def test_a_thing_under_a_mask_is_gone(image):
    assert (erase(image, mask=THING).image == GREY).all()


def test_the_mask_grows_and_nothing_else_changes(image):
    image[0, 0] = (1, 2, 3)
    done = erase(image, mask=THING, grow=3)
    assert (done.mask == grown(THING, 3)).all()
    assert (done.image[~done.mask] == image[~done.mask]).all()


def test_a_mask_can_be_a_file(image, drawn):
    assert (erase(image, mask=drawn).image == GREY).all()


def test_the_summary_tells_how_much_was_filled():
    mask = np.zeros((10, 10), bool)
    mask[0, :5] = True
    assert Erased(GREY, GREY, mask).summary == "5.0 % of the picture filled"


def test_the_strip_shows_before_the_mask_in_red_and_after(image):
    before, marked, after = np.split(erase(image, mask=THING, grow=0).strip(), 3, axis=1)
    assert (before == image).all()
    assert (marked[THING] == (252, 102, 102)).all()
    assert (after == GREY).all()


def test_an_unknown_fill_is_refused(image):
    with pytest.raises(OptionError, match="fill must be one of exemplar, telea, navier-stokes; got 'magic'"):
        erase(image, mask=THING, fill="magic")


def test_a_mask_that_takes_everything_is_refused(image):
    with pytest.raises(InputError, match="nothing is left to fill it from"):
        erase(image, mask=THING, grow=100)


def test_files_are_written_into_a_folder_and_the_source_stays(photo, image, tmp_path, drawn):
    (done,) = erase_source(photo, tmp_path / "out", mask=str(drawn), grow=0)
    assert done == ErasedFile(str(photo), tmp_path / "out" / "a.png", pytest.approx(THING.mean()))
    assert (opsin.read_image(done.path) == GREY).all()
    assert (opsin.read_image(photo) == image).all()


def test_a_picture_that_fails_does_not_stop_the_others(photo, tmp_path, drawn):
    (photo.parent / "0.png").write_bytes(b"no picture")
    bad, good = erase_source(photo.parent, tmp_path / "out", mask=str(drawn))
    assert "0.png" in bad.error
    assert good.path.exists()


def test_a_point_beside_one_picture_does_not_stop_the_others(photo, tmp_path, monkeypatch):
    monkeypatch.setattr(_what_goes, "predict", partial(_what_goes.predict, model="hrnet18_ocr64_tiny.random"))
    save_image(photo.parent / "0.png", GREY[:20, :20])
    bad, good = erase_source(photo.parent, tmp_path / "out", at=[(37, 26)])
    assert bad.error.startswith("A click must lie in the picture, 20 x 20")
    assert good.path.exists()


def test_pictures_of_one_name_do_not_take_each_others_place(photo, tmp_path, drawn):
    names = [done.path.name for done in erase_source([photo, photo], tmp_path / "out", mask=str(drawn))]
    assert names == ["a.png", "a-2.png"]


def test_a_folder_among_the_sources_is_refused(photo):
    with pytest.raises(UsageError, match="Save into another folder"):
        erase_source(photo, photo.parent, mask=str(drawn))


def test_the_page_holds_both_pictures_and_reaches_for_nothing(photo, tmp_path, drawn):
    list(erase_source(photo, tmp_path / "out", page=True, mask=str(drawn)))
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 2
    assert "http" not in page
    assert "% of the picture filled" in page


def test_the_page_escapes_names(tmp_path, image, drawn):
    save_image(tmp_path / "a&'b.png", image)
    list(erase_source(tmp_path / "a&'b.png", tmp_path / "out", page=True, mask=str(drawn)))
    assert "a&amp;&#x27;b.png" in (tmp_path / "out" / "index.html").read_text()


def test_in_json_there_is_the_error_or_the_file():
    assert ErasedFile("a.jpg", None, error="no").to_dict() == {"source": "a.jpg", "error": "no"}
    assert set(ErasedFile("a.jpg", Path("b.jpg"), 0.5).to_dict()) == {"source", "path", "share"}
