import numpy as np
import pytest

import opsin
from opsin.core.errors import InputError, OptionError, UsageError
from opsin.media.files import save_image
from opsin.tasks.segmentation import Segmentation
from opsin.uses import erase as use
from opsin.uses.erase import Erased, ErasedFile, erase, erase_source, grown

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
def seen(monkeypatch):
    """Makes the networks answer as told; what they were asked is in the list."""
    asked = []

    def tell(found):
        monkeypatch.setattr(use, "predict", lambda task, image, **options: asked.append((task, options)) or found)
        return asked

    return tell


def person(where):
    return Segmentation(height=60, width=80, labels=["background", "person", "cat"], map=where.astype(np.int16))


class Selected:
    def __init__(self, mask):
        self.mask = mask


def test_a_thing_under_a_mask_is_gone(image):
    assert (erase(image, mask=THING).image == GREY).all()


def test_the_mask_grows_and_nothing_else_changes(image):
    image[0, 0] = (1, 2, 3)
    done = erase(image, mask=THING, grow=3)
    assert (done.mask == grown(THING, 3)).all()
    assert (done.image[~done.mask] == image[~done.mask]).all()


def test_a_mask_can_be_a_file_in_which_all_but_black_goes(image, tmp_path):
    save_image(tmp_path / "mask.png", np.repeat(THING[..., None], 3, axis=2).astype(np.uint8))
    assert (erase(image, mask=tmp_path / "mask.png", grow=0).mask == THING).all()


def test_everything_of_a_label_goes(image, seen):
    asked = seen(person(THING))
    assert (erase(image, label="person").image == GREY).all()
    assert asked == [("segmentation", {})]


def test_what_is_pointed_at_goes(image, seen):
    asked = seen(Selected(THING))
    assert (erase(image, at=(35, 25), not_at=["2,3"]).image == GREY).all()
    assert asked == [("selection", {"at": ((35, 25),), "not_at": ("2,3",)})]


@pytest.mark.parametrize("said", ["35,25", (35, 25), ["35,25"], [(35, 25)]])
def test_one_point_may_come_alone_or_in_a_list(image, seen, said):
    asked = seen(Selected(THING))
    erase(image, at=said)
    assert asked[0][1]["at"] in (("35,25",), ((35, 25),))


def test_the_summary_tells_how_much_was_filled():
    mask = np.zeros((10, 10), bool)
    mask[0, :5] = True
    assert Erased(GREY, GREY, mask).summary == "5.0 % of the picture filled"


def test_the_strip_shows_before_the_mask_in_red_and_after(image):
    before, marked, after = np.split(erase(image, mask=THING, grow=0).strip(), 3, axis=1)
    assert (before == image).all()
    assert (marked[THING] == (252, 102, 102)).all()
    assert (after == GREY).all()


def test_a_mask_grows_by_a_share_of_the_diagonal():
    large = np.zeros((300, 400), bool)
    large[100:200, 100:200] = True
    assert (grown(large) == grown(large, 6)).all()


def test_the_mask_of_a_small_thing_grows_less():
    small = np.zeros((300, 400), bool)
    small[100:110, 100:110] = True
    assert (grown(small) == grown(small, 2)).all()


def test_a_grown_mask_is_round():
    dot = np.zeros((21, 21), bool)
    dot[10, 10] = True
    rows, columns = np.mgrid[-10:11, -10:11]
    assert (grown(dot, 7) == (rows**2 + columns**2 <= 49)).all()


def test_a_mask_that_may_not_grow_stays_and_is_a_new_one():
    same = grown(THING, 0)
    assert (same == THING).all()
    assert not np.shares_memory(same, THING)


@pytest.mark.parametrize(("said", "came"), [({}, "none of them"), ({"label": "cat", "mask": THING}, "label and mask")])
def test_it_must_be_said_what_goes_and_in_one_way(image, said, came):
    with pytest.raises(OptionError, match=rf"one of at \(a point\), label or mask; got {came}"):
        erase(image, **said)


def test_an_unknown_fill_is_refused(image):
    with pytest.raises(OptionError, match="fill must be one of exemplar, telea, navier-stokes; got 'magic'"):
        erase(image, mask=THING, fill="magic")


def test_a_mask_cannot_shrink(image):
    with pytest.raises(OptionError, match="grow must be at least 0; got -1"):
        erase(image, mask=THING, grow=-1)


def test_a_mask_of_another_size_is_refused(image):
    with pytest.raises(InputError, match=r"height and width \(60, 80\); got one of \(80, 60\)"):
        erase(image, mask=THING.T)


def test_a_black_mask_is_refused(image):
    with pytest.raises(InputError, match=r"black all over.*Make white what goes"):
        erase(image, mask=np.zeros((60, 80), bool))


def test_a_mask_that_takes_everything_is_refused(image):
    with pytest.raises(InputError, match="nothing is left to fill it from"):
        erase(image, mask=THING, grow=100)


def test_a_label_that_is_nowhere_in_the_picture_is_told_with_what_is(image, seen):
    seen(person(THING))
    with pytest.raises(InputError, match=r"No cat is to be seen, but: .*person.*draw a mask"):
        erase(image, label="cat")


def test_an_unknown_label_is_refused(image, seen):
    seen(person(THING))
    with pytest.raises(OptionError, match=r"no label called 'persn'\. Did you mean 'person'"):
        erase(image, label="persn")


def test_points_where_nothing_is_are_told(image, seen):
    seen(Selected(np.zeros((60, 80), bool)))
    with pytest.raises(InputError, match="Nothing was found at the points given"):
        erase(image, at=(1, 1))


def test_files_are_written_into_a_folder_and_the_source_stays(photo, image, tmp_path, seen):
    seen(person(THING))
    (done,) = erase_source(photo, tmp_path / "out", label="person", grow=0)
    assert done == ErasedFile(str(photo), tmp_path / "out" / "a.png", pytest.approx(THING.mean()))
    assert (opsin.read_image(done.path) == GREY).all()
    assert (opsin.read_image(photo) == image).all()


def test_a_picture_that_fails_does_not_stop_the_others(photo, tmp_path, seen):
    seen(person(THING))
    (photo.parent / "0.png").write_bytes(b"no picture")
    bad, good = erase_source(photo.parent, tmp_path / "out", label="person")
    assert "0.png" in bad.error
    assert good.path.exists()


def test_pictures_of_one_name_do_not_take_each_others_place(photo, tmp_path, seen):
    seen(person(THING))
    names = [done.path.name for done in erase_source([photo, photo], tmp_path / "out", label="person")]
    assert names == ["a.png", "a-2.png"]


def test_a_folder_among_the_sources_is_refused(photo):
    with pytest.raises(UsageError, match="Save into another folder"):
        erase_source(photo, photo.parent, label="person")


def test_the_page_holds_both_pictures_and_reaches_for_nothing(photo, tmp_path, seen):
    seen(person(THING))
    list(erase_source(photo, tmp_path / "out", page=True, label="person"))
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 2
    assert "http" not in page
    assert "% of the picture filled" in page


def test_the_page_escapes_names(tmp_path, image, seen):
    seen(person(THING))
    save_image(tmp_path / "a&'b.png", image)
    list(erase_source(tmp_path / "a&'b.png", tmp_path / "out", page=True, label="person"))
    assert "a&amp;&#x27;b.png" in (tmp_path / "out" / "index.html").read_text()


def test_in_json_there_is_the_error_or_the_file():
    assert ErasedFile("a.jpg", None, error="no").to_dict() == {"source": "a.jpg", "error": "no"}
    assert set(ErasedFile("a.jpg", use.Path("b.jpg"), 0.5).to_dict()) == {"source", "path", "share"}
