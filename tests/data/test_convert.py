import dataclasses
import logging

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from opsin.core.errors import DataError, UnknownNameError, UsageError
from opsin.data import convert, load
from opsin.data.dataset import Arrays, Dataset
from opsin.data.formats import FORMATS
from opsin.data.regions import IGNORED
from opsin.data.things import Things, as_truth
from opsin.media.files import save_image

WHOLE = (1, 0, 0)
MARKED = {"task": "segmentation", "split": WHOLE, "is_near_kept": False}
NAMES = tuple(each.name for each in FORMATS if each.task == "detection")
CAPTIONS = tuple(each.name for each in FORMATS if each.task == "captioning")
MASKS = tuple(each.name for each in FORMATS if each.task == "segmentation")


def test_there_are_four_formats_of_boxes_of_masks_and_of_captions():
    assert NAMES == ("coco", "csv", "voc", "yolo")
    assert MASKS == ("binary_masks", "coco_masks", "colour_masks", "index_masks")
    assert CAPTIONS == ("caption_list", "caption_table", "coco_captions", "flickr8k")


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "by its look"])
@pytest.mark.parametrize("second", CAPTIONS)
@pytest.mark.parametrize("first", CAPTIONS)
def test_captions_and_parts_are_the_same_there_and_back(first, second, is_named, captioned, tmp_path):
    convert(captioned, first, tmp_path / "first")
    convert(tmp_path / "first", second, tmp_path / "second")
    found = load(tmp_path / "second", task="captioning" if is_named else None, split=WHOLE)
    names = [found.pictures.name(index).rsplit("/", 1)[-1] for index in range(3)]
    assert found.task == "captioning"
    assert dict(zip(names, found.truth, strict=True)) == dict(
        zip(captioned.pictures.names, captioned.truth, strict=True)
    )
    assert sorted(zip(names, found.parts, strict=True)) == sorted(
        zip(captioned.pictures.names, captioned.parts, strict=True)
    )


@pytest.mark.parametrize("second", NAMES)
@pytest.mark.parametrize("first", NAMES)
class TestThereAndBack:
    def test_boxes_labels_and_parts_are_the_same(self, first, second, boxed, said, tmp_path):
        plain = boxed.take([0, 2, 3])
        convert(plain, first, tmp_path / "first")
        convert(tmp_path / "first", second, tmp_path / "second")
        found, wanted = said(load(tmp_path / "second", split=WHOLE)), said(plain)
        assert found.keys() == wanted.keys()
        for name, (part, rows) in wanted.items():
            assert (found[name][0], [row[:2] for row in found[name][1]]) == (part, [row[:2] for row in rows])
            assert np.allclose([row[2:] for row in found[name][1]], [row[2:] for row in rows], atol=1e-4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    boxes=st.lists(
        st.tuples(
            st.floats(0, 20, width=32),
            st.floats(0, 20, width=32),
            st.floats(21, 48, width=32),
            st.floats(21, 40, width=32),
        ),
        max_size=6,
    )
)
@pytest.mark.parametrize("name", ["coco", "voc", "csv"])
def test_no_decimal_is_lost(name, boxes, boxed_of, said, tmp_path_factory):
    # A picture with a box of each class comes along, so that the classes are known.
    data = boxed_of([Things(list(boxes), [0] * len(boxes)), Things([[0, 0, 9, 9]] * 2, [0, 1])])
    folder = tmp_path_factory.mktemp("decimals") / name
    convert(data, name, folder, is_copied=False)
    assert said(load(folder, split=WHOLE)) == said(data)


@pytest.mark.parametrize("name", ["coco", "voc", "csv"])
def test_crowds_are_kept(name, boxed, said, tmp_path):
    convert(boxed, name, tmp_path / name)
    assert said(load(tmp_path / name, split=WHOLE)) == said(boxed)


@pytest.mark.parametrize("name", ["coco", "csv"])
def test_areas_of_masks_are_kept(name, boxed, said, tmp_path):
    convert(boxed, name, tmp_path / name)
    assert said(load(tmp_path / name, split=WHOLE), True) == said(boxed, True)


def test_yolo_leaves_crowds_out_and_says_so(boxed, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        convert(boxed, "yolo", tmp_path / "yolo")
    assert "1 boxes around crowds are left out" in caplog.text
    assert sum(load(tmp_path / "yolo", split=WHOLE).counts().values()) == 3


@pytest.mark.parametrize("name", ["coco", "yolo"])
def test_the_order_of_classes_and_those_without_things_are_kept(name, boxed_of, tmp_path):
    data = boxed_of([Things([[0, 0, 9, 9]], [0])], labels=("zebra", "ant", "cat"))
    convert(data, name, tmp_path / name)
    assert load(tmp_path / name).labels == ("zebra", "ant", "cat")


def test_groups_are_kept_in_a_table(boxed, tmp_path):
    convert(boxed, "csv", tmp_path / "csv")
    assert load(tmp_path / "csv", split=WHOLE).columns["group"].tolist() == ["a", "a", "", "b"]


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_copied_byte_by_byte(name, boxed, tmp_path):
    convert(boxed, name, tmp_path / name)
    again = load(tmp_path / name, split=WHOLE)
    assert {again.pictures.digest(index) for index in range(4)} == {boxed.pictures.digest(index) for index in range(4)}
    assert not any(path.is_symlink() for path in (tmp_path / name).rglob("*"))


def test_links_lead_to_the_pictures(boxed, tmp_path):
    convert(boxed, "coco", tmp_path / "coco", is_copied=False)
    assert (tmp_path / "coco/train/0.png").readlink() == (tmp_path / "pictures/0.png").resolve()


def test_pictures_in_memory_are_written_too(tmp_path, said):
    truth = as_truth([Things([[1, 2, 3, 4]], [0])])
    pictures = Arrays(np.zeros((1, 6, 8, 1), np.uint8), np.arange(1))
    data = Dataset(name="spots", labels=("a",), pictures=pictures, truth=truth, parts=np.array(["train"]))
    convert(data, "yolo", tmp_path / "yolo")
    assert said(load(tmp_path / "yolo", split=WHOLE)) == {"00000.png": ("train", [("a", False, 1, 2, 3, 4)])}


def test_two_pictures_of_one_name_stay_two(boxed_of, tmp_path, said):
    data = boxed_of([Things([[0, 0, 5, 5]], [0]), Things([[1, 1, 6, 6]], [0])], labels=("cat",))
    (tmp_path / "pictures/sub").mkdir()
    (tmp_path / "pictures/1.png").rename(tmp_path / "pictures/sub/0.png")
    files = type(data.pictures)(data.pictures.root, ("0.png", "sub/0.png"))
    twice = Dataset(name="x", labels=data.labels, pictures=files, truth=data.truth, parts=data.parts)
    convert(twice, "voc", tmp_path / "voc")
    assert list(said(load(tmp_path / "voc", split=WHOLE))) == ["0-2.png", "0.png"]


def test_what_cannot_be_read_is_left_out_and_counted(boxed, tmp_path, caplog):
    (tmp_path / "pictures/2.png").write_bytes(b"no picture")
    with caplog.at_level(logging.WARNING):
        assert len(convert(boxed, "coco", tmp_path / "coco")) == 3
    assert "pets: left out: 1 pictures that cannot be read." in caplog.text


def test_when_none_can_be_read_it_says_so(boxed, tmp_path):
    (tmp_path / "pictures/2.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"None of the 1 pictures of pets can be read\. See: opsin data check"):
        convert(boxed.take([2]), "coco", tmp_path / "coco")


def test_a_folder_with_something_in_it_is_refused(boxed, tmp_path):
    with pytest.raises(UsageError, match="holds something else"):
        convert(boxed, "coco", tmp_path / "pictures")


def test_an_unknown_format_is_named_with_those_that_are(boxed, tmp_path):
    with pytest.raises(UnknownNameError, match=r"There is no format called 'coc'\. Did you mean 'coco'"):
        convert(boxed, "coc", tmp_path / "x")


def test_data_without_boxes_are_refused(tmp_path):
    pictures, parts = Arrays(np.zeros((1, 2, 2, 3), np.uint8), np.arange(1)), np.array(["train"])
    data = Dataset(name="pets", labels=("a",), pictures=pictures, truth=np.zeros(1, np.int64), parts=parts)
    with pytest.raises(DataError, match=r"pets is data for classification, not for detection\. This would do: COCO"):
        convert(data, "coco", tmp_path / "x")


def test_nothing_is_left_where_writing_fails(boxed, tmp_path, monkeypatch):
    from opsin.data.formats import _writing

    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(_writing, "place", fail)
    with pytest.raises(KeyboardInterrupt):
        convert(boxed, "voc", tmp_path / "new/voc")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.fixture
def marked(tmp_path, picture):
    """Four pictures (40, 48) to learn from and to be judged by, with a background, cats, dogs, and no words on some."""
    random = np.random.default_rng(0)
    for number in range(4):
        part = "train" if number < 3 else "test"
        save_image(tmp_path / "marked" / part / "images" / f"{number}.png", picture(number))
        spots = random.choice(np.array([0, 1, 2, 255], np.uint8), (5, 6)).repeat(8, axis=0).repeat(8, axis=1)
        save_mask(tmp_path / "marked" / part / "masks" / f"{number}.png", spots)
    (tmp_path / "marked/legend.csv").write_text("number,name\n0,background\n1,cat\n2,dog\n")
    return load(tmp_path / "marked", **MARKED)


def save_mask(path, laid):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(laid).save(path)


@pytest.mark.parametrize("second", MASKS)
@pytest.mark.parametrize("first", MASKS)
def test_masks_are_the_same_there_and_back(first, second, marked, tmp_path):
    convert(marked, first, tmp_path / "first")
    convert(tmp_path / "first", second, tmp_path / "second", is_copied=False)
    found = load(tmp_path / "second", **MARKED)
    assert (found.labels, found.parts.tolist()) == (marked.labels, marked.parts.tolist())
    # Masks of yes and no cannot leave anything out.
    nothing = 0 if "binary_masks" in (first, second) else IGNORED
    for one, other in zip(found.truth, marked.truth, strict=True):
        assert (one.map() == np.where(other.map() == IGNORED, nothing, other.map())).all()


@pytest.mark.parametrize("name", MASKS[1:])
def test_all_that_is_said_by_masks_has_one_digest(name, marked, tmp_path):
    convert(marked, name, tmp_path / name)
    assert load(tmp_path / name, **MARKED).digest() == marked.digest()


@pytest.mark.parametrize("label", ["a,b", 'say "cat"', "2", "ü ü"])
@pytest.mark.parametrize("name", MASKS[1:])
def test_any_name_of_a_class_comes_back(name, label, marked, tmp_path):
    data = dataclasses.replace(marked, labels=("background", label, "dog"))
    convert(data, name, tmp_path / name)
    assert load(tmp_path / name, **MARKED).labels == data.labels


def test_coco_puts_a_background_before_other_first_classes(marked, tmp_path):
    data = dataclasses.replace(marked, labels=("sky", "cat", "dog"))
    convert(data, "coco_masks", tmp_path / "coco")
    found = load(tmp_path / "coco", **MARKED)
    assert found.labels == ("background", "sky", "cat", "dog")
    assert (
        found.truth[0].map() == np.where(marked.truth[0].map() == IGNORED, IGNORED, marked.truth[0].map() + 1)
    ).all()


def test_numbers_can_be_named_and_left_out_on_the_way(marked, tmp_path):
    (tmp_path / "marked/legend.csv").unlink()
    found = convert(tmp_path / "marked", "index_masks", tmp_path / "new", labels=["void", "cat", "dog"], ignore=[2])
    assert (found.labels, load(tmp_path / "new", **MARKED).labels) == (("cat",), ("cat",))


def test_masks_are_no_boxes(marked, tmp_path):
    with pytest.raises(DataError, match="is data for segmentation, not for detection"):
        convert(marked, "yolo", tmp_path / "new")
