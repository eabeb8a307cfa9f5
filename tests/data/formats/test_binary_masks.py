import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import DataError, InputError
from opsin.data import convert, load

WHOLE = {"split": (1, 0, 0), "is_near_kept": False}
PAIR = {"images/a.png": "masks/a.png"}


@pytest.fixture
def yes(laid):
    """(40, 48) bool: yes in the middle."""
    return laid == 1


@pytest.mark.parametrize("most", [1, 255])
def test_masks_of_yes_and_no_are_background_and_the_name_of_the_folder(masked, yes, most):
    data = load(masked(PAIR, (yes * most).astype(np.uint8), "vessels"), **WHOLE)
    assert data.labels == ("background", "vessels")
    assert (data.truth[0].map() == yes).all()


def test_one_bit_is_enough(masked, yes):
    assert (load(masked(PAIR, yes), **WHOLE).truth[0].map() == yes).all()


def test_labels_are_those_asked_for(masked, yes):
    assert load(masked(PAIR, yes), labels=["retina", "vessel"], **WHOLE).labels == ("retina", "vessel")


def test_a_list_beside_names_both(masked, yes):
    folder = masked(PAIR, yes)
    (folder / "classes.txt").write_text("retina\nvessel\n")
    assert load(folder, **WHOLE).labels == ("retina", "vessel")


def test_other_than_two_labels_are_refused(masked, yes):
    with pytest.raises(DataError, match=r"say yes and no, which is two labels, .* got 3: a, b, c"):
        load(masked(PAIR, yes), labels="abc", **WHOLE)


def test_nothing_can_be_ignored(masked, yes):
    with pytest.raises(DataError, match="nothing in them can be ignored"):
        load(masked(PAIR, yes), ignore=[0], **WHOLE)


def test_values_between_are_refused(masked, yes):
    folder = masked({f"images/{name}.png": f"masks/{name}.png" for name in range(30)}, yes)
    Image.fromarray((yes * 200).astype(np.uint8)).save(folder / "masks/3.png")
    with pytest.raises(DataError, match=r"masks/3\.png has 2 values, where masks of yes and no hold 0 and 1"):
        load(folder, **WHOLE)


def test_the_class_that_takes_less_is_on_top(masked, laid):
    folder = masked({"images/a.png": "masks/dog/a.png"}, (laid > 0).astype(np.uint8) * 255)
    masked({"images/a.png": "masks/cat/a.png"}, (laid == 2).astype(np.uint8) * 255)
    data = load(folder, **WHOLE)
    assert data.labels == ("background", "cat", "dog")
    assert (data.truth[0].map() == np.where(laid == 2, 1, np.where(laid > 0, 2, 0))).all()


def test_masks_of_one_picture_that_differ_in_size_are_refused(masked, yes):
    folder = masked({"images/a.png": "masks/cat/a.png"}, yes)
    masked({"images/a.png": "masks/dog/a.png"}, yes[:20])
    with pytest.raises(DataError, match=r"one size; got masks/cat/a\.png 48 x 40, masks/dog/a\.png 48 x 20"):
        load(folder, **WHOLE)


def test_masks_inside_and_beside_folders_of_classes_are_refused(masked, yes):
    folder = masked({"images/a.png": "masks/cat/a.png", "images/b.png": "masks/b.png"}, yes)
    with pytest.raises(DataError, match="some masks lie in folders of classes, and others beside these"):
        load(folder, **WHOLE)


@pytest.mark.parametrize("label", ["a/b", "..", "masks"])
def test_a_class_that_no_folder_can_be_called_is_not_written(masked, yes, tmp_path, label):
    data = load(masked(PAIR, yes), labels=["background", label], **WHOLE)
    with pytest.raises(InputError, match="cannot be the name of a folder of masks"):
        convert(data, "binary_masks", tmp_path / "new")
    assert not (tmp_path / "new").exists()
