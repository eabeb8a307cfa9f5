import io

import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import DataError
from opsin.data import load
from opsin.data.formats import FORMATS, Asked
from opsin.data.load import as_written
from opsin.data.regions import IGNORED
from opsin.data.tables import Named

WHOLE = {"split": (1, 0, 0), "is_near_kept": False}
PAIR = {"images/a.png": "masks/a.png"}


def test_numbers_are_classes_and_255_is_ignored(masked, laid):
    data = load(masked(PAIR, laid), **WHOLE)
    assert (data.task, data.labels) == ("segmentation", ("class 0", "class 1", "class 2"))
    assert (data.truth[0].map() == laid).all()
    assert data.truth[0].numbers.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "sky\nroad\ncar\n"),
        ("labels.txt", "0: sky\n1: road\n2: car"),
        ("labels.txt", "0 sky\r\n1 road\r\n2 car"),
        ("legend.csv", "number,name\n2,car\n0,sky\n1,road\n"),
        ("class_dict.csv", "name,r,g,b\nsky,0,0,0\nroad,9,9,9\ncar,1,2,3\n"),
        ("label_colors.txt", "0 0 0\tsky\n9 9 9\troad\n1 2 3\tcar\n"),
    ],
)
def test_a_file_beside_names_the_classes(masked, laid, name, text):
    folder = masked(PAIR, laid)
    (folder / name).write_text(text)
    assert load(folder, **WHOLE).labels == ("sky", "road", "car")


def test_labels_can_be_asked_for(masked, laid):
    assert load(masked(PAIR, laid), labels=["sky", "road", "car"], **WHOLE).labels == ("sky", "road", "car")


def test_numbers_can_be_ignored_and_the_others_close_up(masked, laid):
    data = load(masked(PAIR, laid), ignore=[0], **WHOLE)
    assert data.labels == ("class 1", "class 2")
    wanted = np.where(laid == 0, IGNORED, np.where(laid == IGNORED, IGNORED, laid.astype(int) - 1))
    assert (data.truth[0].map() == wanted).all()


@pytest.mark.parametrize("name", ["void", "Ignore", "unlabelled"])
def test_a_class_that_is_called_nothing_is_ignored(masked, laid, name):
    folder = masked(PAIR, laid)
    (folder / "classes.txt").write_text(f"sky\n{name}\ncar\n")
    data = load(folder, **WHOLE)
    assert data.labels == ("sky", "car")
    assert ((data.truth[0].map() == IGNORED) == np.isin(laid, [1, 255])).all()


def test_a_number_that_nothing_names_is_refused(masked, laid):
    with pytest.raises(DataError, match=r"masks/a\.png has 576 pixels of 2, and nothing says what that means"):
        load(masked(PAIR, laid), labels=["sky", "road"], **WHOLE)


def test_one_unknown_number_among_good_masks_is_refused_but_written_down(masked, laid):
    folder = masked({"images/a.png": "masks/a.png", "images/b.png": "masks/b.png"}, laid)
    Image.fromarray(np.full_like(laid, 7)).save(folder / "masks/b.png")
    asked = {"labels": ["sky", "road", "car"]}
    with pytest.raises(DataError, match=r"1 masks say what nobody can understand\. The first: masks/b\.png has 1,920"):
        load(folder, **asked, **WHOLE)
    written = as_written(folder, **asked)
    assert ([note.kind for note in written.noted], len(written.data)) == (["unknown_mark"], 1)


def test_a_mask_of_another_size_is_refused(masked, laid):
    folder = masked({"images/a.png": "masks/a.png", "images/b.png": "masks/b.png"}, laid)
    Image.fromarray(laid[:20]).save(folder / "masks/b.png")
    with pytest.raises(DataError, match=r"images/b\.png is 48 x 40 pixels, and its mask in masks/b\.png 48 x 20"):
        load(folder, **WHOLE)


def test_a_damaged_mask_is_refused(masked, laid):
    folder = masked({"images/a.png": "masks/a.png", "images/b.png": "masks/b.png"}, laid)
    (folder / "masks/b.png").write_bytes((folder / "masks/a.png").read_bytes()[:50])
    with pytest.raises(DataError, match="1 masks cannot be read"):
        load(folder, **WHOLE)


def test_sixteen_bits_are_read(masked, laid):
    wide = np.where(laid == 255, np.uint16(40_000), laid)
    data = load(masked(PAIR, wide), ignore=[40_000], **WHOLE)
    assert (data.truth[0].map() == laid).all()


def test_thirty_two_bits_are_read(masked, laid):
    high = np.where(laid == 255, np.int32(2_000_000_000), laid)
    data = load(masked({"images/a.png": "masks/a.tif"}, high), ignore=[2_000_000_000], **WHOLE)
    assert (data.truth[0].map() == laid).all()


def test_of_a_palette_the_numbers_count_and_not_the_colours(masked, laid):
    folder = masked(PAIR, laid)
    painted = Image.fromarray(laid)
    painted.putpalette(np.random.default_rng(0).integers(0, 256, 768).tolist())
    painted.save(folder / "masks/a.png")
    assert (load(folder, **WHOLE).truth[0].map() == laid).all()


@pytest.mark.parametrize(
    ("name", "text", "labels"),
    [
        ("legend.csv", "number,name\n0,sky\n1,road\n", ("sky", "road")),
        ("classes.txt", "sky\nroad\ncar\n", ("sky", "road", "car")),
    ],
)
def test_a_legend_of_numbers_holds_where_only_two_of_them_occur(masked, laid, name, text, labels):
    folder = masked(PAIR, np.where(laid == 255, 255, 0).astype(np.uint8))
    (folder / name).write_text(text)
    data = load(folder, **WHOLE)
    assert (data.labels, data.truth[0].numbers.tolist()) == (labels, [0])


def test_a_folder_without_masks_is_none(folder_of):
    assert not FORMATS.get("index_masks").recognises(folder_of({"cat": 2, "dog": 2}), Named())


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="no mask belongs to any of its 0 pictures"):
        FORMATS.get("index_masks").read(tmp_path, Asked())


def test_a_mask_that_changed_to_colours_is_refused_when_it_is_asked_for(masked, laid):
    folder = masked(PAIR, laid)
    truth = load(folder, **WHOLE).truth[0]
    Image.fromarray(np.dstack([laid, laid * 0, laid])).save(folder / "masks/a.png")
    with pytest.raises(DataError, match=r"masks/a\.png holds colours, where others hold numbers"):
        truth.map()


def test_the_digest_is_that_of_the_numbers_and_not_of_the_file(masked, laid):
    folder = masked(PAIR, laid)
    first = load(folder, **WHOLE).truth[0].digest()
    file = io.BytesIO()
    Image.fromarray(laid).save(file, "PNG", compress_level=0)
    (folder / "masks/a.png").write_bytes(file.getvalue())
    assert load(folder, **WHOLE).truth[0].digest() == first
