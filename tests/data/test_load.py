import dataclasses
import logging
import shutil
import zipfile
from collections import Counter

import cv2
import numpy as np
import pandas
import pytest

from opsin.core.errors import DataError, OptionError, SourceError, UnknownNameError
from opsin.data import load
from opsin.data.dataset import Arrays, Dataset
from opsin.data.saved import save_table
from opsin.data.sets import SETS, BuiltIn, Held
from opsin.data.things import Things
from opsin.media.files import save_image
from opsin.media.sources import read_image


def parts(data):
    return dict(Counter(data.parts.tolist()))


def by_name(data):
    return {data.pictures.name(index): str(data.parts[index]) for index in range(len(data))}


@pytest.fixture
def built_in(monkeypatch):
    """built_in(train): a set called "spots" of 40 pictures of 2 classes, of which so many are its own train part."""
    SETS.names()  # they are looked for once only
    monkeypatch.setattr(SETS, "_members", dict(SETS._members))

    def make(train):
        rng = np.random.default_rng(0)
        held = Held(rng.integers(0, 256, (40, 8, 8, 1), np.uint8), np.arange(40, dtype=np.uint8) % 2, train)
        way = lambda folder, progress: held  # noqa: E731
        SETS.add(
            "spots", BuiltIn(name="spots", summary="", labels=("a", "b"), sha256="", ways=(way,), home="", ink=True)
        )
        return held

    return make


def test_a_folder_of_class_folders_is_split(folder_of):
    data = load(folder_of({"cat": 20, "dog": 10}))
    assert (data.labels, data.name) == (("cat", "dog"), "photos")
    assert data.part("test").counts() == {"cat": 2, "dog": 1}
    assert parts(data) == {"train": 24, "validation": 3, "test": 3}


def test_labels_that_are_numbers_are_in_their_order(folder_of):
    assert load(folder_of({"10": 3, "9": 3, "1": 3})).labels == ("1", "9", "10")


def test_the_same_folder_elsewhere_is_split_in_the_same_way(folder_of, tmp_path):
    folder = folder_of({"cat": 20, "dog": 10})
    shutil.copytree(folder, tmp_path / "copy")
    assert by_name(load(folder)) == by_name(load(tmp_path / "copy"))
    assert load(folder).digest() == load(tmp_path / "copy").digest()


def test_folders_of_parts_are_kept(folder_of):
    data = load(folder_of({"train/cat": 3, "train/dog": 1, "val/cat": 2, "test/dog": 1}))
    assert parts(data) == {"train": 4, "validation": 2, "test": 1}


def test_only_the_missing_part_is_cut_from_train(folder_of):
    data = load(folder_of({"train/cat": 20, "train/dog": 20, "test/cat": 5, "test/dog": 1}))
    assert parts(data) == {"train": 36, "validation": 4, "test": 6}
    assert {part for name, part in by_name(data).items() if name.startswith("test/")} == {"test"}


def test_shares_of_nothing_leave_a_part_out(folder_of):
    assert parts(load(folder_of({"cat": 10, "dog": 10}), split=(0.5, 0.5, 0))) == {"train": 10, "validation": 10}


def test_all_can_be_test(folder_of):
    assert parts(load(folder_of({"cat": 1, "dog": 2}), split=(0, 0, 1))) == {"test": 3}


def test_what_is_split_already_stays_so_when_all_is_to_be_test(folder_of):
    folder = folder_of({"train/cat": 2, "test/cat": 1})
    assert parts(load(folder, split=(0, 0, 1))) == {"train": 2, "test": 1}


def test_near_duplicates_stay_on_one_side(folder_of):
    folder = folder_of({"cat": 10, "dog": 10})
    for number in range(10):
        original = read_image(folder / "cat" / f"{number}.png")
        save_image(folder / "cat" / f"again {number}.jpg", cv2.resize(original, (80, 60)))
    found = by_name(load(folder))
    assert all(found[f"cat/{number}.png"] == found[f"cat/again {number}.jpg"] for number in range(10))


def test_near_duplicates_are_named_in_the_column_group(folder_of):
    folder = folder_of({"cat": 4, "dog": 4})
    shutil.copy(folder / "cat" / "1.png", folder / "dog" / "same.png")
    data = load(folder)
    named = {data.pictures.name(index): group for index, group in enumerate(data.columns["group"]) if group}
    assert named == {"cat/1.png": "like cat/1.png", "dog/same.png": "like cat/1.png"}


def test_near_duplicates_need_not_be_looked_for(folder_of, home):
    folder = folder_of({"cat": 4, "dog": 4})
    shutil.copy(folder / "cat" / "1.png", folder / "dog" / "same.png")
    assert not load(folder, is_near_kept=False).columns
    assert not (home / "hashes").exists()


def test_groups_of_a_table_stay_on_one_side(table_of):
    path = table_of("image,label,group", "0.png,a,anna", "1.png,a,anna", "2.png,a,bert", "3.png,a,carl", "4.png,a,carl")
    data = load(path, split=(0.4, 0.3, 0.3))
    sides = {group: set(data.parts[data.columns["group"] == group]) for group in ("anna", "bert", "carl")}
    assert all(len(side) == 1 for side in sides.values())
    assert set.union(*sides.values()) == {"train", "validation", "test"}


def test_an_empty_name_is_no_group(table_of):
    data = load(table_of("image,label,group", *(f"{number}.png,a," for number in range(5))), split=(0.4, 0.4, 0.2))
    assert parts(data) == {"train": 2, "validation": 2, "test": 1}


def test_rows_without_a_part_are_dealt_out_with_train(table_of):
    path = table_of("image,label,split", "0.png,a,test", "1.png,a,train", "2.png,a,", "3.png,a,", "4.png,a,")
    assert parts(load(path)) == {"test": 1, "train": 3, "validation": 1}


def test_a_data_frame_will_do(folder_of):
    frame = pandas.DataFrame({"file": [f"{number}.png" for number in range(5)], "kind": list("aaaaa")})
    data = load(frame, image="file", label="kind", root=folder_of({".": 5}))
    assert (parts(data), data.labels) == ({"train": 3, "validation": 1, "test": 1}, ("a",))


def test_a_table_called_labels_is_believed_where_it_lies(table_of):
    lines = ["image,label", *(f"{number}.png,cat" for number in range(5))]
    assert load(table_of(*lines, name="labels.csv").parent).labels == ("cat",)


def test_a_table_of_something_else_is_not(folder_of):
    folder = folder_of({"cat": 3, "dog": 3})
    (folder / "labels.csv").write_text("name,price\nx,1")
    assert load(folder).labels == ("cat", "dog")


@pytest.fixture
def zip_of(tmp_path):
    def make(folder, table=None):
        with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
            for path in sorted(folder.rglob("*.png")):
                archive.write(path, path.relative_to(folder))
            if table:
                archive.writestr("about.csv", "name,price\nx,1")
                archive.writestr("data.csv", table)
        return tmp_path / "packed.zip"

    return make


def test_a_zip_archive_is_split_as_its_folder_is(folder_of, zip_of):
    folder = folder_of({"cat": 20, "dog": 10})
    assert by_name(load(zip_of(folder))) == by_name(load(folder))
    assert load(zip_of(folder)).digest() == load(folder).digest()


def test_a_zip_archive_may_hold_a_table(folder_of, zip_of):
    rows = "".join(f"cat/{number}.png,tabby\n" for number in range(3))
    assert load(zip_of(folder_of({"cat": 3}), "image,label\n" + rows)).counts() == {"tabby": 3}


def test_a_built_in_set_is_split_by_its_seed(built_in):
    held = built_in(40)
    data = load("spots")
    assert (parts(data), data.ink, data.source) == ({"train": 32, "validation": 4, "test": 4}, True, None)
    assert (data.pictures[3] == held.pixels[3]).all()


def test_a_built_in_set_keeps_its_test_part(built_in):
    built_in(30)
    data = load("spots")
    assert parts(data) == {"train": 26, "validation": 4, "test": 10}
    assert set(data.parts[30:]) == {"test"}


def test_a_folder_goes_before_a_built_in_set_and_the_log_says_so(built_in, folder_of, monkeypatch, caplog):
    built_in(30)
    monkeypatch.chdir(folder_of({"spots/cat": 3, "spots/dog": 3}))
    with caplog.at_level(logging.WARNING):
        assert load("spots").labels == ("cat", "dog")
    assert "spots is taken for the folder or file of that name, not for the built-in set." in caplog.text


def test_a_dataset_is_split_when_it_is_not(built_in):
    built_in(40)
    bare = dataclasses.replace(load("spots"), parts=np.full(40, ""))
    assert (load(bare).parts == load("spots").parts).all()


def test_pictures_in_memory_are_not_compared(picture):
    pixels = np.stack([picture(1)] * 10)
    data = Dataset(
        name="same",
        labels=("a",),
        pictures=Arrays(pixels, np.arange(10)),
        truth=np.zeros(10, np.int64),
        parts=np.full(10, ""),
    )
    assert parts(load(data)) == {"train": 8, "validation": 1, "test": 1}


def test_another_seed_gives_another_split(folder_of):
    folder = folder_of({"cat": 20, "dog": 20})
    assert by_name(load(folder)) != by_name(load(folder, seed=1))


def test_a_class_with_one_picture_is_named(folder_of):
    with pytest.raises(
        DataError, match=r"too few pictures to be split into train, validation, test.+: dog \(1\)\. Add"
    ):
        load(folder_of({"cat": 10, "dog": 1}))


def test_an_empty_class_is_named(folder_of):
    with pytest.raises(DataError, match=r"photos: these class folders hold no pictures: dog\. Put pictures into them"):
        load(folder_of({"cat": 10, "dog": 0}))


@pytest.mark.parametrize("part", ["test", "val"])
def test_a_class_that_cannot_be_learned_is_named(folder_of, part):
    said = {"val": "validation"}.get(part, part)
    message = rf"^photos: 'dog' is in {said} only, so it could never be learned\. Move some of its pictures to train"
    with pytest.raises(DataError, match=message):
        load(folder_of({"train/cat": 5, f"{part}/cat": 1, f"{part}/dog": 1}))


def test_pictures_none_of_which_can_be_read_are_refused(folder_of):
    folder = folder_of({"cat": 3, "dog": 3})
    for path in folder.rglob("*.png"):
        path.write_bytes(b"nothing")
    with pytest.raises(
        DataError, match=r"photos: the pictures cannot be read\. The first: cat/0\.png is not a picture"
    ):
        load(folder)


def test_one_picture_that_cannot_be_read_is_no_matter_yet(folder_of):
    folder = folder_of({"cat": 3, "dog": 3})
    (folder / "cat" / "0.png").write_bytes(b"nothing")
    assert len(load(folder)) == 6


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownNameError, match=r"no data set, folder or file called 'mnits'. Did you mean 'mnist'\?"):
        load("mnits")


@pytest.mark.parametrize("path", ["no/where", "photos.csv"])
def test_a_missing_path_is_named(path):
    with pytest.raises(SourceError, match=f"^There is no folder or file {path}. Check its name.$"):
        load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "notes.md").write_text("notes")
    with pytest.raises(SourceError, match=r"notes\.md is neither a folder, a CSV file nor a zip archive\."):
        load(tmp_path / "notes.md")


def test_a_thing_of_another_kind_is_refused():
    with pytest.raises(SourceError, match=r"^Data must be the name of a built-in set, .+ or a DataFrame; got int\.$"):
        load(5)


def test_wrong_shares_are_refused_before_anything_is_read():
    with pytest.raises(OptionError, match="split must be three shares"):
        load("no/where", split=(0.5, 0.6, 0.1))


class TestBoxes:
    def test_the_look_decides_the_task(self, boxed, tmp_path, folder_of):
        save_table(boxed, tmp_path / "pictures")
        assert load(tmp_path / "pictures", split=(1, 0, 0)).task == "detection"
        assert load(folder_of({"cat": 10})).task == "classification"

    def test_what_is_asked_for_decides_where_both_would_do(self, table_of):
        table = table_of("image,label,x0,y0,x1,y1", "0.png,cat,0,0,9,9", "1.png,cat,0,0,9,9")
        assert load(table, split=(1, 0, 0), task="detection").task == "detection"
        assert load(table, split=(1, 0, 0), task="classification").truth.tolist() == [0, 0]

    def test_labels_are_no_boxes_and_what_would_do_is_listed(self, folder_of):
        message = r"no data for detection\. This would do: COCO \(.*; a CSV table .*; PASCAL VOC .*; YOLO \(.*\)\.$"
        with pytest.raises(SourceError, match=message):
            load(folder_of({"cat": 10}), task="detection")

    def test_an_object_is_no_file(self):
        with pytest.raises(SourceError, match=r"Data for detection must be a file or folder; got int\. This would do"):
            load(3, task="detection")

    def test_another_task_is_refused(self, folder_of):
        with pytest.raises(UnknownNameError, match=r"There is no task that data can be for called 'detect'\. Did you"):
            load(folder_of({"cat": 10}), task="detect")

    def test_what_is_missing_is_cut_from_train_without_stopping_at_rare_classes(self, boxed_of):
        cat, dog = Things([[0, 0, 9, 9]], [0]), Things([[0, 0, 9, 9]], [1])
        data = load(boxed_of([cat] * 19 + [dog]))
        assert [int((data.parts == part).sum()) for part in ("train", "validation", "test")] == [16, 2, 2]

    def test_near_duplicates_stay_on_one_side(self, boxed_of, tmp_path, picture):
        data = boxed_of([Things([[0, 0, 9, 9]], [0])] * 20)
        for number in range(10):
            save_image(tmp_path / "pictures" / f"{number}.png", picture(99))
        assert len(set(load(data).parts[:10])) == 1

    def test_a_class_that_cannot_be_learned_is_said_and_no_error(self, boxed_of, caplog):
        cat, dog = Things([[0, 0, 9, 9]], [0]), Things([[0, 0, 9, 9]], [1])
        with caplog.at_level(logging.WARNING):
            load(boxed_of([cat, dog], ["train", "test"]), split=(1, 0, 0))
        assert "pets: in test only, so they cannot be learned: dog." in caplog.text
